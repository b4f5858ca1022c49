//! The pure parts of the power room hold for any input: maps, duties, leases, clamps, confirmations, other programs' texts.
#![allow(missing_docs, clippy::unwrap_used)]

use std::time::Duration;

use proptest::prelude::*;
use smelt::gpu::GpuError;
use smelt::pace::{DUTY, Pace};
use smelt::power::clocks::map::{Map, MapFile};
use smelt::power::confirm::{self, ANSWER_WITHIN, Raise, Verdict};
use smelt::power::helper::lease::Lease;
use smelt::power::helper::protocol::{self, Op, Request};
use smelt::power::helper::rules::{Rules, distrust};
use smelt::power::pacing::Draw;
use smelt::power::platform::nearest;
use smelt::power::sudo::verdict;
use smelt::power::wish::{Refused, reasons};
use smelt::power::writer::Part;

fn s(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// Watts of every kind, also such as nobody means.
fn any_watts() -> impl Strategy<Value = f64> {
    prop_oneof![
        -1e9..1e9,
        0.0..300.0,
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY)
    ]
}

proptest! {
    #[test]
    fn more_watts_never_mean_fewer_mhz_whatever_was_learned(
        learned in prop::collection::vec((40.0..200.0, 300_u32..3000), 0..12),
        one in 20.0_f64..220.0,
        other in 20.0_f64..220.0,
    ) {
        let mut map = Map::default();
        for (watts, mhz) in &learned {
            map.learn(*watts, *mhz);
        }
        let (low, high) = if one < other { (one, other) } else { (other, one) };
        prop_assert!(map.mhz(low) <= map.mhz(high), "{low} {high} {map:?}");
        if let Some((watts, mhz)) = learned.last() {
            let on_grid = (watts / 5.0).round() * 5.0;
            prop_assert_eq!(map.mhz(on_grid), *mhz, "what was learned last is believed");
        }
    }

    #[test]
    fn no_watts_make_a_map_or_a_duty_panic(watts in any_watts()) {
        let mut map = Map::default();
        let _ = map.mhz(watts);
        map.learn(watts, 1500);
        let _ = map.mhz(watts);
        let duty = Draw { idle: 18.0, full: 115.0 }.duty(watts);
        prop_assert!((DUTY.0..=DUTY.1).contains(&duty));
    }

    #[test]
    fn a_duty_draws_the_watts_it_was_made_for(idle in 5.0_f64..150.0, span in 20.0_f64..600.0, part in 0.06_f64..0.99) {
        let draw = Draw { idle, full: idle + span };
        let watts = idle + part * span;
        let duty = draw.duty(watts);
        prop_assert!((idle + duty * span - watts).abs() < 1e-6);
        prop_assert!(draw.duty(watts + 1.0) >= duty);
    }

    #[test]
    fn a_pause_makes_the_step_fill_its_duty(duty in 0.05..1.0, step_ms in 1_u64..500) {
        let pace = Pace::default();
        prop_assert_eq!(pace.pause_after(Duration::from_millis(step_ms)), Duration::ZERO);
        pace.set(duty);
        let step = Duration::from_millis(step_ms);
        let whole = step + pace.pause_after(step);
        prop_assert!((step.as_secs_f64() / whole.as_secs_f64() - duty).abs() < 1e-3);
    }

    #[test]
    fn a_guards_share_only_ever_slows_down(duty in 0.05..1.0, share in any_watts()) {
        let pace = Pace::default();
        pace.set(duty);
        let before = pace.duty();
        pace.set_share(share);
        prop_assert!(pace.duty() <= before + 1e-9);
        prop_assert!(pace.duty() >= DUTY.0);
    }

    #[test]
    fn the_nearest_profile_never_allows_more_while_one_allows_less(watts in 0.0..300.0, mask in 1_u8..32) {
        let names = ["low-power", "quiet", "balanced", "balanced-performance", "performance"];
        let choices: Vec<String> = (0..5).filter(|bit| mask >> bit & 1 == 1).map(|bit| names[bit].to_owned()).collect();
        let most = |name: &str| match name {
            "low-power" => 60.0, "quiet" => 80.0, "balanced" => 95.0, "balanced-performance" => 115.0, _ => 130.0,
        };
        let chosen = most(nearest(&choices, watts).unwrap());
        let all = || choices.iter().map(|name| most(name));
        let fitting = all().filter(|most| *most <= watts).fold(f64::NEG_INFINITY, f64::max);
        let least = all().fold(f64::INFINITY, f64::min);
        let best = if fitting.is_finite() { fitting } else { least };
        prop_assert!((chosen - best).abs() < 0.5);
    }

    #[test]
    fn one_at_a_time_holds_the_lease(steps in prop::collection::vec((0_u64..3, 0_u8..3, 0.0_f64..8.0), 1..60)) {
        let silence = 5.0;
        let mut lease = Lease::new(s(silence));
        let mut now = 0.0;
        let mut held: Option<(u64, f64)> = None;
        for (who, what, after) in steps {
            now += after;
            if held.is_some_and(|(_, until)| until <= now) {
                held = None;
            }
            match what {
                0 => {
                    let taken = lease.take(who, &who.to_string(), s(now));
                    match held {
                        Some((holder, _)) if holder != who => prop_assert_eq!(taken, Err(holder.to_string())),
                        _ => {
                            prop_assert_eq!(taken, Ok(()));
                            held = Some((who, now + silence));
                        }
                    }
                }
                1 => {
                    let is_its = held.is_some_and(|(holder, _)| holder == who);
                    prop_assert_eq!(lease.beat(who, s(now)), is_its);
                    if is_its {
                        held = Some((who, now + silence));
                    }
                }
                _ => {
                    lease.end_silent(s(now));
                    let is_its = held.is_some_and(|(holder, _)| holder == who);
                    prop_assert_eq!(lease.end(who), is_its);
                    if is_its {
                        held = None;
                    }
                }
            }
        }
    }

    #[test]
    fn the_helpers_own_clamp_holds_for_any_request_and_card(
        watts in any_watts(),
        mhz in any::<u32>(),
        least in 0.0_f64..300.0,
        span in 0.0_f64..300.0,
    ) {
        let rules = Rules::default();
        for takes in [None, Some((least, least + span))] {
            prop_assert!((rules.min_w..=rules.max_w).contains(&rules.watts(watts, takes)));
        }
        prop_assert!(rules.mhz(mhz) >= rules.min_mhz);
    }

    #[test]
    fn nothing_that_is_not_a_request_is_read_as_one(line in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(protocol::parse(&line).is_err());
    }

    #[test]
    fn a_raise_is_kept_only_by_a_yes_in_time(
        answers in prop::collection::vec((any::<bool>(), 0.0_f64..40.0), 0..6),
        asked in 0.0_f64..60.0,
    ) {
        let began = s(100.0);
        let mut raise = Raise::new(began);
        let mut answers = answers;
        answers.sort_by(|one, other| one.1.total_cmp(&other.1));
        for (yes, after) in &answers {
            raise.answer(*yes, began + s(*after));
        }
        let in_time = answers.iter().find(|(_, after)| s(*after) < ANSWER_WITHIN);
        let verdict = raise.verdict(began + s(asked));
        match in_time {
            Some((true, _)) => prop_assert_eq!(verdict, Verdict::Keep),
            Some((false, _)) => prop_assert_eq!(verdict, Verdict::Revert),
            None if s(asked) >= ANSWER_WITHIN => prop_assert_eq!(verdict, Verdict::Revert),
            None => prop_assert_eq!(verdict, Verdict::Wait(ANSWER_WITHIN.saturating_sub(s(asked)))),
        }
    }
}

