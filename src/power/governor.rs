//! The governor: from what the card reports to the watts it may have, once a second, without touching anything.
//!
//! A patient ladder. It steps down fast, on the temperature predicted for a few seconds ahead; it steps up slowly, only
//! while the work uses the whole cap, and waits twice as long after each step up that proved wrong. Outside that ladder
//! stand the guards: a card at its limit, a brake pulled by the platform, a sensor that no longer speaks.

mod chip;
mod filter;
mod guard;
mod ladder;
mod sensor;
mod since;
mod why;

use std::time::Duration;

use self::chip::ChipLimit;
use self::filter::Filter;
pub use self::guard::Stage;
use self::guard::{Guard, Input};
use self::ladder::{Ladder, Tick};
use self::sensor::Sensor;
use self::since::Since;
pub use self::why::Why;
use crate::gpu::sample::{State, Supply, Throttle};
use crate::gpu::{Metric, Sample};

/// How often [`Governor::step`] is meant to be called; its smoothing constants belong to this.
pub const TICK: Duration = Duration::from_secs(1);
/// Watts below the cap at which the work still counts as using all of it.
const BINDING_W: f64 = 8.0;
/// MHz below the clock ceiling at which it still counts as reached: one step of the card.
const BINDING_MHZ: u32 = 15;
/// Watts above the cap, for so long, that mean it is not held.
const EXCESS_W: f64 = 10.0;
const EXCESS_FOR: Duration = Duration::from_secs(10);
/// Pacing while the cap alone is not trusted: half of the time.
const HALF_PACE: f64 = 0.5;

/// Degrees Celsius at which the governor does something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Under load for a while below this predicted temperature, the cap rises in large steps.
    pub cold_c: f64,
    /// The cap may rise at or below this predicted temperature.
    pub raise_c: f64,
    /// The cap falls at or above this predicted temperature.
    pub act_c: f64,
    /// The cap falls in large steps as soon as it is read: what the ladder is there to stay under.
    pub warning_c: f64,
    /// The cap falls to the floor in one step.
    pub hard_c: f64,
    /// No new work is admitted.
    pub throttle_c: f64,
    /// What runs is cancelled.
    pub emergency_c: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            cold_c: 70.0,
            raise_c: 76.5,
            act_c: 79.0,
            warning_c: 80.0,
            hard_c: 84.0,
            throttle_c: 87.0,
            emergency_c: 95.0,
        }
    }
}

/// What a governor is told once. What is no number above 0 is taken from the default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Watts it never goes below: the least a laptop's firmware is made for.
    pub floor_w: f64,
    /// Watts it never goes above: the profile's. One below the floor counts as the floor.
    pub ceiling_w: f64,
    /// Watts it begins with, where the profile allows them; above, the ladder climbs.
    pub start_w: f64,
    /// Whether an emergency ends by itself once the card is cool, or waits for [`Governor::acknowledge`].
    pub auto_resume: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            floor_w: 80.0,
            ceiling_w: 140.0,
            start_w: 140.0,
            auto_resume: false,
        }
    }
}

impl Settings {
    /// The watts between which the cap moves: a ceiling below the floor counts as the floor.
    fn range_w(&self) -> (f64, f64) {
        (self.floor_w, self.ceiling_w.max(self.floor_w))
    }
}

fn is_watts(watts: f64) -> bool {
    watts.is_finite() && watts > 0.0
}

/// How the cap is carried out, which decides what "the work uses all of it" means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hold {
    /// By a limit in watts.
    Watts,
    /// By a clock ceiling in MHz; watts are then only an estimate.
    Clocks(u32),
    /// By pacing our own work; whether it is being slowed down now.
    Pacing(bool),
}

/// What a governor sees each second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// On a monotonic clock.
    pub now: Duration,
    /// When the readings were taken, on the same clock: a driver that hangs leaves the last ones standing.
    pub read_at: Duration,
    /// The card sleeps: nothing can be read, and nothing gets hot.
    pub is_asleep: bool,
    /// Degrees Celsius of the die.
    pub temp_c: Metric<f64>,
    /// Degrees left until the card slows itself down.
    pub margin_c: Metric<f64>,
    /// Watts, averaged over a second.
    pub power_w: Metric<f64>,
    /// MHz of the multiprocessors.
    pub sm_mhz: Metric<u32>,
    /// Percent of the time in which something ran.
    pub busy_percent: Metric<u32>,
    /// Why clocks are held down.
    pub throttle: Metric<Throttle>,
    /// What feeds the machine.
    pub supply: Metric<Supply>,
    /// How the cap is carried out.
    pub hold: Hold,
}

