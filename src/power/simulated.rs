//! A simulated laptop as something to write to: it takes power limits and clock ceilings, and has no platform profiles.

use super::wish::Wish;
use super::writer::{Code, Limits, Part, Profiles, Refusal, Via, Writer};
use crate::gpu::simulated::Laptop;
use crate::gpu::simulated::plant::FULL_W;

/// MHz a simulated card can be locked to.
const CLOCKS_MHZ: std::ops::RangeInclusive<u32> = 210..=2100;
const STEP_MHZ: usize = 15;

/// See the module. What is set goes back when this is dropped, and is never kept.
pub struct LaptopWriter(Laptop);

impl LaptopWriter {
    /// Writes to this laptop.
    #[must_use]
    pub fn new(laptop: Laptop) -> Self {
        Self(laptop)
    }
}

fn no_profiles() -> Refusal {
    Refusal::new(
        Code::NotSupported,
        "a simulated laptop has no platform profiles",
    )
}

impl Writer for LaptopWriter {
    fn via(&self) -> Via {
        Via::Direct
    }

    fn probe(&mut self, part: Part) -> Result<(), Refusal> {
        match part {
            Part::PowerLimit | Part::LockedClocks => Ok(()),
            Part::PlatformProfile => Err(no_profiles()),
        }
    }

    fn limits(&mut self) -> Result<Limits, Refusal> {
        Ok(Limits {
            enforced: self.0.lock().plant.in_force_w(),
            default: Some(FULL_W),
            range: Some((5.0, 175.0)),
        })
    }

    fn set_power_limit(&mut self, watts: f64) -> Result<f64, Refusal> {
        let plant = &mut self.0.lock().plant;
        plant.limit_w = watts;
        // A platform with a limit of its own answers with that.
        Ok(plant.platform_w.unwrap_or(watts))
    }

    fn clocks(&mut self) -> Result<Vec<u32>, Refusal> {
        Ok(CLOCKS_MHZ.step_by(STEP_MHZ).collect())
    }

    fn lock_clocks(&mut self, ceiling: u32) -> Result<(), Refusal> {
        self.0.lock().plant.ceiling_mhz = Some(ceiling);
        Ok(())
    }

    fn profiles(&mut self) -> Result<Profiles, Refusal> {
        Err(no_profiles())
    }

    fn set_profile(&mut self, _name: &str) -> Result<String, Refusal> {
        Err(no_profiles())
    }

    fn put_back(&mut self, part: Part) -> Result<(), Refusal> {
        let plant = &mut self.0.lock().plant;
        match part {
            Part::PowerLimit => plant.limit_w = FULL_W,
            Part::LockedClocks => plant.ceiling_mhz = None,
            Part::PlatformProfile => {}
        }
        Ok(())
    }

    fn keep(&mut self) -> Result<(), Refusal> {
        Ok(())
    }

    fn tell(&mut self, _wish: &Wish) -> Result<(), Refusal> {
        Ok(())
    }

    fn beat(&mut self) -> Result<(), Refusal> {
        Ok(())
    }
}

impl Drop for LaptopWriter {
    fn drop(&mut self) {
        let plant = &mut self.0.lock().plant;
        plant.limit_w = FULL_W;
        plant.ceiling_mhz = None;
    }
}
