//! The guards outside the ladder: emergency, throttle, fail-safe and brake, each with its own way out.

use std::time::Duration;

use super::sensor::Silence;
use super::since::Since;
use super::{Thresholds, Why};
use crate::gpu::sample::{Supply, Throttle};

/// Degrees below the throttle's threshold, for so long, that end it.
const THROTTLE_CLEAR_C: f64 = 9.0;
const THROTTLE_CLEAR: Duration = Duration::from_secs(20);
/// Degrees below the emergency's threshold, for so long, that end it once it is acknowledged.
pub(super) const EMERGENCY_CLEAR_C: f64 = 20.0;
const EMERGENCY_CLEAR: Duration = Duration::from_mins(1);
/// The margin at which the chip slows down hard, below the one at which it only begins to regulate.
const SLOWDOWN_MARGIN_C: f64 = -2.0;
/// Seconds in a row before the chip's own cry is believed: one bit may be a misreading.
const CRIES: u32 = 2;

/// Which guard stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// None: the ladder moves.
    Steady,
    /// The platform pulled the power brake, or the charger is too small: floor.
    Braked,
    /// At the temperature where the firmware regulates: floor, and no new work.
    Throttled,
    /// The temperature is not known: floor, half pace, and no new work.
    FailSafe,
    /// What runs is cancelled; stays until the card is cool and a person has seen it.
    Emergency,
}

impl Stage {
    /// Whether new work may begin.
    #[must_use]
    pub fn admits(self) -> bool {
        matches!(self, Self::Steady | Self::Braked)
    }

    /// The name in logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Braked => "braked",
            Self::Throttled => "throttled",
            Self::FailSafe => "fail_safe",
            Self::Emergency => "emergency",
        }
    }
}

/// What the guards look at.
#[derive(Debug)]
pub struct Input {
    pub now: Duration,
    pub is_asleep: bool,
    /// The temperature, if it is believed.
    pub temp_c: Option<f64>,
    /// The temperature as read: an emergency is heard from a sensor that is otherwise not believed.
    pub reading_c: Option<f64>,
    pub margin_c: Option<f64>,
    pub throttle: Throttle,
    pub supply: Option<Supply>,
    pub silence: Option<Silence>,
    pub limits: Thresholds,
}

/// The guards.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools)] // each is a fact of its own, in any combination
pub struct Guard {
    stage: Stage,
    auto_resume: bool,
    is_acknowledged: bool,
    is_stopped: bool,
    /// It was too hot and has not been calm for long enough since; outlives a silence of the sensor.
    is_hot: bool,
    cries: u32,
    cool: Since,
    calm: Since,
}

impl Guard {
    pub fn new(auto_resume: bool) -> Self {
        Self {
            stage: Stage::Steady,
            auto_resume,
            is_acknowledged: false,
            is_stopped: false,
            is_hot: false,
            cries: 0,
            cool: Since::default(),
            calm: Since::default(),
        }
    }

    pub fn stage(&self) -> Stage {
        self.stage
    }

    pub fn acknowledge(&mut self) {
        self.is_acknowledged = self.stage == Stage::Emergency;
    }

    /// A person wants everything to stop: an emergency from the next step on.
    pub fn stop(&mut self) {
        self.is_stopped = true;
    }

    /// Moves to the stage that the readings ask for; says why, if it is another.
    pub fn step(&mut self, input: &Input) -> Option<Why> {
        let stopped = std::mem::take(&mut self.is_stopped).then_some(Why::Stopped);
        let cry = stopped.or(self.emergency(input));
        let is_below = |degrees: f64| input.temp_c.is_some_and(|temp| temp <= degrees);
        // A card that sleeps is cool; were it not to count as such, no work would ever wake it.
        let below = |degrees: f64| input.is_asleep || is_below(degrees);
        let is_cool = below(input.limits.emergency_c - EMERGENCY_CLEAR_C) && cry.is_none();
        let cool = self.cool.lasts(input.now, is_cool);
        let too_hot = throttle(input);
        let is_calm = below(input.limits.throttle_c - THROTTLE_CLEAR_C) && too_hot.is_none();
        let calm = self.calm.lasts(input.now, is_calm);
        let may_end = self.is_acknowledged || self.auto_resume;
        let stays = self.stage == Stage::Emergency && !(may_end && cool >= EMERGENCY_CLEAR);
        self.is_hot = too_hot.is_some() || self.is_hot && calm < THROTTLE_CLEAR;

        let (stage, why) = if let Some(why) = cry {
            (Stage::Emergency, Some(why))
        } else if stays {
            (Stage::Emergency, None)
        } else if let Some(silence) = input.silence {
            (Stage::FailSafe, Some(Why::Silent(silence)))
        } else if let Some(why) = too_hot {
            (Stage::Throttled, Some(why))
        } else if self.is_hot {
            (Stage::Throttled, Some(Why::Over(self.stage)))
        } else if let Some(why) = brake(input) {
            (Stage::Braked, Some(why))
        } else {
            (Stage::Steady, Some(Why::Over(self.stage)))
        };
        if stage == self.stage {
            return None;
        }
        self.stage = stage;
        self.is_acknowledged = false;
        why
    }

    fn emergency(&mut self, input: &Input) -> Option<Why> {
        let slowdown = input
            .throttle
            .has(Throttle::HW_THERMAL)
            .then_some(Why::HardwareSlowdown);
        let margin = input.margin_c.filter(|margin| *margin <= SLOWDOWN_MARGIN_C);
        let cry = slowdown.or(margin.map(Why::Margin));
        self.cries = if cry.is_some() { self.cries + 1 } else { 0 };
        let limit = input.limits.emergency_c;
        match input.reading_c {
            Some(temp) if temp >= limit => Some(Why::Hot { temp, limit }),
            _ => cry.filter(|_| self.cries >= CRIES),
        }
    }
}

fn throttle(input: &Input) -> Option<Why> {
    let limit = input.limits.throttle_c;
    match (input.temp_c, input.margin_c) {
        (Some(temp), _) if temp >= limit => Some(Why::Hot { temp, limit }),
        (_, Some(margin)) if margin <= 0.0 => Some(Why::Margin(margin)),
        _ => None,
    }
}

fn brake(input: &Input) -> Option<Why> {
    if input.throttle.has(Throttle::HW_POWER_BRAKE) {
        Some(Why::Brake)
    } else {
        (input.supply == Some(Supply::Undersized)).then_some(Why::Undersized)
    }
}
