//! The governor on simulated laptops: the targets it has to meet, and the commands that show them.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/smelt.rs"]
mod smelt_bench;

use std::fs;
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;
use smelt::gpu::json::Line;
use smelt::gpu::replay::Replay;
use smelt::gpu::simulated::Simulated;
use smelt::gpu::simulated::plant::{Held, IDLE_W, Parameters, Plant, Sensor, SplitMix64};
use smelt::gpu::simulated::workload::Workload;
use smelt::gpu::{Metric, Source};
use smelt::power::governor::Settings;
use smelt::power::simulate::report::{Choice, report};
use smelt::power::simulate::{Control, Scenario, run};
use smelt_bench::{Bench, records};

const MAX: Settings = Settings {
    floor_w: 80.0,
    ceiling_w: 150.0,
    start_w: 140.0,
    auto_resume: false,
};

#[test]
fn five_laptops_by_four_workloads_random_laptops_and_troubles_meet_their_targets() {
    let report = report(&Choice {
        settings: MAX,
        seed: 1,
        ..Choice::default()
    });
    assert_eq!(report.cases.len(), 20);
    for case in &report.cases {
        let name = format!("{} {}: {case:?}", case.workload, case.plant);
        let outcome = case.outcome;
        assert!(outcome.over_80_percent < 0.05, "{name}");
        assert!(outcome.max_with_start_c <= 81.0, "{name}");
        assert!(case.of_fixed >= 0.93, "{name}");
        let most = match case.workload {
            "constant" | "batch" => 40.0,
            _ => 60.0,
        };
        assert!(outcome.changes_per_h <= most, "{name}");
    }
    let random = report.random.unwrap();
    assert_eq!(random.plants, 160);
    assert!(random.holdable > 80, "{random:?}");
    assert!(random.max_with_start_c <= 81.0, "{random:?}");

    let trouble = |name: &str| {
        let mut rows = report.troubles.iter();
        rows.find(|row| row.trouble == name).unwrap()
    };
    assert!(trouble("sensor silent").reaction_s.unwrap() <= 3);
    assert!(trouble("sensor reads 95 C").reaction_s.unwrap() <= 1);
    assert!(trouble("sensor stuck at 65 C").over_80_s < 240.0);
    for name in ["limit ignored", "platform keeps 115 W"] {
        assert!(
            trouble(name).reaction_s.unwrap() <= 15,
            "{:?}",
            trouble(name)
        );
        assert!(trouble(name).over_80_s < 15.0, "{:?}", trouble(name));
    }
}

#[test]
fn the_lower_profile_is_a_ceiling_on_the_laptop_too() {
    let scenario = Scenario {
        plant: Parameters::NOMINAL,
        seed: 1,
        workload: Workload::Constant,
        control: Control::Governor(Settings {
            ceiling_w: 100.0,
            ..MAX
        }),
        length: 1800,
        trouble: None,
    };
    let outcome = run(&scenario, |_| {});
    assert!(outcome.mean_cap_w <= 100.0);
    assert!(outcome.max_with_start_c < 79.5);
}

/// Where a plant without noise and leakage would come to rest, fan at full.
fn rest_c(p: &Parameters, watts: f64) -> f64 {
    let sink = p.sink_fast_k_per_w + p.die_k_per_w + p.chassis_k_per_w;
    p.ambient_c + (p.cpu_k_per_w + p.chassis_k_per_w) * p.cpu_w + sink * watts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plant_stays_within_physics(seed in any::<u64>(), limit in 80.0..150.0_f64) {
        let mut random = SplitMix64::new(seed);
        let parameters = Parameters::random(&mut random);
        let mut plant = Plant::new(parameters, seed);
        plant.limit_w = limit;
        plant.demand_w = 150.0;
        plant.step(5.0);
        let mut energy = 0.0;
        for _ in 0..600 {
            plant.step(1.0);
            prop_assert!(plant.die_c() > parameters.ambient_c && plant.die_c() < 93.0);
            prop_assert!(plant.energy_j() > energy && plant.power_w() <= limit + 6.5);
            prop_assert!(plant.reading_c().is_some_and(|c| c.fract() == 0.0 && c < 95.0));
            energy = plant.energy_j();
        }
        plant.demand_w = IDLE_W;
        let hot = plant.die_c();
        plant.step(600.0);
        prop_assert!(plant.die_c() < hot);
    }
}

