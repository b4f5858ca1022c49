//! The simulated laptop as a source of samples: for tests and `smelt power simulate`, never chosen by itself.

pub mod plant;
pub mod workload;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::plant::{FIRMWARE_C, FULL_W, Held, IDLE_W, Plant};
use self::workload::{Phase, Workload};
use super::sample::{State, Supply};
use super::{Identity, Metric, Sample, Source, Throttle};

/// How often demand is looked at, in seconds.
const DEMAND_S: f64 = 0.1;
const MEMORY_MHZ: u32 = 9001;
const MEMORY_IDLE_MHZ: u32 = 405;
const MEMORY_USED_MIB: u64 = 11_820;
const MEMORY_TOTAL_MIB: u64 = 16_376;
/// What the firmware of this laptop names as least and most watts, and does not take.
const RANGE_W: (f64, f64) = (5.0, 175.0);

/// A laptop whose work is known and whose time is the caller's.
#[derive(Debug, Clone)]
pub struct Simulated {
    /// The laptop: limits, clock ceilings and faults are set here.
    pub plant: Plant,
    /// The share of time our own work may run.
    pub pacing: f64,
    /// Whether there is work at all just now.
    pub has_work: bool,
    workload: Workload,
}

impl Simulated {
    /// A laptop that begins this work now.
    #[must_use]
    pub fn new(plant: Plant, workload: Workload) -> Self {
        Self {
            plant,
            pacing: 1.0,
            has_work: true,
            workload,
        }
    }

    /// What the work does now.
    #[must_use]
    pub fn phase(&self) -> Phase {
        if self.has_work {
            self.workload.phase(self.plant.elapsed_s())
        } else {
            Phase::Idle
        }
    }

    /// Speed of the work now, as a share of the speed with all the watts it wants; `None` where there is none.
    #[must_use]
    pub fn speed(&self) -> Option<f64> {
        let pacing = self.pacing.clamp(0.05, 1.0);
        // What is drawn while the work runs; while it pauses the card idles.
        let running_w = IDLE_W + (self.plant.work_w() - IDLE_W) / pacing;
        self.phase().speed(running_w).map(|speed| speed * pacing)
    }

    /// Lets a moment pass in which the work's demand does not change: at most a tenth of a second, for what is to be
    /// seen of the phases.
    pub fn advance(&mut self, seconds: f64) {
        // Between its pauses paced work still meets the limit in force.
        let demand_w = self.phase().demand_w();
        let pacing = self.pacing.clamp(0.05, 1.0);
        self.plant.demand_w = if pacing < 1.0 {
            IDLE_W + (demand_w.min(self.plant.in_force_w()) - IDLE_W) * pacing
        } else {
            demand_w
        };
        self.plant.step(seconds);
    }

    fn throttle(&self) -> Throttle {
        Throttle(match self.plant.held() {
            Held::Not => u64::from(!self.plant.is_busy()),
            Held::Limit => Throttle::SW_POWER_CAP,
            Held::Clocks => 0x2,
            Held::Heat => Throttle::SW_THERMAL,
        })
    }
}

/// A simulated laptop that one thread samples and another sets. Clones are the same laptop.
#[derive(Debug, Clone)]
pub struct Laptop(Arc<Mutex<Simulated>>);

impl Laptop {
    /// Shares it.
    #[must_use]
    pub fn new(laptop: Simulated) -> Self {
        Self(Arc::new(Mutex::new(laptop)))
    }

    /// The laptop, for as long as nobody else needs it.
    pub fn lock(&self) -> MutexGuard<'_, Simulated> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for Laptop {
    fn sample(&mut self, now: Duration) -> Sample {
        self.lock().sample(now)
    }

    fn identity(&self) -> Identity {
        self.lock().identity()
    }
}

impl Source for Simulated {
    fn sample(&mut self, now: Duration) -> Sample {
        let mut left = now.as_secs_f64() - self.plant.elapsed_s();
        while left > 1e-6 {
            self.advance(left.min(DEMAND_S));
            left -= DEMAND_S;
        }
        let plant = &self.plant;
        let is_busy = plant.is_busy();
        let temp_c = plant.reading_c().map_or(Metric::Unsupported, Metric::Value);
        Sample {
            temp_c,
            margin_c: temp_c.map(|temp| FIRMWARE_C - temp),
            power_w: Metric::Value(plant.average_w()),
            power_now_w: Metric::Value(plant.power_w()),
            enforced_w: Metric::Value(plant.in_force_w()),
            default_w: Metric::Value(FULL_W),
            range_w: Metric::Value(RANGE_W),
            sm_mhz: Metric::Value(plant.sm_mhz()),
            memory_mhz: Metric::Value(if is_busy { MEMORY_MHZ } else { MEMORY_IDLE_MHZ }),
            throttle: Metric::Value(self.throttle()),
            busy_percent: Metric::Value(if is_busy { 97 } else { 0 }),
            memory_used_mib: Metric::Value(MEMORY_USED_MIB),
            memory_total_mib: Metric::Value(MEMORY_TOTAL_MIB),
            energy_j: Metric::Value(plant.energy_j()),
            supply: Metric::Value(Supply::Mains),
            ..Sample::unknown(now, State::Healthy)
        }
    }

    fn identity(&self) -> Identity {
        Identity {
            name: "simulated RTX 4090 Laptop GPU".to_owned(),
            ..Identity::default()
        }
    }
}
