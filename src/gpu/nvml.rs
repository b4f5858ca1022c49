//! The card through NVIDIA's driver library; only this file and its folder name it.

mod asleep;
mod error;
mod limits;
mod link;
mod plausible;
mod read;
mod shims;
mod tiers;
mod writes;

use std::path::PathBuf;
use std::time::Duration;

use self::asleep::Gate;
pub use self::limits::ProtectionMargins;
use self::link::Link;
pub use self::link::{LIBRARY, Target};
use self::read::Reader;
pub use self::writes::NvmlCard;
use super::sample::State;
pub use super::sysfs::ROOT as SYSFS_ROOT;
use super::{GpuError, Identity, Sample, Source};

/// Samples from the driver. Meant for a thread of its own: a call may take 20 ms, and on a wedged driver for ever.
pub struct NvmlSource {
    link: Link,
    gate: Gate,
    reader: Reader,
}

impl NvmlSource {
    /// Reads the kernel's view of the card below `sysfs` instead of /sys, if given. Nothing is opened yet.
    #[must_use]
    pub fn new(target: Target, sysfs: Option<PathBuf>) -> Self {
        Self {
            link: Link::new(target),
            gate: Gate::new(sysfs),
            reader: Reader::new(),
        }
    }

    /// The card is away: what was known of it, with its age.
    fn without(&mut self, now: Duration) -> Sample {
        let state = self.link.state();
        if matches!(state, State::Absent(_) | State::Lost) {
            self.reader.forget();
        }
        match state {
            State::Absent(_) => Sample::unknown(now, state),
            _ => Sample {
                state,
                ..self.reader.aged(now)
            },
        }
    }
}

impl Source for NvmlSource {
    fn sample(&mut self, now: Duration) -> Sample {
        let pci = self.link.identity().pci.clone();
        if self.gate.is_shut(now, &pci, self.link.is_open()) {
            return Sample::unknown(now, State::Asleep);
        }
        let reader = &mut self.reader;
        let Some(mut round) = self.link.ask(now, |device| reader.round(now, device)) else {
            return self.without(now);
        };
        match &round.trouble {
            None => self.link.succeed(),
            Some(error @ GpuError::Failed(_)) => self.link.fail(error),
            Some(error) => {
                self.link.lose(now, error);
                return self.without(now);
            }
        }
        round.sample.state = self.link.state();
        if self
            .gate
            .lets_go(now, &self.link.identity().pci, round.is_used)
        {
            tracing::info!("nobody uses the GPU: it is left alone, so that it may sleep");
            self.link.release();
        }
        round.sample
    }

    fn identity(&self) -> Identity {
        self.link.identity().clone()
    }
}
