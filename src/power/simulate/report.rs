//! How well the governor does: five laptops by four workloads against the best fixed cap, random laptops, and troubles.

use serde::Serialize;

use super::trouble::{Trouble, TroubleRow, befall};
use super::{Control, Outcome, Scenario, parallel, run};
use crate::gpu::simulated::plant::{Parameters, SplitMix64};
use crate::gpu::simulated::workload::Workload;
use crate::power::governor::Settings;

/// Seconds of one case.
const HOURS_2: u32 = 7200;
const HOUR: u32 = 3600;
/// How many random laptops.
const RANDOM: u64 = 160;
/// A fixed cap is good enough if the card is above 80 degrees for at most this share of the steady time.
const TOLERATED_PERCENT: f64 = 1.0;

/// What is put to the test.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Only this laptop.
    pub plant: Option<String>,
    /// Only this workload.
    pub workload: Option<String>,
    /// The governor's settings.
    pub settings: Settings,
    /// For all noise.
    pub seed: u64,
}

/// One laptop doing one kind of work.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Case {
    /// Which laptop.
    pub plant: &'static str,
    /// What it did.
    pub workload: &'static str,
    /// What the governor made of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The best cap that never moves, in watts, found by trying.
    pub fixed_w: f64,
    /// The work done as a share of what that cap allows.
    pub of_fixed: f64,
}

/// What became of the random laptops.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RandomPlants {
    /// How many there were.
    pub plants: usize,
    /// How many of them the floor can hold at 80 degrees; the figures are theirs.
    pub holdable: usize,
    /// The highest temperature of any in the steady time, degrees Celsius.
    pub max_c: f64,
    /// The same, the cold start included.
    pub max_with_start_c: f64,
    /// Most percent of the steady time above 80 degrees.
    pub over_80_percent: f64,
    /// Median changes of the cap in an hour.
    pub changes_per_h_median: f64,
    /// The most.
    pub changes_per_h_max: f64,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Laptops by workloads.
    pub cases: Vec<Case>,
    /// Random laptops; absent if only some cases were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub random: Option<RandomPlants>,
    /// Troubles; absent if only some cases were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<TroubleRow>,
}

/// Runs all of it.
#[must_use]
pub fn report(choice: &Choice) -> Report {
    let is_whole = choice.plant.is_none() && choice.workload.is_none();
    Report {
        cases: cases(choice),
        random: is_whole.then(|| random(choice)),
        troubles: if is_whole {
            parallel::map(&Trouble::SHOWN, |(name, trouble)| {
                befall(name, *trouble, choice.settings, choice.seed)
            })
        } else {
            Vec::new()
        },
    }
}

fn wanted(choice: Option<&String>, name: &str) -> bool {
    choice.is_none_or(|wanted| wanted == name)
}

fn cases(choice: &Choice) -> Vec<Case> {
    let plants = Parameters::NAMED.into_iter();
    let plants: Vec<_> = plants
        .filter(|(name, _)| wanted(choice.plant.as_ref(), name))
        .collect();
    let pairs: Vec<_> = Workload::NAMED
        .into_iter()
        .filter(|(name, _)| wanted(choice.workload.as_ref(), name))
        .flat_map(|workload| plants.iter().map(move |plant| (workload, *plant)))
        .collect();
    parallel::map(&pairs, |((work, workload), (name, plant))| {
        let scenario = Scenario {
            plant: *plant,
            seed: choice.seed,
            workload: *workload,
            control: Control::Governor(choice.settings),
            length: HOURS_2,
            trouble: None,
        };
        let outcome = run(&scenario, |_| {});
        let (fixed_w, best) = best_fixed(&scenario, choice.settings);
        Case {
            plant: name,
            workload: work,
            outcome,
            fixed_w,
            of_fixed: outcome.throughput / best.throughput,
        }
    })
}

fn fixed(scenario: &Scenario, watts: u32) -> Outcome {
    let control = Control::Fixed(watts.into());
    let length = HOUR;
    run(
        &Scenario {
            control,
            length,
            ..*scenario
        },
        |_| {},
    )
}

/// The highest whole watts between floor and ceiling that hold the card, by halving.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "watts of a card"
)]
fn best_fixed(scenario: &Scenario, settings: Settings) -> (f64, Outcome) {
    let holds = |outcome: &Outcome| outcome.over_80_percent <= TOLERATED_PERCENT;
    let (mut low, mut high) = (settings.floor_w as u32, settings.ceiling_w as u32);
    let top = fixed(scenario, high);
    if holds(&top) {
        return (high.into(), top);
    }
    let mut best = fixed(scenario, low);
    while high - low > 1 {
        let middle = u32::midpoint(low, high);
        let tried = fixed(scenario, middle);
        if holds(&tried) {
            (low, best) = (middle, tried);
        } else {
            high = middle;
        }
    }
    (low.into(), best)
}

fn random(choice: &Choice) -> RandomPlants {
    let numbers: Vec<u64> = (0..RANDOM).collect();
    let held = parallel::map(&numbers, |number| {
        let mut seeds = SplitMix64::new(choice.seed.wrapping_mul(RANDOM).wrapping_add(*number));
        let work = usize::try_from(*number).unwrap_or_default() % Workload::NAMED.len();
        let scenario = Scenario {
            plant: Parameters::random(&mut seeds),
            seed: seeds.bits(),
            workload: Workload::NAMED[work].1,
            control: Control::Fixed(choice.settings.floor_w),
            length: HOUR,
            trouble: None,
        };
        let can_be_held = run(&scenario, |_| {}).over_80_percent <= TOLERATED_PERCENT;
        let control = Control::Governor(choice.settings);
        can_be_held.then(|| {
            run(
                &Scenario {
                    control,
                    ..scenario
                },
                |_| {},
            )
        })
    });
    let held: Vec<Outcome> = held.into_iter().flatten().collect();
    let most = |of: fn(&Outcome) -> f64| held.iter().map(of).fold(0.0, f64::max);
    let mut changes: Vec<f64> = held.iter().map(|outcome| outcome.changes_per_h).collect();
    changes.sort_by(f64::total_cmp);
    RandomPlants {
        plants: numbers.len(),
        holdable: held.len(),
        max_c: most(|outcome| outcome.max_c),
        max_with_start_c: most(|outcome| outcome.max_with_start_c),
        over_80_percent: most(|outcome| outcome.over_80_percent),
        changes_per_h_median: changes.get(changes.len() / 2).copied().unwrap_or_default(),
        changes_per_h_max: changes.last().copied().unwrap_or_default(),
    }
}
