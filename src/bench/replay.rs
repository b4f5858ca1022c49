//! Answers that are recorded and given again: an engine's, kept by their questions, so that another engine does the same work.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::engine::{Completion, Engine, EngineError, EngineInfo, Finish, Request};
use crate::run::lock;

/// Characters of a question that tell a person which it is.
const SHOWN: usize = 60;

/// One line of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Recorded {
    /// SHA-256 of the question, in hex.
    key: String,
    /// Word by word.
    answer: String,
    /// Of the model that gave it.
    tokens: usize,
}

/// Answers by their questions.
#[derive(Debug, Default)]
pub struct Recording {
    /// The file, for messages.
    path: PathBuf,
    answers: BTreeMap<String, Recorded>,
}

/// What tells a question from others: its texts, so that a model with another tokenizer is asked the same.
fn key(request: &Request) -> String {
    let mut hash = Sha256::new();
    hash.update(&request.system);
    hash.update([0]);
    hash.update(&request.user);
    if request.thinking {
        hash.update([1]);
    }
    hex::encode(hash.finalize())
}

impl Recording {
    /// Reads a file of lines.
    ///
    /// # Errors
    /// One line that names the file and what is wrong in which line of it.
    pub fn open(path: &Path) -> Result<Self, String> {
        let named = |why: String| format!("the recording {}: {why}", path.display());
        let file = File::open(path).map_err(|error| named(error.to_string()))?;
        let mut answers = BTreeMap::new();
        for (number, line) in BufReader::new(file).lines().enumerate() {
            let line = line.map_err(|error| named(error.to_string()))?;
            if line.trim().is_empty() {
                continue;
            }
            let recorded: Recorded = serde_json::from_str(&line)
                .map_err(|error| named(format!("line {}: {error}", number + 1)))?;
            answers.entry(recorded.key.clone()).or_insert(recorded);
        }
        if answers.is_empty() {
            return Err(named(
                "it holds no answer; --record FILE writes one".to_owned(),
            ));
        }
        Ok(Self {
            path: path.to_owned(),
            answers,
        })
    }

    /// Writes it as lines, in an order of their own.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, file: File) -> std::io::Result<()> {
        let mut out = BufWriter::new(file);
        for recorded in self.answers.values() {
            writeln!(out, "{}", serde_json::to_string(recorded)?)?;
        }
        out.flush()
    }
}

/// An engine whose answers are kept; of several to one question, the first.
pub struct Recorder<'a> {
    engine: &'a dyn Engine,
    answers: Mutex<BTreeMap<String, Recorded>>,
}

impl<'a> Recorder<'a> {
    /// Nothing is kept yet.
    #[must_use]
    pub fn new(engine: &'a dyn Engine) -> Self {
        Self {
            engine,
            answers: Mutex::default(),
        }
    }

    /// What was kept so far.
    #[must_use]
    pub fn recording(&self) -> Recording {
        Recording {
            path: PathBuf::from("of this run"),
            answers: lock(&self.answers).clone(),
        }
    }
}

impl Engine for Recorder<'_> {
    fn info(&self) -> Result<EngineInfo, EngineError> {
        self.engine.info()
    }

    fn count_tokens(&self, texts: &[String]) -> Result<Vec<usize>, EngineError> {
        self.engine.count_tokens(texts)
    }

    fn generate(
        &self,
        request: &Request,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Completion, EngineError> {
        let completion = self.engine.generate(request, on_text)?;
        let key = key(request);
        let recorded = Recorded {
            key: key.clone(),
            answer: completion.text.clone(),
            tokens: completion.usage.completion_tokens,
        };
        lock(&self.answers).entry(key).or_insert(recorded);
        Ok(completion)
    }
}

/// An engine that gives recorded answers again.
pub struct Replayer<'a> {
    engine: &'a dyn Engine,
    recording: &'a Recording,
}

impl<'a> Replayer<'a> {
    /// It does the work of `engine`.
    #[must_use]
    pub fn new(engine: &'a dyn Engine, recording: &'a Recording) -> Self {
        Self { engine, recording }
    }
}

