//! What the engine does without smelt around it: the measure for what smelt costs. Asked of a child process, as the model is.

use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::program;
use super::supervisor::Load;

/// What is to be done in each round, by as many sequences as the cohort has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Tokens of each prompt.
    pub prompt_tokens: usize,
    /// Tokens of each answer.
    pub answer_tokens: usize,
    /// Rounds that count; one before them does not.
    pub rounds: usize,
}

/// How long one round took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// Seconds until each answer had begun.
    pub prefill_s: f64,
    /// Seconds from then to the last token.
    pub decode_s: f64,
}

/// Has a child process load the model and do the work.
///
/// # Errors
/// What the child said.
pub fn measure(model: &Path, load: Load, unpacks: bool, work: Work) -> Result<Vec<Round>, String> {
    let mut command = Command::new(program::holder()?.program);
    command
        .args(["engine-worker", "--model"])
        .arg(model)
        .args(["--context", &load.context.to_string()])
        .args(["--cohort", &load.cohort.to_string()])
        .args(["--bare", &serde_json::to_string(&work).unwrap_or_default()])
        .stdin(Stdio::null());
    if unpacks {
        command.env("CANDLE_DEQUANTIZE_ALL", "1");
    }
    let output = command
        .output()
        .map_err(|error| format!("the engine worker does not start: {error}"))?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let answer = stdout.lines().last().unwrap_or_default();
    match serde_json::from_str(answer) {
        Ok(Answer::Rounds(rounds)) => Ok(rounds),
        Ok(Answer::Failed(why)) => Err(why),
        Err(_) => Err(format!("the engine worker ended with {}", output.status)),
    }
}

/// The child's last line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Rounds(Vec<Round>),
    Failed(String),
}

/// The line the child prints of its work.
#[must_use]
pub fn line(done: Result<Vec<Round>, String>) -> String {
    let answer = match done {
        Ok(rounds) => Answer::Rounds(rounds),
        Err(why) => Answer::Failed(why),
    };
    serde_json::to_string(&answer).unwrap_or_default()
}
