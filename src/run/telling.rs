//! The engine as a job asks it: every question, every piece of an answer and how the engine stands is told to who watches.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::engine::supervisor::Supervised;
use crate::engine::{Completion, Engine, EngineError, EngineInfo, Request};
use crate::event::{EngineState, Event, Outlet};
use crate::store::Claim;

/// One job's view of the engine.
pub(super) struct Telling<'a> {
    engine: &'a Supervised,
    events: &'a Outlet,
    job: i64,
    is_alone: bool,
    questions: AtomicU32,
}

impl<'a> Telling<'a> {
    /// A page that is tried again is read alone: it may be what broke the engine, and others must not fail with it.
    pub(super) fn new(engine: &'a Supervised, events: &'a Outlet, claim: &Claim) -> Self {
        Self {
            engine,
            events,
            job: claim.job_id,
            is_alone: claim.attempts > 1,
            questions: AtomicU32::new(0),
        }
    }

    fn state(&self, state: EngineState) {
        self.events.tell(|| Event::Engine(state));
    }
}

impl Engine for Telling<'_> {
    /// Loading takes from seconds to minutes, so that it begins is worth a word of its own.
    fn info(&self) -> Result<EngineInfo, EngineError> {
        if self.engine.is_ready() {
            return self.engine.info();
        }
        self.state(EngineState::Loading);
        let info = self.engine.info();
        match &info {
            Ok(info) => self.state(EngineState::Ready {
                model: info.model.clone(),
            }),
            // It was stopped, and whoever did that tells it.
            Err(_) if self.engine.is_ended() => {}
            Err(error) => self.state(EngineState::Failed {
                why: error.to_string(),
            }),
        }
        info
    }

    fn count_tokens(&self, texts: &[String]) -> Result<Vec<usize>, EngineError> {
        self.engine.count_tokens(texts)
    }

    fn generate(
        &self,
        request: &Request,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Completion, EngineError> {
        self.info()?;
        let (job, question) = (self.job, self.questions.fetch_add(1, Ordering::Relaxed) + 1);
        self.events.tell(|| Event::Asked { job, question });
        let told = Cell::new(0);
        self.engine.answer(request, self.is_alone, &mut |text| {
            let at = told.replace(told.get() + text.len());
            self.events.tell(|| Event::Text {
                job,
                question,
                at,
                text: text.to_owned(),
                pieces: 1,
            });
            on_text(text);
        })
    }
}
