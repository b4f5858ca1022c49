//! Writing from this process: to the driver, or through a card that hands its writes to `sudo`, and to sysfs.

use std::sync::{Arc, Mutex};

use super::ledger::{Found, Ledger};
use super::lock;
use super::probe::{no_clocks, probe};
use super::sysfs::PlatformFiles;
use super::wish::Wish;
use super::writer::{Code, Limits, Part, Profiles, Refusal, Via, Writer};
use crate::gpu::Card;

/// A card and the platform, with the ledger all ways of this process share.
pub struct Local {
    via: Via,
    card: Box<dyn Card>,
    platform: PlatformFiles,
    ledger: Arc<Mutex<Ledger>>,
}

impl Local {
    /// Writes to `card` and to the platform's files.
    #[must_use]
    pub fn new(
        via: Via,
        card: Box<dyn Card>,
        platform: PlatformFiles,
        ledger: Arc<Mutex<Ledger>>,
    ) -> Self {
        Self {
            via,
            card,
            platform,
            ledger,
        }
    }

    /// Notes how a part was found, then writes. A write that was refused outright leaves no note that was not there
    /// before; of one that failed otherwise nobody knows whether it took, so its note stays.
    fn change(
        &mut self,
        part: Part,
        found: Found,
        write: impl Fn(&mut Self) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let is_new = lock(&self.ledger).found(part).is_none();
        lock(&self.ledger).note(part, found)?;
        let written = write(self).or_else(|refusal| match refusal.code {
            // A failure that may pass gets a second chance; the card is looked for anew.
            Code::Failed => write(self),
            _ => Err(refusal),
        });
        let refused = matches!(&written, Err(refusal) if refusal.code != Code::Failed);
        if refused && is_new {
            lock(&self.ledger).forget(part)?;
        }
        written
    }

    fn found(&self) -> Found {
        Found {
            via: self.via,
            watts: None,
            profile: None,
        }
    }

    fn write_back(&mut self, part: Part, found: &Found) -> Result<(), Refusal> {
        match part {
            Part::PowerLimit => match found.watts {
                Some(watts) => Ok(self.card.set_power_limit_mw(milliwatts(watts))?),
                None => Ok(()),
            },
            Part::LockedClocks => Ok(self.card.reset_clocks()?),
            Part::PlatformProfile => match &found.profile {
                Some(name) => self.platform.write(name),
                None => Ok(()),
            },
        }
    }

    /// Puts everything back that this way has set.
    pub fn put_all_back(&mut self) -> Result<(), Refusal> {
        let mut all = Ok(());
        let parts = lock(&self.ledger).parts();
        for part in parts {
            if let Err(refusal) = self.put_back(part) {
                tracing::error!(?part, why = %refusal, "a setting was not put back");
                all = Err(refusal);
            }
        }
        all
    }
}

/// Watts as the driver counts them.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn milliwatts(watts: f64) -> u32 {
    // The cast ends at a u32's ends and makes 0 of what is not a number, which every driver refuses.
    (watts * 1000.0).round() as u32
}

fn watts(milliwatts: u32) -> f64 {
    f64::from(milliwatts) / 1000.0
}

impl Writer for Local {
    fn via(&self) -> Via {
        self.via
    }

    fn limits(&mut self) -> Result<Limits, Refusal> {
        let card = &mut self.card;
        Ok(Limits {
            enforced: watts(card.enforced_power_limit_mw()?),
            default: card.default_power_limit_mw().ok().map(watts),
            range: card
                .power_limit_range_mw()
                .ok()
                .map(|(least, most)| (watts(least), watts(most))),
        })
    }

    fn set_power_limit(&mut self, limit: f64) -> Result<f64, Refusal> {
        let found = Found {
            watts: Some(self.limits()?.enforced),
            ..self.found()
        };
        self.change(Part::PowerLimit, found, |local| {
            Ok(local.card.set_power_limit_mw(milliwatts(limit))?)
        })?;
        Ok(self.limits()?.enforced)
    }

    fn clocks(&mut self) -> Result<Vec<u32>, Refusal> {
        Ok(self.card.supported_sm_clocks_mhz()?)
    }

    fn lock_clocks(&mut self, ceiling: u32) -> Result<(), Refusal> {
        let clocks = self.clocks()?;
        let Some(least) = clocks.first().copied() else {
            return Err(no_clocks());
        };
        let found = self.found();
        self.change(Part::LockedClocks, found, |local| {
            Ok(local.card.lock_clocks_mhz(least.min(ceiling), ceiling)?)
        })
    }

    fn profiles(&mut self) -> Result<Profiles, Refusal> {
        self.platform.read()
    }

    fn set_profile(&mut self, name: &str) -> Result<String, Refusal> {
        let found = Found {
            profile: Some(self.platform.read()?.current),
            ..self.found()
        };
        self.change(Part::PlatformProfile, found, |local| {
            local.platform.write(name)
        })?;
        Ok(self.platform.read()?.current)
    }

    fn probe(&mut self, part: Part) -> Result<(), Refusal> {
        let is_set = lock(&self.ledger)
            .found(part)
            .is_some_and(|found| found.via == self.via);
        // What is set can be set; and setting it to something else would undo it.
        if is_set { Ok(()) } else { probe(self, part) }
    }

    fn put_back(&mut self, part: Part) -> Result<(), Refusal> {
        let found = lock(&self.ledger).found(part).cloned();
        let Some(found) = found.filter(|found| found.via == self.via) else {
            return Ok(());
        };
        self.write_back(part, &found)?;
        lock(&self.ledger).forget(part)
    }

    fn keep(&mut self) -> Result<(), Refusal> {
        lock(&self.ledger).keep()
    }

    fn tell(&mut self, wish: &Wish) -> Result<(), Refusal> {
        lock(&self.ledger).tell(wish)
    }

    fn beat(&mut self) -> Result<(), Refusal> {
        Ok(())
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        if !lock(&self.ledger).is_kept() {
            // What went wrong has been logged; the next start finds the ledger.
            self.put_all_back().ok();
        }
    }
}
