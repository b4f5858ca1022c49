//! The temperature at which the chip slows itself down, and the thresholds that keep clear of it.

use super::Thresholds;
use crate::gpu::Metric;

/// Degrees to stay below the chip's own limit.
const CLEAR_C: f64 = 2.0;
/// Seconds in which temperature and margin must agree on the limit before it is believed: the two are not read at the
/// same moment, and while the die warms or cools their sum is off by degrees.
const AGREE: u32 = 5;

/// What is known about the limit.
#[derive(Debug, Clone, Copy, Default)]
pub struct ChipLimit {
    candidate_c: f64,
    agreed: u32,
    limit_c: Option<f64>,
}

/// A fresh margin that goes with a limit a chip can have.
pub fn plausible(temp_c: f64, margin: Metric<f64>) -> Option<f64> {
    let fits = |margin: &f64| (60.0..=110.0).contains(&(temp_c + margin));
    margin.fresh().filter(fits)
}

impl ChipLimit {
    /// The thresholds as they are, or all lower by what keeps the hard step clear of the chip's own limit. Moving them
    /// together keeps the ladder's room between acting and the hard step.
    pub fn step(&mut self, temp_c: Option<f64>, margin_c: Option<f64>) -> Thresholds {
        if let (Some(temp), Some(margin)) = (temp_c, margin_c) {
            let sum = temp + margin;
            let is_same = (sum - self.candidate_c).abs() <= 1.0;
            if !is_same {
                self.candidate_c = sum;
            }
            self.agreed = if is_same { self.agreed + 1 } else { 1 };
            if self.agreed >= AGREE {
                self.limit_c = Some(self.candidate_c);
            }
        }
        self.limits()
    }

    /// The thresholds as far as the chip's own limit is known.
    pub fn limits(&self) -> Thresholds {
        let usual = Thresholds::default();
        let by = self
            .limit_c
            .map_or(0.0, |limit| (usual.hard_c - (limit - CLEAR_C)).max(0.0));
        Thresholds {
            cold_c: usual.cold_c - by,
            raise_c: usual.raise_c - by,
            act_c: usual.act_c - by,
            warning_c: usual.warning_c - by,
            hard_c: usual.hard_c - by,
            throttle_c: usual.throttle_c - by,
            emergency_c: usual.emergency_c - by,
        }
    }
}
