//! A card's settings through the real driver wrapper: what is taken, what is refused and why, and the order of the writes.
#![allow(clippy::unwrap_used)]

#[path = "support/nvml.rs"]
mod nvml;

use nvml::Fake;
use smelt::gpu::{Card, GpuError};

#[test]
fn a_laptop_names_limits_and_takes_none() {
    let fake = Fake::new("rtx4090-laptop");
    let mut card = fake.card();
    assert_eq!(card.enforced_power_limit_mw(), Ok(150_000));
    assert_eq!(card.default_power_limit_mw(), Ok(150_000));
    assert_eq!(card.power_limit_range_mw(), Ok((5_000, 175_000)));
    assert_eq!(
        card.set_power_limit_mw(150_000),
        Err(GpuError::NotSupported)
    );
    assert_eq!(
        card.set_target_temperature_c(80),
        Err(GpuError::NotSupported)
    );
    // Clocks can be locked, and that is the way there.
    assert_eq!(card.lock_clocks_mhz(210, 1650), Ok(()));
    assert_eq!(card.reset_clocks(), Ok(()));
}

#[test]
fn all_194_clocks_of_a_laptop_are_listed() {
    let clocks = Fake::new("rtx4090-laptop")
        .card()
        .supported_sm_clocks_mhz()
        .unwrap();
    assert_eq!(clocks.len(), 194);
    assert_eq!((clocks[0], clocks[193]), (210, 3105));
    assert!(clocks.is_sorted());
    let clocks = Fake::new("h200").card().supported_sm_clocks_mhz().unwrap();
    assert_eq!((clocks.len(), clocks[0], clocks[109]), (110, 345, 1980));
}

#[test]
fn locked_clocks_hold_the_power_down_until_they_are_reset() {
    let fake = Fake::new("rtx4090-laptop");
    fake.set("demand", "prefill");
    let mut source = fake.source();
    let mut card = fake.card();
    source.at(0.0);
    assert!(source.at(10.0).power_w.fresh().unwrap() > 140.0);
    card.lock_clocks_mhz(210, 1650).unwrap();
    let held = source.at(20.0);
    assert!(
        (95.0..107.0).contains(&held.power_w.fresh().unwrap()),
        "{:?}",
        held.power_w
    );
    assert_eq!(card.sm_clock_mhz(), Ok(1650));
    let words: Vec<&str> = held.throttle.fresh().unwrap().words().collect();
    assert_eq!(words, ["locked_clocks"]);
    card.reset_clocks().unwrap();
    assert!(source.at(30.0).power_w.fresh().unwrap() > 140.0);
    let writes: Vec<String> = fake
        .calls()
        .into_iter()
        .filter(|call| call.contains("LockedClocks"))
        .collect();
    assert_eq!(
        writes,
        [
            "nvmlDeviceSetGpuLockedClocks(210,1650)=0",
            "nvmlDeviceResetGpuLockedClocks()=0"
        ]
    );
}

#[test]
fn a_desktop_card_takes_limits_within_its_range() {
    let fake = Fake::new("rtx4090-desktop");
    let mut card = fake.card();
    assert_eq!(card.set_power_limit_mw(300_000), Ok(()));
    assert_eq!(card.enforced_power_limit_mw(), Ok(300_000));
    assert_eq!(card.set_power_limit_mw(100_000), Err(GpuError::OutOfRange));
    assert_eq!(card.enforced_power_limit_mw(), Ok(300_000));
    assert_eq!(card.target_temperature_range_c(), Ok((65, 90)));
    assert_eq!(card.set_target_temperature_c(80), Ok(()));
    assert_eq!(card.target_temperature_c(), Ok(80));
    assert_eq!(card.set_target_temperature_c(95), Err(GpuError::OutOfRange));
}

#[test]
fn without_permission_every_write_says_so_and_reads_go_on() {
    for profile in ["no-root", "h200"] {
        let fake = Fake::new(profile);
        let mut card = fake.card();
        let limit = card.enforced_power_limit_mw().unwrap();
        assert_eq!(card.set_power_limit_mw(limit), Err(GpuError::NoPermission));
        assert_eq!(card.lock_clocks_mhz(345, 1650), Err(GpuError::NoPermission));
        assert_eq!(card.reset_clocks(), Err(GpuError::NoPermission));
        assert_eq!(card.enforced_power_limit_mw(), Ok(limit));
    }
}

#[test]
fn an_embedded_controller_that_overrides_shows_in_what_is_read_back() {
    let fake = Fake::new("ec-override");
    let mut card = fake.card();
    assert_eq!(card.set_power_limit_mw(90_000), Ok(()));
    assert_eq!(card.enforced_power_limit_mw(), Ok(115_000));
    let sample = fake.source().at(0.0);
    assert_eq!(sample.requested_w.fresh(), Some(90.0));
    assert_eq!(sample.enforced_w.fresh(), Some(115.0));
}

#[test]
fn a_card_that_was_lost_can_be_written_to_when_it_is_back() {
    let fake = Fake::new("gpu-lost@10..20");
    let mut card = fake.card();
    assert_eq!(card.lock_clocks_mhz(210, 1650), Ok(()));
    fake.set("clock", "10");
    assert_eq!(card.reset_clocks(), Err(GpuError::Lost));
    assert_eq!(card.reset_clocks(), Err(GpuError::Lost));
    fake.set("clock", "20");
    assert_eq!(card.reset_clocks(), Ok(()));
}

#[test]
fn without_a_driver_a_write_says_that() {
    let fake = Fake::new("init-9");
    let error = fake.card().reset_clocks().unwrap_err();
    assert!(
        error.to_string().contains("kernel module is not loaded"),
        "{error}"
    );
    // An old driver has the calls for limits and clocks.
    assert_eq!(Fake::old().card().lock_clocks_mhz(210, 1650), Ok(()));
}
