//! The live line: what is not known is n/a and never 0, what is old says how old, what holds the card down has a name.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use smelt::gpu::metric::IMPLAUSIBLE;
use smelt::gpu::sample::{State, Supply};
use smelt::gpu::{Identity, Metric, Sample, Throttle};
use smelt::monitor::line::line;

fn card() -> Identity {
    Identity {
        name: "NVIDIA GeForce RTX 4090 Laptop GPU".to_owned(),
        ..Identity::default()
    }
}

fn sample() -> Sample {
    Sample {
        temp_c: Metric::Value(76.0),
        power_w: Metric::Value(118.2),
        enforced_w: Metric::Value(150.0),
        sm_mhz: Metric::Value(1830),
        throttle: Metric::Value(Throttle(Throttle::SW_POWER_CAP)),
        busy_percent: Metric::Value(97),
        memory_used_mib: Metric::Value(11_820),
        memory_total_mib: Metric::Value(16_376),
        supply: Metric::Value(Supply::Mains),
        ..Sample::unknown(Duration::ZERO, State::Healthy)
    }
}

fn said(sample: &Sample) -> String {
    line(sample, &card(), &[])
}

#[test]
fn a_card_that_tells_all_fits_a_line() {
    assert_eq!(
        said(&sample()),
        "RTX 4090 Laptop  76 °C  118 W of 150 W  1830 MHz  97 % busy  11.5/16.0 GiB  held by sw power cap"
    );
}

#[test]
fn what_is_not_known_is_never_0() {
    let nothing = Sample::unknown(Duration::ZERO, State::Healthy);
    assert_eq!(
        said(&nothing),
        "RTX 4090 Laptop  temperature n/a  power n/a of n/a  clock n/a  busy n/a  memory n/a"
    );
    let mut broken = sample();
    broken.temp_c = Metric::Denied;
    broken.power_w = Metric::Error(IMPLAUSIBLE);
    broken.sm_mhz = Metric::Error(999);
    assert_eq!(
        said(&broken),
        "RTX 4090 Laptop  temperature not permitted  power implausible of 150 W  clock error 999  97 % busy  11.5/16.0 GiB  held by sw power cap"
    );
}

#[test]
fn old_readings_say_how_old() {
    let old = Sample {
        state: State::Lost,
        ..sample().aged(Duration::from_secs(12))
    };
    let said = said(&old);
    assert!(
        said.starts_with("RTX 4090 Laptop  LOST, looking for it  76 °C (12 s old)"),
        "{said}"
    );
    assert!(!said.contains("held by"), "{said}");
}

#[test]
fn requested_effective_and_drawn_are_three_numbers() {
    let mut held = sample();
    held.requested_w = Metric::Value(90.0);
    held.enforced_w = Metric::Value(115.0);
    assert!(said(&held).contains("118 W of 115 W, 90 W asked for"));
    held.requested_w = Metric::Value(115.2);
    assert!(!said(&held).contains("asked for"));
}

#[test]
fn trouble_is_named() {
    let mut weak = sample();
    weak.supply = Metric::Value(Supply::Undersized);
    weak.state = State::Degraded(2);
    let said_weak = said(&weak);
    assert!(said_weak.contains("failing (2 in a row)"), "{said_weak}");
    assert!(said_weak.contains("charger too small"), "{said_weak}");
    let absent = Sample::unknown(Duration::ZERO, State::Absent("no driver".to_owned()));
    assert_eq!(said(&absent), "no GPU: no driver");
    let asleep = Sample::unknown(Duration::ZERO, State::Asleep);
    assert!(said(&asleep).contains("asleep"));
}
