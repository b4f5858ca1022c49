//! Alerts: raised once when something is wrong for a while, resolved once when it is right for a while, never flapping.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use proptest::prelude::*;
use smelt::gpu::metric::IMPLAUSIBLE;
use smelt::gpu::sample::{State, Supply};
use smelt::gpu::{Metric, Sample};
use smelt::monitor::alerts::{Alerts, Stage};

/// What is told over time by samples a second apart: `+id` begins, `-id` ends, with the second.
fn told(samples: impl IntoIterator<Item = Sample>) -> Vec<(u64, String)> {
    let mut alerts = Alerts::default();
    let mut told = Vec::new();
    for sample in samples {
        for alert in alerts.step(sample.at, &sample) {
            let sign = match alert.state {
                Stage::Firing => '+',
                Stage::Resolved => '-',
            };
            told.push((sample.at.as_secs(), format!("{sign}{}", alert.id)));
        }
    }
    told
}

/// A second each.
fn samples(count: u64, from: u64, change: impl Fn(&mut Sample)) -> Vec<Sample> {
    (from..from + count)
        .map(|second| {
            let mut sample = Sample {
                temp_c: Metric::Value(60.0),
                ..Sample::unknown(Duration::from_secs(second), State::Healthy)
            };
            change(&mut sample);
            sample
        })
        .collect()
}

fn at_degrees(degrees: f64, count: u64, from: u64) -> Vec<Sample> {
    samples(count, from, |sample| sample.temp_c = Metric::Value(degrees))
}

/// Wrong from second 0 to 29, right from 30 on.
fn wrong_then_right(change: impl Fn(&mut Sample)) -> Vec<(u64, String)> {
    told([samples(30, 0, change), samples(90, 30, |_| {})].concat())
}

fn entries(expected: &[(u64, &str)]) -> Vec<(u64, String)> {
    let owned = expected.iter().map(|(at, text)| (*at, (*text).to_owned()));
    owned.collect()
}

#[test]
fn temperature_is_told_in_three_steps_and_taken_back_some_degrees_lower() {
    let warm = told(
        [
            at_degrees(80.0, 30, 0),
            at_degrees(78.0, 60, 30),
            at_degrees(77.0, 30, 90),
        ]
        .concat(),
    );
    let expected = [(5, "+gpu_temp_warning"), (105, "-gpu_temp_warning")];
    assert_eq!(warm, entries(&expected));
    let hot = told([at_degrees(96.0, 10, 0), at_degrees(70.0, 100, 10)].concat());
    let expected = [
        (0, "+gpu_temp_critical"),
        (2, "+gpu_temp_throttle"),
        (5, "+gpu_temp_warning"),
        (25, "-gpu_temp_warning"),
        (25, "-gpu_temp_throttle"),
        (70, "-gpu_temp_critical"),
    ];
    assert_eq!(hot, entries(&expected));
    assert_eq!(told(at_degrees(79.0, 500, 0)), []);
    let peak = [
        at_degrees(85.0, 4, 0),
        at_degrees(79.0, 1, 4),
        at_degrees(85.0, 4, 5),
    ];
    assert_eq!(told(peak.concat()), [], "four seconds are not five");
}

#[test]
fn a_card_that_falls_asleep_is_not_hot_any_more() {
    let hot = at_degrees(82.0, 10, 0);
    let asleep = samples(60, 10, |sample| {
        *sample = Sample::unknown(sample.at, State::Asleep);
    });
    let expected = [(5, "+gpu_temp_warning"), (25, "-gpu_temp_warning")];
    assert_eq!(told([hot, asleep].concat()), entries(&expected));
}

#[test]
fn what_is_not_known_neither_raises_nor_resolves() {
    for unknown in [Metric::Unsupported, Metric::Denied] {
        let nothing = samples(100, 0, |sample| sample.temp_c = unknown);
        assert_eq!(told(nothing), []);
        let hot_then_unknown = [
            at_degrees(82.0, 10, 0),
            samples(100, 10, |sample| sample.temp_c = unknown),
        ];
        assert_eq!(
            told(hot_then_unknown.concat()),
            entries(&[(5, "+gpu_temp_warning")])
        );
    }
}

