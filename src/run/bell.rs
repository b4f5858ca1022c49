//! The bell: wakes who waits for a change of the run, without a lock that anybody holds for long.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::lock;

/// Counts its rings, so that one between a look and the sleep after it is not missed.
#[derive(Debug, Default)]
pub(super) struct Bell {
    rings: Mutex<u64>,
    rung: Condvar,
}

impl Bell {
    /// Wakes all who wait.
    pub(super) fn ring(&self) {
        *lock(&self.rings) += 1;
        self.rung.notify_all();
    }

    /// Rings so far; to be read before the look that decides whether to sleep.
    pub(super) fn rings(&self) -> u64 {
        *lock(&self.rings)
    }

    /// Sleeps until it rings again after `heard`, at most so long.
    pub(super) fn wait(&self, heard: u64, most: Duration) {
        let rings = lock(&self.rings);
        let waited = self
            .rung
            .wait_timeout_while(rings, most, |rings| *rings == heard);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}
