//! The scripted engine: answers from a file, and fails on request; for tests of everything around a model.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;

use super::{Completion, Engine, EngineError, EngineInfo, Finish, Request, Usage};
use crate::pace::Pace;

/// Answers by rule: the first rule whose `contains` stands in the page decides.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scripted {
    #[serde(default = "default_context")]
    context_tokens: usize,
    /// Questions answered side by side.
    #[serde(default = "one")]
    cohort: usize,
    /// Milliseconds before the engine is ready, as for a big model.
    #[serde(default)]
    load_ms: u64,
    rules: Vec<Rule>,
    /// Where it is remembered, across restarts, which one-time failures have happened.
    #[serde(skip)]
    path: PathBuf,
    /// Pauses between two pieces of an answer.
    #[serde(skip)]
    pace: Pace,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// Text the page must hold; empty matches every page.
    contains: String,
    /// Text the system or user prompt must hold too; empty matches all.
    #[serde(default)]
    asked: String,
    /// The answer.
    #[serde(default)]
    reply: Value,
    /// What happens before the answer.
    #[serde(default)]
    fail: Option<Failure>,
    /// What the process prints as it exits.
    #[serde(default)]
    says: String,
    /// The failure happens so many times; without it, always.
    #[serde(default)]
    times: Option<usize>,
    /// It happens only to an engine that answers so many questions together.
    #[serde(default)]
    from_cohort: usize,
    /// Milliseconds before each piece of the answer, to make a run last, and before an exit.
    #[serde(default)]
    delay_ms: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Failure {
    /// The process ends at once.
    Exit,
    /// A panic while answering.
    Panic,
    /// No token ever.
    Stall,
    /// Half an answer, then the token limit.
    Length,
    /// The engine refuses.
    Refuse,
    /// The card's memory runs out.
    OutOfMemory,
}

/// Why it fails.
const ASKED: &str = "the script asks for it";

fn default_context() -> usize {
    8192
}

fn one() -> usize {
    1
}

impl Scripted {
    /// Reads a script; its answers are paced as `pace` says, and as many are given together as the script says, or as
    /// `cohort` says if that is more.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] when the file cannot be read or is no script.
    pub fn open(path: &Path, cohort: usize, pace: &Pace) -> Result<Self, EngineError> {
        let unavailable =
            |why: String| EngineError::Unavailable(format!("script {}: {why}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| unavailable(error.to_string()))?;
        let mut script: Self =
            serde_json::from_str(&text).map_err(|error| unavailable(error.to_string()))?;
        path.clone_into(&mut script.path);
        script.pace = pace.clone();
        script.cohort = script.cohort.max(cohort);
        std::thread::sleep(Duration::from_millis(script.load_ms));
        Ok(script)
    }

    /// Counts a failure in a file beside the script: the process that fails does not live to remember it.
    fn due(&self, index: usize, rule: &Rule) -> bool {
        if self.cohort < rule.from_cohort {
            return false;
        }
        let Some(times) = rule.times else { return true };
        (0..times).any(|nth| {
            let marker = self.path.with_extension(format!("fired-{index}-{nth}"));
            std::fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(marker)
                .is_ok()
        })
    }
}

impl Engine for Scripted {
    fn info(&self) -> Result<EngineInfo, EngineError> {
        Ok(EngineInfo {
            engine: "scripted".to_owned(),
            model: "scripted".to_owned(),
            quant: None,
            context_tokens: self.context_tokens,
            max_in_flight: self.cohort * 2 - 1,
            cohort: self.cohort,
        })
    }

    /// Four bytes a token, which is near what Qwen's tokenizer gives on English.
    fn count_tokens(&self, texts: &[String]) -> Result<Vec<usize>, EngineError> {
        Ok(texts.iter().map(|text| text.len().div_ceil(4)).collect())
    }

    #[allow(clippy::panic)] // Asked for by the script: the worker must survive it.
    fn generate(
        &self,
        request: &Request,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Completion, EngineError> {
        let matches = |rule: &Rule| {
            request.user.contains(&rule.contains) && request.user.contains(&rule.asked)
        };
        let mut length = false;
        let mut found = None;
        for (index, rule) in self
            .rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| matches(rule))
        {
            match rule.fail.filter(|_| self.due(index, rule)) {
                Some(Failure::Exit) => {
                    std::thread::sleep(Duration::from_millis(rule.delay_ms));
                    writeln!(std::io::stderr(), "{}", rule.says).ok();
                    std::process::exit(9)
                }
                Some(Failure::Panic) => panic!("the script asks for a panic"),
                Some(Failure::Stall) => loop {
                    std::thread::park();
                },
                Some(Failure::Refuse) => return Err(EngineError::Refused(ASKED.to_owned())),
                Some(Failure::OutOfMemory) => {
                    return Err(EngineError::OutOfMemory(ASKED.to_owned()));
                }
                Some(Failure::Length) => length = true,
                None => {}
            }
            if !rule.reply.is_null() {
                found = Some(rule);
                break;
            }
        }
        let mut text = match (&request.replay, found) {
            (Some(answer), _) => answer.clone(),
            (None, Some(rule)) => serde_json::to_string(&rule.reply).unwrap_or_default(),
            (None, None) => {
                let why = "no rule of the script matches";
                return Err(EngineError::Refused(why.to_owned()));
            }
        };
        let delay = Duration::from_millis(found.map_or(0, |rule| rule.delay_ms));
        if length {
            text.truncate(text.floor_char_boundary(text.len() / 2));
        }
        for piece in text.chars().collect::<Vec<_>>().chunks(16) {
            let step = Instant::now();
            std::thread::sleep(delay);
            on_text(&piece.iter().collect::<String>());
            self.pace.wait_after(step.elapsed());
        }
        let finish = if length { Finish::Length } else { Finish::Stop };
        Ok(completion(request, text, finish))
    }
}

fn completion(request: &Request, text: String, finish: Finish) -> Completion {
    Completion {
        usage: Usage {
            prompt_tokens: (request.system.len() + request.user.len()).div_ceil(4),
            cached_tokens: 0,
            completion_tokens: text.len().div_ceil(4),
        },
        text,
        finish,
        prefill_ms: 0,
        decode_ms: 0,
    }
}