impl Observation {
    /// What a sample tells a governor.
    #[must_use]
    pub fn new(sample: &Sample, hold: Hold) -> Self {
        Self {
            now: sample.at,
            read_at: sample.at,
            is_asleep: sample.state == State::Asleep,
            temp_c: sample.temp_c,
            margin_c: sample.margin_c,
            power_w: sample.power_w,
            sm_mhz: sample.sm_mhz,
            busy_percent: sample.busy_percent,
            throttle: sample.throttle,
            supply: sample.supply,
            hold,
        }
    }
}

/// Whether new work may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    Open,
    /// Not now; what runs goes on.
    Paused,
}

/// What keeps the cap where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The profile: heat has taken nothing of it.
    Profile,
    /// Heat, now or a while ago.
    Heat,
    /// A guard: see [`Decision::stage`].
    Guard,
}

/// What holds from now on.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Watts the card could have before.
    pub from_w: f64,
    /// Watts the card may have.
    pub cap_w: f64,
    /// Whether new work may begin.
    pub admission: Admission,
    /// The share of time our own work may run, beside the cap: 1 or less.
    pub pacing: f64,
    /// What runs must be cancelled.
    pub emergency: bool,
    /// Which guard stands, if any.
    pub stage: Stage,
    /// What keeps the cap where it is.
    pub bound: Bound,
    /// The card has drawn clearly more than its cap for ten seconds: whatever holds it does not.
    pub unheld: bool,
    /// Why the cap or the stage is another than before; `None` if both are the same.
    pub why: Option<Why>,
}

/// See the module. Pure: the same observations give the same decisions.
#[derive(Debug, Clone)]
pub struct Governor {
    settings: Settings,
    filter: Filter,
    sensor: Sensor,
    chip: ChipLimit,
    guard: Guard,
    ladder: Ladder,
    slowed: Since,
    excess: Since,
}

