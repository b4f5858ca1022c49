//! Where samples shall come from, as a user names it.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use super::nvml::{NvmlSource, Target};
use super::replay::Replay;
use super::simulated::plant::{Parameters, Plant};
use super::simulated::workload::Workload;
use super::simulated::{Laptop, Simulated};
use super::{Source, Which};

/// A source that can be opened.
#[derive(Debug, Clone)]
pub struct Choice {
    kind: Kind,
    /// How many times as fast as the clock on the wall its time runs; 1 for the driver.
    pub speed: f64,
}

#[derive(Debug, Clone)]
enum Kind {
    /// The driver.
    Nvml,
    /// A simulated laptop that works without a pause.
    Simulated(Parameters),
    /// A recording, at the pace it was made.
    Replay(Replay),
}

/// The fastest a simulated or recorded clock may run: four samples a second are then one a millisecond.
const MOST_SPEED: f64 = 250.0;

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let whole = |kind| Self { kind, speed: 1.0 };
        match kind(text) {
            // A file may be named like that.
            Ok(kind) => Ok(whole(kind)),
            Err(why) => {
                let (name, speed) = text.rsplit_once('@').ok_or(&why)?;
                let speed = speed.parse().ok();
                let speed = speed
                    .filter(|speed| (0.1..=MOST_SPEED).contains(speed))
                    .ok_or_else(|| format!("{text}: after @ stands how many times as fast as the clock, 0.1 to {MOST_SPEED}"))?;
                match kind(name)? {
                    Kind::Nvml => Err("nvml runs as fast as the clock; no @ behind it".to_owned()),
                    kind => Ok(Self { kind, speed }),
                }
            }
        }
    }
}

fn kind(text: &str) -> Result<Kind, String> {
    let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
    match (kind, rest) {
        ("nvml", "") => Ok(Kind::Nvml),
        ("simulated", "") => Ok(Kind::Simulated(Parameters::NOMINAL)),
        ("simulated", laptop) => Parameters::named(laptop)
            .map(Kind::Simulated)
            .ok_or_else(|| {
                format!(
                    "no simulated laptop is named {laptop}; known are {}",
                    known()
                )
            }),
        ("replay", file) if !file.is_empty() => Replay::open(Path::new(file))
            .map(Kind::Replay)
            .map_err(|error| error.to_string()),
        _ => Err(format!(
            "{text} is no source of samples; known are nvml, simulated[:LAPTOP][@SPEED] and replay:FILE[@SPEED]"
        )),
    }
}

fn known() -> String {
    Parameters::NAMED.map(|(name, _)| name).join(", ")
}

impl Choice {
    /// `nvml`, `simulated` or `replay`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.kind {
            Kind::Nvml => "nvml",
            Kind::Simulated(_) => "simulated",
            Kind::Replay(_) => "replay",
        }
    }

    /// Whether it is a card, and not a simulated or recorded one.
    #[must_use]
    pub fn is_card(&self) -> bool {
        matches!(self.kind, Kind::Nvml)
    }

    /// The simulated laptop, to be set and read, if that is what was chosen.
    #[must_use]
    pub fn laptop(&self) -> Option<Laptop> {
        match self.kind {
            Kind::Simulated(parameters) => Some(Laptop::new(Simulated::new(
                Plant::new(parameters, 1),
                Workload::Constant,
            ))),
            _ => None,
        }
    }

    /// How long there is something to sample, where that is known.
    #[must_use]
    pub fn length(&self) -> Option<Duration> {
        match &self.kind {
            Kind::Replay(replay) => Some(replay.length()),
            _ => None,
        }
    }

    /// Makes the source; the driver is asked only when it is sampled.
    #[must_use]
    pub fn open(self, which: Which) -> Box<dyn Source> {
        match self.kind {
            Kind::Nvml => Box::new(NvmlSource::new(Target::of(which), None)),
            Kind::Simulated(parameters) => Box::new(Simulated::new(
                Plant::new(parameters, 1),
                Workload::Constant,
            )),
            Kind::Replay(replay) => Box::new(replay),
        }
    }
}
