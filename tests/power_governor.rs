//! The governor as its user meets it: what it promises about heat.
#![allow(missing_docs, clippy::unwrap_used)]
#![allow(clippy::float_cmp, reason = "caps are sums of whole and half watts")]

#[path = "support/governor.rs"]
mod governor;

use std::time::Duration;

use governor::{Bench, MAX};
use smelt::gpu::Metric;
use smelt::gpu::sample::{Supply, Throttle};
use smelt::power::governor::{Admission, Bound, Decision, Hold, Observation, Settings, Stage};
use smelt::power::profile::{ProfileError, Profiles};

#[test]
fn sustained_81_brings_100_w_within_30_s_and_sustained_cold_brings_140_w_back_within_3_min() {
    for hot in [81.0, 82.0, 83.0] {
        for cold in [69.0, 65.0, 40.0] {
            for held in [0, 30, 600] {
                let mut bench = Bench::new(MAX);
                bench.hold(75.0, 60);
                let down = bench.until(hot, |decision| decision.cap_w <= 100.0);
                assert!(down <= 30, "{hot} for {down} s");
                for _ in 0..held {
                    bench.at(hot);
                }
                let up = bench.until(cold, |decision| decision.cap_w >= 140.0);
                assert!(up <= 180, "{hot} for {held} s, {cold} for {up} s");
            }
        }
    }
}

#[test]
fn a_profile_is_never_exceeded_and_says_whether_heat_or_it_binds() {
    let mut bench = Bench::new(Settings {
        ceiling_w: 120.0,
        ..MAX
    });
    let cool = bench.hold(60.0, 600);
    assert_eq!((cool.cap_w, cool.bound), (120.0, Bound::Profile));
    let hot = bench.hold(79.0, 30);
    assert!(hot.cap_w < 120.0);
    assert_eq!(hot.bound, Bound::Heat);
}

#[test]
fn a_higher_profile_is_given_at_once_to_a_cool_card_and_by_steps_to_a_warm_one() {
    let quiet = Settings {
        ceiling_w: 100.0,
        ..MAX
    };
    let mut cool = Bench::new(quiet);
    assert_eq!(cool.hold(60.0, 60).cap_w, 100.0);
    cool.governor.set_ceiling(140.0);
    let lifted = cool.at(60.0);
    assert_eq!(lifted.cap_w, 140.0);
    assert_eq!(lifted.why.unwrap().by(), "profile");

    let mut warm = Bench::new(quiet);
    warm.hold(75.0, 60);
    warm.governor.set_ceiling(140.0);
    assert_eq!(warm.at(75.0).cap_w, 105.0);
}

#[test]
fn a_cap_that_nobody_uses_is_not_raised() {
    let mut bench = Bench::new(MAX);
    bench.hold(81.0, 60);
    assert_eq!(bench.cap_w(), 80.0);
    for _ in 0..3600 {
        let mut idle = bench.seen(45.0);
        idle.power_w = Metric::Value(18.0);
        assert_eq!(bench.step(idle).cap_w, 80.0);
    }
}

#[test]
fn with_locked_clocks_the_clock_says_whether_the_cap_is_used() {
    for (sm_mhz, busy, rises) in [(1650, 97, true), (1500, 97, false), (1650, 10, false)] {
        let mut bench = Bench::new(MAX);
        bench.hold(81.0, 60);
        for _ in 0..120 {
            let mut seen = bench.seen(65.0);
            seen.power_w = Metric::Unsupported;
            seen.hold = Hold::Clocks(1650);
            seen.sm_mhz = Metric::Value(sm_mhz);
            seen.busy_percent = Metric::Value(busy);
            bench.step(seen);
        }
        assert_eq!(bench.cap_w() > 80.0, rises, "{sm_mhz} MHz, {busy}% busy");
    }
}

