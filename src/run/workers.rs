//! Workers: threads that claim jobs, read them, and write their records, until the run set is finished.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use super::job::{self, Outcome};
use super::source::JobSource;
use super::{LEASE_MS, Run, enqueue, lock, now};
use crate::engine::EngineError;
use crate::event::{Event, Finished};
use crate::extract::record::{PageSource, Record};
use crate::store::{Claim, Entry, NewRecord, StoreError};
use crate::{process, review};

/// Attempts a page gets before it is recorded as failed.
const ATTEMPTS: u32 = 3;
/// Milliseconds before a page whose engine died is tried again, times its attempts.
const BACK_OFF_MS: i64 = 500;
/// How often a worker without a job looks whether another process has finished one.
const LOOK_MS: u64 = 200;
/// How long a worker of a run that stays sleeps at most; it is woken when something is queued.
const NAP: Duration = Duration::from_mins(1);

/// Drains the run set with so many threads. `finished` hears of every record written, so that it can be handed out.
///
/// # Errors
/// When the store fails; jobs under way then wait for their lease to end.
pub fn work(run: &Run, threads: u8, finished: &Sender<()>) -> Result<(), StoreError> {
    let settings = enqueue::settings(&run.selected, run.readers);
    let owner = process::this();
    std::thread::scope(|scope| {
        let beat = scope.spawn(|| heartbeat(run));
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                let (owner, settings, finished) = (&owner, &settings, finished.clone());
                scope.spawn(move || drain(run, owner, settings, &finished))
            })
            .collect();
        let mut result = Ok(());
        for worker in workers {
            match worker.join() {
                Ok(Ok(())) => {}
                Ok(Err(error)) => result = Err(error),
                Err(_) => tracing::error!("a worker thread panicked"),
            }
        }
        // The heartbeat ends with the work.
        run.stop();
        beat.join().ok();
        result
    })
}

fn drain(run: &Run, owner: &str, settings: &str, finished: &Sender<()>) -> Result<(), StoreError> {
    while !run.is_stopping() {
        let heard = run.bell.rings();
        let Some(claim) = next(run, owner)? else {
            if rest(run, heard)? {
                continue;
            }
            return Ok(());
        };
        lock(&run.active).insert(claim.job_id, claim.clone());
        run.weigh();
        run.events.tell(|| Event::Claimed {
            job: claim.job_id,
            id: claim.posting_id.clone(),
            label: source(&claim).label(),
            attempt: claim.attempts,
        });
        let done = one(run, &claim, settings);
        lock(&run.active).remove(&claim.job_id);
        run.weigh();
        run.announce();
        done?;
        // The reader may have closed its end; the record is in the store all the same.
        finished.send(()).ok();
    }
    Ok(())
}

fn next(run: &Run, owner: &str) -> Result<Option<Claim>, StoreError> {
    if run.is_held() {
        return Ok(None);
    }
    lock(&run.store).claim(owner, LEASE_MS, now())
}

/// Sleeps until there may be a job; false once there is none left to wait for. `heard` are the bell's rings from before
/// the look that found none.
fn rest(run: &Run, heard: u64) -> Result<bool, StoreError> {
    if run.is_stopping() {
        return Ok(true);
    }
    let wake = lock(&run.store).next_wake(now())?;
    let wait = match wake {
        None if run.stays => NAP,
        // A run that is done does not wait for the card to cool down.
        None => return Ok(false),
        Some(_) if run.is_held() => Duration::from_millis(LOOK_MS),
        Some(wake) => {
            let wait = u64::try_from(wake - now()).unwrap_or(0);
            Duration::from_millis(wait.clamp(1, LOOK_MS))
        }
    };
    run.bell.wait(heard, wait);
    Ok(true)
}

fn one(run: &Run, claim: &Claim, settings: &str) -> Result<(), StoreError> {
    let key = job::key(claim, settings);
    let started = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(|| job::process(run, claim, &key)));
    let outcome = match outcome {
        Ok(outcome) => outcome?,
        // A defect of ours on one page must not stop the others.
        Err(_) => job::failed(
            claim,
            source(claim),
            &run.selected,
            "internal",
            "smelt panicked over this page; see the log",
        ),
    };
    match outcome {
        Outcome::Record(record, text) => {
            complete(run, claim, &key, &record, text.as_deref(), started)
        }
        Outcome::NoAnswer(error) => no_answer(run, claim, &key, &error, started),
    }
}

