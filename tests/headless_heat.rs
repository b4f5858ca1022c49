//! A batch run beside a hot card: no new page above 87 degrees, the end at 95, joules in the records, and everything put
//! back.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

#[path = "support/nvml.rs"]
mod nvml;
#[path = "support/power.rs"]
mod power;
#[path = "support/recording.rs"]
mod recording;
#[path = "support/smelt.rs"]
mod smelt;

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use power::{Machine, Running, told};
use recording::record;
use serde_json::json;
use signal_hook::consts::SIGTERM;
use smelt::{Bench, answer, records};

const PAGES: usize = 12;

/// Pages whose answers take about twenty times `delay_ms`.
fn bench(delay_ms: u64) -> Bench {
    let bench = Bench::new();
    for number in 0..PAGES {
        let page = format!("<h1>Job {number}</h1>");
        bench.page(&format!("pages/{number:02}.html"), &page);
    }
    let rule = json!({"contains": "", "delay_ms": delay_ms, "reply": answer(&json!({}))});
    bench.script(&json!({"rules": [rule]}));
    bench
}

fn run(bench: &Bench, arguments: &[&str]) -> Output {
    let mut command = bench.command(&["pages"]);
    command.args(bench.engine()).args(arguments);
    command.output().unwrap()
}

#[test]
fn above_87_degrees_no_page_is_begun_and_when_it_is_cool_the_run_goes_on() {
    let bench = bench(0);
    // Twenty seconds hot, then cool for the twenty that it takes; ten times as fast.
    record(&bench.path("gpu.jsonl"), &[(20, 88.0), (200, 70.0)]);
    let began = Instant::now();
    let output = run(
        &bench,
        &["--power", "auto", "--gpu-source", "replay:gpu.jsonl@10"],
    );
    let (out, err, code) = told(&output);
    assert_eq!(code, 0, "{err}");
    assert_eq!(records(out.as_bytes()).len(), PAGES);
    assert!(began.elapsed() >= Duration::from_secs(40) / 10, "{err}");
    let paused = err
        .find("no new page is begun")
        .unwrap_or_else(|| panic!("{err}"));
    let again = err
        .find("pages are begun again")
        .unwrap_or_else(|| panic!("{err}"));
    assert!(paused < again, "{err}");
    assert!(err.contains("88 C, limit 87"), "{err}");
}

#[test]
fn the_emergency_ends_the_run_with_6_and_gives_everything_back() {
    let bench = bench(10);
    record(&bench.path("gpu.jsonl"), &[(20, 60.0), (600, 96.0)]);
    let arguments = ["--power", "balanced", "--gpu-source", "replay:gpu.jsonl@20"];
    let (out, err, code) = told(&run(&bench, &arguments));
    assert_eq!(code, 6, "{err}");
    assert!(
        err.contains("stopped by the thermal guard: 96 C, limit 95"),
        "{err}"
    );
    let done = records(out.as_bytes()).len();
    assert!(done < PAGES, "{done}");
    assert_eq!(bench.claimed(), 0, "what ran is back in the queue");
    let (rest, code) = bench.run(&[]);
    assert_eq!((done + rest.len(), code), (PAGES, 0));
    assert!(rest.iter().all(|record| record["status"] != "failed"));
}

#[test]
fn a_run_that_is_done_does_not_wait_for_the_card() {
    let bench = bench(0);
    record(&bench.path("gpu.jsonl"), &[(600, 88.0)]);
    assert_eq!(bench.run(&["pages"]).1, 0);
    // Everything is in the store, and the card never cools down.
    let (out, err, code) = told(&run(
        &bench,
        &["--power", "auto", "--gpu-source", "replay:gpu.jsonl"],
    ));
    assert_eq!(code, 0, "{err}");
    assert_eq!(records(out.as_bytes()).len(), PAGES);
}

/// `smelt --headless` over one page on this machine.
fn headless(machine: &Machine, arguments: &[&str]) -> Command {
    let page = machine.path("page.html");
    std::fs::write(&page, "<h1>Baker</h1>").unwrap();
    let rule = json!({"contains": "", "delay_ms": 20, "reply": answer(&json!({}))});
    let script = machine.path("script.json");
    std::fs::write(&script, json!({"rules": [rule]}).to_string()).unwrap();
    let mut command = machine.smelt();
    command
        .arg("--headless")
        .arg(page)
        .args(["--engine", &format!("scripted:{}", script.display())])
        .arg("--store")
        .arg(machine.path("smelt.db"))
        .args(arguments)
        .env_remove("SMELT_POWER");
    command
}