#[test]
fn each_raise_that_proves_wrong_makes_the_next_wait_longer() {
    let mut bench = Bench::new(MAX);
    bench.until(79.0, |decision| decision.cap_w <= 100.0);
    let waits: Vec<u64> = (0..7)
        .map(|_| {
            let waited = bench.until(76.0, |decision| decision.cap_w > decision.from_w);
            bench.until(79.5, |decision| decision.cap_w < decision.from_w);
            waited
        })
        .collect();
    assert!(waits.is_sorted(), "{waits:?}");
    assert!(waits[0] < 60 && waits[6] >= 590, "{waits:?}");
}

#[test]
fn at_87_no_new_work_begins_until_it_has_been_cool_for_20_s() {
    let mut bench = Bench::new(MAX);
    bench.hold(75.0, 10);
    let hot = bench.at(87.0);
    assert_eq!(hot.stage, Stage::Throttled);
    assert_eq!((hot.admission, hot.cap_w), (Admission::Paused, 80.0));
    assert!(!hot.emergency && hot.pacing < 1.0);
    assert_eq!(bench.hold(79.0, 60).admission, Admission::Paused);
    let open = bench.until(78.0, |decision| decision.admission == Admission::Open);
    assert_eq!(open, 20);
}

#[test]
fn a_sensor_that_falls_silent_while_it_is_too_hot_lets_no_work_in_when_it_speaks_again() {
    let mut bench = Bench::new(MAX);
    bench.hold(75.0, 10);
    assert_eq!(bench.at(88.0).stage, Stage::Throttled);
    let mut silent = bench.seen(88.0);
    silent.temp_c = Metric::Unsupported;
    while bench.step(silent).stage != Stage::FailSafe {}
    let again = bench.hold(85.0, 60);
    assert_eq!(again.stage, Stage::Throttled);
    assert_eq!(again.admission, Admission::Paused);
    let open = bench.until(78.0, |decision| decision.admission == Admission::Open);
    assert_eq!(open, 20);
}

#[test]
fn an_emergency_is_declared_at_once_and_lasts_until_it_is_cool_and_seen() {
    let mut bench = Bench::new(MAX);
    bench.hold(75.0, 10);
    let emergency = bench.at(95.0);
    assert!(emergency.emergency);
    assert_eq!(emergency.cap_w, 80.0);
    assert_eq!(emergency.admission, Admission::Paused);
    for _ in 0..300 {
        assert!(bench.at(60.0).emergency, "nobody has seen it");
        assert!(bench.at(61.0).emergency, "nobody has seen it");
    }
    bench.governor.acknowledge();
    assert!(!bench.at(60.0).emergency, "cool for long, and seen");

    bench.at(95.0);
    bench.governor.acknowledge();
    let cool = bench.until(75.0, |decision| !decision.emergency);
    assert_eq!(cool, 60);

    let mut alone = Bench::new(Settings {
        auto_resume: true,
        ..MAX
    });
    alone.at(96.0);
    assert_eq!(alone.until(70.0, |decision| !decision.emergency), 60);
}

#[test]
fn the_chips_own_cry_is_an_emergency_when_it_is_heard_twice() {
    let cry = |bench: &mut Bench, is_margin: bool| {
        let mut seen = bench.seen(80.0);
        if is_margin {
            seen.margin_c = Metric::Value(-2.0);
        } else {
            seen.throttle = Metric::Value(Throttle(Throttle::HW_THERMAL));
        }
        bench.step(seen)
    };
    for is_margin in [false, true] {
        let mut bench = Bench::new(MAX);
        bench.hold(75.0, 10);
        assert!(!cry(&mut bench, is_margin).emergency);
        assert!(cry(&mut bench, is_margin).emergency);
    }
}

#[test]
fn a_pulled_brake_or_a_small_charger_means_the_floor_and_no_emergency() {
    for is_brake in [true, false] {
        let mut bench = Bench::new(MAX);
        bench.hold(60.0, 10);
        let mut seen = bench.seen(60.0);
        if is_brake {
            seen.throttle = Metric::Value(Throttle(Throttle::HW_POWER_BRAKE));
        } else {
            seen.supply = Metric::Value(Supply::Undersized);
        }
        let braked = bench.step(seen);
        assert_eq!((braked.stage, braked.cap_w), (Stage::Braked, 80.0));
        assert_eq!(braked.admission, Admission::Open);
        assert_eq!(braked.why.unwrap().by(), "platform");
        assert_eq!(bench.at(60.0).stage, Stage::Steady);
    }
}

