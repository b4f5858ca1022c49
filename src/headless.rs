//! Batch mode: inputs in, records out as JSON lines on stdout, progress and complaints on stderr.

mod export;

use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

pub use self::export::export;
pub use crate::cli::complain;
use crate::cli::{AddArgs, Exit, RunArgs};
use crate::engine::select::{Wish, select};
use crate::extract::Readers;
use crate::review;
use crate::run::enqueue::{Inputs, Queued, enqueue};
use crate::run::{self, Run, RunError, heat, lock, signals};
use crate::store::{StoreError, StoredRecord};

/// Records handed out in one go.
const BATCH: u32 = 64;

/// Runs a batch to its end.
#[must_use]
pub fn headless(arguments: &RunArgs) -> Exit {
    match batch(arguments) {
        Ok(exit) => exit,
        Err(error) => {
            complain(&error.to_string());
            error.exit()
        }
    }
}

fn batch(arguments: &RunArgs) -> Result<Exit, RunError> {
    let started = Instant::now();
    let run = Arc::new(Run::open(
        &arguments.engine,
        &arguments.store,
        Readers::All,
        arguments.fresh,
    )?);
    if let Some(notice) = &run.selected.notice {
        complain(notice);
    }
    let queued = queue(&run, arguments)?;
    if queued.jobs + queued.unreadable == 0 {
        complain("nothing to do: no input was given and the queue is empty");
        return Ok(Exit::Nothing);
    }
    let mut output = Output::new(arguments, queued.jobs + queued.unreadable);
    // Until now nothing runs that would have to be finished, so a signal simply ends the process.
    let bar = output.bar.clone();
    let tell = move |line: &str| bar.suspend(|| complain(line));
    let stopped = signals::listen(Arc::clone(&run), tell.clone()).ok();
    // Only now: what is set is put back, so a signal must be heard from here on.
    let keeper = heat::start(&run, &arguments.keep, tell)?;
    let (sender, finished) = channel();
    let working = {
        let run = Arc::clone(&run);
        let jobs = run.selected.jobs(arguments.jobs);
        std::thread::spawn(move || run::work(&run, jobs, &sender))
    };
    let mut closed = output.follow(&run, &finished)?;
    let worked = working.join().unwrap_or(Ok(()));
    worked?;
    if closed.is_none() {
        closed = output.hand_out(&run)?;
    }
    if let Some(exit) = closed {
        return Ok(exit);
    }
    output.close(&run, &queued, started);
    if let Some(Err(why)) = keeper.map(heat::Held::stop) {
        complain(&format!("{why}; the next start of smelt tries again"));
    }
    if let Some(stopped) = stopped {
        stopped.die();
    }
    if let Some(why) = run.too_hot.get() {
        complain(&format!(
            "stopped by the thermal guard: {why}; what ran is back in the queue"
        ));
        return Ok(Exit::TooHot);
    }
    if let Some(why) = lock(&run.unavailable).take() {
        complain(&why);
        return Ok(Exit::NoEngine);
    }
    Ok(output.exit(&queued))
}

/// The inputs, or without any what waits in the queue.
fn queue(run: &Run, arguments: &RunArgs) -> Result<Queued, StoreError> {
    let mut store = lock(&run.store);
    if arguments.inputs.is_empty() {
        return Ok(Queued {
            jobs: store.select_unfinished()?,
            ..Queued::default()
        });
    }
    let inputs = Inputs {
        names: &arguments.inputs,
        allow_fetch: arguments.fetch.allow_fetch,
        fresh: arguments.fresh,
    };
    enqueue(&mut store, &inputs, &run.selected, &mut complain)
}

/// Where records go.
struct Output {
    ordered: bool,
    with_text: bool,
    bar: ProgressBar,
    done: usize,
    review: usize,
    failed: usize,
}

