//! The governor, or a cap that never moves, on a simulated laptop: one run and what came of it.

pub mod command;
mod parallel;
pub mod report;
mod table;
mod tally;
pub mod trouble;

use std::time::Duration;

use serde::Serialize;

pub use self::tally::Outcome;
use self::tally::Tally;
use self::trouble::Trouble;
use super::governor::{Decision, Governor, Hold, Observation, Settings, Why};
use super::pacing::Draw;
use crate::gpu::simulated::Simulated;
use crate::gpu::simulated::plant::{IDLE_W, Parameters, Plant};
use crate::gpu::simulated::workload::Workload;
use crate::gpu::{Sample, Source};

/// Parts of a second in which the true temperature is looked at.
const PARTS: u32 = 10;

/// What is run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scenario {
    /// Which laptop.
    pub plant: Parameters,
    /// For its noise.
    pub seed: u64,
    /// What it does.
    pub workload: Workload,
    /// Who holds it.
    pub control: Control,
    /// Seconds.
    pub length: u32,
    /// What goes wrong, and after how many seconds.
    pub trouble: Option<(Trouble, u32)>,
}

/// Who holds the card.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Control {
    /// A governor.
    Governor(Settings),
    /// A cap that never moves, in watts.
    Fixed(f64),
}

/// Something the governor did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// Milliseconds since the beginning.
    pub mono_ms: u64,
    /// What the sensor said.
    pub temp_c: Option<f64>,
    /// Watts before.
    pub from_w: f64,
    /// Watts from now on.
    pub to_w: f64,
    /// Which guard stands, if any.
    pub stage: &'static str,
    /// Who is behind it.
    pub by: &'static str,
    /// The reason.
    pub why: String,
}

impl Event {
    fn new(sample: &Sample, decision: &Decision, why: Why) -> Self {
        Self {
            mono_ms: u64::try_from(sample.at.as_millis()).unwrap_or(u64::MAX),
            temp_c: sample.temp_c.fresh(),
            from_w: decision.from_w,
            to_w: decision.cap_w,
            stage: decision.stage.name(),
            by: why.by(),
            why: why.to_string(),
        }
    }
}

/// Runs a scenario to its end; `heard` gets every event.
pub fn run(scenario: &Scenario, mut heard: impl FnMut(Event)) -> Outcome {
    let plant = Plant::new(scenario.plant, scenario.seed);
    let mut laptop = Simulated::new(plant, scenario.workload);
    let mut hands = match scenario.control {
        Control::Governor(settings) => Some(Hands::new(settings)),
        Control::Fixed(watts) => {
            laptop.plant.limit_w = watts;
            None
        }
    };
    let mut tally = Tally::default();
    for second in 0..scenario.length {
        if let Some((trouble, at)) = scenario.trouble
            && at == second
        {
            trouble.befall(&mut laptop.plant);
            tally.trouble(second);
        }
        if let Some(hands) = &mut hands {
            let sample = laptop.sample(Duration::from_secs(second.into()));
            let decision = hands.step(&sample, &mut laptop);
            tally.decided(second, &decision);
            if let Some(why) = decision.why {
                heard(Event::new(&sample, &decision, why));
            }
        }
        for _ in 0..PARTS {
            laptop.advance(1.0 / f64::from(PARTS));
            tally.saw(second, &laptop);
        }
    }
    tally.outcome(scenario.length)
}

/// A governor and what carries its decisions out: a limit in watts, and pacing once the limit has shown that it holds
/// nothing. Work goes on even where the governor would have it cancelled, which is the worse case.
struct Hands {
    governor: Governor,
    is_pacing: bool,
}

impl Hands {
    fn new(settings: Settings) -> Self {
        Self {
            governor: Governor::new(settings),
            is_pacing: false,
        }
    }

    fn step(&mut self, sample: &Sample, laptop: &mut Simulated) -> Decision {
        let hold = if self.is_pacing {
            Hold::Pacing(laptop.pacing < 1.0)
        } else {
            Hold::Watts
        };
        let decision = self.governor.step(Observation::new(sample, hold));
        self.is_pacing |= decision.unheld;
        laptop.plant.limit_w = decision.cap_w;
        laptop.pacing = decision.pacing;
        if self.is_pacing {
            let draw = Draw {
                idle: IDLE_W,
                full: laptop.phase().demand_w().min(laptop.plant.in_force_w()),
            };
            laptop.pacing *= draw.duty(decision.cap_w);
        }
        decision
    }
}