#[test]
fn the_card_is_held_while_the_run_lasts_and_its_joules_are_in_the_record() {
    let machine = Machine::new("rtx4090-desktop");
    machine.fake.set("demand", "prefill");
    let (out, err, code) = told(&headless(&machine, &["--power", "300"]).output().unwrap());
    assert_eq!(code, 0, "{err}");
    let limit = |watts: u32| format!("nvmlDeviceSetPowerManagementLimit({watts}000)=0");
    assert!(
        machine.writes().contains(&limit(300)),
        "{:?}",
        machine.writes()
    );
    assert_eq!(machine.last_write(), limit(450));
    assert!(!machine.ledger().exists());
    let record = &records(out.as_bytes())[0];
    let joules = record["energy_j"]
        .as_f64()
        .unwrap_or_else(|| panic!("{record}"));
    // Twenty pieces of 20 ms at some hundred watts.
    assert!((20.0..5000.0).contains(&joules), "{joules}");
    assert!(err.contains("the GPU drew "), "{err}");
}

#[test]
fn a_signal_finishes_the_page_and_puts_the_card_back() {
    let machine = Machine::new("rtx4090-laptop");
    let command = headless(&machine, &["--power", "quiet"]);
    let mut running = Running::silent(command);
    machine.wait_for_write("nvmlDeviceSetGpuLockedClocks(210,1650)=0");
    running.send(SIGTERM);
    let (said, status) = running.end();
    assert_eq!(status.signal(), Some(SIGTERM), "{said:?}");
    assert_eq!(machine.last_write(), "nvmlDeviceResetGpuLockedClocks()=0");
    assert!(!machine.ledger().exists());
}

#[test]
fn what_may_not_be_set_is_paced_and_readonly_writes_nothing() {
    for (profile, arguments) in [
        ("no-root", &["--power", "quiet"][..]),
        ("rtx4090-desktop", &["--power", "300", "--readonly"]),
    ] {
        let machine = Machine::new(profile);
        machine.fake.set("demand", "decode");
        let (out, err, code) = told(&headless(&machine, arguments).output().unwrap());
        assert_eq!(code, 0, "{profile}: {err}");
        assert!(records(out.as_bytes())[0]["energy_j"].is_f64(), "{out}");
        let took = |call: &String| call.ends_with("=0");
        assert!(!machine.writes().iter().any(took), "{profile}");
    }
    let machine = Machine::new("rtx4090-desktop");
    headless(&machine, &["--power", "300", "--readonly"])
        .output()
        .unwrap();
    assert_eq!(machine.writes(), Vec::<String>::new());
}

#[test]
fn what_cannot_be_held_is_one_line_and_no_page_is_read() {
    for (profile, arguments, code, words) in [
        (
            "rtx4090-laptop",
            &["--power", "turbo"][..],
            2,
            "no profile is called",
        ),
        ("rtx4090-laptop", &["--power", "nan"], 2, "nan is no number"),
        ("rtx4090-laptop", &["--power", "inf"], 2, "inf is no number"),
        ("rtx4090-laptop", &["--power", "0"], 2, "0 is no number"),
        ("rtx4090-laptop", &["--power", "400"], 2, "75 to 175 W"),
        ("rtx4090-laptop", &["--power", "max"], 2, "say --yes"),
        ("init-9", &["--power", "auto"], 5, "kernel module"),
        (
            "rtx4090-laptop",
            &["--gpu-source", "nowhere"],
            2,
            "no source",
        ),
    ] {
        let machine = Machine::new(profile);
        let (out, err, got) = told(&headless(&machine, arguments).output().unwrap());
        assert_eq!(
            (got, out.as_str()),
            (code, ""),
            "{profile} {arguments:?}: {err}"
        );
        assert!(err.lines().last().unwrap().contains(words), "{err}");
        assert_eq!(machine.writes(), Vec::<String>::new());
    }
}

#[test]
fn without_a_wish_the_card_is_not_even_looked_at() {
    let machine = Machine::new("rtx4090-laptop");
    let (out, err, code) = told(&headless(&machine, &[]).output().unwrap());
    assert_eq!(code, 0, "{err}");
    assert!(records(out.as_bytes())[0]["energy_j"].is_null());
    assert_eq!(machine.fake.calls(), Vec::<String>::new());
    assert!(!err.contains("the GPU"), "{err}");
}

#[test]
fn the_environment_asks_for_power_too() {
    let machine = Machine::new("rtx4090-laptop");
    let mut command = headless(&machine, &[]);
    let (_, err, code) = told(&command.env("SMELT_POWER", "quiet").output().unwrap());
    assert_eq!(code, 0, "{err}");
    let locked = "nvmlDeviceSetGpuLockedClocks(210,1650)=0".to_owned();
    assert!(machine.writes().contains(&locked), "{:?}", machine.writes());
    assert_eq!(machine.last_write(), "nvmlDeviceResetGpuLockedClocks()=0");
}
