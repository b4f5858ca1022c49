//! Questions whose answers are known to be sound or not, whatever the model: all alike, and of different lengths.

use std::sync::Barrier;

use serde_json::{Value, json};

use crate::engine::{Completion, Engine, EngineError, Finish, Request};

/// Room for the answer, which has about 40 tokens.
const MOST_TOKENS: usize = 128;
/// A line of a page; prompts of different lengths have more or fewer of them.
const LINE: &str = "We bake bread from four in the morning and look for a night baker in Graz.\n";

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Round {
    /// One question as many times: the answers must be the same.
    Alike,
    /// Prompts of different lengths.
    Lengths,
}

impl Round {
    /// Asks so many questions at once.
    pub(super) fn ask(
        self,
        engine: &dyn Engine,
        width: usize,
    ) -> Vec<Result<Completion, EngineError>> {
        let barrier = Barrier::new(width);
        std::thread::scope(|scope| {
            let asking: Vec<_> = (0..width)
                .map(|row| {
                    let (request, barrier) = (self.request(row), &barrier);
                    scope.spawn(move || {
                        barrier.wait();
                        engine.generate(&request, &mut |_| {})
                    })
                })
                .collect();
            asking
                .into_iter()
                .map(|asking| {
                    let panicked = || {
                        Err(EngineError::Crashed(
                            "the asking thread panicked".to_owned(),
                        ))
                    };
                    asking.join().unwrap_or_else(|_| panicked())
                })
                .collect()
        })
    }

    fn request(self, row: usize) -> Request {
        let lines = match self {
            Self::Alike => 3,
            Self::Lengths => 1 + 5 * row,
        };
        Request {
            system: "Answer in JSON.".to_owned(),
            user: format!("{}Is this a job posting?", LINE.repeat(lines)),
            grammar: grammar(),
            max_tokens: MOST_TOKENS,
            thinking: false,
            replay: None,
        }
    }

    /// Whether all answers are sound.
    pub(super) fn judge(self, answers: &[Result<Completion, EngineError>]) -> Result<(), String> {
        let rows = answers.len();
        let which = match self {
            Self::Alike => "alike",
            Self::Lengths => "of different lengths",
        };
        let mut texts = Vec::new();
        for (row, answer) in (1..).zip(answers) {
            let failed =
                |why: String| format!("answer {row} of {rows} to questions {which}: {why}");
            let answer = answer.as_ref().map_err(|error| failed(error.to_string()))?;
            if answer.finish != Finish::Stop {
                return Err(failed(format!(
                    "it did not end by itself: {:?}",
                    answer.text
                )));
            }
            if serde_json::from_str::<Value>(&answer.text).is_err() {
                return Err(failed(format!("it is no JSON: {:?}", answer.text)));
            }
            texts.push(&answer.text);
        }
        match texts.iter().find(|text| **text != texts[0]) {
            Some(other) if self == Self::Alike => Err(format!(
                "the same question had two answers among {rows}: {:?} and {other:?}",
                texts[0]
            )),
            _ => Ok(()),
        }
    }
}

/// Everything is bounded, so that random weights come to an end too.
fn grammar() -> Value {
    let word = json!({"enum": ["bread", "baker", "night", "morning", "none"]});
    json!({
        "x-guidance": {"whitespace_flexible": false, "item_separator": ", ", "key_separator": ": "},
        "type": "object",
        "properties": {
            "posting": {"type": "boolean"},
            "words": {"type": "array", "items": word, "minItems": 4, "maxItems": 4},
        },
        "required": ["posting", "words"],
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Usage;

    #[allow(clippy::unnecessary_wraps, reason = "stands in lists with failures")]
    fn answer(text: &str, finish: Finish) -> Result<Completion, EngineError> {
        Ok(Completion {
            text: text.to_owned(),
            finish,
            usage: Usage::default(),
            prefill_ms: 0,
            decode_ms: 0,
        })
    }

    fn sound(text: &str) -> Result<Completion, EngineError> {
        answer(text, Finish::Stop)
    }

    #[test]
    fn the_same_question_must_have_one_answer_and_others_may_differ() {
        let same = [sound("{\"a\":1}"), sound("{\"a\":1}")];
        let other = [sound("{\"a\":1}"), sound("{\"a\":2}")];
        Round::Alike.judge(&same).unwrap();
        let why = Round::Alike.judge(&other).unwrap_err();
        assert!(why.contains("two answers among 2"), "{why}");
        Round::Lengths.judge(&other).unwrap();
    }

    #[test]
    fn an_answer_that_is_cut_garbled_or_missing_fails_either_round() {
        let crashed = Err(EngineError::Crashed("out of memory".to_owned()));
        for (wrong, why) in [
            (answer("{\"a\":", Finish::Length), "did not end by itself"),
            (sound("{\"a\":"), "no JSON"),
            (sound(""), "no JSON"),
            (crashed, "out of memory"),
        ] {
            for round in [Round::Alike, Round::Lengths] {
                let said = round.judge(&[sound("{}"), wrong.clone()]).unwrap_err();
                assert!(said.starts_with("answer 2 of 2"), "{said}");
                assert!(said.contains(why), "{said}");
            }
        }
    }
}
