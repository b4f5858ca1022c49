//! How long something has been so without a break.

use std::time::Duration;

/// Since when it has been so.
#[derive(Debug, Clone, Copy, Default)]
pub struct Since(Option<Duration>);

impl Since {
    /// How long it has been so, now that it is or is not: zero at the first sight and while it is not.
    pub fn lasts(&mut self, now: Duration, is_so: bool) -> Duration {
        if !is_so {
            self.0 = None;
            return Duration::ZERO;
        }
        now.saturating_sub(*self.0.get_or_insert(now))
    }
}
