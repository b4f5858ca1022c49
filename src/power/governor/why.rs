//! Why the governor did what it did, in the words of the log.

use std::fmt;

use super::guard::Stage;
use super::sensor::Silence;

/// The reason for one decision. Degrees are Celsius.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Why {
    /// The temperature predicted for a few seconds ahead is too high.
    Predicted {
        /// As predicted.
        predicted: f64,
        /// From where on the cap falls.
        limit: f64,
    },
    /// The temperature itself is at one of the limits above the ladder.
    Hot {
        /// As read.
        temp: f64,
        /// Which it has reached.
        limit: f64,
    },
    /// The work uses the whole cap, and there is room for more.
    Room {
        /// As predicted.
        predicted: f64,
        /// Up to where the cap may rise.
        limit: f64,
    },
    /// The profile's watts.
    Profile(f64),
    /// Degrees left until the chip slows itself down.
    Margin(f64),
    /// The chip says that it slows down because it is too hot.
    HardwareSlowdown,
    /// The driver holds clocks down because of heat.
    DriverSlowdown,
    /// The platform pulled the power brake.
    Brake,
    /// The charger is too small for the load.
    Undersized,
    /// A person wants everything to stop.
    Stopped,
    /// The temperature is not known.
    Silent(Silence),
    /// What this guard stood for is over.
    Over(Stage),
}

impl Why {
    /// Who is behind it: `thermal`, `profile`, `chip`, `platform`, `sensor` or `person`.
    #[must_use]
    pub fn by(&self) -> &'static str {
        match self {
            Self::Predicted { .. } | Self::Hot { .. } | Self::Room { .. } | Self::Over(_) => {
                "thermal"
            }
            Self::Profile(_) => "profile",
            Self::Margin(_) | Self::HardwareSlowdown | Self::DriverSlowdown => "chip",
            Self::Brake | Self::Undersized => "platform",
            Self::Silent(_) => "sensor",
            Self::Stopped => "person",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Predicted { predicted, limit } => {
                write!(f, "predicted {predicted:.1} C, limit {limit:.1}")
            }
            Self::Hot { temp, limit } => write!(f, "{temp:.0} C, limit {limit:.0}"),
            Self::Room { predicted, limit } => {
                write!(
                    f,
                    "all of it used, predicted {predicted:.1} C, room up to {limit:.1}"
                )
            }
            Self::Profile(watts) => write!(f, "the profile allows {watts:.0} W"),
            Self::Margin(margin) => write!(f, "{margin:.0} degrees left to the chip's own limit"),
            Self::HardwareSlowdown => f.write_str("the chip slows itself down because of heat"),
            Self::DriverSlowdown => f.write_str("the driver holds clocks down because of heat"),
            Self::Brake => f.write_str("the platform pulled the power brake"),
            Self::Undersized => f.write_str("the charger is too small for the load"),
            Self::Stopped => f.write_str("stopped by hand"),
            Self::Silent(Silence::Missing) => f.write_str("no temperature for 3 s"),
            Self::Silent(Silence::Stuck) => {
                f.write_str("the temperature does not move although the power does")
            }
            Self::Over(Stage::FailSafe) => f.write_str("the temperature is known again"),
            Self::Over(Stage::Braked) => f.write_str("the power supply is as it should be"),
            Self::Over(_) => f.write_str("cool again"),
        }
    }
}