fn source(claim: &Claim) -> PageSource {
    JobSource::of(claim).page
}

fn complete(
    run: &Run,
    claim: &Claim,
    key: &str,
    record: &Record,
    text: Option<&str>,
    started: Instant,
) -> Result<(), StoreError> {
    let json = serde_json::to_string(record).unwrap_or_default();
    let standing = review::standing(record);
    let new = NewRecord {
        idem_key: key,
        status: record.status.as_str(),
        json: &json,
        text,
        title: standing.title.as_deref(),
        certainty: standing.certainty,
        guarded: standing.guarded,
        error: record.error.as_ref().map(|error| error.message.as_str()),
    };
    let settle = |log: &[Entry]| review::settle(record, text, log);
    if !lock(&run.store).complete(claim, &new, now(), settle)? {
        tracing::info!(
            id = claim.posting_id,
            "what was read of this posting is dropped: it was called off or finished by another meanwhile"
        );
    }
    run.events.tell(|| {
        Event::Finished(Finished {
            job: claim.job_id,
            id: claim.posting_id.clone(),
            status: record.status.as_str().to_owned(),
            error: record.error.as_ref().map(|error| error.message.clone()),
            took_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            tokens: record.usage.completion_tokens,
        })
    });
    Ok(())
}

/// Puts a job back into the queue.
fn give_back(
    run: &Run,
    claim: &Claim,
    wait_ms: i64,
    count_attempt: bool,
    why: Option<&str>,
) -> Result<(), StoreError> {
    let not_before = if wait_ms > 0 { now() + wait_ms } else { 0 };
    lock(&run.store).release(claim, not_before, count_attempt, why)?;
    run.events.tell(|| Event::GivenBack {
        job: claim.job_id,
        id: claim.posting_id.clone(),
        why: why.map(str::to_owned),
        wait_ms,
    });
    Ok(())
}

/// Tries again what may go better; says once what cannot.
fn no_answer(
    run: &Run,
    claim: &Claim,
    key: &str,
    error: &EngineError,
    started: Instant,
) -> Result<(), StoreError> {
    let message = error.to_string();
    if run.is_aborting() {
        return give_back(run, claim, 0, false, None);
    }
    match error {
        EngineError::Unavailable(why) => {
            lock(&run.unavailable).get_or_insert_with(|| why.clone());
            run.stop();
            give_back(run, claim, 0, false, Some(&message))?;
        }
        // No fault of the page's, and the next worker makes room for less.
        EngineError::OutOfMemory(_) => give_back(run, claim, 0, false, Some(&message))?,
        EngineError::Crashed(_) if claim.attempts < ATTEMPTS => {
            tracing::warn!(id = claim.posting_id, attempt = claim.attempts, %message, "trying again");
            let wait_ms = BACK_OFF_MS * i64::from(claim.attempts);
            give_back(run, claim, wait_ms, true, Some(&message))?;
        }
        EngineError::Crashed(_) | EngineError::Refused(_) => {
            if let Outcome::Record(record, _) =
                job::failed(claim, source(claim), &run.selected, "engine", &message)
            {
                complete(run, claim, key, &record, None, started)?;
            }
        }
    }
    Ok(())
}

/// Prolongs the leases of what is under way: a long page must not be claimed twice.
fn heartbeat(run: &Run) {
    let beat = Duration::from_millis(u64::try_from(LEASE_MS).unwrap_or_default() / 4);
    let mut last = std::time::Instant::now();
    loop {
        let heard = run.bell.rings();
        if run.is_stopping() && lock(&run.active).is_empty() {
            return;
        }
        run.bell.wait(heard, beat);
        if last.elapsed() < beat {
            continue;
        }
        last = std::time::Instant::now();
        let mut store = lock(&run.store);
        for claim in lock(&run.active).values() {
            if let Err(error) = store.heartbeat(claim, now(), LEASE_MS) {
                tracing::warn!(%error, "a lease could not be prolonged");
            }
        }
    }
}
