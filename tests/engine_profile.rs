//! Profiles: what was found of a model on a card is found again there, and nowhere else.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use smelt::engine::{
    place::Place,
    profile::{Best, Entry, Failed, Key, Profiles, change, cohort},
    select::{Wish, select},
};
use tempfile::TempDir;

fn key(uuid: &str, driver: &str) -> Key {
    let place = Place {
        name: "NVIDIA GeForce RTX 4090 Laptop GPU".to_owned(),
        uuid: uuid.to_owned(),
        driver: driver.to_owned(),
    };
    Key::new("00ff".to_owned(), "Q4_K_M", place)
}

fn entry(verified: &[usize], failed: Option<usize>, best: Option<usize>) -> Entry {
    Entry {
        key: key("GPU-1", "580.1"),
        name: "qwen3-8b".to_owned(),
        verified: verified.to_vec(),
        failed: failed.map(|cohort| Failed {
            cohort,
            why: "the same question had two answers".to_owned(),
        }),
        best: best.map(|cohort| Best {
            cohort,
            tokens_per_second: 200.0,
        }),
    }
}

fn file() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data/profiles.json");
    (directory, path)
}

/// What a file of profiles says, with one entry added.
fn with(path: &Path, entry: &Entry) {
    change(path, |profiles| {
        let mut all = serde_json::to_value(&*profiles).unwrap();
        let entries = all["entries"].as_array_mut().unwrap();
        entries.push(serde_json::to_value(entry).unwrap());
        *profiles = serde_json::from_value(all).unwrap();
    })
    .unwrap();
}

#[test]
fn what_was_found_holds_for_the_same_card_driver_and_build_only() {
    let (_directory, path) = file();
    let known = entry(&[1, 2, 4], Some(8), Some(4));
    with(&path, &known);
    let profiles = Profiles::read(&path);
    assert_eq!(profiles.lookup(&known.key), Some(&known));
    assert_eq!(profiles.lookup(&key("GPU-2", "580.1")), None);
    assert_eq!(profiles.lookup(&key("GPU-1", "590.0")), None);
    let mut other = known.key.clone();
    other.build.push_str("+other");
    assert_eq!(profiles.lookup(&other), None);
    other = known.key.clone();
    other.model = "other".to_owned();
    assert_eq!(profiles.lookup(&other), None);
}

#[test]
fn a_file_that_holds_no_profiles_costs_a_line_and_is_replaced() {
    let (_directory, path) = file();
    assert_eq!(Profiles::try_read(&path), (Profiles::default(), None));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "{\"entries\": 7}").unwrap();
    let (profiles, line) = Profiles::try_read(&path);
    assert_eq!(profiles, Profiles::default());
    let line = line.unwrap();
    assert!(
        line.contains("profiles.json") && line.contains("verify again"),
        "{line}"
    );
    let known = entry(&[1], None, None);
    with(&path, &known);
    assert!(Profiles::read(&path).lookup(&known.key).is_some());
}

#[test]
fn nothing_is_lost_where_several_write() {
    let (_directory, path) = file();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let path = &path;
            scope.spawn(move || {
                let mut one = entry(&[1], None, None);
                one.key.place.uuid = format!("GPU-{number}");
                with(path, &one);
            });
        }
    });
    let profiles = Profiles::read(&path);
    for number in 0..8 {
        assert!(
            profiles
                .lookup(&key(&format!("GPU-{number}"), "580.1"))
                .is_some()
        );
    }
    let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 2, "the file and its lock");
}

#[test]
fn the_fastest_is_taken_else_the_most_that_passed_else_one() {
    assert_eq!(cohort(None, None, true), Ok(1));
    let passed = entry(&[1, 2, 4], Some(8), None);
    assert_eq!(cohort(None, Some(&passed), true), Ok(4));
    assert_eq!(cohort(None, Some(&passed), false), Ok(1));
    let fastest = entry(&[1, 2, 4], Some(8), Some(2));
    assert_eq!(cohort(None, Some(&fastest), true), Ok(2));
    assert_eq!(cohort(Some(1), Some(&fastest), true), Ok(1));
}

#[test]
fn what_never_passed_on_a_card_is_refused_there_and_not_remembered_by_its_speed() {
    let why = cohort(Some(8), None, true).unwrap_err();
    assert!(why.contains("smelt models verify"), "{why}");
    assert_eq!(cohort(Some(1), None, true), Ok(1));
    assert_eq!(cohort(Some(8), None, false), Ok(8));
    let none = entry(&[], Some(1), None);
    assert!(cohort(Some(1), Some(&none), true).is_err());
    let passed = entry(&[1, 2, 4], None, Some(8));
    assert!(cohort(Some(8), Some(&passed), true).is_err());
    assert_eq!(cohort(Some(3), Some(&passed), true), Ok(3));
    // The fastest of another time has not passed since.
    assert_eq!(cohort(None, Some(&passed), true), Ok(4));
    assert_eq!(cohort(None, Some(&passed), false), Ok(8));
}

#[test]
fn what_failed_on_a_card_is_refused_there_with_the_reason() {
    let known = entry(&[1, 2], Some(4), None);
    for asked in [4, 8] {
        let why = cohort(Some(asked), Some(&known), true).unwrap_err();
        assert!(why.contains("4 failed on this card"), "{why}");
        assert!(why.contains("two answers"), "{why}");
    }
    assert_eq!(cohort(Some(2), Some(&known), true), Ok(2));
    assert_eq!(cohort(Some(4), Some(&known), false), Ok(4));
}

#[test]
fn pages_are_prepared_for_two_cohorts_unless_a_number_is_given() {
    let wish = Wish {
        engine: Some("none".to_owned()),
        ..Wish::default()
    };
    let mut selected = select(&wish).unwrap();
    assert_eq!(selected.jobs(None), 2);
    selected.cohort = 8;
    assert_eq!(selected.jobs(None), 16);
    assert_eq!(selected.jobs(Some(3)), 3);
}
