//! A meter for the simulated laptop: a minute to cool, ten seconds to settle, twenty to count in.

use super::{Meter, Reading};
use crate::gpu::simulated::Simulated;
use crate::gpu::simulated::plant::{IDLE_W, Plant};
use crate::gpu::simulated::workload::Workload;

/// Parts of a second.
const PARTS: u32 = 10;
/// Idle before each measurement, so that all begin alike and none meets the firmware's own regulator.
const COOL_S: u32 = 60;
const SETTLE_S: u32 = 10;
/// One whole round of the longest work that is tuned for.
const COUNT_S: u32 = 20;
/// Tokens a second that stand for a speed of 1: what the simulated card would decode with a model of 9 GB.
const TOKENS_PER_S: f64 = 60.0;

/// The laptop and its work.
#[derive(Debug, Clone)]
pub struct SimulatedMeter(Simulated);

impl SimulatedMeter {
    /// A laptop with this work to do.
    #[must_use]
    pub fn new(plant: Plant, workload: Workload) -> Self {
        Self(Simulated::new(plant, workload))
    }

    /// Lets seconds pass; tokens made in them.
    fn pass(&mut self, seconds: u32) -> f64 {
        let part = 1.0 / f64::from(PARTS);
        let mut tokens = 0.0;
        for _ in 0..seconds * PARTS {
            self.0.advance(part);
            tokens += self.0.speed().unwrap_or(0.0) * TOKENS_PER_S * part;
        }
        tokens
    }
}

impl Meter for SimulatedMeter {
    fn measure(&mut self, watts: f64) -> Result<Reading, String> {
        self.0.plant.limit_w = IDLE_W;
        self.pass(COOL_S);
        self.0.plant.limit_w = watts;
        self.pass(SETTLE_S);
        let before = self.0.plant.energy_j();
        let tokens = self.pass(COUNT_S);
        Ok(Reading {
            joules_per_token: (self.0.plant.energy_j() - before) / tokens,
            tokens_per_s: tokens / f64::from(COUNT_S),
        })
    }
}
