//! `smelt power tune` from end to end: the stand-in's card held at cap after cap, the scripted engine asked, joules counted.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

#[path = "support/nvml.rs"]
mod nvml;
#[path = "support/power.rs"]
mod power;

use std::os::unix::process::ExitStatusExt;

use power::{Machine, Running};
use serde_json::{Value, json};
use signal_hook::consts::SIGTERM;

fn limit(watts: u32) -> String {
    format!("nvmlDeviceSetPowerManagementLimit({watts}000)=0")
}

fn machine(profile: &str) -> (Machine, String) {
    let machine = Machine::new(profile);
    machine.fake.set("demand", "prefill");
    let script = machine.path("script.json");
    let rule = json!({"contains": "", "delay_ms": 2, "reply": vec![true; 20]});
    std::fs::write(&script, json!({"rules": [rule]}).to_string()).unwrap();
    let engine = format!("scripted:{}", script.display());
    (machine, engine)
}

#[test]
fn at_most_eight_caps_are_measured_and_the_limit_goes_back() {
    let (machine, engine) = machine("rtx4090-desktop");
    let few = ["--seconds", "0.4", "--max-slowdown", "10", "--json"];
    let arguments = [&["tune", "--engine", &engine], &few[..]].concat();
    let (out, err, code) = machine.run(&arguments);
    assert_eq!(code, 0, "{err}");
    let tuned: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&tuned["src"], &tuned["phase"]),
        (&json!("nvml"), &json!("decode"))
    );
    let points = tuned["points"].as_array().unwrap();
    assert!((2..=8).contains(&points.len()), "{points:?}");
    assert_eq!(
        points[0]["setting"], 450.0,
        "compared with what it has by itself"
    );
    for point in points {
        let joules = point["joules_per_token"].as_f64().unwrap();
        assert!(joules > 0.0, "{point}");
        let setting = point["setting"].as_f64().unwrap();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let set = limit(setting as u32);
        assert!(machine.writes().contains(&set), "{set}");
    }
    // However slow: then the one with the least joules is the best, or one that is the same but for noise.
    let joules = |point: &Value| point["joules_per_token"].as_f64().unwrap();
    let least = points.iter().map(joules).fold(f64::INFINITY, f64::min);
    assert!(joules(&tuned["best"]) <= 1.02 * least, "{tuned}");
    assert!(tuned.get("every_cap").is_none());
    assert_eq!(machine.last_write(), limit(450));
    assert!(!machine.ledger().exists());
    assert!(err.contains("as they were found"), "{err}");
}

#[test]
fn a_signal_ends_it_and_the_limit_goes_back() {
    let (machine, engine) = machine("rtx4090-desktop");
    let arguments = ["tune", "--engine", &engine, "--seconds", "600"];
    let mut running = Running::silent(machine.command(&arguments));
    while machine.last_write() != limit(450) {
        std::thread::yield_now();
    }
    running.send(SIGTERM);
    let (said, status) = running.end();
    assert_eq!(status.signal(), Some(SIGTERM), "{said:?}");
    assert!(!machine.ledger().exists());
}

#[test]
fn what_cannot_be_tuned_is_one_line() {
    for (profile, more, words) in [
        ("no-root", &[][..], "no permission"),
        ("rtx4090-desktop", &["--engine", "none"], "there is none"),
        (
            "rtx4090-desktop",
            &["--engine", "scripted:nothing.json"],
            "nothing.json",
        ),
        ("init-9", &[], "--simulated"),
    ] {
        let (machine, engine) = machine(profile);
        let engine = ["--engine", engine.as_str()];
        let chosen = if more.is_empty() { &engine[..] } else { more };
        let arguments = [&["tune"], chosen].concat();
        let (out, err, code) = machine.run(&arguments);
        assert_eq!((code, out.as_str()), (5, ""), "{profile}: {err}");
        assert!(err.contains(words), "{profile}: {err}");
        let took = |call: &String| call.ends_with("=0");
        assert!(!machine.writes().iter().any(took), "{profile}");
    }
}
