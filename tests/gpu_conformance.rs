//! The expectations that a real card is held to hold for the stand-ins too; it only reads.
#![allow(clippy::unwrap_used)]

#[path = "support/nvml.rs"]
mod nvml;

use std::process::Command;

use nvml::{Fake, built};

/// What it printed, and its exit code.
fn conformance(fake: &Fake) -> (String, Option<i32>) {
    let output = Command::new(built("nvml-conformance"))
        .arg("1")
        .env("SMELT_NVML_LIB", fake.library())
        .env("SMELT_SYSFS_ROOT", fake.path("sys"))
        .output()
        .unwrap();
    (
        String::from_utf8(output.stdout).unwrap(),
        output.status.code(),
    )
}

fn meets_expectations_and_writes_nothing(profile: &str) {
    let fake = Fake::new(profile);
    fake.run_at("1");
    let (text, code) = conformance(&fake);
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains("FAILED"), "{text}");
    let is_write =
        |call: &String| call.starts_with("nvmlDeviceSet") || call.starts_with("nvmlDeviceReset");
    let writes: Vec<String> = fake.calls().into_iter().filter(is_write).collect();
    assert_eq!(writes, Vec::<String>::new());
}

#[test]
fn the_server_card_is_as_expected() {
    meets_expectations_and_writes_nothing("h200");
}

#[test]
fn the_laptop_is_as_expected() {
    meets_expectations_and_writes_nothing("rtx4090-laptop");
}

#[test]
fn wsl_is_as_expected() {
    meets_expectations_and_writes_nothing("wsl2");
}

#[test]
fn a_card_that_is_not_as_expected_is_seen() {
    let fake = Fake::new("bogus-power");
    fake.run_at("1");
    let (text, code) = conformance(&fake);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("FAILED watts: "), "{text}");
}

#[test]
fn without_a_card_it_says_so() {
    let (text, code) = conformance(&Fake::new("init-9"));
    assert_eq!(code, Some(5));
    assert!(text.contains("kernel module is not loaded"), "{text}");
}
