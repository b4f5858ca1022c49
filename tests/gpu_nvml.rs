//! The card through the real driver wrapper, against each stand-in: what is read, how often, and what is not known.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "support/nvml.rs"]
mod nvml;

use std::time::Duration;

use nvml::Fake;
use smelt::gpu::metric::IMPLAUSIBLE;
use smelt::gpu::nvml::Target;
use smelt::gpu::sample::{State, Supply};
use smelt::gpu::{Metric, Source, Throttle, Which};

const LAPTOP: &str = "GPU-4090a1b2-0000-4000-8000-000000000001";

#[test]
fn a_laptop_is_read_as_far_as_it_tells() {
    let fake = Fake::new("rtx4090-laptop");
    fake.set("demand", "prefill");
    let mut source = fake.source();
    source.at(0.0);
    let sample = source.at(30.0);
    assert_eq!(sample.state, State::Healthy);
    let temp = sample.temp_c.fresh().unwrap();
    assert!((60.0..90.0).contains(&temp), "{temp}");
    assert_eq!(sample.margin_c, Metric::Value(87.0 - temp));
    assert!(sample.power_w.fresh().unwrap() > 140.0);
    assert!(sample.power_now_w.fresh().unwrap() > 140.0);
    assert_eq!(sample.enforced_w, Metric::Value(150.0));
    assert_eq!(sample.default_w, Metric::Value(150.0));
    assert_eq!(sample.range_w, Metric::Value((5.0, 175.0)));
    assert_eq!(sample.memory_mhz, Metric::Value(9001));
    assert_eq!(sample.memory_used_mib, Metric::Value(11_820));
    assert_eq!(sample.memory_total_mib, Metric::Value(16_376));
    assert_eq!(sample.busy_percent, Metric::Value(97));
    assert_eq!(sample.supply, Metric::Value(Supply::Mains));
    assert!(sample.energy_j.fresh().unwrap() > 1000.0);
    // What these laptops hide is not known, and not 0.
    assert_eq!(sample.requested_w, Metric::Unsupported);
    assert_eq!(sample.fan_percent, Metric::Unsupported);
    let identity = source.source.identity();
    assert_eq!(
        (identity.uuid.as_str(), identity.pci.as_str()),
        (LAPTOP, "0000:01:00.0")
    );
    assert_eq!(identity.driver, "580.95.05");
}

#[test]
fn a_server_card_tells_its_limit_and_has_no_fan() {
    let fake = Fake::new("h200");
    let sample = fake.source().at(0.0);
    assert_eq!(sample.requested_w, Metric::Value(700.0));
    assert_eq!(sample.range_w, Metric::Value((200.0, 700.0)));
    assert_eq!(sample.fan_percent, Metric::Unsupported);
    assert_eq!(sample.margin_c, Metric::Value(57.0));
    assert_eq!(sample.throttle, Metric::Value(Throttle(1)));
}

#[test]
fn wsl_is_an_ordinary_machine_that_tells_less() {
    let fake = Fake::new("wsl2");
    fake.set("demand", "decode");
    let sample = fake.source().at(5.0);
    assert_eq!(sample.state, State::Healthy);
    assert_eq!(sample.busy_percent, Metric::Unsupported);
    assert!(sample.temp_c.fresh().is_some());
    assert!(sample.memory_used_mib.fresh().is_some());
}

#[test]
fn an_old_driver_lacks_calls_and_the_rest_still_works() {
    let fake = Fake::old();
    let mut source = fake.source();
    for seconds in 0..30 {
        let sample = source.at(f64::from(seconds));
        assert_eq!(sample.state, State::Healthy);
        let temp = sample.temp_c.fresh().unwrap();
        assert!(sample.power_w.fresh().is_some());
        assert_eq!(sample.memory_used_mib, Metric::Unsupported);
        assert_eq!(sample.power_now_w, Metric::Unsupported);
        assert_eq!(sample.supply, Metric::Unsupported);
        // The margin is worked out from the highest temperature, which old drivers tell.
        assert_eq!(sample.margin_c, Metric::Value(87.0 - temp), "{seconds}");
    }
}