impl Output {
    fn new(arguments: &RunArgs, total: usize) -> Self {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(total as u64), target);
        if let Ok(style) =
            ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} {elapsed} (eta {eta})")
        {
            bar.set_style(style);
        }
        Self {
            ordered: arguments.ordered,
            with_text: arguments.with_text,
            bar,
            done: 0,
            review: 0,
            failed: 0,
        }
    }

    /// Hands records out as they come; the exit when that ended before its time, which ends the run.
    fn follow(&mut self, run: &Run, finished: &Receiver<()>) -> Result<Option<Exit>, StoreError> {
        loop {
            match finished.recv_timeout(Duration::from_millis(200)) {
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return Ok(None),
                // After a time-out too: another process may have finished one of our jobs.
                Ok(()) | Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {}
            }
            if let Some(exit) = self.hand_out(run)? {
                run.abort();
                return Ok(Some(exit));
            }
        }
    }

    /// Hands out what is finished. The exit where nobody reads any more, which is no fault, or stdout cannot be written.
    fn hand_out(&mut self, run: &Run) -> Result<Option<Exit>, StoreError> {
        loop {
            let records = lock(&run.store).take_finished(self.ordered, self.with_text, BATCH)?;
            let last = records.len() < BATCH as usize;
            for record in records.into_iter().map(review::shown) {
                match record.status.as_str() {
                    "done" => self.done += 1,
                    "failed" => self.failed += 1,
                    _ => self.review += 1,
                }
                if let Some(line) = failure(&record) {
                    self.bar.suspend(|| complain(&line));
                }
                match write_line(&record, self.with_text) {
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                        return Ok(Some(Exit::Done));
                    }
                    Err(error) => {
                        complain(&format!(
                            "stdout cannot be written: {error}; every record is in the store: `smelt export` gives them all"
                        ));
                        return Ok(Some(Exit::Internal));
                    }
                    Ok(()) => {}
                }
                self.bar.inc(1);
            }
            if last {
                return Ok(None);
            }
        }
    }

    /// An input that cannot be read now but was before keeps the record it had, which is no failed one.
    fn exit(&self, queued: &Queued) -> Exit {
        if self.failed > 0 || queued.unreadable > 0 {
            Exit::SomeFailed
        } else {
            Exit::Done
        }
    }

    fn close(&self, run: &Run, queued: &Queued, started: Instant) {
        self.bar.finish_and_clear();
        let energy = run.joules().map_or_else(String::new, |joules| {
            format!("; the GPU drew {joules:.0} J")
        });
        complain(&format!(
            "{} done, {} to review, {} failed; {} from the store, {} model calls; {:.1} s{energy}",
            self.done,
            self.review,
            self.failed,
            queued.already + run.reused.load(Ordering::SeqCst),
            run.model_calls(),
            started.elapsed().as_secs_f64()
        ));
    }
}

/// What the user is told of a failed record. Inputs that could not be read were named when they were met.
fn failure(record: &StoredRecord) -> Option<String> {
    if record.status != "failed" {
        return None;
    }
    let record: Value = serde_json::from_str(&record.json).unwrap_or_default();
    let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str);
    if text("/error/kind") == Some("input") {
        return None;
    }
    let place = text("/source/path").or(text("/source/url"));
    let line = record
        .pointer("/source/line")
        .and_then(Value::as_u64)
        .map(|line| format!(" line {line}"));
    Some(format!(
        "{}{}: {}",
        place.unwrap_or_default(),
        line.unwrap_or_default(),
        text("/error/message").unwrap_or_default()
    ))
}

fn write_line(record: &StoredRecord, with_text: bool) -> std::io::Result<()> {
    let mut line = record.json.clone();
    if with_text {
        let text = serde_json::to_string(&record.text).unwrap_or_default();
        line.truncate(line.trim_end().len() - 1);
        line.push_str(",\"text\":");
        line.push_str(&text);
        line.push('}');
    }
    line.push('\n');
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes()).and_then(|()| out.flush())
}

/// Queues inputs and leaves.
#[must_use]
pub fn add(arguments: &AddArgs) -> Exit {
    let queue = || -> Result<Queued, RunError> {
        let mut store = run::open_store(&arguments.store)?;
        let selected = select(&Wish {
            engine: Some("none".to_owned()),
            ..Wish::default()
        })
        .map_err(RunError::Engine)?;
        let inputs = Inputs {
            names: &arguments.inputs,
            allow_fetch: arguments.fetch.allow_fetch,
            fresh: false,
        };
        Ok(enqueue(&mut store, &inputs, &selected, &mut complain)?)
    };
    match queue() {
        Ok(queued) => {
            complain(&format!(
                "{} queued, {} unreadable",
                queued.jobs - queued.already,
                queued.unreadable
            ));
            if queued.unreadable > 0 {
                Exit::SomeFailed
            } else {
                Exit::Done
            }
        }
        Err(error) => {
            complain(&error.to_string());
            error.exit()
        }
    }
}
