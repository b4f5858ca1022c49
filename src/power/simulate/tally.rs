//! Counts what a run comes to: heat, changes of the cap, work done.

use serde::Serialize;

use super::PARTS;
use crate::gpu::simulated::Simulated;
use crate::power::governor::{Decision, Stage};

/// Degrees Celsius that are to be kept under.
const WARM_C: f64 = 80.0;
/// Degrees Celsius near which the firmware regulates.
const FIRMWARE_C: f64 = 86.5;
/// Seconds before a run counts as steady: the heatsink has its temperature, the ladder has found its place.
const SETTLED: u32 = 300;
/// A step up undone within so many seconds is a reversal.
const REVERSAL: u32 = 180;
const DT_S: f64 = 1.0 / PARTS as f64;

/// What a run came to. Steady means without the first five minutes; temperatures are the die's true ones.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Outcome {
    /// Percent of the steady time above 80 degrees Celsius.
    pub over_80_percent: f64,
    /// Percent of the steady time at the firmware's own regulator.
    pub over_87_percent: f64,
    /// Highest temperature of the steady time.
    pub max_c: f64,
    /// Highest temperature, the cold start included.
    pub max_with_start_c: f64,
    /// Seconds times degrees above 80, the cold start included.
    pub degree_s: f64,
    /// Changes of the cap.
    pub changes_per_h: f64,
    /// Steps up undone within three minutes.
    pub reversals_per_h: f64,
    /// Speed of the steady work; 1 is the speed with all the watts it wants.
    pub throughput: f64,
    /// Mean watts of the cap in the steady time; 0 without a governor.
    pub mean_cap_w: f64,
    /// After something went wrong.
    #[serde(skip)]
    pub trouble: AfterTrouble,
}

/// What followed when something went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct AfterTrouble {
    at: Option<u32>,
    /// Seconds until a guard stood, or the limit was found not to hold.
    pub reaction_s: Option<u32>,
    /// Highest temperature.
    pub max_c: f64,
    /// Seconds above 80 degrees.
    pub over_80_s: f64,
}

#[derive(Default)]
struct Mean {
    sum: f64,
    count: f64,
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.count += 1.0;
    }

    fn value(&self) -> f64 {
        self.sum / self.count.max(1.0)
    }
}

/// The counts so far.
#[derive(Default)]
pub struct Tally {
    over_80: Mean,
    over_87: Mean,
    max_c: f64,
    max_with_start_c: f64,
    degree_s: f64,
    changes: u32,
    reversals: u32,
    rose: Option<u32>,
    speed: Mean,
    cap_w: Mean,
    trouble: AfterTrouble,
}

impl Tally {
    /// Something goes wrong now.
    pub fn trouble(&mut self, second: u32) {
        self.trouble.at = Some(second);
    }

    /// Takes what the governor decided.
    pub fn decided(&mut self, second: u32, decision: &Decision) {
        if second >= SETTLED {
            self.cap_w.add(decision.cap_w);
        }
        if decision.cap_w > decision.from_w {
            self.changes += 1;
            self.rose = Some(second);
        } else if decision.cap_w < decision.from_w {
            self.changes += 1;
            let rose = self.rose.take();
            self.reversals += u32::from(rose.is_some_and(|rose| second - rose <= REVERSAL));
        }
        let has_reacted =
            matches!(decision.stage, Stage::FailSafe | Stage::Emergency) || decision.unheld;
        if let Some(at) = self.trouble.at
            && has_reacted
        {
            self.trouble.reaction_s.get_or_insert(second - at);
        }
    }

    /// Takes the laptop as it is after a part of a second.
    pub fn saw(&mut self, second: u32, laptop: &Simulated) {
        let die_c = laptop.plant.die_c();
        let over = (die_c - WARM_C).max(0.0);
        self.max_with_start_c = self.max_with_start_c.max(die_c);
        self.degree_s += over * DT_S;
        if self.trouble.at.is_some() {
            self.trouble.max_c = self.trouble.max_c.max(die_c);
            self.trouble.over_80_s += if over > 0.0 { DT_S } else { 0.0 };
        }
        if second < SETTLED {
            return;
        }
        self.max_c = self.max_c.max(die_c);
        self.over_80.add(f64::from(u8::from(over > 0.0)));
        self.over_87.add(f64::from(u8::from(die_c > FIRMWARE_C)));
        if let Some(speed) = laptop.speed() {
            self.speed.add(speed);
        }
    }

    /// What it comes to after so many seconds.
    pub fn outcome(&self, length: u32) -> Outcome {
        let hours = f64::from(length) / 3600.0;
        Outcome {
            over_80_percent: 100.0 * self.over_80.value(),
            over_87_percent: 100.0 * self.over_87.value(),
            max_c: self.max_c,
            max_with_start_c: self.max_with_start_c,
            degree_s: self.degree_s,
            changes_per_h: f64::from(self.changes) / hours,
            reversals_per_h: f64::from(self.reversals) / hours,
            throughput: self.speed.value(),
            mean_cap_w: self.cap_w.value(),
            trouble: self.trouble,
        }
    }
}