#[test]
fn while_the_driver_slows_down_for_heat_the_cap_falls_whatever_the_sensor_says() {
    let mut bench = Bench::new(MAX);
    for _ in 0..120 {
        let mut seen = bench.seen(65.0);
        seen.throttle = Metric::Value(Throttle(Throttle::SW_THERMAL));
        bench.step(seen);
    }
    assert_eq!(bench.cap_w(), 80.0);
}

#[test]
fn no_temperature_means_the_floor_half_pace_and_no_new_work_within_3_s() {
    for silent in [
        Metric::Unsupported,
        Metric::Denied,
        Metric::Error(999),
        Metric::Stale(60.0, Duration::from_secs(1)),
        Metric::Value(f64::NAN),
        Metric::Value(255.0),
    ] {
        let mut bench = Bench::new(MAX);
        bench.hold(60.0, 60);
        let heard = bench.second - 1;
        let mut seen = bench.seen(60.0);
        seen.temp_c = silent;
        while bench.step(seen).stage != Stage::FailSafe {}
        assert!(bench.second - 1 - heard <= 3, "{silent:?}");
        let safe = bench.last.clone().unwrap();
        assert_eq!((safe.cap_w, safe.pacing), (80.0, 0.5));
        assert_eq!(safe.admission, Admission::Paused);
        assert!(!safe.emergency);
        // One reading is not enough to trust it again.
        assert_eq!(bench.at(60.0).stage, Stage::FailSafe);
        assert_eq!(bench.hold(60.0, 5).stage, Stage::Steady);
    }
}

#[test]
fn a_driver_that_hangs_is_no_sensor_although_its_last_readings_look_fresh() {
    let mut bench = Bench::new(MAX);
    bench.hold(60.0, 60);
    let last = bench.seen(60.0);
    let stages: Vec<Stage> = (0..4)
        .map(|seconds| {
            let now = last.now + Duration::from_secs(seconds);
            bench.governor.step(Observation { now, ..last }).stage
        })
        .collect();
    assert_eq!(stages[2..], [Stage::Steady, Stage::FailSafe]);
}

#[test]
fn a_reading_that_stays_while_the_power_changes_is_not_believed() {
    let mut bench = Bench::new(MAX);
    let mut seen = bench.seen(65.0);
    seen.power_w = Metric::Value(60.0);
    for _ in 0..60 {
        bench.step(seen);
    }
    seen.power_w = Metric::Value(100.0);
    let noticed = (0..300).position(|_| bench.step(seen).stage == Stage::FailSafe);
    assert!(noticed.is_some_and(|second| second <= 190), "{noticed:?}");
    // It moves again.
    seen.temp_c = Metric::Value(66.0);
    assert_eq!(bench.step(seen).stage, Stage::Steady);
}

#[test]
fn a_chip_with_a_lower_limit_of_its_own_is_held_below_that() {
    let mut bench = Bench::new(MAX);
    for _ in 0..120 {
        let mut seen = bench.seen(72.0);
        seen.margin_c = Metric::Value(75.0 - 72.0);
        bench.step(seen);
    }
    assert_eq!(bench.cap_w(), 80.0);
    // A margin that no chip has is not believed.
    let mut bench = Bench::new(MAX);
    for _ in 0..120 {
        let mut seen = bench.seen(45.0);
        seen.margin_c = Metric::Value(-10.0);
        let decision = bench.step(seen);
        assert_eq!(decision.stage, Stage::Steady);
    }
    assert_eq!(bench.cap_w(), 150.0);
}