#[test]
fn costly_calls_are_made_seldom_and_futile_ones_once() {
    let fake = Fake::new("rtx4090-laptop");
    let mut source = fake.source();
    source.at(0.0);
    source.until(19.75);
    let counts = [
        ("nvmlDeviceGetTemperature", 80),
        ("nvmlDeviceGetPowerUsage", 80),
        ("nvmlDeviceGetTotalEnergyConsumption", 20),
        ("nvmlDeviceGetMarginTemperature", 20),
        ("nvmlDeviceGetEnforcedPowerLimit", 20),
        ("nvmlDeviceGetMemoryInfo_v2", 20),
        ("nvmlDeviceGetPowerManagementDefaultLimit", 2),
        ("nvmlDeviceGetFanSpeed_v2", 1),
        ("nvmlDeviceGetPowerManagementLimit", 1),
        ("nvmlInit_v2", 1),
        ("nvmlDeviceGetPcieThroughput", 0),
    ];
    for (name, count) in counts {
        assert_eq!(fake.count(name), count, "{name}");
    }
}

const ENERGY: &str = "nvmlDeviceGetTotalEnergyConsumption";
const MARGIN: &str = "nvmlDeviceGetMarginTemperature";

#[test]
fn a_call_that_waits_for_the_card_is_made_more_seldom_and_its_age_is_told() {
    let fake = Fake::new("h200");
    fake.set("slow", &format!("{ENERGY}:2,{MARGIN}:2"));
    let mut source = fake.source();
    source.at(0.0);
    let samples = source.until(39.75);
    // Three times to find out, then every ten seconds, and the energy every thirty; what the governor decides on is asked for as before.
    for (name, count) in [
        (ENERGY, 4),
        (MARGIN, 6),
        ("nvmlDeviceGetPowerManagementLimit", 4),
        ("nvmlDeviceGetTemperature", 160),
        ("nvmlDeviceGetCurrentClocksThrottleReasons", 160),
    ] {
        assert_eq!(fake.count(name), count, "{name}");
    }
    let at = |seconds: u64| {
        let mut all = samples.iter();
        all.find(|sample| sample.at == Duration::from_secs(seconds))
            .unwrap()
    };
    // Asked at 0, 1, 2, 12, 22 and 32; the energy not at 12 and 22.
    assert!(at(32).energy_j.fresh().is_some());
    assert!(matches!(at(14).energy_j, Metric::Stale(_, age) if age == Duration::from_secs(12)));
    assert!(matches!(at(21).margin_c, Metric::Stale(_, age) if age == Duration::from_secs(9)));
    assert!(at(20).temp_c.fresh().is_some());
}

#[test]
fn a_margin_that_grows_small_is_asked_for_every_second_whatever_it_costs() {
    let fake = Fake::new("rtx4090-laptop");
    fake.set("slow", &format!("{MARGIN}:2"));
    fake.set("demand", "prefill");
    let mut source = fake.source();
    source.at(0.0);
    let margins: Vec<_> = source
        .until(600.0)
        .iter()
        .map(|sample| sample.margin_c)
        .collect();
    assert!(
        matches!(margins[100], Metric::Stale(..)),
        "{:?}",
        margins[100]
    );
    let is_near = |margin: &Metric<f64>| margin.last().is_some_and(|left| left <= 15.0);
    let near: Vec<_> = margins
        .iter()
        .skip_while(|margin| !is_near(margin))
        .collect();
    assert!(near.len() > 400, "it gets hot: {}", near.len());
    assert!(near.iter().all(|margin| margin.fresh().is_some()));
}

