//! Where samples shall come from, as a user names it.

use std::str::FromStr;

use super::nvml::{NvmlSource, Target};
use super::simulated::Simulated;
use super::simulated::plant::{Parameters, Plant};
use super::simulated::workload::Workload;
use super::{Source, Which};

/// A source that can be opened.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// The driver.
    Nvml,
    /// A simulated laptop that works without a pause.
    Simulated(Parameters),
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
            _ => Err(format!(
                "{text} is no source of samples; known are nvml and simulated[:LAPTOP]"
            )),
        }
    }
}

fn known() -> String {
    Parameters::NAMED.map(|(name, _)| name).join(", ")
}

impl Choice {
    /// `nvml` or `simulated`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Nvml => "nvml",
            Self::Simulated(_) => "simulated",
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
        }
    }
}
