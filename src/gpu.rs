//! The graphics card: what it reports, from the driver, from a simulated laptop, or from a recording.
//!
//! Nothing here decides to change the card; that is [`crate::power`]'s job, through [`Card`].

pub mod card;
pub mod choice;
pub mod energy;
pub mod error;
pub mod history;
pub mod json;
pub mod metric;
pub mod nvml;
pub mod replay;
pub mod sample;
pub mod sampler;
pub mod simulated;
pub mod sysfs;

use std::time::Duration;

pub use self::card::{Card, Which};
pub use self::choice::Choice;
pub use self::error::GpuError;
pub use self::metric::Metric;
pub use self::sample::{Identity, Sample, Throttle};

/// Where samples come from: the driver, the simulated laptop, or a recording.
pub trait Source: Send {
    /// The card as it is now. `now` is a monotonic clock's time since the program began; tests use a virtual one.
    fn sample(&mut self, now: Duration) -> Sample;

    /// Which card it is, as far as known.
    fn identity(&self) -> Identity;
}
