//! Pacing in the engine: an answer takes as much longer as the pace says, and a change of pace counts at once.
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use serde_json::json;
use smelt::engine::supervisor::{Load, Supervised, Watchdog, WorkerSpec};
use smelt::engine::{Engine, Request};

/// Answers in ten pieces or more, each of `delay_ms`.
fn engine(directory: &tempfile::TempDir, delay_ms: u64, watchdog: Watchdog) -> Supervised {
    let script = directory.path().join("script.json");
    let reply = "0123456789".repeat(16);
    let rules = json!({"rules": [{"contains": "", "delay_ms": delay_ms, "reply": reply}]});
    std::fs::write(&script, rules.to_string()).unwrap();
    let spec = WorkerSpec {
        program: PathBuf::from(env!("CARGO_BIN_EXE_smelt")),
        args: vec!["engine-worker".into(), "--script".into(), script.into()],
        env: Vec::new(),
        load: Load {
            context: 8192,
            cohort: 1,
        },
    };
    Supervised::new(spec, watchdog)
}

fn request() -> Request {
    Request {
        system: String::new(),
        user: "page".to_owned(),
        grammar: json!({}),
        max_tokens: 100,
        thinking: false,
        replay: None,
    }
}

fn time(engine: &Supervised) -> Duration {
    let began = Instant::now();
    engine.generate(&request(), &mut |_| {}).unwrap();
    began.elapsed()
}

#[test]
fn a_quarter_of_the_pace_takes_four_times_as_long_also_in_a_fresh_worker() {
    let directory = tempfile::tempdir().unwrap();
    let engine = engine(&directory, 10, Watchdog::default());
    engine.info().unwrap();
    // Ten steps of ten milliseconds or more, each with a pause three times as long.
    let least = Duration::from_millis(10 * 40);
    engine.set_pace(0.25);
    assert!(time(&engine) >= least);
    engine.set_pace(1.0);
    assert!(time(&engine) < least * 4);
    let paced = engine_that_begins_paced(&directory);
    assert!(time(&paced) >= least);
}

/// Its worker is started after the pace was set.
fn engine_that_begins_paced(directory: &tempfile::TempDir) -> Supervised {
    let engine = engine(directory, 10, Watchdog::default());
    engine.set_pace(0.25);
    engine
}

#[test]
fn a_pause_ends_when_the_pace_is_raised() {
    let directory = tempfile::tempdir().unwrap();
    let engine = engine(&directory, 200, Watchdog::default());
    engine.info().unwrap();
    engine.set_pace(0.05);
    let began = Instant::now();
    let (said, heard) = channel::<()>();
    std::thread::scope(|scope| {
        let engine = &engine;
        let answering = scope.spawn(move || {
            let mut said = Some(said);
            engine.generate(&request(), &mut |_| drop(said.take()))
        });
        // The first piece is here, and the pause of 3.8 s after it has begun.
        assert!(heard.recv().is_err());
        engine.set_pace(1.0);
        answering.join().unwrap().unwrap();
    });
    let unpaced = Duration::from_millis(11 * 200);
    assert!(
        began.elapsed() < unpaced + Duration::from_secs(3),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn a_pause_is_no_stall() {
    let directory = tempfile::tempdir().unwrap();
    let watchdog = Watchdog {
        next_token: Duration::from_millis(500),
        ..Watchdog::default()
    };
    let engine = engine(&directory, 40, watchdog);
    engine.info().unwrap();
    // Pauses of 0.76 s, longer than the watchdog's patience with a worker that does not pause.
    engine.set_pace(0.05);
    assert!(time(&engine) >= Duration::from_secs(6));
}

#[test]
fn who_waits_while_others_are_answered_is_not_given_up() {
    let directory = tempfile::tempdir().unwrap();
    let watchdog = Watchdog {
        first_token: Duration::from_secs(1),
        next_token: Duration::from_secs(1),
        ..Watchdog::default()
    };
    let engine = engine(&directory, 0, watchdog);
    // One answer begins late and goes on late, as if prompts were read before and behind its first token; the other comes in
    // many pieces meanwhile.
    let late_reply = "one piece, and another one";
    let script = json!({"cohort": 2, "rules": [
        {"contains": "waits", "delay_ms": 1800, "reply": late_reply},
        {"contains": "", "delay_ms": 150, "reply": "0123456789".repeat(48)},
    ]});
    std::fs::write(directory.path().join("script.json"), script.to_string()).unwrap();
    let ask = |user: &str| {
        let user = user.to_owned();
        engine.generate(&Request { user, ..request() }, &mut |_| {})
    };
    std::thread::scope(|scope| {
        let late = scope.spawn(|| ask("who waits"));
        let other = scope.spawn(|| ask("another"));
        let text = late.join().unwrap().unwrap().text;
        assert_eq!(text, format!("\"{late_reply}\""));
        other.join().unwrap().unwrap();
    });
    // With nobody beside it the same silence is a stall.
    let why = ask("who waits").unwrap_err().to_string();
    assert!(why.contains("no token for 1 s"), "{why}");
}
