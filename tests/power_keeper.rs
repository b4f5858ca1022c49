//! The keeper as the console meets it: commands and what comes of them, on simulated and recorded cards whose clocks run fast.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

#[path = "support/recording.rs"]
mod recording;

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use recording::{record, record_waking};
use smelt::gpu::Choice;
use smelt::power::actuator::Outcome;
use smelt::power::governor::{Admission, Stage};
use smelt::power::keeper::{
    Command, Done, Keeper, Leave, Mode, Notice, Options, Place, Plan, Status, Told,
};

/// A keeper, and everything it says.
struct Kept {
    keeper: Keeper,
    heard: Receiver<(Status, Notice)>,
}

fn options(source: &str) -> Options {
    Options {
        place: Place::Other(source.parse::<Choice>().unwrap()),
        what: "a test".to_owned(),
        plan: Plan::default(),
        leave: Leave::Usual,
        auto_resume: false,
        has_work: true,
    }
}

impl Kept {
    fn new(options: Options) -> Self {
        let (say, heard) = channel();
        let hear = move |status: &Status, notice: &Notice| {
            say.send((status.clone(), notice.clone())).ok();
        };
        let keeper = Keeper::start(options, Box::new(hear)).unwrap();
        assert!(keeper.wait_for_first(Duration::from_secs(30)));
        Self { keeper, heard }
    }

    fn tell(&self, command: Command) -> Result<Done, String> {
        self.keeper.tell(command).1.recv().unwrap().result
    }

    /// The next status that is like this. The end of a test that waits for ever is its harness's.
    fn wait(&self, is_so: impl Fn(&Status) -> bool) -> Status {
        self.heard
            .iter()
            .map(|(status, _)| status)
            .find(is_so)
            .unwrap()
    }
}

#[test]
fn it_watches_until_it_is_told_something_and_says_what_came_of_it() {
    let kept = Kept::new(options("simulated@20"));
    let status = kept.keeper.status();
    assert_eq!(
        (status.plan.mode, status.held_by.as_deref()),
        (Mode::Off, None)
    );
    assert_eq!(status.admission, Admission::Open);
    assert!(status.drawn_w().is_some());

    let done = kept.tell(Command::Profile("quiet".to_owned())).unwrap();
    assert_eq!(
        (done.requested_w, done.effective_w),
        (Some(100.0), Some(100.0))
    );
    assert!(done.text.contains("quiet, 100 W"), "{}", done.text);
    assert!(done.text.contains("power limit (direct)"), "{}", done.text);
    let status = kept.keeper.status();
    assert_eq!(status.plan.mode, Mode::Manual);
    assert_eq!(status.requested_w, Some(100.0));
    let enforced = |status: &Status| status.sample.enforced_w.fresh();
    kept.wait(|status| enforced(status).is_some_and(|watts| (watts - 100.0).abs() < 1.0));

    assert_eq!(
        kept.tell(Command::Step(5.0)).unwrap().requested_w,
        Some(105.0)
    );
    assert_eq!(
        kept.tell(Command::Step(-10.0)).unwrap().requested_w,
        Some(95.0)
    );
    let done = kept.tell(Command::Release).unwrap();
    assert_eq!(done.requested_w, None);
    kept.wait(|status| enforced(status).is_some_and(|watts| (watts - 150.0).abs() < 1.0));
    assert_eq!(kept.keeper.status().held_by, None);
    assert!(kept.keeper.watch().joules().unwrap() > 0.0);
    kept.keeper.stop().unwrap();
}

#[test]
fn what_makes_no_sense_is_refused_in_one_line_and_changes_nothing() {
    let kept = Kept::new(options("simulated@20"));
    kept.tell(Command::Watts(120.0)).unwrap();
    for (command, words) in [
        (
            Command::Profile("ballanced".to_owned()),
            "did you mean balanced?",
        ),
        (Command::Watts(500.0), "75 to 175 W"),
        (Command::Watts(f64::NAN), "no number of watts"),
        (Command::Step(-100.0), "75 to 175 W"),
        (Command::Confirm, "no raise waits"),
        (Command::Decline, "no raise waits"),
        (Command::Acknowledge, "there is no emergency"),
    ] {
        let why = kept.tell(command.clone()).unwrap_err();
        assert!(
            why.contains(words) && !why.contains('\n'),
            "{command:?}: {why}"
        );
        let status = kept.keeper.status();
        assert_eq!(status.requested_w, Some(120.0), "{command:?}");
        assert_eq!(status.last.unwrap().result, Err(why));
    }
}

