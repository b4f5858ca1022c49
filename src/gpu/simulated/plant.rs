//! A laptop's card as heat flows through it: die, heatsink, preheated air, fan, leakage, firmware, sensor.
//!
//! Two thermal masses in series and a slow third for the chassis. The die's time constant is that of an H200 scaled by die
//! area; everything else is a plausible laptop and is fitted to nothing, which is why there are five plants and random
//! ones. Time is virtual and noise comes from a seed, so that a run can be repeated exactly.
//!
//! Only `std` is used: the simulated driver of the tests is built from this same file.

/// Longest step of the integration in seconds; the quickest die that [`Parameters::random`] makes has 0.06 s.
const STEP_S: f64 = 0.05;
/// Watts of a card that holds a context and does nothing.
pub const IDLE_W: f64 = 18.0;
/// Watts of work that uses all the card can.
pub const FULL_W: f64 = 150.0;
/// Degrees Celsius at which the firmware begins to regulate by itself.
pub const FIRMWARE_C: f64 = 87.0;
/// MHz at idle, and the least a clock can be locked to.
pub const IDLE_MHZ: u32 = 210;
/// MHz of the multiprocessors against watts under full load (sustained boost clocks as reviews of the 80 W and the 150 W
/// version report them, and straight lines between).
const CLOCKS: [(f64, f64); 6] = [
    (210.0, IDLE_W),
    (1450.0, 80.0),
    (1650.0, 100.0),
    (1830.0, 120.0),
    (1980.0, 140.0),
    (2100.0, FULL_W),
];
const TOP_MHZ: f64 = 2100.0;
const CLOCK_STEP_MHZ: f64 = 15.0;

/// `SplitMix64` (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
#[derive(Debug, Clone)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// The sequence that belongs to a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// Evenly between two numbers.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        let [a, b, c, d, ..] = self.bits().to_le_bytes();
        low + (high - low) * f64::from(u32::from_le_bytes([a, b, c, d])) / f64::from(u32::MAX)
    }

    /// About normal with mean 0 and deviation 1: the sum of four even numbers, so never beyond 3.5.
    pub fn normal(&mut self) -> f64 {
        let bits = self.bits();
        let part = |number: u32| ((bits >> (16 * number)) & 0xFFFF) as u16;
        let sum: f64 = (0..4).map(|number| f64::from(part(number))).sum();
        (sum / f64::from(u16::MAX) - 2.0) * 3.0_f64.sqrt()
    }
}

/// What makes one laptop differ from another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// Degrees Celsius of the room.
    pub ambient_c: f64,
    /// Watts the processor gives off beside the card.
    pub cpu_w: f64,
    /// Kelvin by which each of those watts warms the heatsink they share.
    pub cpu_k_per_w: f64,
    /// Kelvin per watt from the die to the heatsink.
    pub die_k_per_w: f64,
    /// Joules that warm the die by a Kelvin.
    pub die_j_per_k: f64,
    /// Kelvin per watt from the heatsink to the air, fan standing.
    pub sink_slow_k_per_w: f64,
    /// The same at full fan.
    pub sink_fast_k_per_w: f64,
    /// Joules that warm the heatsink by a Kelvin.
    pub sink_j_per_k: f64,
    /// Kelvin per watt by which the chassis preheats the air.
    pub chassis_k_per_w: f64,
    /// Seconds the chassis takes for 63% of that.
    pub chassis_s: f64,
}

impl Parameters {
    /// 25 degrees, clean fans, a processor at 35 W.
    pub const NOMINAL: Self = Self {
        ambient_c: 25.0,
        cpu_w: 35.0,
        cpu_k_per_w: 0.08,
        die_k_per_w: 0.10,
        die_j_per_k: 5.0,
        sink_slow_k_per_w: 0.42,
        sink_fast_k_per_w: 0.33,
        sink_j_per_k: 150.0,
        chassis_k_per_w: 0.03,
        chassis_s: 600.0,
    };

    /// The five laptops a governor has to serve, by name.
    pub const NAMED: [(&'static str, Self); 5] = [
        ("nominal", Self::NOMINAL),
        (
            "hot-room",
            Self {
                ambient_c: 31.0,
                ..Self::NOMINAL
            },
        ),
        (
            "dusty",
            Self {
                sink_slow_k_per_w: 0.52,
                sink_fast_k_per_w: 0.41,
                ..Self::NOMINAL
            },
        ),
        (
            "cooling-pad",
            Self {
                sink_slow_k_per_w: 0.37,
                sink_fast_k_per_w: 0.29,
                ..Self::NOMINAL
            },
        ),
        (
            "cpu-hot",
            Self {
                cpu_w: 70.0,
                ..Self::NOMINAL
            },
        ),
    ];

    /// The plant of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let found = Self::NAMED.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, parameters)| parameters)
    }

