//! A cohort's prompts, put to the engine a few at a time: the next when those before them have been read.
//!
//! mistral.rs 0.8.1 reads all prompts it has in one go, in as much memory as that takes, but reads what has come meanwhile
//! before it writes on. So a cohort whose prompts come one after the other takes the memory of one prompt, and is still
//! written together: each of its sequences is at its first token when the last prompt has been read.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// A question that leaves with its cohort.
pub trait Guest: Send {
    /// Makes its prompt ready now that it is known with whom it leaves, and says how many tokens that has.
    fn ready(&mut self) -> usize;

    /// Puts it to the engine, its prompt brought to so many tokens.
    fn depart(self: Box<Self>, length: usize, turn: Turn);
}

/// Held until a prompt has been read, or never will be. When all who are read together have dropped theirs the next are put
/// to the engine, by the thread that drops the last: the engine's own, before it writes on.
#[derive(Clone)]
pub struct Turn {
    _rest: Arc<Rest>,
}

/// Those of a cohort that are not yet put to the engine.
pub(super) struct Relay {
    guests: VecDeque<Box<dyn Guest>>,
    /// Tokens of each prompt.
    length: usize,
    /// Prompts that are read in one go.
    at_once: usize,
}

impl Relay {
    /// Makes a cohort ready, of whose prompts so many tokens can be read in one go.
    pub(super) fn of(cohort: Vec<Box<dyn Guest>>, at_once: usize) -> Self {
        let (mut guests, mut length) = (VecDeque::new(), 1);
        for mut guest in cohort {
            if let Some(ready) = caught(|| guest.ready()) {
                length = length.max(ready);
                guests.push_back(guest);
            }
        }
        Self {
            guests,
            length,
            at_once: at_once / length,
        }
    }

    /// Puts the first of them to the engine, and the others in their turn.
    pub(super) fn start(mut self) {
        let length = self.length;
        let first = self.at_once.max(1).min(self.guests.len());
        let rest = self.guests.split_off(first);
        let first = std::mem::replace(&mut self.guests, rest);
        let turn = Turn {
            _rest: Arc::new(Rest(Mutex::new(Some(self)))),
        };
        for guest in first {
            let turn = turn.clone();
            caught(|| guest.depart(length, turn));
        }
    }
}

/// Starts when it is dropped.
struct Rest(Mutex<Option<Relay>>);

impl Drop for Rest {
    fn drop(&mut self) {
        let relay = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(relay) = relay.take().filter(|relay| !relay.guests.is_empty()) {
            relay.start();
        }
    }
}

/// A panic here would leave the seats of a whole cohort taken for ever. Whoever asked sees that its question was dropped.
pub(super) fn caught<T>(depart: impl FnOnce() -> T) -> Option<T> {
    let departed = catch_unwind(AssertUnwindSafe(depart)).ok();
    if departed.is_none() {
        tracing::error!("a question was not put to the engine: what does that panicked");
    }
    departed
}