#[test]
fn only_a_raise_above_the_usual_is_asked_about() {
    // A laptop of 150 W, held to 100: more than 140 W is asked about, although the default is more.
    assert!(confirm::is_needed(150.0, 100.0, Some(150.0)));
    assert!(!confirm::is_needed(140.0, 100.0, Some(150.0)));
    // A smaller card: its own default counts.
    assert!(confirm::is_needed(120.0, 100.0, Some(115.0)));
    // Down is never asked about, nor is what holds already.
    assert!(!confirm::is_needed(150.0, 175.0, Some(150.0)));
    assert!(!confirm::is_needed(150.0, 150.0, Some(150.0)));
    assert!(confirm::is_needed(141.0, 100.0, None));
    // A desktop's card of 450 W: 140 W mean nothing to it.
    assert!(!confirm::is_needed(300.0, 200.0, Some(450.0)));
    assert!(confirm::is_needed(460.0, 200.0, Some(450.0)));
}

#[test]
fn what_was_learned_is_found_again_and_a_damaged_file_is_no_harm() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("deep/clocks.json");
    let file = MapFile::new(&path, "GPU-1");
    assert_eq!(file.load(), Map::default());
    let mut map = Map::default();
    map.learn(100.0, 1500);
    file.save(&map).unwrap();
    MapFile::new(&path, "GPU-2").save(&Map::default()).unwrap();
    assert_eq!(file.load().mhz(100.0), 1500);
    std::fs::write(&path, "{\"GPU-1\": 7").unwrap();
    assert_eq!(file.load(), Map::default());
}

