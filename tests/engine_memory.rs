//! A card whose memory runs out: the worker is started again with less, and no page pays for it.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use smelt::engine::supervisor::{Load, Supervised, Watchdog, WorkerSpec};
use smelt::engine::{Engine, EngineError};
use tempfile::TempDir;

fn run(fail: &Value, arguments: &[&str]) -> (TempDir, std::process::Output) {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let reply = json!({"title": [1, "Baker"]});
    let script = json!({"cohort": 4, "rules": [
        fail,
        {"contains": "", "reply": reply},
    ]});
    std::fs::write(path("script.json"), script.to_string()).unwrap();
    for page in 0..6 {
        std::fs::write(
            path(&format!("{page}.txt")),
            format!("Baker\nNumber {page}"),
        )
        .unwrap();
    }
    let output = Command::new(PathBuf::from(env!("CARGO_BIN_EXE_smelt")))
        .current_dir(directory.path())
        .args([
            "--headless",
            "--engine",
            "scripted:script.json",
            "--store",
            "smelt.db",
        ])
        .args(arguments)
        .args((0..6).map(|page| format!("{page}.txt")))
        .output()
        .unwrap();
    (directory, output)
}

/// A rule by which memory runs out so many times.
fn runs_out(times: usize) -> Value {
    json!({"contains": "", "fail": "out_of_memory", "times": times})
}

/// As where CUDA's own kernels end the process.
fn ends_without_memory(times: usize) -> Value {
    json!({"contains": "", "fail": "exit", "says": "CUDA error: out of memory", "times": times})
}

#[test]
fn with_fewer_together_all_pages_are_read() {
    for fail in [runs_out(3), ends_without_memory(3)] {
        all_are_read(&fail);
    }
}

fn all_are_read(fail: &Value) {
    let (_directory, output) = run(fail, &["--cohort", "8", "--jobs", "6"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let stdout = String::from_utf8(output.stdout).unwrap();
    let records: Vec<Value> = stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(records.len(), 6);
    for record in records {
        assert_eq!(record["posting"]["title"], "Baker");
    }
}

#[test]
fn at_the_bottom_it_says_what_to_do_and_keeps_every_page() {
    let (directory, output) = run(&runs_out(100), &["--cohort", "2"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{stderr}");
    assert!(stderr.contains("choose a smaller model"), "{stderr}");
    let again = Command::new(PathBuf::from(env!("CARGO_BIN_EXE_smelt")))
        .current_dir(directory.path())
        .args(["--headless", "--engine", "none", "--store", "smelt.db"])
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(0));
    assert_eq!(String::from_utf8(again.stdout).unwrap().lines().count(), 6);
}

/// A worker that says this and ends, whatever it is to hold; and a file with a line for each that was started.
fn ending(words: &str) -> (TempDir, Supervised) {
    let directory = tempfile::tempdir().unwrap();
    let started = directory.path().join("started");
    let script = format!(
        "echo \"$@\" >> '{}'; echo '{words}' >&2; exit 101",
        started.display()
    );
    let spec = WorkerSpec {
        program: PathBuf::from("/bin/sh"),
        args: ["-c", &script, "worker"].map(Into::into).to_vec(),
        env: Vec::new(),
        load: Load {
            context: 4096,
            cohort: 2,
        },
    };
    (directory, Supervised::new(spec, Watchdog::default()))
}

fn started(directory: &TempDir) -> Vec<String> {
    let lines = std::fs::read_to_string(directory.path().join("started")).unwrap();
    lines.lines().map(str::to_owned).collect()
}

#[test]
fn memory_that_runs_out_as_a_panic_while_loading_is_told_from_other_ends_and_tried_to_the_bottom_once()
 {
    let panics =
        "called `Result::unwrap()` on an `Err` value: DriverError(CUDA_ERROR_OUT_OF_MEMORY)";
    let (directory, engine) = ending(&panics.replace('\'', ""));
    let Err(EngineError::Unavailable(why)) = engine.info() else {
        panic!("an engine that never loads")
    };
    assert!(
        why.contains("even with one question in 2048 tokens: free what other programs hold"),
        "{why}"
    );
    let rungs = [
        "--context 4096 --cohort 2",
        "--context 4096 --cohort 1",
        "--context 2048 --cohort 1",
    ];
    assert_eq!(started(&directory), rungs);
    // Those who waited are told the same, and nothing is loaded for them.
    assert_eq!(engine.info(), Err(EngineError::Unavailable(why)));
    assert_eq!(started(&directory).len(), 3);

    let (directory, engine) = ending("no kernel image is available");
    let Err(EngineError::Unavailable(why)) = engine.info() else {
        panic!("an engine that never loads")
    };
    assert!(
        why.contains("while loading") && why.contains("no kernel image"),
        "{why}"
    );
    assert_eq!(started(&directory).len(), 1);
}
