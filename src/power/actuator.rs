//! What can hold the card's power down: one trait for limits, locked clocks, platform profiles and pacing.

use std::time::Duration;

use crate::gpu::Sample;

/// What an actuator did with a wish.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The card took it, and reading back showed this many watts, as far as watts can be read back.
    Applied(Option<f64>),
    /// It cannot be used here, with the reason a person reads; the next actuator is tried.
    Refused(String),
}

/// Whether the card behaves as it was told; found out by watching it, not by asking.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Nothing runs that would show it, or not long enough.
    Unknown,
    /// It stays within what was set.
    InForce,
    /// It does not, with what it does instead; the next actuator is tried as well.
    Ignored(String),
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

    /// Whether the present wish has shown an effect.
    fn effect(&self) -> Effect {
        Effect::Unknown
    }

    /// Puts back what was found before the first wish.
    fn restore(&mut self) -> Result<(), String>;
}