    /// Some laptop: from an open window in winter to a dusty one in a heat wave.
    #[must_use]
    pub fn random(random: &mut SplitMix64) -> Self {
        let sink = random.between(0.20, 0.55);
        Self {
            ambient_c: random.between(15.0, 38.0),
            cpu_w: random.between(10.0, 90.0),
            die_k_per_w: random.between(0.03, 0.15),
            die_j_per_k: random.between(2.0, 10.0),
            sink_slow_k_per_w: sink * random.between(1.1, 1.35),
            sink_fast_k_per_w: sink,
            sink_j_per_k: random.between(80.0, 300.0),
            chassis_s: random.between(200.0, 1200.0),
            ..Self::NOMINAL
        }
    }
}

/// What the temperature sensor does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sensor {
    /// Whole degrees, once a second, with a little noise.
    Works,
    /// Always this many degrees.
    Stuck(f64),
    /// Nothing.
    Silent,
}

/// What holds the card below what the work could use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Nothing does.
    Not,
    /// The power limit in force.
    Limit,
    /// The clock ceiling.
    Clocks,
    /// The firmware, because of heat.
    Heat,
}

/// One laptop's card at one moment. Set what acts on it, [`Plant::step`], and read.
#[derive(Debug, Clone)]
pub struct Plant {
    parameters: Parameters,
    random: SplitMix64,
    /// Watts the work would draw if nothing held it; [`IDLE_W`] when there is none.
    pub demand_w: f64,
    /// Watts asked for as a power limit.
    pub limit_w: f64,
    /// Highest clock allowed.
    pub ceiling_mhz: Option<u32>,
    /// Set where the platform holds a limit of its own, whatever is asked for.
    pub platform_w: Option<f64>,
    /// What the temperature sensor does.
    pub sensor: Sensor,
    elapsed_s: f64,
    die_c: f64,
    sink_c: f64,
    chassis_k: f64,
    fan: f64,
    in_force_w: f64,
    firmware_w: f64,
    work_w: f64,
    power_w: f64,
    average_w: f64,
    energy_j: f64,
    held: Held,
    reading_c: f64,
    next_reading_s: f64,
}

impl Plant {
    /// A laptop that has been on for a while and has done nothing, limited to nothing.
    #[must_use]
    pub fn new(parameters: Parameters, seed: u64) -> Self {
        let die_c = parameters.ambient_c + 15.0;
        Self {
            parameters,
            random: SplitMix64::new(seed),
            demand_w: IDLE_W,
            limit_w: FULL_W,
            ceiling_mhz: None,
            platform_w: None,
            sensor: Sensor::Works,
            elapsed_s: 0.0,
            die_c,
            sink_c: die_c,
            chassis_k: 0.0,
            fan: 0.4,
            in_force_w: FULL_W,
            firmware_w: 175.0,
            work_w: IDLE_W,
            power_w: IDLE_W,
            average_w: IDLE_W,
            energy_j: 0.0,
            held: Held::Not,
            reading_c: die_c.round(),
            next_reading_s: 0.0,
        }
    }

    /// Lets so many seconds pass.
    pub fn step(&mut self, seconds: f64) {
        let mut left = if seconds.is_finite() { seconds } else { 0.0 };
        // What is left of a sum of small steps may be a rounding error.
        while left > 1e-9 {
            let dt = left.min(STEP_S);
            self.small_step(dt);
            left -= dt;
        }
    }

    fn small_step(&mut self, dt: f64) {
        let p = self.parameters;
        self.power_w = self.drawn(dt);
        let fan = ((self.die_c - 50.0) / 30.0).clamp(0.3, 1.0);
        self.fan += (fan - self.fan) * dt / 6.0;
        let to_air = p.sink_slow_k_per_w + (p.sink_fast_k_per_w - p.sink_slow_k_per_w) * self.fan;
        let preheat = p.chassis_k_per_w * (self.power_w + p.cpu_w);
        self.chassis_k += (preheat - self.chassis_k) * dt / p.chassis_s;
        let air_c = p.ambient_c + self.chassis_k + p.cpu_k_per_w * p.cpu_w;
        let flow_w = (self.die_c - self.sink_c) / p.die_k_per_w;
        self.die_c += (self.power_w - flow_w) * dt / p.die_j_per_k;
        self.sink_c += (flow_w - (self.sink_c - air_c) / to_air) * dt / p.sink_j_per_k;
        self.average_w += (self.power_w - self.average_w) * dt;
        self.energy_j += self.power_w * dt;
        self.elapsed_s += dt;
        if self.elapsed_s >= self.next_reading_s {
            self.reading_c = (self.die_c + 0.3 * self.random.normal()).round();
            self.next_reading_s = self.elapsed_s + 1.0;
        }
    }

