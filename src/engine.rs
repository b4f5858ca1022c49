//! The engine: text and a grammar in, tokens out. The trait, and what every engine has in common.

pub mod bare;
pub mod blueprint;
#[cfg(feature = "mistralrs")]
mod bundled;
pub mod busy;
pub mod card;
pub mod catalogue;
pub mod chosen;
#[cfg(any(test, feature = "mistralrs"))]
mod cohort;
pub mod gguf;
pub mod hub;
pub mod load;
pub mod memory;
#[cfg(feature = "mistralrs")]
mod mistral;
pub mod model;
pub mod place;
#[cfg_attr(not(feature = "mistralrs"), allow(dead_code))]
mod prefix;
pub mod profile;
pub mod program;
pub mod protocol;
pub mod recipe;
pub mod scripted;
pub mod select;
pub mod supervisor;
pub mod worker;

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A thread's panic must not poison the locks of those who come after it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Name and version of the engine for models, in records, fingerprints and profiles: another version may answer otherwise.
pub const MISTRALRS: &str = "mistralrs 0.8.1";

/// One question to a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The part that is the same for every page, so that engines can share its cache.
    pub system: String,
    /// The page.
    pub user: String,
    /// JSON Schema (with `x-guidance`) the answer is forced into; null leaves the model free.
    pub grammar: Value,
    /// Most tokens of the answer.
    pub max_tokens: usize,
    /// Whether a model that can think may do so before it answers; only without a grammar, which holds from the first token.
    #[serde(default)]
    pub thinking: bool,
    /// A recorded answer that is given again, token by token, whatever the model would say: the engine does all the work of
    /// that answer. For measuring speed with weights that know nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<String>,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The grammar was complete.
    Stop,
    /// The token limit came first: the text is a prefix of an answer.
    Length,
}

/// What one question cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the prompt, cached ones included.
    pub prompt_tokens: usize,
    /// Those that the engine did not compute again, since earlier prompts begin with them too.
    pub cached_tokens: usize,
    /// Tokens of the answer.
    pub completion_tokens: usize,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// The answer, or its beginning when `finish` is [`Finish::Length`].
    pub text: String,
    /// Why it ended.
    pub finish: Finish,
    /// Tokens.
    pub usage: Usage,
    /// Milliseconds from when it was put to the engine until the first token.
    pub prefill_ms: u64,
    /// Milliseconds from the first token to the last, in which prompts of others may be read.
    pub decode_ms: u64,
}

/// What an engine says of itself once its model is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineInfo {
    /// Name and version, such as [`MISTRALRS`].
    pub engine: String,
    /// The model's name.
    pub model: String,
    /// Quantisation of its weights.
    pub quant: Option<String>,
    /// Prompt and answer together, in tokens.
    pub context_tokens: usize,
    /// Questions it takes at a time: those it answers together, and those that wait to be next.
    pub max_in_flight: usize,
    /// Questions it answers together, at most.
    pub cohort: usize,
}

/// Why an engine gave no answer.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "message", rename_all = "snake_case")]
pub enum EngineError {
    /// No question can be answered until somebody acts: no such model, out of memory, no driver.
    #[error("{0}")]
    Unavailable(String),
    /// The card's or the machine's memory ran out; with fewer questions together it may do.
    #[error("the model ran out of memory: {0}")]
    OutOfMemory(String),
    /// The engine died or stalled over this question; another attempt may do.
    #[error("the engine failed: {0}")]
    Crashed(String),
    /// The engine refuses this question, and would again.
    #[error("the engine refused the request: {0}")]
    Refused(String),
}

/// Words of CUDA, of cuBLAS, of mistral.rs 0.8.1 for a cache it could not allocate, and of Rust for the machine's own memory.
const RAN_OUT: [&str; 5] = [
    "out of memory",
    "out_of_memory",
    "alloc_failed",
    "preallocated kv cache",
    "memory allocation of",
];

impl EngineError {
    /// [`EngineError::OutOfMemory`] if that is what the engine's own words say, else what `other` makes of them.
    #[must_use]
    pub fn unless_out_of_memory(why: String, other: impl FnOnce(String) -> Self) -> Self {
        let lower = why.to_lowercase();
        let ran_out = RAN_OUT.iter().any(|words| lower.contains(words));
        if ran_out {
            Self::OutOfMemory(why)
        } else {
            other(why)
        }
    }
}

/// A language model that answers inside a grammar. Blocking; safe to share between threads.
pub trait Engine: Send + Sync {
    /// What is loaded; loads it on the first call.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] when the model cannot be loaded.
    fn info(&self) -> Result<EngineInfo, EngineError>;

    /// Tokens of each text under the model's own tokenizer, special tokens of the chat template not counted.
    ///
    /// # Errors
    /// When the engine cannot be reached.
    fn count_tokens(&self, texts: &[String]) -> Result<Vec<usize>, EngineError>;

    /// Answers one question and hands out the text as it comes.
    ///
    /// # Errors
    /// See [`EngineError`].
    fn generate(
        &self,
        request: &Request,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Completion, EngineError>;
}

#[cfg(test)]
mod tests {
    use super::MISTRALRS;

    #[test]
    fn records_name_the_version_that_is_built_in() {
        let manifest: toml::Table = toml::from_str(include_str!("../Cargo.toml")).unwrap();
        let pinned = manifest["dependencies"]["mistralrs"]["version"].as_str();
        let (_, version) = MISTRALRS.split_once(' ').unwrap();
        assert_eq!(pinned, Some(format!("={version}").as_str()));
    }
}
