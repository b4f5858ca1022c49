//! A card whose memory runs out: the worker is started again with less, and no page pays for it.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

fn run(times: usize, arguments: &[&str]) -> (TempDir, std::process::Output) {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let reply = json!({"title": [1, "Baker"]});
    let script = json!({"cohort": 4, "rules": [
        {"contains": "", "fail": "out_of_memory", "times": times},
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

#[test]
fn with_fewer_together_all_pages_are_read() {
    let (_directory, output) = run(3, &["--cohort", "8", "--jobs", "6"]);
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
    let (directory, output) = run(100, &["--cohort", "2"]);
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