#[test]
fn a_lost_card_is_told_at_once_and_so_is_its_return() {
    let told = wrong_then_right(|sample| {
        sample.state = State::Lost;
        sample.temp_c = Metric::Stale(60.0, Duration::from_secs(9));
    });
    assert_eq!(told, entries(&[(0, "+gpu_lost"), (30, "-gpu_lost")]));
}

#[test]
fn silence_of_three_seconds_is_told_and_a_shorter_one_is_not() {
    let stale = |seconds| {
        wrong_then_right(move |sample| {
            sample.temp_c = Metric::Stale(60.0, Duration::from_secs_f64(seconds));
        })
    };
    let expected = [(0, "+gpu_telemetry_stale"), (35, "-gpu_telemetry_stale")];
    assert_eq!(stale(3.0), entries(&expected));
    assert_eq!(stale(2.9), []);
    let failing = wrong_then_right(|sample| sample.temp_c = Metric::Error(999));
    assert_eq!(failing, entries(&expected));
}

#[test]
fn readings_that_cannot_be_true_are_told() {
    let told = wrong_then_right(|sample| sample.power_w = Metric::Error(IMPLAUSIBLE));
    let expected = [
        (3, "+gpu_telemetry_implausible"),
        (45, "-gpu_telemetry_implausible"),
    ];
    assert_eq!(told, entries(&expected));
}

#[test]
fn a_limit_that_does_not_take_effect_is_told() {
    let told = told(
        [
            samples(30, 0, |sample| {
                sample.requested_w = Metric::Value(90.0);
                sample.enforced_w = Metric::Value(115.0);
            }),
            samples(30, 30, |sample| {
                sample.requested_w = Metric::Value(115.0);
                sample.enforced_w = Metric::Value(115.4);
            }),
        ]
        .concat(),
    );
    let expected = [
        (10, "+gpu_limit_not_effective"),
        (40, "-gpu_limit_not_effective"),
    ];
    assert_eq!(told, entries(&expected));
}

#[test]
fn full_memory_and_a_weak_supply_are_told() {
    let memory = |used| {
        move |sample: &mut Sample| {
            sample.memory_used_mib = Metric::Value(used);
            sample.memory_total_mib = Metric::Value(16_376);
        }
    };
    let full = [
        samples(30, 0, memory(15_700)),
        samples(30, 30, memory(14_000)),
    ];
    let expected = [(5, "+gpu_memory_full"), (45, "-gpu_memory_full")];
    assert_eq!(told(full.concat()), entries(&expected));
    for supply in [Supply::Battery, Supply::Undersized] {
        let weak = [
            samples(30, 0, |sample| sample.supply = Metric::Value(supply)),
            samples(30, 30, |sample| {
                sample.supply = Metric::Value(Supply::Mains);
            }),
        ];
        let expected = [(2, "+gpu_power_source"), (35, "-gpu_power_source")];
        assert_eq!(told(weak.concat()), entries(&expected));
    }
}

proptest! {
    #[test]
    fn no_alert_flaps(degrees in prop::collection::vec(50.0_f64..100.0, 1..600)) {
        let samples = degrees.iter().enumerate().map(|(second, degrees)| Sample {
            temp_c: Metric::Value(*degrees),
            ..Sample::unknown(Duration::from_secs(second as u64), State::Healthy)
        });
        let told = told(samples);
        for id in ["gpu_temp_warning", "gpu_temp_throttle", "gpu_temp_critical"] {
            let changes: Vec<&(u64, String)> =
                told.iter().filter(|(_, text)| &text[1..] == id).collect();
            for pair in changes.windows(2) {
                prop_assert_ne!(&pair[0].1, &pair[1].1, "begins and ends take turns");
                if pair[1].1.starts_with('-') {
                    prop_assert!(pair[1].0 - pair[0].0 >= 15);
                }
            }
        }
    }
}
