//! One pass over the work: so many pages at once, each under the clock.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::BenchError;
use super::timed::{Asked, Timed};
use crate::engine::{Completion, Engine, EngineError};
use crate::extract::Extraction;
use crate::extract::merge::Merged;
use crate::extract::record::RecordUsage;
use crate::gpu::sampler::Watch;
use crate::run::{RunError, lock};

/// What reading one page gave.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) usage: RecordUsage,
    pub(super) prefill_ms: u64,
    pub(super) decode_ms: u64,
    /// The posting, where one was put together.
    pub(super) merged: Option<Merged>,
}

impl From<Extraction> for Reading {
    fn from(extraction: Extraction) -> Self {
        Self {
            usage: extraction.usage,
            prefill_ms: extraction.prefill_ms,
            decode_ms: extraction.decode_ms,
            merged: Some(extraction.merged),
        }
    }
}

impl From<Completion> for Reading {
    fn from(completion: Completion) -> Self {
        let usage = completion.usage;
        Self {
            usage: RecordUsage {
                prompt_tokens: usage.prompt_tokens,
                cached_tokens: usage.cached_tokens,
                completion_tokens: usage.completion_tokens,
                chunks: 1,
            },
            prefill_ms: completion.prefill_ms,
            decode_ms: completion.decode_ms,
            merged: None,
        }
    }
}

/// One page that was read.
pub(super) struct Done {
    /// Which.
    pub(super) task: usize,
    pub(super) reading: Reading,
    /// From the first byte to the posting, waiting for the engine included.
    pub(super) time: Duration,
    pub(super) asked: Vec<Asked>,
    /// From the first byte until the first key of an answer was complete.
    pub(super) first_field: Option<Duration>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Pass {
    /// In the order of the tasks.
    pub(super) done: Vec<Done>,
    pub(super) failed: Vec<(usize, EngineError)>,
    pub(super) wall: Duration,
    /// What the card drew meanwhile.
    pub(super) joules: Option<f64>,
}

/// Reads the page of this number by this engine.
pub(super) type Read<'a> =
    dyn Fn(usize, Option<&dyn Engine>) -> Result<Reading, EngineError> + Sync + 'a;

/// How a pass is made.
#[derive(Clone, Copy)]
pub(super) struct Plan<'a> {
    pub(super) engine: Option<&'a dyn Engine>,
    /// Without the grammars of the questions.
    pub(super) is_free: bool,
    /// Pages at once.
    pub(super) jobs: usize,
    /// Whether the first broken engine ends it, and not only one that cannot be had at all.
    pub(super) is_strict: bool,
    /// What measures the card's joules, where something does.
    pub(super) card: Option<&'a Watch>,
}

impl Plan<'_> {
    /// Reads these pages.
    pub(super) fn run(&self, tasks: &[usize], read: &Read) -> Result<Pass, BenchError> {
        let next = AtomicUsize::new(0);
        let is_over = AtomicBool::new(false);
        let pass = Mutex::new(Pass::default());
        let worker = || {
            while !is_over.load(Ordering::SeqCst)
                && let Some(task) = tasks.get(next.fetch_add(1, Ordering::SeqCst))
            {
                match self.page(*task, read) {
                    Ok(done) => lock(&pass).done.push(done),
                    Err(error) => {
                        is_over.fetch_or(self.ends(&error), Ordering::SeqCst);
                        lock(&pass).failed.push((*task, error));
                    }
                }
            }
        };
        let joules = || self.card.and_then(Watch::joules);
        let before = joules();
        let began = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..self.jobs.clamp(1, tasks.len().max(1)) {
                std::thread::Builder::new().spawn_scoped(scope, worker)?;
            }
            Ok(())
        })
        .map_err(RunError::NoThread)?;
        let wall = began.elapsed();
        let mut pass = pass
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        pass.wall = wall;
        pass.joules = before.zip(joules()).map(|(before, after)| after - before);
        pass.done.sort_by_key(|done| done.task);
        pass.failed.sort_by_key(|(task, _)| *task);
        Ok(pass)
    }

    fn ends(&self, error: &EngineError) -> bool {
        match error {
            EngineError::Unavailable(_) => true,
            EngineError::Crashed(_) | EngineError::OutOfMemory(_) => self.is_strict,
            EngineError::Refused(_) => false,
        }
    }

    fn page(&self, task: usize, read: &Read) -> Result<Done, EngineError> {
        let began = Instant::now();
        let timed = self.engine.map(|engine| Timed::new(engine, self.is_free));
        let reading = read(task, timed.as_ref().map(|timed| timed as &dyn Engine))?;
        let time = began.elapsed();
        let (asked, first_field) = timed.map(Timed::into_times).unwrap_or_default();
        Ok(Done {
            task,
            reading,
            time,
            asked,
            first_field,
        })
    }
}
