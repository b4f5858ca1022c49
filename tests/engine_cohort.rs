//! Several questions answered together by the real engine, and recorded answers given again.

#![cfg(feature = "mistralrs")]
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use smelt::engine::supervisor::{Load, Supervised, Watchdog, WorkerSpec};
use smelt::engine::{Completion, Engine, Finish, Request};

const MODEL: &str = "models/demo/smelt-demo.gguf";

fn engine(cohort: usize) -> Supervised {
    let spec = WorkerSpec {
        program: PathBuf::from(env!("CARGO_BIN_EXE_smelt")),
        args: vec![
            "engine-worker".into(),
            "--model".into(),
            Path::new(MODEL).into(),
        ],
        env: vec![("CANDLE_DEQUANTIZE_ALL", "1")],
        load: Load {
            context: 2048,
            cohort,
        },
    };
    Supervised::new(spec, Watchdog::default())
}

fn request(lines: usize, replay: Option<&str>) -> Request {
    let line = |n: usize| format!("[{n}] The bakery on Mill Lane number {n} looks for a baker.\n");
    Request {
        system: "You read one job posting.".to_owned(),
        user: (1..=lines).map(line).collect(),
        grammar: json!({
            "x-guidance": {"whitespace_flexible": false, "item_separator": ", ", "key_separator": ": "},
            "type": "object", "required": ["title", "line"], "additionalProperties": false,
            "properties": {"title": {"type": "string", "maxLength": 40}, "line": {"type": "integer", "minimum": 1, "maximum": 9}},
        }),
        max_tokens: 100,
        thinking: false,
        replay: replay.map(str::to_owned),
    }
}

fn ask_together(engine: &Supervised, requests: &[Request]) -> Vec<Completion> {
    std::thread::scope(|scope| {
        let ask = |request| scope.spawn(move || engine.generate(request, &mut |_| {}).unwrap());
        let asked: Vec<_> = requests.iter().map(ask).collect();
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

#[test]
fn questions_of_different_lengths_are_answered_together_each_with_its_own() {
    let engine = engine(4);
    let requests: Vec<Request> = [8, 9, 11, 12, 10, 30]
        .into_iter()
        .map(|lines| request(lines, None))
        .collect();
    for completion in ask_together(&engine, &requests) {
        assert_eq!(completion.finish, Finish::Stop, "{}", completion.text);
        let answer: Value = serde_json::from_str(&completion.text).unwrap();
        assert!(answer["line"].as_u64().is_some_and(|line| line <= 9));
        assert!(completion.usage.completion_tokens >= 5);
    }
}

#[test]
fn the_same_question_gets_the_same_answer_alone_and_in_company() {
    let alone = engine(1).generate(&request(8, None), &mut |_| {}).unwrap();
    let engine = engine(3);
    for together in ask_together(
        &engine,
        &[request(8, None), request(8, None), request(8, None)],
    ) {
        assert_eq!(together.text, alone.text);
        assert_eq!(together.usage, alone.usage);
    }
}

#[test]
fn a_recorded_answer_is_given_again_token_by_token() {
    let engine = engine(2);
    let answers = [
        r#"{"title": "Baker of Graz — é", "line": 3}"#,
        r#"{"title": "A quite different thing", "line": 9}"#,
    ];
    let requests = answers.map(|answer| request(8, Some(answer)));
    let completions = ask_together(&engine, &requests);
    for (completion, answer) in completions.iter().zip(answers) {
        assert_eq!(
            (completion.finish, completion.text.as_str()),
            (Finish::Stop, answer)
        );
        let tokens = engine.count_tokens(&[answer.to_owned()]).unwrap()[0];
        // The end is a token too.
        assert_eq!(completion.usage.completion_tokens, tokens + 1);
    }
    let free = Request {
        grammar: Value::Null,
        ..request(8, Some("No JSON at all."))
    };
    let completion = engine.generate(&free, &mut |_| {}).unwrap();
    assert_eq!(completion.text, "No JSON at all.");
}

#[test]
fn a_low_pace_slows_the_real_engine_down_between_its_tokens() {
    let engine = engine(1);
    let answer = format!(r#"{{"title": "{}", "line": 3}}"#, "baker ".repeat(6));
    let asked = request(8, Some(&answer));
    let time = || {
        let began = std::time::Instant::now();
        engine.generate(&asked, &mut |_| {}).unwrap();
        began.elapsed()
    };
    time();
    let full = time();
    engine.set_pace(0.2);
    let paced = time();
    // Five times as long, but for what is no step; half of that is left to a busy machine.
    assert!(
        paced > full.mul_f64(2.5),
        "{full:?} at full pace, {paced:?} at a fifth"
    );
    println!("{full:?} at full pace, {paced:?} at a fifth");
}
