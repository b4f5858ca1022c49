//! Platform profiles as an actuator: a few steps of the whole machine, of which the best that fits the wish is taken.

use std::time::Duration;

use super::actuator::{Actuator, Outcome};
use super::writer::{Part, Refusal};
use super::{Shared, lock};
use crate::gpu::Sample;

/// What users call it.
pub(super) const NAME: &str = "platform profile";

/// The most watts a laptop's card draws in each profile: what owners of such machines measured with nvidia-powerd
/// running (quiet 80, balanced 80-95, performance 115-130); the others are placed between by their names.
const MOST_WATTS: [(&str, f64); 6] = [
    ("low-power", 60.0),
    ("quiet", 80.0),
    ("cool", 80.0),
    ("balanced", 95.0),
    ("balanced-performance", 115.0),
    ("performance", 130.0),
];

/// The profile for so many watts: the strongest that stays below, or the weakest there is. `None` where no choice has
/// a name we know the watts of.
#[must_use]
pub fn nearest(choices: &[String], watts: f64) -> Option<&'static str> {
    let known = || {
        MOST_WATTS
            .iter()
            .filter(|(name, _)| choices.iter().any(|choice| choice == name))
    };
    let fits = known().rfind(|(_, most)| *most <= watts);
    fits.or_else(|| known().next()).map(|(name, _)| *name)
}

/// Chooses the platform's profile.
pub struct PlatformProfile {
    writer: Shared,
}

impl PlatformProfile {
    /// Writes through `writer`.
    #[must_use]
    pub fn new(writer: Shared) -> Self {
        Self { writer }
    }

    fn choose(&self, watts: f64) -> Result<Outcome, Refusal> {
        let mut writer = lock(&self.writer);
        let profiles = writer.profiles()?;
        let Some(name) = nearest(&profiles.choices, watts) else {
            return Ok(Outcome::Refused(format!(
                "it is not known how many watts these profiles allow: {}",
                profiles.choices.join(", ")
            )));
        };
        if profiles.current == name {
            return Ok(Outcome::Applied(None));
        }
        let now = writer.set_profile(name)?;
        Ok(if now == name {
            Outcome::Applied(None)
        } else {
            Outcome::Refused(format!("the platform was told {name} and stays at {now}"))
        })
    }
}

impl Actuator for PlatformProfile {
    fn name(&self) -> &'static str {
        NAME
    }

    fn probe(&mut self) -> Result<(), String> {
        lock(&self.writer)
            .probe(Part::PlatformProfile)
            .map_err(|refusal| refusal.text)
    }

    fn hold(&mut self, watts: f64) -> Outcome {
        self.choose(watts)
            .unwrap_or_else(|refusal| Outcome::Refused(refusal.text))
    }

    fn observe(&mut self, _sample: &Sample, _now: Duration) {}

    fn restore(&mut self) -> Result<(), String> {
        lock(&self.writer)
            .put_back(Part::PlatformProfile)
            .map_err(|refusal| refusal.text)
    }
}
