//! What can be set on a card and read back: the interface between the power room's actuators and the driver.

use std::fmt;

use super::error::GpuError;

/// Which card is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Its place in the driver's list, from 0.
    Index(u32),
    /// `GPU-...`, the same after a driver reset.
    Uuid(String),
}

impl Default for Which {
    fn default() -> Self {
        Self::Index(0)
    }
}

impl Which {
    /// A number is a place, anything else a UUID.
    #[must_use]
    pub fn of(text: &str) -> Self {
        text.parse()
            .map_or_else(|_| Self::Uuid(text.to_owned()), Self::Index)
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "{index}"),
            Self::Uuid(uuid) => f.write_str(uuid),
        }
    }
}

/// A card's settings. That a value can be read says nothing about whether it can be set: only a write and its reading
/// back do. All calls answer at once or within milliseconds; a call on a lost card fails with [`GpuError::Lost`].
pub trait Card: Send {
    /// Milliwatts the card holds itself to; laptops report it where they hide every other limit.
    fn enforced_power_limit_mw(&mut self) -> Result<u32, GpuError>;

    /// Milliwatts after a restart.
    fn default_power_limit_mw(&mut self) -> Result<u32, GpuError>;

    /// Least and most milliwatts the firmware names; laptops name them and take none.
    fn power_limit_range_mw(&mut self) -> Result<(u32, u32), GpuError>;

    /// Holds the board to so many milliwatts.
    fn set_power_limit_mw(&mut self, limit: u32) -> Result<(), GpuError>;

    /// MHz the multiprocessors can be locked to, highest memory clock, ascending.
    fn supported_sm_clocks_mhz(&mut self) -> Result<Vec<u32>, GpuError>;

    /// MHz the multiprocessors run at now.
    fn sm_clock_mhz(&mut self) -> Result<u32, GpuError>;

    /// Keeps the multiprocessors between so many MHz. The driver has no call that tells what is locked.
    fn lock_clocks_mhz(&mut self, min: u32, max: u32) -> Result<(), GpuError>;

    /// Takes every lock of clocks away.
    fn reset_clocks(&mut self) -> Result<(), GpuError>;

    /// Degrees Celsius the card's own regulator aims at.
    fn target_temperature_c(&mut self) -> Result<u32, GpuError>;

    /// Least and most degrees Celsius it may aim at.
    fn target_temperature_range_c(&mut self) -> Result<(u32, u32), GpuError>;

    /// Sets what the card's own regulator aims at.
    fn set_target_temperature_c(&mut self, degrees: u32) -> Result<(), GpuError>;
}
