//! Where samples shall come from, as a user names it.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use super::nvml::{NvmlSource, Target};
use super::replay::Replay;
use super::simulated::Simulated;
use super::simulated::plant::{Parameters, Plant};
use super::simulated::workload::Workload;
use super::{Source, Which};

/// A source that can be opened.
#[derive(Debug, Clone)]
pub enum Choice {
    /// The driver.
    Nvml,
    /// A simulated laptop that works without a pause.
    Simulated(Parameters),
    /// A recording, at the pace it was made.
    Replay(Replay),
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        match (kind, rest) {
            ("nvml", "") => Ok(Self::Nvml),
            ("simulated", "") => Ok(Self::Simulated(Parameters::NOMINAL)),
            ("simulated", laptop) => {
                Parameters::named(laptop)
                    .map(Self::Simulated)
                    .ok_or_else(|| {
                        format!(
                            "no simulated laptop is named {laptop}; known are {}",
                            known()
                        )
                    })
            }
            ("replay", file) if !file.is_empty() => Replay::open(Path::new(file))
                .map(Self::Replay)
                .map_err(|error| error.to_string()),
            _ => Err(format!(
                "{text} is no source of samples; known are nvml, simulated[:LAPTOP] and replay:FILE"
            )),
        }
    }
}

fn known() -> String {
    Parameters::NAMED.map(|(name, _)| name).join(", ")
}

impl Choice {
    /// `nvml`, `simulated` or `replay`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Nvml => "nvml",
            Self::Simulated(_) => "simulated",
            Self::Replay(_) => "replay",
        }
    }

    /// How long there is something to sample, where that is known.
    #[must_use]
    pub fn length(&self) -> Option<Duration> {
        match self {
            Self::Replay(replay) => Some(replay.length()),
            _ => None,
        }
    }

    /// Makes the source; the driver is asked only when it is sampled.
    #[must_use]
    pub fn open(self, which: Which) -> Box<dyn Source> {
        match self {
            Self::Nvml => Box::new(NvmlSource::new(Target::of(which), None)),
            Self::Simulated(parameters) => Box::new(Simulated::new(
                Plant::new(parameters, 1),
                Workload::Constant,
            )),
            Self::Replay(replay) => Box::new(replay),
        }
    }
}
