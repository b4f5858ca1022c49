//! One reading of the card, or why there is none: what is not known is never shown as 0.

use std::time::Duration;

/// A reading that may be missing, with the reason.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Metric<T> {
    /// Read just now.
    Value(T),
    /// The card, its driver or the platform does not report it.
    Unsupported,
    /// Only another user may read it.
    Denied,
    /// The last value known, and how long ago it was read.
    Stale(T, Duration),
    /// The driver failed with this NVML code, or answered with what cannot be: [`IMPLAUSIBLE`].
    Error(u32),
}

/// Stands in place of an NVML code where the driver answered with what cannot be true, as 588 W on a laptop.
pub const IMPLAUSIBLE: u32 = u32::MAX;

impl<T: Copy> Metric<T> {
    /// The same reading, so much later and not read again.
    #[must_use]
    pub fn aged(self, by: Duration) -> Self {
        match self {
            Self::Value(value) => Self::Stale(value, by),
            Self::Stale(value, age) => Self::Stale(value, age + by),
            other => other,
        }
    }

    /// The value, if it was read just now: what decisions are made on.
    #[must_use]
    pub fn fresh(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The value, however old: what may be shown, with its age.
    #[must_use]
    pub fn last(self) -> Option<T> {
        match self {
            Self::Value(value) | Self::Stale(value, _) => Some(value),
            _ => None,
        }
    }

    /// The same reading in another unit.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Metric<U> {
        match self {
            Self::Value(value) => Metric::Value(change(value)),
            Self::Unsupported => Metric::Unsupported,
            Self::Denied => Metric::Denied,
            Self::Stale(value, age) => Metric::Stale(change(value), age),
            Self::Error(code) => Metric::Error(code),
        }
    }
}
