//! Questions whose answers are known to be sound or not, whatever the model: all alike, of different lengths, and as long as
//! there is room for.

use std::sync::{Barrier, OnceLock};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::engine::busy::{covered, reading};
use crate::engine::{Completion, Engine, EngineError, Finish, Request};

/// Room for the answer, which has about 40 tokens.
const MOST_TOKENS: usize = 128;
/// Room for the chat's own tokens, and for lines that make more tokens together than each by itself.
const MARGIN: usize = 64;
/// A line of a page; prompts of different lengths have more or fewer of them.
const LINE: &str = "We bake bread from four in the morning and look for a night baker in Graz.\n";

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Round {
    /// One question as many times: the answers must be the same.
    Alike,
    /// Prompts of different lengths, of so many lines at most.
    Lengths(usize),
    /// Prompts of so many lines, which fill the room there is.
    Long(usize),
}

/// Lines of a prompt of so many tokens with its answer.
///
/// # Errors
/// When the engine does not count.
pub(super) fn lines(engine: &dyn Engine, tokens: usize) -> Result<usize, EngineError> {
    const MANY: usize = 32;
    let counted = engine.count_tokens(&[LINE.repeat(MANY)])?;
    let of_many = counted.first().copied().unwrap_or_default().max(1);
    Ok(tokens.saturating_sub(MOST_TOKENS + MARGIN) * MANY / of_many)
}

/// One answer.
pub(super) type Answer = Result<Completion, EngineError>;

/// What came of a round.
pub(super) struct Answered {
    pub(super) answers: Vec<Answer>,
    /// Time in which any prompt was being read.
    pub(super) read_in: Duration,
}

impl Answered {
    /// How long so many tokens of prompts would be read, at the pace of these; `None` if none was read.
    pub(super) fn reading(&self, tokens: usize) -> Option<Duration> {
        let read = self.answers.iter().flatten();
        let read: usize = read.map(|answer| answer.usage.prompt_tokens).sum();
        let read = u128::try_from(read).ok().filter(|read| *read > 0)?;
        let tokens = u128::try_from(tokens).unwrap_or(u128::MAX);
        let millis = tokens.saturating_mul(self.read_in.as_millis()) / read;
        Some(Duration::from_millis(
            u64::try_from(millis).unwrap_or(u64::MAX),
        ))
    }
}

impl Round {
    /// Asks so many questions at once.
    pub(super) fn ask(self, engine: &dyn Engine, width: usize) -> Answered {
        let barrier = Barrier::new(width);
        let firsts: Vec<OnceLock<Instant>> = (0..width).map(|_| OnceLock::new()).collect();
        let answers = std::thread::scope(|scope| {
            let asking: Vec<_> = firsts
                .iter()
                .enumerate()
                .map(|(row, first)| {
                    let (request, barrier) = (self.request(row), &barrier);
                    scope.spawn(move || {
                        barrier.wait();
                        engine.generate(&request, &mut |_| {
                            first.get_or_init(Instant::now);
                        })
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
        });
        let read = firsts
            .iter()
            .zip(&answers)
            .filter_map(|(first, answer): (_, &Answer)| {
                let answer = answer.as_ref().ok()?;
                Some(reading(*first.get()?, answer.prefill_ms))
            });
        let read_in = covered(read.collect());
        Answered { answers, read_in }
    }

    fn request(self, row: usize) -> Request {
        let lines = match self {
            Self::Alike => 3,
            Self::Lengths(most) => (1 + 5 * row).min(most),
            Self::Long(lines) => lines,
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
    pub(super) fn judge(self, answers: &[Answer]) -> Result<(), String> {
        let rows = answers.len();
        let which = match self {
            Self::Alike => "alike",
            Self::Lengths(_) => "of different lengths",
            Self::Long(_) => "that fill the context",
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
    fn answer(text: &str, finish: Finish) -> Answer {
        Ok(Completion {
            text: text.to_owned(),
            finish,
            usage: Usage::default(),
            prefill_ms: 0,
            decode_ms: 0,
        })
    }

    fn sound(text: &str) -> Answer {
        answer(text, Finish::Stop)
    }

    #[test]
    fn a_long_prompt_leaves_room_for_its_answer_and_is_read_at_the_pace_seen() {
        struct Counts;
        impl Engine for Counts {
            fn info(&self) -> Result<crate::engine::EngineInfo, EngineError> {
                Err(EngineError::Crashed("not asked".to_owned()))
            }
            fn count_tokens(&self, texts: &[String]) -> Result<Vec<usize>, EngineError> {
                Ok(texts.iter().map(|text| text.len() / 4).collect())
            }
            fn generate(
                &self,
                _: &Request,
                _: &mut dyn FnMut(&str),
            ) -> Result<Completion, EngineError> {
                Err(EngineError::Crashed("not asked".to_owned()))
            }
        }
        let many = lines(&Counts, 4096).unwrap();
        let tokens = many * LINE.len() / 4 + MOST_TOKENS;
        assert!((3900..4096).contains(&tokens), "{tokens}");
        assert_eq!(lines(&Counts, 100), Ok(0));
        let mut read = sound("{}").unwrap();
        read.usage.prompt_tokens = 500;
        let mut both = Answered {
            answers: vec![Ok(read.clone()), Ok(read)],
            read_in: Duration::from_secs(1),
        };
        assert_eq!(both.reading(4000), Some(Duration::from_secs(4)));
        both.answers.clear();
        assert_eq!(both.reading(4000), None);
    }

    #[test]
    fn the_same_question_must_have_one_answer_and_others_may_differ() {
        let same = [sound("{\"a\":1}"), sound("{\"a\":1}")];
        let other = [sound("{\"a\":1}"), sound("{\"a\":2}")];
        Round::Alike.judge(&same).unwrap();
        let why = Round::Alike.judge(&other).unwrap_err();
        assert!(why.contains("two answers among 2"), "{why}");
        Round::Lengths(99).judge(&other).unwrap();
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
            for round in [Round::Alike, Round::Lengths(99)] {
                let said = round.judge(&[sound("{}"), wrong.clone()]).unwrap_err();
                assert!(said.starts_with("answer 2 of 2"), "{said}");
                assert!(said.contains(why), "{said}");
            }
        }
    }
}
