//! A cohort's prompts, put to the engine a few at a time: the next when those before them have been read.
//!
//! mistral.rs 0.8.1 reads all prompts it has in one go, in as much memory as that takes, but reads what has come meanwhile
//! before it writes on. So a cohort whose prompts come one after the other takes the memory of one prompt, and is still
//! written together: each of its sequences is at its first token when the last prompt has been read.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// Puts a question to the engine, its prompt brought to so many tokens.
pub(super) type Depart = Box<dyn FnOnce(usize, Turn) + Send>;

/// Held until a prompt has been read, or never will be. When all who are read together have dropped theirs the next are put
/// to the engine, by the thread that drops the last: the engine's own, before it writes on.
#[derive(Clone)]
pub struct Turn {
    _rest: Arc<Rest>,
}

/// Those of a cohort that are not yet put to the engine.
pub(super) struct Relay {
    pub(super) departures: VecDeque<Depart>,
    /// Tokens of each prompt.
    pub(super) length: usize,
    /// Prompts that are read in one go.
    pub(super) at_once: usize,
}

impl Relay {
    /// Puts the first of them to the engine, and the others in their turn.
    pub(super) fn start(mut self) {
        let length = self.length;
        let first = self.at_once.max(1).min(self.departures.len());
        let rest = self.departures.split_off(first);
        let first = std::mem::replace(&mut self.departures, rest);
        let turn = Turn {
            _rest: Arc::new(Rest(Mutex::new(Some(self)))),
        };
        for depart in first {
            let turn = turn.clone();
            caught(|| depart(length, turn));
        }
    }
}

/// Starts when it is dropped.
struct Rest(Mutex<Option<Relay>>);

impl Drop for Rest {
    fn drop(&mut self) {
        let relay = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(relay) = relay.take().filter(|relay| !relay.departures.is_empty()) {
            relay.start();
        }
    }
}

/// A panic here would leave the seats of a whole cohort taken for ever. Whoever asked sees that its question was dropped.
pub(super) fn caught(depart: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(depart)).is_err() {
        tracing::error!("a question was not put to the engine: what does that panicked");
    }
}
