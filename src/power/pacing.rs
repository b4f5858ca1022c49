//! Pacing: a pause after each of our own decode steps, the one way to less power that needs nobody's permission.
//!
//! Measured on an H200: power follows `idle + duty * (full - idle)` within 3.5 %, and pauses after single steps keep the
//! temperature within 2 degrees where gaps of seconds let it swing by 11. It saves no energy: each token carries more of
//! the idle draw. So it comes last.

use std::time::Duration;

use super::actuator::{Actuator, Outcome};
use super::governor::Hold;
use crate::gpu::Sample;
use crate::pace::{DUTY, Pace};

/// Watts of a laptop's card that holds a model and does nothing, and while it decodes, until they have been seen.
const SEED: Draw = Draw {
    idle: 18.0,
    full: 115.0,
};
/// Weight of a new sample in what is known of the draw.
const WEIGHT: f64 = 0.05;
/// Watts between idle and full below which a duty would mean nothing.
const LEAST_SPAN: f64 = 20.0;

/// What the card draws idle and under our load, in watts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Draw {
    /// With the model loaded and nothing to do.
    pub idle: f64,
    /// While steps follow each other without a pause.
    pub full: f64,
}

impl Draw {
    /// The part of the time our steps may fill for the card to draw so many watts on average. Watts that are not a
    /// number give the least.
    #[must_use]
    pub fn duty(self, watts: f64) -> f64 {
        let duty = (watts - self.idle) / (self.full - self.idle).max(LEAST_SPAN);
        if duty.is_nan() {
            DUTY.0
        } else {
            duty.clamp(DUTY.0, DUTY.1)
        }
    }

    /// What is known after drawing so many watts at a duty.
    fn after(self, watts: f64, duty: f64) -> Self {
        let full = self.idle + (watts - self.idle).max(0.0) / duty;
        let full = self.full + WEIGHT * (full - self.full);
        Self {
            full: full.max(self.idle + LEAST_SPAN),
            ..self
        }
    }
}

/// Holds the card down by pausing our own steps.
#[derive(Debug)]
pub struct Pacing {
    pace: Pace,
    draw: Draw,
    wish: Option<f64>,
}

impl Pacing {
    /// Pacing that whoever holds the other side of `pace` obeys.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        Self {
            pace,
            draw: SEED,
            wish: None,
        }
    }
}

impl Actuator for Pacing {
    fn name(&self) -> &'static str {
        "pacing"
    }

    fn probe(&mut self) -> Result<(), String> {
        Ok(())
    }

    fn hold(&mut self, watts: f64) -> Outcome {
        self.wish = Some(watts);
        self.pace.set(self.draw.duty(watts));
        Outcome::Applied(None)
    }

    fn observe(&mut self, sample: &Sample, _now: Duration) {
        let duty = self.pace.duty();
        let (Some(watts), Some(busy)) = (sample.power_w.fresh(), sample.busy_percent.fresh())
        else {
            return;
        };
        if !watts.is_finite() {
            return;
        }
        // Between pages nothing is computed, and what is drawn then says nothing about a duty.
        if busy == 0 {
            self.draw.idle += WEIGHT * (watts - self.draw.idle);
        } else if f64::from(busy) >= 50.0 * duty {
            self.draw = self.draw.after(watts, duty);
        }
        if let Some(wish) = self.wish {
            self.pace.set(self.draw.duty(wish));
        }
    }

    fn measure(&self) -> Hold {
        Hold::Pacing(self.pace.duty() < DUTY.1)
    }

    fn restore(&mut self) -> Result<(), String> {
        self.wish = None;
        self.pace.set(DUTY.1);
        Ok(())
    }
}
