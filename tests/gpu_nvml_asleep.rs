//! A laptop's card may sleep: while it does nothing is asked of the driver, and a card nobody uses is let go.
#![allow(clippy::unwrap_used)]

#[path = "support/nvml.rs"]
mod nvml;

use std::fs;
use std::path::PathBuf;

use nvml::{Clocked, Fake};
use smelt::gpu::Metric;
use smelt::gpu::sample::State;

/// A laptop with a processor's own graphics and an NVIDIA card.
struct Laptop {
    fake: Fake,
}

impl Laptop {
    fn new(status: &str, control: &str) -> Self {
        let laptop = Self {
            fake: Fake::new("rtx4090-laptop"),
        };
        laptop.device("0000:00:02.0", "0x8086", "active", "on");
        laptop.device("0000:01:00.0", "0x10de", status, control);
        // The sound device of the same card sleeps by itself.
        laptop.device("0000:01:00.1", "0x10de", "active", "auto");
        fs::write(laptop.file("0000:01:00.1", "class"), "0x040300\n").unwrap();
        laptop
    }

    fn file(&self, address: &str, name: &str) -> PathBuf {
        let devices = self.fake.path("sys/bus/pci/devices");
        devices.join(address).join(name)
    }

    fn device(&self, address: &str, vendor: &str, status: &str, control: &str) {
        fs::create_dir_all(self.file(address, "power")).unwrap();
        fs::write(self.file(address, "vendor"), format!("{vendor}\n")).unwrap();
        fs::write(self.file(address, "class"), "0x030000\n").unwrap();
        fs::write(self.file(address, "power/control"), format!("{control}\n")).unwrap();
        self.status(address, status);
    }

    fn status(&self, address: &str, status: &str) {
        fs::write(
            self.file(address, "power/runtime_status"),
            format!("{status}\n"),
        )
        .unwrap();
    }

    fn card(&self, status: &str) {
        self.status("0000:01:00.0", status);
    }

    fn source(&self) -> Clocked<'_> {
        self.fake.source()
    }

    /// Whether the driver is open: it keeps the card awake.
    fn is_open(&self) -> bool {
        self.fake.count("nvmlInit_v2") > self.fake.count("nvmlShutdown")
    }
}

#[test]
fn a_sleeping_card_gets_no_call_at_all() {
    let laptop = Laptop::new("suspended", "auto");
    let mut source = laptop.source();
    for sample in source.until(120.0) {
        assert_eq!(sample.state, State::Asleep);
        assert_eq!(sample.temp_c, Metric::Unsupported);
    }
    assert_eq!(laptop.fake.calls(), Vec::<String>::new());
    laptop.card("active");
    assert_eq!(source.at(121.0).state, State::Healthy);
}

#[test]
fn a_card_that_falls_asleep_later_gets_no_call_either() {
    let laptop = Laptop::new("active", "auto");
    let mut source = laptop.source();
    assert_eq!(source.at(0.0).state, State::Healthy);
    laptop.card("suspended");
    laptop.fake.forget_calls();
    for sample in source.until(60.0) {
        assert_eq!(sample.state, State::Asleep);
    }
    assert_eq!(laptop.fake.calls(), Vec::<String>::new());
}

#[test]
fn a_card_nobody_uses_is_let_go_so_that_it_can_sleep() {
    let laptop = Laptop::new("active", "auto");
    let mut source = laptop.source();
    source.at(0.0);
    source.until(29.0);
    assert!(laptop.is_open());
    source.until(31.0);
    assert!(!laptop.is_open());
    // The kernel needs some seconds; a call meanwhile would begin them anew.
    laptop.fake.forget_calls();
    assert_eq!(source.at(36.0).state, State::Asleep);
    laptop.card("suspended");
    source.until(300.0);
    assert_eq!(laptop.fake.calls(), Vec::<String>::new());
    // Somebody starts to work on it.
    laptop.card("active");
    laptop.fake.set("demand", "prefill");
    assert_eq!(source.at(301.0).state, State::Healthy);
    source.until(500.0);
    assert!(laptop.is_open());
}

#[test]
fn a_card_that_was_let_go_and_stays_awake_is_looked_at_again() {
    let laptop = Laptop::new("active", "auto");
    let mut source = laptop.source();
    source.at(0.0);
    source.until(31.0);
    assert!(!laptop.is_open());
    laptop.fake.set("demand", "decode");
    let states: Vec<State> = source.until(55.0).into_iter().map(|s| s.state).collect();
    assert!(states.contains(&State::Asleep));
    assert_eq!(states.last(), Some(&State::Healthy));
    source.until(200.0);
    assert!(laptop.is_open(), "it is in use again");
}

#[test]
fn a_card_that_never_sleeps_is_never_let_go() {
    for (status, control) in [("active", "on"), ("unsupported", "auto")] {
        let laptop = Laptop::new(status, control);
        let mut source = laptop.source();
        source.at(0.0);
        for sample in source.until(120.0) {
            assert_eq!(sample.state, State::Healthy);
        }
        assert_eq!(laptop.fake.count("nvmlInit_v2"), 1);
    }
}

#[test]
fn the_kernel_is_not_asked_about_a_card_that_computes() {
    let laptop = Laptop::new("active", "auto");
    laptop.fake.set("demand", "decode");
    let mut source = laptop.source();
    source.at(0.0);
    laptop.card("suspended");
    for sample in source.until(60.0) {
        assert_eq!(sample.state, State::Healthy);
    }
    laptop.fake.set("demand", "idle");
    let last = source.until(120.0).pop().unwrap();
    assert_eq!(last.state, State::Asleep);
}

#[test]
fn a_card_in_use_is_never_let_go() {
    let laptop = Laptop::new("active", "auto");
    laptop.fake.set("demand", "decode");
    let mut source = laptop.source();
    source.at(0.0);
    source.until(120.0);
    assert_eq!(laptop.fake.count("nvmlInit_v2"), 1);
    assert!(laptop.is_open());
}