#[test]
fn a_call_that_is_quick_again_is_made_as_often_as_before() {
    let fake = Fake::new("h200");
    fake.set("slow", &format!("{ENERGY}:2"));
    let mut source = fake.source();
    source.at(0.0);
    source.until(10.0);
    fake.set("slow", "");
    source.until(110.0);
    fake.forget_calls();
    source.until(120.0);
    assert_eq!(fake.count(ENERGY), 10);
}

#[test]
fn every_code_of_the_driver_has_a_meaning() {
    for code in (1..=30).chain([999]) {
        let fake = Fake::new(&format!("temperature-{code}"));
        let mut source = fake.source();
        let sample = source.at(0.0);
        let said = (sample.state.clone(), sample.temp_c);
        match code {
            // The rest of the card is read as if nothing were.
            2 | 3 | 13 | 25 | 26 => {
                assert_eq!(said, (State::Healthy, Metric::Unsupported), "{code}");
            }
            6 | 21 => assert_eq!(said, (State::Healthy, Metric::Unsupported), "{code}"),
            4 => assert_eq!(said, (State::Healthy, Metric::Denied)),
            9 | 12 | 15 | 16 | 17 | 18 | 28 => assert_eq!(said.0, State::Lost, "{code}"),
            _ => assert_eq!(said, (State::Degraded(1), Metric::Error(code)), "{code}"),
        }
        if said.0 != State::Lost {
            assert!(sample.power_w.fresh().is_some(), "{code}");
        }
    }
}