#[test]
fn a_cap_that_the_card_ignores_is_said_to_be_ignored_after_10_s() {
    let mut bench = Bench::new(MAX);
    bench.hold(81.0, 30);
    let mut unheld = Vec::new();
    for _ in 0..12 {
        let mut seen = bench.seen(79.0);
        seen.power_w = Metric::Value(150.0);
        unheld.push(bench.step(seen).unheld);
    }
    assert_eq!(unheld.iter().position(|is| *is), Some(10));
}

#[test]
fn every_change_and_only_a_change_has_a_reason() {
    let mut bench = Bench::new(MAX);
    for second in 0..2000 {
        let temp = 74.0 + 8.0 * (f64::from(second) / 90.0).sin();
        let stage = bench.last.as_ref().map_or(Stage::Steady, |last| last.stage);
        let decision = bench.at(temp.round());
        let is_other = decision.cap_w.to_bits() != decision.from_w.to_bits();
        assert_eq!(decision.why.is_some(), is_other || decision.stage != stage);
        assert!(decision.why.is_none_or(|why| !why.to_string().is_empty()));
    }
}

#[test]
fn settings_that_make_no_sense_are_replaced_or_brought_together() {
    for watts in [f64::NAN, f64::INFINITY, -5.0, 0.0] {
        let mut bench = Bench::new(Settings {
            floor_w: watts,
            ceiling_w: watts,
            start_w: watts,
            auto_resume: false,
        });
        assert_eq!(bench.at(60.0).cap_w, 140.0);
        bench.governor.set_ceiling(watts);
        assert_eq!(bench.at(60.0).cap_w, 140.0);
    }
    let mut low = Bench::new(Settings {
        ceiling_w: 60.0,
        ..MAX
    });
    assert_eq!(low.hold(60.0, 30).cap_w, 80.0);
}

#[test]
fn profiles_are_found_by_name_changed_and_missed_with_a_hint() {
    let profiles = Profiles::default();
    let watts = |name: &str| profiles.find(name).map(|profile| profile.watts);
    assert_eq!(watts("quiet"), Ok(100.0));
    assert_eq!(watts("Balanced"), Ok(120.0));
    assert_eq!(watts("performance"), Ok(140.0));
    assert_eq!(watts("max"), Ok(150.0));
    for (wrong, meant) in [
        ("quite", "quiet"),
        ("perf", "performance"),
        ("blanced", "balanced"),
    ] {
        let error = watts(wrong).unwrap_err().to_string();
        assert!(error.contains(&format!("did you mean {meant}?")), "{error}");
        assert!(error.contains("max (150 W)"), "{error}");
    }
    for wrong in ["", "turbocharged"] {
        let error = watts(wrong).unwrap_err().to_string();
        assert!(!error.contains("did you mean"), "{error}");
    }
    let own = profiles.with("quiet", 90.0).unwrap();
    let own = own.with("night", 60.0).unwrap();
    assert_eq!(own.find("quiet").unwrap().watts, 90.0);
    assert_eq!(own.iter().next().unwrap().name, "night");
    let wrong = own.with("quiet", f64::NAN);
    assert!(matches!(wrong, Err(ProfileError::Watts { .. })));
}

#[test]
fn a_card_that_sleeps_is_no_emergency_and_keeps_nobody_from_waking_it() {
    let mut bench = Bench::new(MAX);
    bench.hold(75.0, 10);
    bench.at(88.0);
    let mut asleep = bench.seen(0.0);
    asleep.temp_c = Metric::Unsupported;
    asleep.power_w = Metric::Unsupported;
    asleep.is_asleep = true;
    let slept: Vec<Decision> = (0..60).map(|_| bench.step(asleep)).collect();
    assert!(
        slept
            .iter()
            .all(|one| one.stage != Stage::FailSafe && one.cap_w == 80.0)
    );
    assert_eq!(slept[59].admission, Admission::Open);
    // Awake, it has three seconds to say how warm it is.
    asleep.is_asleep = false;
    let awake: Vec<Stage> = (0..4).map(|_| bench.step(asleep).stage).collect();
    assert_eq!(
        awake,
        [Stage::Steady, Stage::Steady, Stage::Steady, Stage::FailSafe]
    );
}
