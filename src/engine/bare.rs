//! What the engine does without smelt around it: the measure for what smelt costs. Asked of a child process, as the model is.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::program;
use super::supervisor::{Load, Watchdog};
use crate::log::foreign;

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

/// Tokens of prompts and of answers a second, of all sequences together: slower than this counts as hanging. An eighth or less
/// of what the largest model that fits reaches, 30B-A3B on a GPU, 8B on two CPU cores.
const SLOWEST_CUDA: (usize, usize) = (80, 5);
const SLOWEST_CPU: (usize, usize) = (2, 1);

/// What a process that has ended said last is not waited for longer: another may hold its standard error open.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Has a child process load the model and do the work. It may take as long to load as any worker, and then so long for
/// prompts and answers as the slowest model would; a process that takes longer is ended.
///
/// # Errors
/// What the child said; that it ended without an answer, or took too long, with the last line of its standard error.
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
    let target = program::target();
    heard(&mut command, limit(work, load.cohort, target.is_cuda()))
}

/// The time this work may take.
fn limit(work: Work, sequences: usize, is_cuda: bool) -> Duration {
    let slowest = if is_cuda { SLOWEST_CUDA } else { SLOWEST_CPU };
    // One round does not count, and takes as long as the others.
    let answers = sequences * (work.rounds + 1);
    let reading = (answers * work.prompt_tokens).div_ceil(slowest.0);
    let writing = (answers * work.answer_tokens).div_ceil(slowest.1);
    let seconds = u64::try_from(reading + writing).unwrap_or(u64::MAX);
    let loading = Watchdog::default().load;
    loading.saturating_add(Duration::from_secs(seconds))
}

/// Runs the child until it has answered, for so long at most.
fn heard(command: &mut Command, limit: Duration) -> Result<Vec<Round>, String> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("the engine worker does not start: {error}"))?;
    let answers = child.stdout.take().map(lines);
    let words = child.stderr.take().map(lines);
    let until = Instant::now() + limit;
    let mut is_late = false;
    let mut answer = None;
    while let (None, Some(lines)) = (&answer, &answers) {
        match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            // The engine's own lines may stand between.
            Ok(line) => answer = serde_json::from_str(&line).ok(),
            Err(error) => {
                is_late = error == RecvTimeoutError::Timeout;
                break;
            }
        }
    }
    // It has answered, is late, or has closed its output and ends: then it keeps its own status.
    let ended = child.kill().and_then(|()| child.wait());
    let last = || last_words(words.as_ref()).map_or_else(String::new, |line| format!(": {line}"));
    match answer {
        Some(Answer::Rounds(rounds)) => Ok(rounds),
        Some(Answer::Failed(why)) => Err(why),
        None if is_late => Err(format!(
            "the engine worker was ended, since it had no answer after {} s{}",
            limit.as_secs(),
            last()
        )),
        None => {
            let how = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
            Err(format!("the engine worker ended with {how}{}", last()))
        }
    }
}

/// Lines of a child as they come; the receiver disconnects at their end.
fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            // Read to the end whoever listens: a full pipe would stop the child.
            sender
                .send(String::from_utf8_lossy(&line).into_owned())
                .ok();
        }
    });
    lines
}

/// The last line that says something; Rust's advice behind a panic does not.
fn last_words(lines: Option<&Receiver<String>>) -> Option<String> {
    let until = Instant::now() + LAST_WORDS;
    let left = || until.saturating_duration_since(Instant::now());
    let said = std::iter::from_fn(|| lines?.recv_timeout(left()).ok());
    let said = said.map(|line| foreign::read(&line).1);
    said.filter(|line| !line.is_empty() && !line.starts_with("note: run with"))
        .last()
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

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    fn said(script: &str, limit: Duration) -> Result<Vec<Round>, String> {
        heard(Command::new("sh").args(["-c", script]), limit)
    }

    #[test]
    fn a_worker_that_hangs_is_ended_and_its_last_line_is_told() {
        let hangs = "echo loading >&2; echo 'CUDA is busy' >&2; exec sleep 600";
        let error = said(hangs, Duration::from_secs(2)).unwrap_err();
        assert_eq!(
            error,
            "the engine worker was ended, since it had no answer after 2 s: CUDA is busy"
        );
    }

    #[test]
    fn a_worker_that_ends_without_an_answer_is_told_with_its_status_and_its_last_line() {
        let panics = "echo warming up; echo 'no kernel image' >&2; echo 'note: run with `RUST_BACKTRACE=1`' >&2; exit 9";
        assert_eq!(
            said(panics, LONG).unwrap_err(),
            "the engine worker ended with exit status: 9: no kernel image"
        );
        assert_eq!(
            said("exit 9", LONG).unwrap_err(),
            "the engine worker ended with exit status: 9"
        );
    }

    #[test]
    fn an_answer_counts_whatever_stands_around_it_and_however_the_worker_ends() {
        let round = Round {
            prefill_s: 0.5,
            decode_s: 2.0,
        };
        let answer = line(Ok(vec![round]));
        let script = format!("echo noise; echo '{answer}'; echo bye >&2; exec sleep 600");
        assert_eq!(said(&script, LONG), Ok(vec![round]));
        let failed = line(Err("no such model".to_owned()));
        let failed = said(&format!("echo '{failed}'"), LONG);
        assert_eq!(failed, Err("no such model".to_owned()));
    }

    #[test]
    fn more_tokens_may_take_longer() {
        let work = Work {
            prompt_tokens: 100,
            answer_tokens: 10,
            rounds: 3,
        };
        // Four rounds of 400 and of 40 tokens together: 20 s and 32 s, and on the CPU 800 s and 160 s.
        let loading = Watchdog::default().load;
        assert_eq!(limit(work, 4, true), loading + Duration::from_secs(52));
        assert_eq!(limit(work, 4, false), loading + Duration::from_mins(16));
        let nothing = Work {
            prompt_tokens: 0,
            answer_tokens: 0,
            ..work
        };
        assert_eq!(limit(nothing, 8, true), loading);
    }
}