#[test]
fn nvidia_smi_is_judged_by_its_words_because_it_ends_with_0_on_failure() {
    let laptop = "Changing power management limit is not supported for GPU: 00000000:01:00.0.\nTreating as warning and moving on.\nAll done.\n";
    let denied = "Unable to set GPU locked clocks: Insufficient Permissions for GPU 00000000:01:00.0\nTerminating early due to previous errors.\n";
    for (succeeded, text, expected) in [
        (true, laptop, Err(GpuError::NotSupported)),
        (
            true,
            "Power limit for GPU 00000000:01:00.0 was set to 100.00 W from 150.00 W.\nAll done.\n",
            Ok(()),
        ),
        (
            true,
            "GPU clocks set to \"(gpuClkMin 210, gpuClkMax 1650)\" for GPU 00000000:01:00.0\nAll done.\n",
            Ok(()),
        ),
        (true, "All done.\n", Ok(())),
        (false, denied, Err(GpuError::NoPermission)),
        (
            false,
            "sudo: a password is required\n",
            Err(GpuError::NoPermission),
        ),
        (
            false,
            "Sorry, user a is not allowed to execute '/usr/bin/nvidia-smi -i 0 -pl 100' as root on host.\n",
            Err(GpuError::NoPermission),
        ),
        (
            false,
            "Provided power limit 5.00 W is not a valid power limit which should be between 150.00 W and 600.00 W for GPU 00000000:01:00.0\nTerminating early due to previous errors.\n",
            Err(GpuError::OutOfRange),
        ),
        (
            false,
            "Unable to determine the device handle for GPU0000:01:00.0: GPU is lost.  Reboot the system to recover this GPU\n",
            Err(GpuError::Lost),
        ),
        (true, "", Err(GpuError::Failed(999))),
        (false, "All done.\n", Err(GpuError::Failed(999))),
    ] {
        assert_eq!(verdict(succeeded, text), expected, "{text}");
    }
}

#[test]
fn reasons_that_are_the_same_are_told_once() {
    let refused = |what: &str, why: &str| Refused {
        what: what.to_owned(),
        why: why.to_owned(),
    };
    let all = [
        refused("a", "no"),
        refused("b", "never"),
        refused("c", "no"),
    ];
    assert_eq!(reasons(&all), "a, c: no; b: never");
    assert_eq!(reasons(&[]), "");
}

#[test]
fn requests_are_read_back_as_they_were_written() {
    for op in [
        Op::Status,
        Op::Heartbeat,
        Op::SetPower { watts: 100.5 },
        Op::SetClocks { mhz: 1650 },
        Op::Reset { part: None },
        Op::Reset {
            part: Some(Part::LockedClocks),
        },
    ] {
        let request = Request { v: 1, id: 7, op };
        let line = serde_json::to_vec(&request).unwrap();
        assert_eq!(protocol::parse(&line), Ok(request));
    }
    let line = br#"{"v":1,"id":7,"op":"set_power","watts":100}"#;
    assert!(protocol::parse(line).is_ok());
    for (line, id, words) in [
        (
            &br#"{"v":2,"id":9,"op":"status"}"#[..],
            Some(9),
            "version 1",
        ),
        (br#"{"id":9,"op":"status"}"#, Some(9), "version 1"),
        (
            br#"{"v":1,"id":9,"op":"format_disk"}"#,
            Some(9),
            "format_disk",
        ),
        (br#"{"v":1,"id":9,"op":"set_power"}"#, Some(9), "watts"),
        (br#"{"v":1,"op":"status"}"#, None, "id"),
        (b"[]", None, "version"),
        (b"GET / HTTP/1.1", None, "JSON"),
    ] {
        let (got, refusal) = protocol::parse(line).unwrap_err();
        assert_eq!(got, id, "{refusal}");
        assert!(refusal.text.contains(words), "{refusal}");
    }
}

#[test]
fn only_files_of_root_or_our_own_that_nobody_else_may_write_are_trusted() {
    assert_eq!(distrust(0, 0o100_644, 0), None);
    assert_eq!(distrust(0, 0o100_600, 1000), None);
    assert_eq!(distrust(1000, 0o100_644, 1000), None);
    assert!(
        distrust(1000, 0o100_644, 0)
            .unwrap()
            .contains("belongs to user 1000")
    );
    assert!(distrust(0, 0o100_664, 0).unwrap().contains("others"));
    assert!(distrust(0, 0o100_646, 0).unwrap().contains("others"));
}