#[test]
fn a_raise_goes_back_by_itself_unless_it_is_confirmed() {
    let kept = Kept::new(options("simulated@20"));
    kept.tell(Command::Profile("balanced".to_owned())).unwrap();
    let done = kept.tell(Command::Profile("max".to_owned())).unwrap();
    assert_eq!(done.requested_w, Some(150.0));
    assert!(
        done.text.contains("unless it is confirmed"),
        "{}",
        done.text
    );
    let pending = kept.keeper.status().pending.unwrap();
    assert!(pending.left <= Duration::from_secs(15) && pending.left > Duration::ZERO);
    // Another raise meanwhile is another question, and what both go back to is where the first began.
    kept.tell(Command::Watts(160.0)).unwrap();
    let back = kept.wait(|status| status.last.as_ref().is_some_and(|told| told.id == 0));
    let Told { result, .. } = back.last.unwrap();
    assert!(
        result.as_ref().unwrap().text.contains("not confirmed"),
        "{result:?}"
    );
    assert_eq!(result.unwrap().requested_w, Some(120.0));
    assert_eq!(back.plan.profile.as_deref(), Some("balanced"));

    kept.tell(Command::Profile("max".to_owned())).unwrap();
    kept.tell(Command::Confirm).unwrap();
    assert_eq!(kept.keeper.status().pending, None);
    // Longer than there would have been to answer.
    let then = kept.keeper.watch().now();
    let later = kept.wait(|status| status.sample.at > then + Duration::from_secs(17));
    assert_eq!(later.requested_w, Some(150.0));

    kept.tell(Command::Watts(120.0)).unwrap();
    kept.tell(Command::Watts(150.0)).unwrap();
    kept.tell(Command::Decline).unwrap();
    assert_eq!(kept.keeper.status().requested_w, Some(120.0));
}

#[test]
fn the_governor_moves_below_the_ceiling_and_hands_it_back_when_it_is_switched_off() {
    let kept = Kept::new(options("simulated:hot-room@40"));
    kept.tell(Command::Automatic(true)).unwrap();
    let status = kept.keeper.status();
    assert_eq!(status.plan.profile.as_deref(), Some("performance"));
    // Constant load in a hot room: the cap comes down by itself, with a reason.
    let is_heat = |status: &Status| status.why.as_ref().is_some_and(|why| why.contains("limit"));
    let cooler = kept
        .wait(|status| is_heat(status) && status.requested_w.is_some_and(|watts| watts <= 110.0));
    assert!(cooler.sample.temp_c.fresh().unwrap() < 87.0);
    kept.tell(Command::Automatic(false)).unwrap();
    let manual = kept.keeper.status();
    assert_eq!(manual.plan.mode, Mode::Manual);
    assert_eq!(manual.requested_w, Some(140.0));
}

#[test]
fn an_emergency_by_hand_stands_until_it_was_seen_and_the_card_is_cool() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("gpu.jsonl");
    record(&path, &[(2000, 60.0)]);
    let kept = Kept::new(options(&format!("replay:{}@100", path.display())));
    kept.tell(Command::Watts(120.0)).unwrap();
    kept.tell(Command::Emergency).unwrap();
    let stopped = kept.wait(|status| status.emergency);
    assert_eq!(stopped.admission, Admission::Paused);
    assert_eq!(stopped.why.as_deref(), Some("stopped by hand"));
    assert_eq!(stopped.requested_w, Some(80.0), "the floor");
    // A minute of coolness alone does not end it.
    let then = stopped.sample.at;
    let later = kept.wait(|status| status.sample.at > then + Duration::from_secs(90));
    assert!(later.emergency);
    kept.tell(Command::Acknowledge).unwrap();
    let over = kept.wait(|status| !status.emergency);
    assert_eq!(over.stage, Stage::Steady);
    kept.wait(|status| status.requested_w == Some(120.0));
}

#[test]
fn a_card_that_cannot_be_set_is_held_by_the_pace_of_our_own_work() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("gpu.jsonl");
    record(&path, &[(600, 60.0)]);
    let source = format!("replay:{}@20", path.display());
    let kept = Kept::new(options(&source));
    let done = kept.tell(Command::Watts(80.0)).unwrap();
    assert!(done.text.contains("by pacing"), "{}", done.text);
    assert!(kept.keeper.status().pace < 0.9);
    kept.tell(Command::Release).unwrap();
    kept.wait(|status| status.pace >= 1.0);

    let alone = Kept::new(Options {
        has_work: false,
        ..options(&source)
    });
    let why = alone.tell(Command::Watts(80.0)).unwrap_err();
    assert!(why.contains("this process does none"), "{why}");
    assert_eq!(alone.keeper.status().plan.mode, Mode::Off);
}

