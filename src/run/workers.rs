//! Workers: threads that claim jobs, read them, and write their records, until the run set is finished.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Sender;
use std::time::Duration;

use super::enqueue::JobSource;
use super::job::{self, Outcome};
use super::{LEASE_MS, Run, enqueue, lock, now};
use crate::engine::EngineError;
use crate::extract::record::{PageSource, Record};
use crate::process;
use crate::store::{Claim, NewRecord, StoreError};

/// Attempts a page gets before it is recorded as failed.
const ATTEMPTS: u32 = 3;
/// Milliseconds before a page whose engine died is tried again, times its attempts.
const BACK_OFF_MS: i64 = 500;
/// How often a worker without a job looks whether another process has finished one.
const LOOK_MS: u64 = 200;

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
        if run.is_held() {
            let store = lock(&run.store);
            // A run that is done does not wait for the card to cool down.
            if store.next_wake(now())?.is_none() {
                return Ok(());
            }
            if run.is_held() && !run.is_stopping() {
                let look = Duration::from_millis(LOOK_MS);
                drop(run.changed.wait_timeout(store, look));
            }
            continue;
        }
        let claim = lock(&run.store).claim(owner, LEASE_MS, now())?;
        let Some(claim) = claim else {
            let store = lock(&run.store);
            let Some(wake) = store.next_wake(now())? else {
                return Ok(());
            };
            let wait = u64::try_from(wake - now()).unwrap_or(0).clamp(1, LOOK_MS);
            drop(run.changed.wait_timeout(store, Duration::from_millis(wait)));
            continue;
        };
        lock(&run.active).insert(claim.job_id, claim.clone());
        let done = one(run, &claim, settings);
        lock(&run.active).remove(&claim.job_id);
        run.announce();
        done?;
        // The reader may have closed its end; the record is in the store all the same.
        finished.send(()).ok();
    }
    Ok(())
}

fn one(run: &Run, claim: &Claim, settings: &str) -> Result<(), StoreError> {
    let key = job::key(claim, settings);
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
        Outcome::Record(record, text) => complete(run, claim, &key, &record, text.as_deref()),
        Outcome::NoAnswer(error) => no_answer(run, claim, &key, &error),
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
) -> Result<(), StoreError> {
    let json = serde_json::to_string(record).unwrap_or_default();
    let new = NewRecord {
        idem_key: key,
        status: record.status.as_str(),
        json: &json,
        text,
    };
    if !lock(&run.store).complete(claim, &new, now())? {
        tracing::info!(
            id = claim.posting_id,
            "another process finished this posting first"
        );
    }
    Ok(())
}

/// Tries again what may go better; says once what cannot.
fn no_answer(run: &Run, claim: &Claim, key: &str, error: &EngineError) -> Result<(), StoreError> {
    let message = error.to_string();
    if run.is_aborting() {
        lock(&run.store).release(claim, 0, false, None)?;
        return Ok(());
    }
    match error {
        EngineError::Unavailable(why) => {
            lock(&run.unavailable).get_or_insert_with(|| why.clone());
            run.stop();
            lock(&run.store).release(claim, 0, false, Some(&message))?;
        }
        EngineError::Crashed(_) if claim.attempts < ATTEMPTS => {
            tracing::warn!(id = claim.posting_id, attempt = claim.attempts, %message, "trying again");
            let not_before = now() + BACK_OFF_MS * i64::from(claim.attempts);
            lock(&run.store).release(claim, not_before, true, Some(&message))?;
        }
        EngineError::Crashed(_) | EngineError::Refused(_) => {
            if let Outcome::Record(record, _) =
                job::failed(claim, source(claim), &run.selected, "engine", &message)
            {
                complete(run, claim, key, &record, None)?;
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
        let store = lock(&run.store);
        if run.is_stopping() && lock(&run.active).is_empty() {
            return;
        }
        let waited = run.changed.wait_timeout(store, beat);
        let (mut store, _) = waited.unwrap_or_else(std::sync::PoisonError::into_inner);
        if last.elapsed() < beat {
            continue;
        }
        last = std::time::Instant::now();
        for claim in lock(&run.active).values() {
            if let Err(error) = store.heartbeat(claim, now(), LEASE_MS) {
                tracing::warn!(%error, "a lease could not be prolonged");
            }
        }
    }
}