impl Engine for Replayer<'_> {
    fn info(&self) -> Result<EngineInfo, EngineError> {
        self.engine.info()
    }

    fn count_tokens(&self, texts: &[String]) -> Result<Vec<usize>, EngineError> {
        self.engine.count_tokens(texts)
    }

    fn generate(
        &self,
        request: &Request,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Completion, EngineError> {
        let key = key(request);
        let Some(recorded) = self.recording.answers.get(&key) else {
            let shown: String = request.user.chars().take(SHOWN).collect();
            return Err(EngineError::Refused(format!(
                "the recording {} has no answer to the question {shown:?}... (key {key})",
                self.recording.path.display()
            )));
        };
        forced(self.engine, request, &recorded.answer, on_text)
    }
}

/// Asks, and has this answer given; one that is another, but for its cut end, measures something else and is refused.
/// Letters beyond ASCII are not looked at: tokenizers may write them in another of their forms.
///
/// # Errors
/// As the engine's, and when it does not give the answer.
pub(super) fn forced(
    engine: &dyn Engine,
    request: &Request,
    answer: &str,
    on_text: &mut dyn FnMut(&str),
) -> Result<Completion, EngineError> {
    let request = Request {
        replay: Some(answer.to_owned()),
        ..request.clone()
    };
    let completion = engine.generate(&request, on_text)?;
    let (wanted, given) = (ascii(answer), ascii(&completion.text));
    match completion.finish {
        // What is asked next depends on it.
        Finish::Stop if given == wanted => Ok(Completion {
            text: answer.to_owned(),
            ..completion
        }),
        Finish::Length if wanted.starts_with(&given) => Ok(completion),
        _ => {
            let begins: String = completion.text.chars().take(SHOWN).collect();
            Err(EngineError::Refused(format!(
                "the engine gave another answer than it was told to give again; it begins {begins:?}"
            )))
        }
    }
}

fn ascii(text: &str) -> String {
    text.chars().filter(char::is_ascii).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Usage;

    /// Says this, whatever it is told to say.
    struct Deaf(&'static str, Finish);

    impl Engine for Deaf {
        fn info(&self) -> Result<EngineInfo, EngineError> {
            Err(EngineError::Unavailable("nobody asks".to_owned()))
        }

        fn count_tokens(&self, texts: &[String]) -> Result<Vec<usize>, EngineError> {
            Ok(vec![1; texts.len()])
        }

        fn generate(
            &self,
            _: &Request,
            _: &mut dyn FnMut(&str),
        ) -> Result<Completion, EngineError> {
            Ok(Completion {
                text: self.0.to_owned(),
                finish: self.1,
                usage: Usage::default(),
                prefill_ms: 0,
                decode_ms: 0,
            })
        }
    }

    fn asked(thinking: bool) -> Request {
        Request {
            system: "s".to_owned(),
            user: "u".to_owned(),
            grammar: serde_json::Value::Null,
            max_tokens: 9,
            replay: None,
            thinking,
        }
    }

    fn given(text: &'static str, finish: Finish) -> Option<String> {
        let answered = forced(&Deaf(text, finish), &asked(false), "a café", &mut |_| {});
        answered.ok().map(|completion| completion.text)
    }

    #[test]
    fn an_engine_that_does_not_give_the_answer_again_is_refused() {
        assert_eq!(given("a café", Finish::Stop).unwrap(), "a café");
        assert_eq!(given("a cafe\u{301}", Finish::Stop), None);
        assert_eq!(given("a caf\u{fffd}", Finish::Stop).unwrap(), "a café");
        assert_eq!(given("a ca", Finish::Length).unwrap(), "a ca");
        assert_eq!(given("a ca", Finish::Stop), None);
        assert_eq!(given("a cat", Finish::Length), None);
    }

    #[test]
    fn a_question_that_may_be_thought_about_is_another_one() {
        assert_ne!(key(&asked(false)), key(&asked(true)));
    }
}
