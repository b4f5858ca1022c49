//! The expectations that a real card is held to hold for the stand-ins too; it only reads.
#![allow(clippy::unwrap_used)]

#[path = "support/nvml.rs"]
mod nvml;

use std::process::Command;

use nvml::{Fake, built};

#[test]
fn the_stand_ins_meet_what_is_expected_of_a_card_and_nothing_is_written() {
    for profile in ["h200", "rtx4090-laptop", "rtx4090-desktop", "wsl2"] {
        let fake = Fake::new(profile);
        fake.run_at("1");
        let mut conformance = Command::new(built("nvml-conformance"));
        let output = conformance
            .arg("1")
            .env("SMELT_NVML_LIB", fake.library())
            .env("SMELT_SYSFS_ROOT", fake.path("sys"))
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{profile}: {text}");
        assert!(!text.contains("FAILED"), "{text}");
        let writes = fake.calls().into_iter().filter(|call| {
            call.starts_with("nvmlDeviceSet") || call.starts_with("nvmlDeviceReset")
        });
        assert_eq!(writes.collect::<Vec<String>>(), Vec::<String>::new());
    }
}

#[test]
fn without_a_card_it_says_so() {
    let fake = Fake::new("init-9");
    let mut conformance = Command::new(built("nvml-conformance"));
    let output = conformance
        .env("SMELT_NVML_LIB", fake.library())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(5));
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("kernel module is not loaded")
    );
}
