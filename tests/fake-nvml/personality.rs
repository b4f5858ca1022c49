//! The cards and platforms the stand-in can be, as users and measurements describe them.

use crate::abi::{Code, NO_PERMISSION, NOT_SUPPORTED, SUCCESS};

/// What goes wrong, and in which simulated seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    None,
    /// Off the bus from one second to another.
    Lost(f64, f64),
    /// Calls do not return from one second to another.
    Hung(f64, f64),
    /// Every nth call fails with 999.
    Flaky(u64),
    /// The temperature never moves from here.
    Stuck(u32),
    /// The power never moves from these milliwatts.
    Bogus(u32),
    /// The driver does not start and says why.
    Init(Code),
    /// Reading the temperature fails.
    Temperature(Code),
}

/// One card on one platform. A `Code` is what the call answers; `SUCCESS` does what it says.
#[derive(Debug, Clone, Copy)]
pub struct Personality {
    pub name: &'static str,
    pub uuid: &'static str,
    pub driver: &'static str,
    pub pci_bus: u32,
    /// Least, default and most milliwatts the firmware names.
    pub limits_mw: [u32; 3],
    pub get_limit: Code,
    pub set_limit: Code,
    pub lock_clocks: Code,
    /// The embedded controller holds the card here, whatever is asked and acknowledged.
    pub held_to_mw: Option<u32>,
    /// Lowest and highest step of the multiprocessors; 15 MHz apart.
    pub sm_mhz: [u32; 2],
    pub memory_mhz: u32,
    pub memory_mib: u64,
    /// Degrees the card's own regulator may aim at: least, current, most.
    pub target_c: Option<[u32; 3]>,
    pub set_target: Code,
    pub is_laptop: bool,
    pub has_fan: bool,
    pub utilization: Code,
    pub processes: Code,
    pub fault: Fault,
}

/// RTX 4090 Laptop GPU: limits can be read as enforced, default and range, but neither read as requested nor set.
const LAPTOP: Personality = Personality {
    name: "NVIDIA GeForce RTX 4090 Laptop GPU",
    uuid: "GPU-4090a1b2-0000-4000-8000-000000000001",
    driver: "580.95.05",
    pci_bus: 1,
    limits_mw: [5_000, 150_000, 175_000],
    get_limit: NOT_SUPPORTED,
    set_limit: NOT_SUPPORTED,
    lock_clocks: SUCCESS,
    held_to_mw: None,
    sm_mhz: [210, 3105],
    memory_mhz: 9001,
    memory_mib: 16_376,
    target_c: Some([75, 87, 87]),
    set_target: NOT_SUPPORTED,
    is_laptop: true,
    has_fan: false,
    utilization: SUCCESS,
    processes: SUCCESS,
    fault: Fault::None,
};

const H200: Personality = Personality {
    name: "NVIDIA H200",
    uuid: "GPU-4200a1b2-0000-4000-8000-000000000002",
    driver: "580.159.04",
    pci_bus: 6,
    limits_mw: [200_000, 700_000, 700_000],
    get_limit: SUCCESS,
    set_limit: NO_PERMISSION,
    lock_clocks: NO_PERMISSION,
    sm_mhz: [345, 1980],
    memory_mhz: 3201,
    memory_mib: 143_771,
    target_c: None,
    set_target: NO_PERMISSION,
    is_laptop: false,
    ..LAPTOP
};

impl Personality {
    /// The personality of that name; `gpu-lost` and `hung` may say when: `gpu-lost@30..45`.
    pub fn of(text: &str) -> Option<Self> {
        let (name, when) = text.split_once('@').unwrap_or((text, "30..45"));
        let (from, until) = when.split_once("..").unwrap_or((when, "inf"));
        let (from, until) = (from.parse().ok()?, until.parse().ok()?);
        let faulty = |fault| Self { fault, ..LAPTOP };
        if let Some(code) = name.strip_prefix("init-") {
            return Some(faulty(Fault::Init(code.parse().ok()?)));
        }
        if let Some(code) = name.strip_prefix("temperature-") {
            return Some(faulty(Fault::Temperature(code.parse().ok()?)));
        }
        let personality = match name {
            "rtx4090-laptop" => LAPTOP,
            "no-root" => Self {
                set_limit: NO_PERMISSION,
                lock_clocks: NO_PERMISSION,
                set_target: NO_PERMISSION,
                ..LAPTOP
            },
            "h200" => H200,
            // A desktop card run by root: everything can be set.
            "rtx4090-desktop" => Self {
                name: "NVIDIA GeForce RTX 4090",
                limits_mw: [150_000, 450_000, 600_000],
                get_limit: SUCCESS,
                set_limit: SUCCESS,
                set_target: SUCCESS,
                target_c: Some([65, 83, 90]),
                sm_mhz: [210, 3105],
                memory_mhz: 10_501,
                memory_mib: 24_564,
                is_laptop: false,
                has_fan: true,
                ..LAPTOP
            },
            "wsl2" => Self {
                driver: "560.94",
                lock_clocks: NOT_SUPPORTED,
                utilization: NOT_SUPPORTED,
                processes: NOT_SUPPORTED,
                ..LAPTOP
            },
            "old-driver" => Self {
                driver: "470.256.02",
                ..LAPTOP
            },
            "ec-override" => Self {
                get_limit: SUCCESS,
                set_limit: SUCCESS,
                held_to_mw: Some(115_000),
                ..LAPTOP
            },
            "gpu-lost" => faulty(Fault::Lost(from, until)),
            "hung" => faulty(Fault::Hung(from, until)),
            "flaky" => faulty(Fault::Flaky(50)),
            "stuck-sensor" => faulty(Fault::Stuck(65)),
            "bogus-power" => faulty(Fault::Bogus(588_000)),
            _ => return None,
        };
        Some(personality)
    }

    /// Every step the multiprocessors can be locked to, highest first as the driver lists them.
    pub fn clocks(&self) -> Vec<u32> {
        let [least, most] = self.sm_mhz;
        (least..=most).rev().step_by(15).collect()
    }
}