#[test]
fn a_plant_comes_to_rest_where_its_resistances_say() {
    for (name, parameters) in Parameters::NAMED {
        let mut plant = Plant::new(parameters, 3);
        plant.demand_w = 80.0;
        plant.step(7200.0);
        let rest = rest_c(&parameters, 80.0);
        // The fan may not be at full, and a warm die leaks a little.
        assert!(
            (plant.die_c() - rest).abs() < 5.0,
            "{name}: {} {rest}",
            plant.die_c()
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_laptop_and_time_may_pass_in_any_steps() {
    let plant = |steps: &[f64]| {
        let mut plant = Plant::new(Parameters::NOMINAL, 9);
        plant.demand_w = 150.0;
        for step in steps {
            plant.step(*step);
        }
        plant.die_c()
    };
    assert_eq!(plant(&[60.0]).to_bits(), plant(&[60.0]).to_bits());
    assert!((plant(&[60.0]) - plant(&[0.25; 240])).abs() < 0.5);
    let still = plant(&[]);
    for nothing in [0.0, -5.0, f64::NAN, f64::INFINITY] {
        assert_eq!(plant(&[nothing]).to_bits(), still.to_bits());
    }
}

#[test]
fn limits_clocks_and_firmware_hold_the_plant_and_it_says_which() {
    let mut plant = Plant::new(Parameters::NOMINAL, 1);
    plant.demand_w = 150.0;
    plant.limit_w = 100.0;
    plant.step(20.0);
    assert_eq!(plant.held(), Held::Limit);
    assert!(
        (plant.average_w() - 101.0).abs() < 4.0,
        "{}",
        plant.average_w()
    );
    plant.limit_w = 150.0;
    plant.ceiling_mhz = Some(1650);
    plant.step(20.0);
    assert_eq!((plant.held(), plant.sm_mhz()), (Held::Clocks, 1650));
    assert!(
        (plant.average_w() - 101.0).abs() < 4.0,
        "{}",
        plant.average_w()
    );
    plant.ceiling_mhz = None;
    plant.platform_w = Some(115.0);
    plant.limit_w = 80.0;
    plant.step(5.0);
    assert!((plant.in_force_w() - 115.0).abs() < 1.0);

    let mut hot = Plant::new(Parameters::named("dusty").unwrap(), 1);
    hot.demand_w = 150.0;
    hot.step(1800.0);
    assert_eq!(hot.held(), Held::Heat);
    assert!((86.0..89.0).contains(&hot.die_c()));
    hot.sensor = Sensor::Silent;
    assert_eq!(hot.reading_c(), None);
}

/// Ten minutes of a simulated laptop as `smelt monitor` would have written them.
fn recording() -> Vec<String> {
    let mut laptop = Simulated::new(Plant::new(Parameters::NOMINAL, 1), Workload::Constant);
    let identity = laptop.identity();
    let lines = (0..600_u32).map(|second| {
        let sample = laptop.sample(Duration::from_secs(second.into()));
        let ts = Timestamp::from_second(1_790_000_000 + i64::from(second)).unwrap();
        serde_json::to_string(&Line::new(&sample, &identity, ts, "simulated")).unwrap()
    });
    lines.collect()
}

#[test]
fn a_recording_is_played_as_it_was_and_grows_stale_where_it_has_gaps() {
    let bench = Bench::new();
    let mut lines = recording();
    let path = bench.path("gpu.jsonl");
    lines.insert(
        7,
        r#"{"v":1,"kind":"gpu.limit","from_w":120,"to_w":110}"#.to_owned(),
    );
    // A writer was killed, and the next one went on where it stopped.
    lines.insert(100, format!("{}{}", &lines[3][..40], lines[3]));
    lines.push(lines[3][..40].to_owned());
    fs::write(&path, lines.join("\n")).unwrap();
    let mut replay = Replay::open(&path).unwrap();
    assert_eq!(
        (replay.length(), replay.broken()),
        (Duration::from_secs(599), 2)
    );

    let mut laptop = Simulated::new(Plant::new(Parameters::NOMINAL, 1), Workload::Constant);
    for second in 0..600 {
        let now = Duration::from_secs(second);
        let (was, played) = (laptop.sample(now), replay.sample(now));
        assert_eq!((played.at, played.temp_c), (now, was.temp_c));
        let watts = played.power_w.fresh().unwrap() - was.power_w.fresh().unwrap();
        assert!(watts.abs() <= 0.051);
        assert_eq!(played.fan_percent, Metric::Unsupported);
    }
    let late = replay.sample(Duration::from_secs(610));
    assert!(matches!(late.temp_c, Metric::Stale(_, age) if age == Duration::from_secs(11)));
}

#[test]
fn a_writer_that_was_started_anew_goes_on_at_its_time_of_day() {
    let bench = Bench::new();
    let lines: Vec<Line> = recording()[..4]
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let again = lines.iter().map(|line| {
        let mut line = line.clone();
        line.ts += jiff::SignedDuration::from_secs(60);
        line
    });
    let all: Vec<String> = lines
        .iter()
        .cloned()
        .chain(again)
        .map(|line| serde_json::to_string(&line).unwrap())
        .collect();
    fs::write(bench.path("gpu.jsonl"), all.join("\n")).unwrap();
    let replay = Replay::open(&bench.path("gpu.jsonl")).unwrap();
    assert_eq!(replay.length(), Duration::from_secs(63));
}

fn power(bench: &Bench, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = bench
        .program()
        .arg("power")
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn a_run_prints_every_decision_with_its_reason() {
    let bench = Bench::new();
    let arguments = [
        "simulate",
        "--plant",
        "dusty",
        "--workload",
        "batch",
        "--minutes",
        "15",
    ];
    let (code, table, _) = power(&bench, &arguments);
    assert_eq!(code, Some(0));
    assert!(table.contains("140 -> "), "{table}");
    assert!(
        table.lines().last().unwrap().starts_with("highest "),
        "{table}"
    );

    let (code, lines, _) = power(&bench, &[&arguments[..], &["--json"]].concat());
    assert_eq!(code, Some(0));
    let lines = records(lines.as_bytes());
    let (last, events) = lines.split_last().unwrap();
    assert_eq!(last["kind"], "power.simulated");
    let mut cap = 140.0;
    for event in events {
        assert_eq!(
            (&event["kind"], &event["from_w"]),
            (&"gpu.limit".into(), &cap.into())
        );
        assert!(event["why"].as_str().is_some_and(|why| !why.is_empty()));
        cap = event["to_w"].as_f64().unwrap();
    }
    assert!(cap < 120.0);
}

#[test]
fn a_report_of_one_case_is_a_line_for_a_person_and_json_for_a_program() {
    let bench = Bench::new();
    let arguments = [
        "simulate",
        "--report",
        "--plant",
        "hot-room",
        "--workload",
        "constant",
    ];
    let (code, table, _) = power(&bench, &arguments);
    assert_eq!(code, Some(0));
    assert!(
        table
            .lines()
            .nth(1)
            .unwrap()
            .starts_with("constant  hot-room"),
        "{table}"
    );
    let (_, json, _) = power(&bench, &[&arguments[..], &["--json"]].concat());
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["cases"][0]["plant"], "hot-room");
    assert!(json["cases"][0]["max_c"].as_f64().unwrap() < 80.0);
}

#[test]
fn a_recording_is_judged_and_what_is_none_is_refused_with_the_line() {
    let bench = Bench::new();
    fs::write(bench.path("gpu.jsonl"), recording().join("\n")).unwrap();
    let (code, table, _) = power(&bench, &["simulate", "--replay", "gpu.jsonl"]);
    assert_eq!(code, Some(0));
    assert!(
        table.contains(" ->  80 W"),
        "uncapped, it gets hot: {table}"
    );
    let last = table.lines().last().unwrap();
    assert!(last.starts_with("599 s of samples, "), "{last}");

    fs::write(bench.path("gpu.jsonl"), "{}\nhot\n").unwrap();
    let (code, _, said) = power(&bench, &["simulate", "--replay", "gpu.jsonl"]);
    assert_eq!(code, Some(2));
    assert!(said.starts_with("smelt: gpu.jsonl:1: "), "{said}");
    for missing in ["none.jsonl", "/dev/null"] {
        let (code, _, said) = power(&bench, &["simulate", "--replay", missing]);
        assert_eq!((code, said.lines().count()), (Some(2), 1), "{said}");
    }
}

#[test]
fn names_are_checked_and_tuning_a_real_card_is_refused_in_one_line() {
    let bench = Bench::new();
    for wrong in [
        &["simulate", "--plant", "cellar"][..],
        &["simulate", "--workload", "mining"],
        &["simulate", "--minutes", "0"],
        &["simulate", "--profile", "quite"],
        &["tune", "--simulated", "--max-slowdown", "0.5"],
        &["tune", "--simulated", "--max-slowdown", "NaN"],
        &["tune", "--simulated", "--plant", "cellar"],
    ] {
        assert_eq!(power(&bench, wrong).0, Some(2), "{wrong:?}");
    }
    for (name, _) in Parameters::NAMED {
        let arguments = ["tune", "--simulated", "--plant", name];
        let (code, table, _) = power(&bench, &arguments);
        assert_eq!(code, Some(0));
        assert!(table.contains("best of all 15 caps"), "{table}");
    }
    for (name, _) in Workload::NAMED {
        let arguments = ["simulate", "--workload", name, "--minutes", "10"];
        assert_eq!(power(&bench, &arguments).0, Some(0), "{name}");
    }
    let (code, stdout, said) = power(&bench, &["tune"]);
    assert_eq!(
        (code, stdout.as_str(), said.lines().count()),
        (Some(5), "", 1)
    );
    assert!(said.contains("--simulated"), "{said}");
    let (_, json, _) = power(
        &bench,
        &["tune", "--simulated", "--phase", "both", "--json"],
    );
    let json: Value = serde_json::from_str(&json).unwrap();
    assert!(json["points"].as_array().unwrap().len() <= 8);
    assert_eq!(json["src"], "simulated");
}
