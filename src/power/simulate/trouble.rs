//! What can go wrong on a simulated laptop, and what a governor made of it.

use serde::Serialize;

use super::{Control, Outcome, Scenario, run};
use crate::gpu::simulated::plant::{Parameters, Plant, Sensor};
use crate::gpu::simulated::workload::Workload;
use crate::power::governor::Settings;

/// One thing that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trouble {
    /// The sensor says nothing any more.
    Silent,
    /// The sensor says so many degrees from now on.
    Reads(f64),
    /// The platform holds a limit of its own, whatever is asked for.
    Platform(f64),
}

impl Trouble {
    /// What the report shows, with how it is named there.
    pub const SHOWN: [(&'static str, Self); 5] = [
        ("sensor silent", Self::Silent),
        ("sensor stuck at 65 C", Self::Reads(65.0)),
        ("sensor reads 95 C", Self::Reads(95.0)),
        ("limit ignored", Self::Platform(150.0)),
        ("platform keeps 115 W", Self::Platform(115.0)),
    ];

    pub(super) fn befall(self, plant: &mut Plant) {
        match self {
            Self::Silent => plant.sensor = Sensor::Silent,
            Self::Reads(degrees) => plant.sensor = Sensor::Stuck(degrees),
            Self::Platform(watts) => plant.platform_w = Some(watts),
        }
    }
}

/// What became of one trouble, in the hot room under constant load, half an hour after the beginning.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TroubleRow {
    /// What went wrong.
    pub trouble: &'static str,
    /// Seconds until a guard stood, or the limit was given up for pacing.
    pub reaction_s: Option<u32>,
    /// Highest true temperature from then on.
    pub max_c: f64,
    /// Seconds above 80 degrees from then on.
    pub over_80_s: f64,
}

const AT: u32 = 1800;

/// Lets one trouble befall a laptop.
#[must_use]
pub fn befall(name: &'static str, trouble: Trouble, settings: Settings, seed: u64) -> TroubleRow {
    let plant = Parameters::named("hot-room").unwrap_or(Parameters::NOMINAL);
    let scenario = Scenario {
        plant,
        seed,
        workload: Workload::Constant,
        control: Control::Governor(settings),
        length: 2 * AT,
        trouble: Some((trouble, AT)),
    };
    let Outcome { trouble, .. } = run(&scenario, |_| {});
    TroubleRow {
        trouble: name,
        reaction_s: trouble.reaction_s,
        max_c: trouble.max_c,
        over_80_s: trouble.over_80_s,
    }
}
