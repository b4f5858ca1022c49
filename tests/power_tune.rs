//! The search for the least energy per token, against measuring everything, over cards and models of many kinds.
#![allow(missing_docs, clippy::unwrap_used)]

use smelt::gpu::simulated::plant::{Parameters, Plant, SplitMix64};
use smelt::gpu::simulated::workload::Workload;
use smelt::power::tune::simulated::SimulatedMeter;
use smelt::power::tune::{MOST_POINTS, Meter, Reading, search};

const CURVES: u32 = 3000;
const SLOWDOWN: f64 = 1.05;

/// A card and a model: how fast they are and what they draw at each setting, from 0 for the lowest to 1 for the highest.
#[derive(Debug, Clone)]
enum Curve {
    /// A clock ceiling: power rises with a power of the clock; part of the time goes into memory, which the clock leaves
    /// alone; below the cliff everything collapses.
    Clock {
        idle: f64,
        work: f64,
        power: f64,
        bound: f64,
        low: f64,
        cliff: f64,
        steep: f64,
    },
    /// A power cap: nothing happens above what the work draws, then it slows down, then it collapses.
    Cap {
        demand: f64,
        knee: f64,
        slope: f64,
        cliff: f64,
        steep: f64,
    },
}

impl Curve {
    fn random(random: &mut SplitMix64, is_clock: bool) -> Self {
        if is_clock {
            return Self::Clock {
                idle: random.between(12.0, 40.0),
                work: random.between(50.0, 140.0),
                power: random.between(1.2, 3.5),
                bound: random.between(0.03, 1.0),
                low: random.between(0.1, 0.55),
                cliff: random.between(0.2, 0.85),
                steep: random.between(1.0, 8.0),
            };
        }
        let demand = random.between(85.0, 170.0);
        Self::Cap {
            demand,
            knee: random.between(60.0, demand),
            slope: random.between(0.2, 1.2),
            cliff: random.between(60.0, 110.0),
            steep: random.between(1.0, 8.0),
        }
    }

    fn reading(&self, place: f64) -> Reading {
        let (watts, speed) = match *self {
            Self::Clock {
                idle,
                work,
                power,
                bound,
                low,
                cliff,
                steep,
            } => {
                let clock = low + (1.0 - low) * place;
                let speed = 1.0 / (1.0 - bound + bound / clock);
                let fallen = (clock / cliff).min(1.0).powf(steep);
                (idle + work * clock.powf(power), speed * fallen)
            }
            Self::Cap {
                demand,
                knee,
                slope,
                cliff,
                steep,
            } => {
                let watts = (80.0 + 70.0 * place).min(demand);
                let fallen = (watts / cliff).min(1.0).powf(steep);
                (watts, (watts / knee).min(1.0).powf(slope) * fallen)
            }
        };
        Reading {
            joules_per_token: watts / (60.0 * speed),
            tokens_per_s: 60.0 * speed,
        }
    }
}

struct Bench {
    curve: Curve,
    noise: f64,
    random: SplitMix64,
    measured: usize,
}

impl Meter for Bench {
    fn measure(&mut self, setting: f64) -> Result<Reading, String> {
        self.measured += 1;
        let reading = self.curve.reading(setting);
        let mut off = || 1.0 + self.noise * self.random.normal();
        Ok(Reading {
            joules_per_token: reading.joules_per_token * off(),
            tokens_per_s: reading.tokens_per_s * off(),
        })
    }
}

/// How much more energy than the best of all settings, which must keep clear of the slowdown by `clear`.
fn excess(curve: &Curve, settings: &[f64], found: f64, clear: f64) -> f64 {
    let least_speed = curve.reading(1.0).tokens_per_s / SLOWDOWN * (1.0 + clear);
    let all = settings.iter().map(|setting| curve.reading(*setting));
    let fast = all.filter(|reading| reading.tokens_per_s >= least_speed);
    let best = fast
        .map(|reading| reading.joules_per_token)
        .fold(f64::INFINITY, f64::min);
    curve.reading(found).joules_per_token / best - 1.0
}

fn settings(count: u32) -> Vec<f64> {
    (0..count)
        .map(|place| f64::from(place) / f64::from(count - 1))
        .collect()
}

/// Shares of curves on which the search is off by more than 5%, by noise.
fn misses(noise: f64, clear: f64) -> Vec<(Curve, f64)> {
    let mut random = SplitMix64::new(4);
    let mut missed = Vec::new();
    for number in 0..CURVES {
        let settings = settings([15, 29, 71][number as usize % 3]);
        let mut bench = Bench {
            curve: Curve::random(&mut random, number % 2 == 0),
            noise,
            random: SplitMix64::new(number.into()),
            measured: 0,
        };
        let found = search(&mut bench, &settings, SLOWDOWN).unwrap();
        assert!(bench.measured <= MOST_POINTS);
        assert_eq!(found.points.len(), bench.measured);
        assert!(found.slowdown() <= SLOWDOWN * (1.0 + f64::EPSILON));
        let excess = excess(&bench.curve, &settings, found.best.setting, clear);
        if excess > 0.05 {
            missed.push((bench.curve, excess));
        }
    }
    missed
}

#[test]
fn at_most_eight_points_come_within_5_percent_of_measuring_everything() {
    let missed = misses(0.0, 0.0);
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn measurements_that_differ_by_a_third_of_a_percent_hardly_matter() {
    let missed = misses(0.003, 0.01);
    assert!(missed.len() * 500 <= CURVES as usize, "{missed:?}");
}

#[test]
fn on_the_simulated_laptop_the_best_cap_is_found() {
    for (name, plant) in Parameters::NAMED {
        for workload in [Workload::Decode, Workload::Batch, Workload::Constant] {
            let caps: Vec<f64> = (16..=30_u8).map(|step| 5.0 * f64::from(step)).collect();
            let mut meter = SimulatedMeter::new(Plant::new(plant, 1), workload);
            let mut every = meter.clone();
            let found = search(&mut meter, &caps, SLOWDOWN).unwrap();
            let all: Vec<Reading> = caps
                .iter()
                .map(|cap| every.measure(*cap).unwrap())
                .collect();
            // A cap at the very edge is fast enough in one measurement and not in another.
            let edge = all[all.len() - 1].tokens_per_s / SLOWDOWN * 1.01;
            let fast = all.iter().filter(|reading| reading.tokens_per_s >= edge);
            let best = fast
                .map(|reading| reading.joules_per_token)
                .fold(f64::INFINITY, f64::min);
            let got = found.best.reading.joules_per_token;
            assert!(got <= 1.05 * best, "{name} {workload:?}: {got} {best}");
        }
    }
}

#[test]
fn what_cannot_be_measured_ends_the_search_with_the_reason() {
    struct Broken(Result<Reading, String>);
    impl Meter for Broken {
        fn measure(&mut self, _: f64) -> Result<Reading, String> {
            self.0.clone()
        }
    }
    let said = search(&mut Broken(Err("no engine".to_owned())), &[80.0], SLOWDOWN);
    assert_eq!(said, Err("no engine".to_owned()));
    let nothing = Reading {
        joules_per_token: f64::NAN,
        tokens_per_s: 0.0,
    };
    let said = search(&mut Broken(Ok(nothing)), &[80.0], SLOWDOWN);
    assert!(said.unwrap_err().contains("at 80"));
    let fine = Reading {
        joules_per_token: 1.0,
        tokens_per_s: 1.0,
    };
    assert!(search(&mut Broken(Ok(fine)), &[], SLOWDOWN).is_err());
    assert!(search(&mut Broken(Ok(fine)), &[80.0], SLOWDOWN).is_ok());
}
