//! An engine under the clock: when each question of one page was asked, began to be answered, and was answered.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::engine::busy::reading;
use crate::engine::{Completion, Engine, EngineError, EngineInfo, Request};
use crate::extract::stream::Stream;
use crate::run::lock;

/// One question, by our clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// It was handed to the engine.
    pub(super) from: Instant,
    /// Its prompt began to be read.
    pub(super) begun: Instant,
    /// The first text came; the end where none did.
    pub(super) first: Instant,
    /// The answer was there.
    pub(super) to: Instant,
}

/// For one page.
pub(super) struct Timed<'a> {
    engine: &'a dyn Engine,
    /// Questions are asked without their grammar.
    is_free: bool,
    began: Instant,
    asked: Mutex<Vec<Asked>>,
    first_field: Mutex<Option<Duration>>,
}

impl<'a> Timed<'a> {
    /// The page begins now.
    pub(super) fn new(engine: &'a dyn Engine, is_free: bool) -> Self {
        Self {
            engine,
            is_free,
            began: Instant::now(),
            asked: Mutex::default(),
            first_field: Mutex::default(),
        }
    }

    /// The questions, and when the first key of an answer was complete.
    pub(super) fn into_times(self) -> (Vec<Asked>, Option<Duration>) {
        let inner = |poisoned: std::sync::PoisonError<_>| poisoned.into_inner();
        (
            self.asked.into_inner().unwrap_or_else(inner),
            *lock(&self.first_field),
        )
    }

    fn has_field(&self) -> bool {
        lock(&self.first_field).is_some()
    }
}

impl Engine for Timed<'_> {
    fn info(&self) -> Result<EngineInfo, EngineError> {
        self.engine.info()
    }

    fn count_tokens(&self, texts: &[String]) -> Result<Vec<usize>, EngineError> {
        self.engine.count_tokens(texts)
    }

    fn generate(
        &self,
        request: &Request,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Completion, EngineError> {
        let free = self.is_free.then(|| Request {
            grammar: Value::Null,
            ..request.clone()
        });
        let mut stream = (!self.has_field()).then(Stream::default);
        let from = Instant::now();
        let mut first = None;
        let answered = self
            .engine
            .generate(free.as_ref().unwrap_or(request), &mut |text| {
                first.get_or_insert_with(Instant::now);
                if let Some(reader) = &mut stream {
                    reader.push(text);
                    if reader.rows().first().is_some_and(|row| !row.is_open) {
                        lock(&self.first_field).get_or_insert(self.began.elapsed());
                        stream = None;
                    }
                }
                on_text(text);
            });
        let to = Instant::now();
        let first = first.unwrap_or(to);
        let read_in = answered.as_ref().map_or(0, |answer| answer.prefill_ms);
        let (begun, _) = reading(first, read_in);
        lock(&self.asked).push(Asked {
            from,
            begun: begun.max(from),
            first,
            to,
        });
        answered
    }
}
