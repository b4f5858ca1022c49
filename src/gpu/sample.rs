//! One sample of the card: every reading with its unit, each known or not by itself.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Metric;

/// Why clocks are held down: NVML's bits (`nvmlClocksThrottleReasons`), in words where a person reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Throttle(pub u64);

impl Throttle {
    /// The driver holds the power limit.
    pub const SW_POWER_CAP: u64 = 0x4;
    /// The hardware slows down for any reason.
    pub const HW_SLOWDOWN: u64 = 0x8;
    /// The driver holds the temperature limit.
    pub const SW_THERMAL: u64 = 0x20;
    /// The hardware slows down because it is too hot.
    pub const HW_THERMAL: u64 = 0x40;
    /// The platform pulled the power brake.
    pub const HW_POWER_BRAKE: u64 = 0x80;

    const WORDS: [(u64, &'static str); 9] = [
        (0x1, "idle"),
        (0x2, "locked_clocks"),
        (Self::SW_POWER_CAP, "sw_power_cap"),
        (Self::HW_SLOWDOWN, "hw_slowdown"),
        (0x10, "sync_boost"),
        (Self::SW_THERMAL, "sw_thermal"),
        (Self::HW_THERMAL, "hw_thermal"),
        (Self::HW_POWER_BRAKE, "hw_power_brake"),
        (0x100, "display_clocks"),
    ];

    /// Whether any of the bits is set.
    #[must_use]
    pub fn has(self, bits: u64) -> bool {
        self.0 & bits != 0
    }

    /// The names of the set bits, in the driver's order.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        let set = Self::WORDS
            .into_iter()
            .filter(move |(bit, _)| self.has(*bit));
        set.map(|(_, word)| word)
    }

    /// The bits of such names; unknown ones are left out.
    #[must_use]
    pub fn named<S: AsRef<str>>(words: &[S]) -> Self {
        let bit = |word: &S| {
            let known = Self::WORDS.into_iter();
            let mut found = known.filter(|(_, name)| *name == word.as_ref());
            found.next().map_or(0, |(bit, _)| bit)
        };
        Self(words.iter().fold(0, |bits, word| bits | bit(word)))
    }
}

/// Which card it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// As the driver names it.
    pub name: String,
    /// `GPU-...`; empty when unknown.
    pub uuid: String,
    /// Version of the driver; empty when unknown.
    pub driver: String,
    /// PCI address as sysfs spells it, `0000:01:00.0`; empty when unknown.
    pub pci: String,
}

/// The card at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// When, on a monotonic clock since the program began.
    pub at: Duration,
    /// Whether there is a card, and why not.
    pub state: State,
    /// Degrees Celsius of the die.
    pub temp_c: Metric<f64>,
    /// Degrees left to the end of the range the chip is made for; a little below 0 it slows itself down.
    pub margin_c: Metric<f64>,
    /// Watts, averaged over a second.
    pub power_w: Metric<f64>,
    /// Watts at this instant.
    pub power_now_w: Metric<f64>,
    /// Watts the card holds itself to.
    pub enforced_w: Metric<f64>,
    /// Watts somebody asked for; laptops do not say.
    pub requested_w: Metric<f64>,
    /// Watts after a restart.
    pub default_w: Metric<f64>,
    /// Least and most watts the card's firmware names; that it takes them is not said.
    pub range_w: Metric<(f64, f64)>,
    /// MHz of the multiprocessors.
    pub sm_mhz: Metric<u32>,
    /// MHz of the memory.
    pub memory_mhz: Metric<u32>,
    /// Why clocks are held down.
    pub throttle: Metric<Throttle>,
    /// Percent of the time in which something ran.
    pub busy_percent: Metric<u32>,
    /// MiB in use.
    pub memory_used_mib: Metric<u64>,
    /// MiB there are.
    pub memory_total_mib: Metric<u64>,
    /// Joules since the driver was loaded.
    pub energy_j: Metric<f64>,
    /// Percent.
    pub fan_percent: Metric<u32>,
    /// What feeds the machine.
    pub supply: Metric<Supply>,
}

/// What feeds the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Supply {
    /// The mains.
    Mains,
    /// The battery.
    Battery,
    /// A charger too small for the load.
    Undersized,
}

/// Whether there is a card to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// No driver, no library or no card; the text says which.
    Absent(String),
    /// It answers.
    Healthy,
    /// So many failures in a row.
    Degraded(u32),
    /// It was there and is gone; it is looked for again.
    Lost,
    /// It sleeps, and asking would wake it.
    Asleep,
}

impl State {
    /// One word for logs.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Absent(_) => "absent",
            Self::Healthy => "healthy",
            Self::Degraded(_) => "degraded",
            Self::Lost => "lost",
            Self::Asleep => "asleep",
        }
    }

    /// The state of that word; how often it failed is not in it.
    #[must_use]
    pub fn named(word: &str, why: Option<&str>) -> Self {
        match word {
            "healthy" => Self::Healthy,
            "degraded" => Self::Degraded(1),
            "lost" => Self::Lost,
            "asleep" => Self::Asleep,
            _ => Self::Absent(why.unwrap_or_default().to_owned()),
        }
    }
}

impl Sample {
    /// A sample in which nothing is known.
    #[must_use]
    pub fn unknown(at: Duration, state: State) -> Self {
        Self {
            at,
            state,
            temp_c: Metric::Unsupported,
            margin_c: Metric::Unsupported,
            power_w: Metric::Unsupported,
            power_now_w: Metric::Unsupported,
            enforced_w: Metric::Unsupported,
            requested_w: Metric::Unsupported,
            default_w: Metric::Unsupported,
            range_w: Metric::Unsupported,
            sm_mhz: Metric::Unsupported,
            memory_mhz: Metric::Unsupported,
            throttle: Metric::Unsupported,
            busy_percent: Metric::Unsupported,
            memory_used_mib: Metric::Unsupported,
            memory_total_mib: Metric::Unsupported,
            energy_j: Metric::Unsupported,
            fan_percent: Metric::Unsupported,
            supply: Metric::Unsupported,
        }
    }

    /// The same sample at a later moment, without anything having been read again.
    #[must_use]
    pub fn aged(self, now: Duration) -> Self {
        let by = now.saturating_sub(self.at);
        Self {
            at: now,
            temp_c: self.temp_c.aged(by),
            margin_c: self.margin_c.aged(by),
            power_w: self.power_w.aged(by),
            power_now_w: self.power_now_w.aged(by),
            enforced_w: self.enforced_w.aged(by),
            requested_w: self.requested_w.aged(by),
            default_w: self.default_w.aged(by),
            range_w: self.range_w.aged(by),
            sm_mhz: self.sm_mhz.aged(by),
            memory_mhz: self.memory_mhz.aged(by),
            throttle: self.throttle.aged(by),
            busy_percent: self.busy_percent.aged(by),
            memory_used_mib: self.memory_used_mib.aged(by),
            memory_total_mib: self.memory_total_mib.aged(by),
            energy_j: self.energy_j.aged(by),
            fan_percent: self.fan_percent.aged(by),
            supply: self.supply.aged(by),
            state: self.state,
        }
    }
}