impl Governor {
    /// A governor that has seen nothing yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let usual = Settings::default();
        let or = |watts: f64, usual: f64| if is_watts(watts) { watts } else { usual };
        let settings = Settings {
            floor_w: or(settings.floor_w, usual.floor_w),
            ceiling_w: or(settings.ceiling_w, usual.ceiling_w),
            start_w: or(settings.start_w, usual.start_w),
            auto_resume: settings.auto_resume,
        };
        let (floor_w, ceiling_w) = settings.range_w();
        Self {
            settings,
            filter: Filter::default(),
            sensor: Sensor::default(),
            chip: ChipLimit::default(),
            guard: Guard::new(settings.auto_resume),
            ladder: Ladder::new(settings.start_w, floor_w, ceiling_w),
            slowed: Since::default(),
            excess: Since::default(),
        }
    }

    /// Another profile's watts; what is not a number above 0 changes nothing.
    pub fn set_ceiling(&mut self, watts: f64) {
        if is_watts(watts) {
            self.settings.ceiling_w = watts;
        }
    }

    /// Degrees Celsius below which a card is cool after an emergency.
    #[must_use]
    pub fn cool_c(&self) -> f64 {
        self.chip.limits().emergency_c - guard::EMERGENCY_CLEAR_C
    }

    /// A person has seen the emergency; it ends when the card is cool.
    pub fn acknowledge(&mut self) {
        self.guard.acknowledge();
    }

    /// A person wants everything to stop: an emergency from the next step on, however cool the card is.
    pub fn stop(&mut self) {
        self.guard.stop();
    }

    /// The temperature smoothed, and as predicted for a few seconds ahead; `None` before the first reading.
    #[must_use]
    pub fn temperature_c(&self) -> Option<(f64, f64)> {
        Some((self.filter.smooth_c()?, self.filter.predicted_c()?))
    }

    /// Decides for the second that begins.
    pub fn step(&mut self, seen: Observation) -> Decision {
        let before = (self.ladder.cap_w(), self.guard.stage());
        let power_w = self.plausible_power(seen.power_w);
        let reading = sensor::plausible(seen.temp_c);
        self.filter.step(seen.now, reading, power_w);
        let silence = if seen.is_asleep {
            self.sensor.rest();
            None
        } else {
            let heard = reading.map(|temp| (seen.read_at.min(seen.now), temp));
            self.sensor.step(seen.now, heard, self.filter.power_w())
        };
        let temp_c = reading.filter(|_| silence.is_none());
        let margin_c = temp_c.and_then(|temp| chip::plausible(temp, seen.margin_c));
        let limits = self.chip.step(temp_c, margin_c);
        let throttle = seen.throttle.fresh().unwrap_or_default();
        let guarded = self.guard.step(&Input {
            now: seen.now,
            is_asleep: seen.is_asleep,
            temp_c,
            reading_c: reading,
            margin_c,
            throttle,
            supply: seen.supply.fresh(),
            silence,
            limits,
        });
        let slow = throttle.has(Throttle::SW_THERMAL);
        let is_slowed = self.slowed.lasts(seen.now, slow) >= TICK;
        let (floor_w, ceiling_w) = self.settings.range_w();
        let moved = self.ladder.step(&Tick {
            now: seen.now,
            temp_c,
            predicted_c: self.filter.predicted_c(),
            warming_k: self.filter.warming_k(),
            is_slowed,
            is_binding: self.is_binding(&seen, power_w),
            is_guarded: self.guard.stage() != Stage::Steady,
            floor_w,
            ceiling_w,
            limits,
        });
        self.decision(&seen, power_w, before, guarded.or(moved))
    }

    /// Twice what the card may have is no reading.
    fn plausible_power(&self, power: Metric<f64>) -> Option<f64> {
        let most = 2.0 * self.settings.ceiling_w.max(self.settings.start_w);
        power.fresh().filter(|watts| (0.0..=most).contains(watts))
    }

    /// Whether the work uses the whole cap. What is not known is no.
    fn is_binding(&self, seen: &Observation, power_w: Option<f64>) -> bool {
        match seen.hold {
            Hold::Watts => {
                let smooth = self.filter.power_w().filter(|_| power_w.is_some());
                smooth.is_some_and(|watts| watts >= self.ladder.cap_w() - BINDING_W)
            }
            Hold::Clocks(ceiling) => {
                let is_busy = seen.busy_percent.fresh().is_some_and(|busy| busy > 50);
                let reached = |mhz: u32| mhz.saturating_add(BINDING_MHZ) >= ceiling;
                is_busy && seen.sm_mhz.fresh().is_some_and(reached)
            }
            Hold::Pacing(is_slowed) => is_slowed,
        }
    }

    fn is_over(&self, seen: &Observation, power_w: Option<f64>) -> bool {
        match seen.hold {
            Hold::Watts => power_w.is_some_and(|watts| watts > self.ladder.cap_w() + EXCESS_W),
            Hold::Clocks(ceiling) => {
                let over = |mhz: u32| mhz > ceiling.saturating_add(BINDING_MHZ);
                seen.sm_mhz.fresh().is_some_and(over)
            }
            Hold::Pacing(_) => false,
        }
    }

    fn decision(
        &mut self,
        seen: &Observation,
        power_w: Option<f64>,
        before: (f64, Stage),
        why: Option<Why>,
    ) -> Decision {
        let cap_w = self.ladder.cap_w();
        let stage = self.guard.stage();
        let is_other = (cap_w - before.0).abs() > f64::EPSILON || stage != before.1;
        let is_over = self.is_over(seen, power_w);
        let bound = if stage != Stage::Steady {
            Bound::Guard
        } else if self.ladder.is_heat() {
            Bound::Heat
        } else {
            Bound::Profile
        };
        Decision {
            from_w: before.0,
            cap_w,
            admission: if stage.admits() {
                Admission::Open
            } else {
                Admission::Paused
            },
            pacing: if stage.admits() { 1.0 } else { HALF_PACE },
            emergency: stage == Stage::Emergency,
            stage,
            bound,
            unheld: self.excess.lasts(seen.now, is_over) >= EXCESS_FOR,
            why: why.filter(|_| is_other),
        }
    }
}
