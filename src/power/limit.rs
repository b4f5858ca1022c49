//! The board's power limit as an actuator: probed by a write, and believed only after reading back.

use std::time::Duration;

use super::actuator::{Actuator, Outcome};
use super::probe::SAME_W;
use super::writer::{Part, Refusal};
use super::{Shared, lock};
use crate::gpu::Sample;

/// What users call it.
pub(super) const NAME: &str = "power limit";

/// Sets the board's power limit.
pub struct PowerLimit {
    writer: Shared,
}

impl PowerLimit {
    /// Writes through `writer`.
    #[must_use]
    pub fn new(writer: Shared) -> Self {
        Self { writer }
    }

    fn write(&self, watts: f64) -> Result<f64, Refusal> {
        let mut writer = lock(&self.writer);
        let (least, most) = writer.limits()?.range.unwrap_or((0.0, f64::INFINITY));
        writer.set_power_limit(watts.clamp(least, most.max(least)))
    }
}

impl Actuator for PowerLimit {
    fn name(&self) -> &'static str {
        NAME
    }

    fn probe(&mut self) -> Result<(), String> {
        lock(&self.writer)
            .probe(Part::PowerLimit)
            .map_err(|refusal| refusal.text)
    }

    fn hold(&mut self, watts: f64) -> Outcome {
        match self.write(watts) {
            // Less than wished is held too: the platform has its own reasons for less.
            Ok(read_back) if read_back <= watts + SAME_W => Outcome::Applied(Some(read_back)),
            Ok(read_back) => Outcome::Refused(format!(
                "the card was told {watts:.0} W and holds {read_back:.0} W"
            )),
            Err(refusal) => Outcome::Refused(refusal.text),
        }
    }

    fn observe(&mut self, _sample: &Sample, _now: Duration) {}

    fn restore(&mut self) -> Result<(), String> {
        lock(&self.writer)
            .put_back(Part::PowerLimit)
            .map_err(|refusal| refusal.text)
    }
}
