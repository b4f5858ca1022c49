//! The keeper of the card, for as long as the console is open: whichever way the console ends, what was set goes back first.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::power::keeper::Keeper;
use crate::run::lock;

/// So long the end waits for the card. Another way of setting it than the driver may take seconds.
const MOST: Duration = Duration::from_secs(10);

/// Where the keeper is put as soon as there is one, and taken from at the end, by whoever comes first.
#[derive(Clone, Default)]
pub struct Held(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    keeper: Option<Keeper>,
    /// One is being started, or stopped: the process must not end meanwhile.
    is_busy: bool,
    is_closed: bool,
    /// What did not go back.
    why: Option<String>,
}

impl Held {
    /// A keeper is about to be started, and is waited for at the end; false when that has come already.
    #[must_use]
    pub fn begin(&self) -> bool {
        let mut state = lock(&self.0.state);
        state.is_busy = !state.is_closed;
        state.is_busy
    }

    /// What came of [`Self::begin`]. A keeper that comes after the end is stopped at once.
    pub fn keep(&self, keeper: Option<Keeper>) {
        let mut state = lock(&self.0.state);
        match keeper {
            Some(keeper) if state.is_closed => {
                drop(state);
                self.stop(keeper);
            }
            keeper => {
                state.keeper = keeper;
                state.is_busy = false;
                self.0.changed.notify_all();
            }
        }
    }

    /// Does something with the keeper, where there is one.
    pub fn with<T>(&self, act: impl FnOnce(&Keeper) -> T) -> Option<T> {
        lock(&self.0.state).keeper.as_ref().map(act)
    }

    /// Stops the keeper, or waits until whoever came first has; none is taken in after this. Waits `most` and no longer.
    ///
    /// # Errors
    /// What did not go back, to whoever asks first.
    pub fn let_go(&self, most: Duration) -> Result<(), String> {
        let mut state = lock(&self.0.state);
        state.is_closed = true;
        if let Some(keeper) = state.keeper.take() {
            state.is_busy = true;
            let held = self.clone();
            // A driver that hangs would hold whoever stops it. Without a thread the keeper is dropped here, which stops it.
            let stopping = thread::Builder::new().spawn(move || held.stop(keeper));
            state.is_busy = stopping.is_ok();
        }
        let waited = self
            .0
            .changed
            .wait_timeout_while(state, most, |state| state.is_busy);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut state.is_busy) {
            return Err(
                "the GPU did not answer in time; what was set on it goes back at the next start of smelt"
                    .to_owned(),
            );
        }
        state.why.take().map_or(Ok(()), Err)
    }

    fn stop(&self, keeper: Keeper) {
        let why = keeper.stop().err();
        let mut state = lock(&self.0.state);
        state.why = why;
        state.is_busy = false;
        self.0.changed.notify_all();
    }
}

/// Lets the card go when this is dropped, by a panic too.
pub struct Guard(Held);

impl Guard {
    /// Of what is held here.
    #[must_use]
    pub fn new(held: Held) -> Self {
        Self(held)
    }

    /// Lets the card go now.
    ///
    /// # Errors
    /// What did not go back.
    pub fn end(self) -> Result<(), String> {
        self.0.let_go(MOST)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Err(why) = self.0.let_go(MOST) {
            tracing::warn!("{why}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
    use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

    use super::*;
    use crate::power::keeper::{Leave, Options, Place, Plan};

    /// A keeper, and what tells when its thread has ended.
    fn keeper() -> (Keeper, Receiver<()>) {
        let (alive, ended) = channel::<()>();
        let options = Options {
            place: Place::Other("simulated".parse().unwrap()),
            what: "a test".to_owned(),
            plan: Plan::default(),
            leave: Leave::Usual,
            auto_resume: false,
            has_work: true,
        };
        let hear = Box::new(move |_: &_, _: &_| drop(alive.clone()));
        (Keeper::start(options, hear).unwrap(), ended)
    }

    fn is_over(ended: &Receiver<()>) -> bool {
        ended.recv_timeout(Duration::ZERO) == Err(RecvTimeoutError::Disconnected)
    }

    #[test]
    fn a_panic_of_who_guards_it_stops_it() {
        let held = Held::default();
        let (keeper, ended) = keeper();
        assert!(held.begin());
        held.keep(Some(keeper));
        assert!(!is_over(&ended));
        let theirs = held.clone();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _guard = Guard::new(theirs);
            resume_unwind(Box::new(()));
        }));
        assert!(panicked.is_err() && is_over(&ended));
        assert!(held.with(|_| ()).is_none() && !held.begin());
    }

    #[test]
    fn the_end_waits_for_one_that_is_just_being_started() {
        let held = Held::default();
        assert!(held.begin());
        let (keeper, ended) = keeper();
        let theirs = held.clone();
        let end = thread::spawn(move || theirs.let_go(MOST));
        while !lock(&held.0.state).is_closed {
            thread::yield_now();
        }
        held.keep(Some(keeper));
        assert_eq!(end.join().unwrap(), Ok(()));
        assert!(is_over(&ended));
    }

    #[test]
    fn the_end_does_not_wait_for_ever() {
        let held = Held::default();
        assert!(held.begin());
        let why = held.let_go(Duration::from_millis(1)).unwrap_err();
        assert!(why.contains("did not answer in time"), "{why}");
    }
}