#[test]
fn a_driver_that_does_not_start_says_why() {
    let texts = [
        (9, "kernel module is not loaded"),
        (12, "library it needs is missing"),
        (15, "lost"),
        (17, "operating system blocks"),
        (18, "restart the machine"),
        (999, "999"),
    ];
    for (code, text) in texts {
        let fake = Fake::new(&format!("init-{code}"));
        match fake.source().at(0.0).state {
            State::Absent(why) => assert!(why.contains(text), "{why}"),
            other => panic!("{code}: {other:?}"),
        }
    }
    let fake = Fake::new("h200");
    let missing = Target {
        library: Some(fake.path("no-such-library.so").into_os_string()),
        which: Which::default(),
    };
    match fake.source_of(missing, &fake.path("sys")).at(0.0).state {
        State::Absent(why) => assert!(why.contains("libnvidia-ml.so.1 cannot be loaded"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_card_is_chosen_by_place_or_uuid() {
    let fake = Fake::new("rtx4090-laptop");
    let state = |which: &str| {
        let target = Target {
            which: Which::of(which),
            ..fake.target()
        };
        fake.source_of(target, &fake.path("sys")).at(0.0).state
    };
    assert_eq!(state("0"), State::Healthy);
    assert_eq!(state(LAPTOP), State::Healthy);
    for which in ["1", "GPU-none"] {
        let expected = format!("no GPU {which}; `nvidia-smi -L` lists those there are");
        assert_eq!(state(which), State::Absent(expected));
    }
}

#[test]
fn one_failure_leaves_the_last_value_with_its_age() {
    let fake = Fake::new("flaky");
    let mut source = fake.source();
    source.at(0.0);
    let mut failed = 0;
    for sample in source.until(60.0) {
        match sample.state {
            State::Degraded(count) => {
                failed += 1;
                assert_eq!(count, 1);
            }
            state => assert_eq!(state, State::Healthy),
        }
        assert!(sample.temp_c.last().is_some(), "{:?}", sample.temp_c);
        assert!(sample.memory_total_mib.last().is_some());
    }
    assert!(failed > 10, "{failed}");
    assert_eq!(
        fake.count("nvmlInit_v2"),
        1,
        "one failure is no reason to start anew"
    );
}

#[test]
fn a_costly_call_that_fails_says_how_old_its_value_is_and_harms_nothing_else() {
    let fake = Fake::new("rtx4090-laptop");
    let mut source = fake.source();
    source.at(0.0);
    source.until(10.0);
    fake.set("fail", "nvmlDeviceGetTotalEnergyConsumption");
    for sample in source.until(30.0) {
        assert_eq!(sample.state, State::Healthy);
        assert!(sample.temp_c.fresh().is_some());
        let since_it_was_read = sample.at.as_secs_f64() - 10.0;
        match sample.energy_j {
            Metric::Stale(_, age) => {
                let seconds = age.as_secs_f64();
                assert!((since_it_was_read - 1.0..=since_it_was_read).contains(&seconds));
            }
            Metric::Value(_) => assert!(since_it_was_read < 1.0),
            other => panic!("{other:?}"),
        }
    }
    fake.set("fail", "");
    assert!(source.at(31.0).energy_j.fresh().is_some());
}

#[test]
fn failures_without_end_start_the_library_anew_ever_more_seldom() {
    let fake = Fake::new("temperature-999");
    let mut source = fake.source();
    let mut failures = Vec::new();
    for quarter in 0..40 {
        match source.at(f64::from(quarter) / 4.0).state {
            State::Degraded(count) => failures.push(count),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(failures, (1..=40).collect::<Vec<u32>>());
    // At the start, and after 3, 6, 12 and 24 failures.
    assert_eq!(fake.count("nvmlInit_v2"), 5);
}

#[test]
fn a_lost_card_is_stale_then_looked_for_and_found_by_its_uuid() {
    let fake = Fake::new("gpu-lost@30..95");
    let mut source = fake.source();
    source.at(0.0);
    source.until(29.75);
    let before = source.source.identity();
    fake.forget_calls();
    let lost = source.at(30.0);
    assert_eq!(lost.state, State::Lost);
    assert!(
        matches!(lost.temp_c, Metric::Stale(..)),
        "{:?}",
        lost.temp_c
    );
    for sample in source.until(90.0) {
        assert_eq!(sample.state, State::Lost);
        assert_eq!(sample.temp_c.fresh(), None);
        let Metric::Stale(_, age) = sample.temp_c else {
            panic!("{:?}", sample.temp_c)
        };
        assert!(age.as_secs_f64() > sample.at.as_secs_f64() - 30.0);
    }
    // After 1, 2, 4, 8, 16 and 30 seconds: 31, 33, 37, 45, 61 and 91 at the latest.
    assert_eq!(fake.count("nvmlInit_v2"), 5);
    let found = source.at(95.0);
    assert_eq!(found.state, State::Healthy);
    assert!(found.temp_c.fresh().is_some());
    assert_eq!(source.source.identity(), before);
    let by_uuid = format!("nvmlDeviceGetHandleByUUID({LAPTOP})=0");
    assert!(fake.calls().contains(&by_uuid));
}

#[test]
fn the_library_is_shut_down_as_often_as_it_was_started() {
    let fake = Fake::new("gpu-lost@5..8");
    let mut source = fake.source();
    source.at(0.0);
    source.until(20.0);
    drop(source);
    let (started, ended) = (fake.count("nvmlInit_v2"), fake.count("nvmlShutdown"));
    assert!(started > 1);
    assert_eq!(started, ended);
}

#[test]
fn power_no_card_can_draw_is_not_shown_as_power() {
    let fake = Fake::new("bogus-power");
    let sample = fake.source().at(0.0);
    assert_eq!(sample.power_w, Metric::Error(IMPLAUSIBLE));
    assert_eq!(sample.power_now_w, Metric::Error(IMPLAUSIBLE));
    assert_eq!(sample.state, State::Healthy);
}

#[test]
fn a_charger_that_is_too_small_is_known_though_the_wrapper_does_not_know_it() {
    let fake = Fake::new("rtx4090-laptop");
    for (word, supply) in [
        ("undersized", Supply::Undersized),
        ("battery", Supply::Battery),
        ("mains", Supply::Mains),
    ] {
        fake.set("supply", word);
        assert_eq!(fake.source().at(0.0).supply, Metric::Value(supply));
    }
}
