//! What can hold the card's power down: one trait for limits, locked clocks, platform profiles and pacing.

use std::time::Duration;

use super::governor::Hold;
use crate::gpu::Sample;

/// What an actuator did with a wish.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The card took it, and reading back showed this many watts, as far as watts can be read back.
    Applied(Option<f64>),
    /// It cannot be used here, with the reason a person reads; the next actuator is tried.
    Refused(String),
}

/// One way to hold power down. Watts are a wish; each translates them into what it can set.
pub trait Actuator: Send {
    /// `power limit`, `locked clocks`, `platform profile` or `pacing`.
    fn name(&self) -> &'static str;

    /// Whether it works here, found out without changing anything that lasts (a power limit writes the value in force).
    fn probe(&mut self) -> Result<(), String>;

    /// Holds the card to so many watts.
    fn hold(&mut self, watts: f64) -> Outcome;

    /// What may be corrected from how the card behaves; called once a second while a wish holds.
    fn observe(&mut self, sample: &Sample, now: Duration);

    /// How the governor is to judge whether the work uses all it may.
    fn measure(&self) -> Hold {
        Hold::Watts
    }

    /// Puts back what was found before the first wish.
    fn restore(&mut self) -> Result<(), String>;
}