#[test]
fn readonly_refuses_every_wish_and_guards_all_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("gpu.jsonl");
    record(&path, &[(20, 60.0), (600, 96.0)]);
    let kept = Kept::new(Options {
        leave: Leave::Readonly,
        ..options(&format!("replay:{}@20", path.display()))
    });
    for command in [
        Command::Profile("quiet".to_owned()),
        Command::Watts(100.0),
        Command::Step(5.0),
        Command::Automatic(true),
    ] {
        let why = kept.tell(command).unwrap_err();
        assert!(why.contains("--readonly"), "{why}");
    }
    let hot = kept.wait(|status| status.emergency);
    assert_eq!(hot.admission, Admission::Paused);
    assert_eq!(hot.held_by.as_deref(), Some("pacing"), "our own work alone");
}

#[test]
fn the_guards_pause_new_work_and_let_it_go_on() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("gpu.jsonl");
    record(&path, &[(5, 70.0), (10, 88.0), (200, 70.0)]);
    let kept = Kept::new(Options {
        plan: Plan {
            mode: Mode::Automatic,
            profile: None,
            ceiling_w: 140.0,
        },
        ..options(&format!("replay:{}@10", path.display()))
    });
    let paused = kept.wait(|status| status.admission == Admission::Paused);
    assert_eq!(paused.stage, Stage::Throttled);
    assert!(
        paused.pace <= 0.5,
        "what runs goes on at half its pace at most"
    );
    let open = kept.wait(|status| status.admission == Admission::Open);
    // Twenty seconds below 78 degrees.
    assert!(
        open.sample.at >= Duration::from_secs(35),
        "{:?}",
        open.sample.at
    );
}

#[test]
fn without_a_gpu_it_says_why_and_nothing_stands_in_the_way() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("gpu.jsonl");
    let line = r#"{"v":1,"ts":"2026-01-01T00:00:00Z","mono_ms":0,"kind":"gpu.sample","gpu":"","state":"absent","why":"no NVIDIA driver: none","temp_c":null,"margin_c":null,"power_w":null,"power_inst_w":null,"limit_w":{"requested":null,"enforced":null,"default":null,"min":null,"max":null},"clock_mhz":{"sm":null,"mem":null},"reasons":null,"util":null,"mem_mib":{"used":null,"total":null},"energy_j":null,"fan_pct":null,"supply":null,"stale":false,"src":"nvml"}"#;
    std::fs::write(&path, line).unwrap();
    let source = format!("replay:{}@20", path.display());
    let kept = Kept::new(options(&source));
    let status = kept.wait(|status| status.sample.at > Duration::from_secs(10));
    assert_eq!(status.admission, Admission::Open);
    assert_eq!(status.sample.state.word(), "absent");
    assert_eq!(kept.keeper.watch().joules(), None);
    let why = kept.tell(Command::Watts(100.0)).unwrap_err();
    assert!(why.contains("no NVIDIA driver"), "{why}");
    assert!(kept.tell(Command::Emergency).is_ok());
    // From the beginning it is refused as a whole.
    let refused = Keeper::start(
        Options {
            plan: Plan {
                mode: Mode::Automatic,
                profile: None,
                ceiling_w: 140.0,
            },
            ..options(&source)
        },
        Box::new(|_, _| {}),
    );
    assert!(refused.is_err_and(|refusal| refusal.text.contains("no NVIDIA driver")));
}

#[test]
fn of_a_card_that_sleeps_at_the_start_more_than_usual_is_asked_about_and_no_more_than_it_takes_is_held()
 {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("gpu.jsonl");
    record_waking(&path, 5, 600, (75.0, 120.0));
    let started = |ceiling_w, leave| Options {
        plan: Plan {
            mode: Mode::Manual,
            profile: None,
            ceiling_w,
        },
        leave,
        ..options(&format!("replay:{}@20", path.display()))
    };
    let refused = Keeper::start(started(170.0, Leave::Usual), Box::new(|_, _| {}));
    assert!(refused.is_err_and(|refusal| refusal.text.contains("say --yes")));

    let kept = Kept::new(started(170.0, Leave::More));
    let why = kept.heard.iter().find_map(|(_, notice)| match notice {
        Notice::Decision {
            outcome: Some(outcome),
            ..
        } => Some(outcome),
        _ => None,
    });
    let Some(Outcome::Refused(why)) = why else {
        panic!("{why:?}");
    };
    assert!(why.contains("75 to 120 W"), "{why}");
    assert_eq!(kept.keeper.status().requested_w, None);
}