    /// Watts drawn now: what the work wants, within limit, clocks and firmware, and leakage on top, 0.25% a Kelvin.
    fn drawn(&mut self, dt: f64) -> f64 {
        let asked = self.platform_w.unwrap_or(self.limit_w);
        self.in_force_w += (asked - self.in_force_w) * dt / 0.3;
        let above = self.die_c - FIRMWARE_C;
        let pull = if above > 0.0 { 8.0 } else { 3.0 };
        self.firmware_w = (self.firmware_w - pull * above * dt).clamp(40.0, 175.0);
        let clocked = self.clocked();
        let least = clocked.min(self.in_force_w).min(self.firmware_w);
        self.held = if least >= self.demand_w {
            Held::Not
        } else if least >= self.in_force_w {
            Held::Limit
        } else if least >= clocked {
            Held::Clocks
        } else {
            Held::Heat
        };
        let drawn = (least + 2.5 * self.random.normal()).max(12.0);
        let leaked = 0.0025 * (self.die_c - 60.0).max(0.0) * drawn;
        self.work_w = drawn;
        (drawn + leaked).min(self.in_force_w.max(12.0) + 6.0)
    }

    /// What the work draws at the highest clock allowed.
    fn clocked(&self) -> f64 {
        let Some(ceiling) = self.ceiling_mhz else {
            return self.demand_w;
        };
        let share = (watts_at(f64::from(ceiling)) - IDLE_W) / (FULL_W - IDLE_W);
        IDLE_W + (self.demand_w - IDLE_W).max(0.0) * share.clamp(0.0, 1.0)
    }

    /// Seconds since it began.
    #[must_use]
    pub fn elapsed_s(&self) -> f64 {
        self.elapsed_s
    }

    /// The die's true temperature, which no program sees.
    #[must_use]
    pub fn die_c(&self) -> f64 {
        self.die_c
    }

    /// The temperature as the card reports it.
    #[must_use]
    pub fn reading_c(&self) -> Option<f64> {
        match self.sensor {
            Sensor::Works => Some(self.reading_c),
            Sensor::Stuck(degrees) => Some(degrees),
            Sensor::Silent => None,
        }
    }

    /// Watts at this instant.
    #[must_use]
    pub fn power_w(&self) -> f64 {
        self.power_w
    }

    /// Watts of it that do work: without what leaks.
    #[must_use]
    pub fn work_w(&self) -> f64 {
        self.work_w
    }

    /// Watts averaged over a second.
    #[must_use]
    pub fn average_w(&self) -> f64 {
        self.average_w
    }

    /// The power limit in force, which is what was asked for only if the platform agrees.
    #[must_use]
    pub fn in_force_w(&self) -> f64 {
        self.in_force_w
    }

    /// Joules since it began.
    #[must_use]
    pub fn energy_j(&self) -> f64 {
        self.energy_j
    }

    /// The fan, 0 to 1.
    #[must_use]
    pub fn fan(&self) -> f64 {
        self.fan
    }

    /// What holds the card below what the work could use.
    #[must_use]
    pub fn held(&self) -> Held {
        self.held
    }

    /// Whether there is work.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.demand_w > IDLE_W + 1.0
    }

    /// MHz of the multiprocessors, in the card's steps of 15.
    #[must_use]
    pub fn sm_mhz(&self) -> u32 {
        if !self.is_busy() {
            return IDLE_MHZ;
        }
        let share = (self.average_w - IDLE_W) / (self.demand_w - IDLE_W);
        let held = match self.held {
            Held::Not => TOP_MHZ,
            _ => mhz_at(IDLE_W + (FULL_W - IDLE_W) * share.clamp(0.0, 1.0)),
        };
        let mhz = self
            .ceiling_mhz
            .map_or(held, |most| held.min(f64::from(most)));
        snap(mhz)
    }
}

/// Watts under full load at a clock.
#[must_use]
pub fn watts_at(mhz: f64) -> f64 {
    between(&CLOCKS, mhz)
}

/// The clock at which full load draws so many watts.
#[must_use]
pub fn mhz_at(watts: f64) -> f64 {
    between(&CLOCKS.map(|(mhz, watts)| (watts, mhz)), watts)
}

/// On the lines between points, and at an end beyond it.
fn between(points: &[(f64, f64)], x: f64) -> f64 {
    let (first, last) = (points[0], points[points.len() - 1]);
    let on_line = points
        .windows(2)
        .find(|pair| (pair[0].0..=pair[1].0).contains(&x));
    match on_line {
        Some(pair) => {
            let share = (x - pair[0].0) / (pair[1].0 - pair[0].0);
            pair[0].1 + (pair[1].1 - pair[0].1) * share
        }
        None if x < first.0 => first.1,
        None => last.1,
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clocks lie between 210 and 3105 MHz"
)]
fn snap(mhz: f64) -> u32 {
    ((mhz / CLOCK_STEP_MHZ).round() * CLOCK_STEP_MHZ).max(f64::from(IDLE_MHZ)) as u32
}
