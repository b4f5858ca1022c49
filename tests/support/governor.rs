//! A governor with a clock of its own, and a busy card that draws all it may.
#![allow(dead_code, clippy::unwrap_used)]

use std::time::Duration;

use smelt::gpu::sample::State;
use smelt::gpu::{Metric, Sample};
use smelt::power::governor::{Decision, Governor, Hold, Observation, Settings};

pub const MAX: Settings = Settings {
    floor_w: 80.0,
    ceiling_w: 150.0,
    start_w: 140.0,
    auto_resume: false,
};

/// A governor, its clock, and a card that always draws what it may.
pub struct Bench {
    pub governor: Governor,
    pub second: u64,
    pub last: Option<Decision>,
}

impl Bench {
    pub fn new(settings: Settings) -> Self {
        Self {
            governor: Governor::new(settings),
            second: 0,
            last: None,
        }
    }

    pub fn cap_w(&self) -> f64 {
        self.last.as_ref().map_or(140.0, |decision| decision.cap_w)
    }

    /// A busy card at so many degrees.
    pub fn seen(&self, temp_c: f64) -> Observation {
        let mut sample = Sample::unknown(Duration::from_secs(self.second), State::Healthy);
        sample.temp_c = Metric::Value(temp_c);
        sample.power_w = Metric::Value(self.cap_w());
        sample.busy_percent = Metric::Value(97);
        Observation::new(&sample, Hold::Watts)
    }

    pub fn step(&mut self, seen: Observation) -> Decision {
        let decision = self.governor.step(Observation {
            now: Duration::from_secs(self.second),
            read_at: Duration::from_secs(self.second),
            ..seen
        });
        self.second += 1;
        self.last = Some(decision.clone());
        decision
    }

    pub fn at(&mut self, temp_c: f64) -> Decision {
        self.step(self.seen(temp_c))
    }

    pub fn hold(&mut self, temp_c: f64, seconds: u64) -> Decision {
        let decisions = (0..seconds).map(|_| self.at(temp_c));
        decisions.last().unwrap()
    }

    /// Seconds at this temperature until it is so.
    pub fn until(&mut self, temp_c: f64, is_so: impl Fn(&Decision) -> bool) -> u64 {
        (0..10_000).find(|_| is_so(&self.at(temp_c))).unwrap()
    }
}
