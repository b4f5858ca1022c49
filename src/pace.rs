//! Pacing of our own work: how long to pause after a step, shared between whoever decides and whoever works.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Least and most of the time that steps may fill.
pub const DUTY: (f64, f64) = (0.05, 1.0);
/// The longest pause, whatever the step: a prompt that took a minute to read is no reason to be silent for twenty.
pub const LONGEST: Duration = Duration::from_secs(10);

/// The part of the time our steps may fill. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Pace(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    parts: Mutex<Parts>,
    changed: Condvar,
}

#[derive(Debug, Clone, Copy)]
struct Parts {
    duty: f64,
    share: f64,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            duty: DUTY.1,
            share: DUTY.1,
        }
    }
}

impl Parts {
    fn whole(self) -> f64 {
        within(self.duty * self.share)
    }

    fn pause(self, step: Duration) -> Duration {
        let duty = self.whole();
        step.mul_f64((1.0 - duty) / duty).min(LONGEST)
    }
}

/// What is no number gives the least.
fn within(duty: f64) -> f64 {
    if duty.is_nan() {
        DUTY.0
    } else {
        duty.clamp(DUTY.0, DUTY.1)
    }
}

impl Pace {
    fn parts(&self) -> MutexGuard<'_, Parts> {
        self.0.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The part of the time steps fill, from 0.05 to 1.
    #[must_use]
    pub fn duty(&self) -> f64 {
        self.parts().whole()
    }

    /// Leaves this share of the duty: what a guard takes beside the duty itself. 1 takes nothing.
    pub fn set_share(&self, share: f64) {
        self.parts().share = within(share);
        self.0.changed.notify_all();
    }

    /// Lets steps fill this part of the time; what lies outside 0.05 to 1 is brought inside.
    pub fn set(&self, duty: f64) {
        self.parts().duty = within(duty);
        self.0.changed.notify_all();
    }

    /// The pause after a step that took so long: nothing at full duty.
    #[must_use]
    pub fn pause_after(&self, step: Duration) -> Duration {
        self.parts().pause(step)
    }

    /// Pauses after a step that took so long. A change of the pace counts at once, so raising it to 1 ends the pause.
    pub fn wait_after(&self, step: Duration) {
        let began = Instant::now();
        let mut parts = self.parts();
        loop {
            let left = parts.pause(step).saturating_sub(began.elapsed());
            if left.is_zero() {
                return;
            }
            let waited = self.0.changed.wait_timeout(parts, left);
            (parts, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_ends_as_soon_as_the_pace_is_raised() {
        let pace = Pace::default();
        pace.set(0.05);
        let (theirs, began) = (pace.clone(), Instant::now());
        let waiting = std::thread::spawn(move || theirs.wait_after(Duration::from_mins(1)));
        pace.set(1.0);
        assert!(waiting.join().is_ok());
        assert!(began.elapsed() < LONGEST, "{:?}", began.elapsed());
    }

    #[test]
    fn a_pause_is_as_long_as_the_duty_says_and_never_longer_than_the_longest() {
        let pace = Pace::default();
        let step = Duration::from_millis(100);
        assert_eq!(pace.pause_after(step), Duration::ZERO);
        pace.set(0.5);
        assert_eq!(pace.pause_after(step), step);
        pace.set_share(0.5);
        assert_eq!(pace.pause_after(step), 3 * step);
        pace.set(f64::NAN);
        assert!((pace.duty() - DUTY.0).abs() < f64::EPSILON);
        assert_eq!(pace.pause_after(Duration::from_mins(2)), LONGEST);
    }
}
