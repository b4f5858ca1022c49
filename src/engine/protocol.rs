//! The lines between smelt and its engine worker: JSON behind a record separator, so that a library's prints never parse.

use std::io::Write;

use serde::{Deserialize, Serialize};

use super::{Completion, EngineError, EngineInfo, Request};

/// ASCII record separator, as in RFC 7464: no library prints it by accident.
const MARK: char = '\u{1e}';

/// What the worker is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// Count the tokens of each text.
    Count {
        /// Chosen by the asker; replies carry it.
        id: u64,
        /// The texts.
        texts: Vec<String>,
    },
    /// Answer a question.
    Generate {
        /// Chosen by the asker; replies carry it.
        id: u64,
        /// The question.
        request: Request,
    },
    /// From now on steps fill this part of the time; nothing is answered.
    Pace {
        /// From 0.05 to 1.
        share: f64,
    },
}

/// What the worker says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub enum Say {
    /// The model is loaded.
    Ready(EngineInfo),
    /// The model cannot be loaded; the worker ends.
    Failed(EngineError),
    /// Answer to [`Ask::Count`].
    Counted {
        /// Of the question.
        id: u64,
        /// One count a text.
        tokens: Vec<usize>,
    },
    /// The next piece of an answer.
    Text {
        /// Of the question.
        id: u64,
        /// One or more tokens' text.
        text: String,
    },
    /// The whole answer; the last line of a question.
    Done {
        /// Of the question.
        id: u64,
        /// The answer.
        completion: Completion,
    },
    /// No answer; the last line of a question.
    Error {
        /// Of the question.
        id: u64,
        /// Why.
        error: EngineError,
    },
}

impl Say {
    /// The question this line belongs to, if it belongs to one.
    #[must_use]
    pub fn id(&self) -> Option<u64> {
        match self {
            Self::Ready(_) | Self::Failed(_) => None,
            Self::Counted { id, .. }
            | Self::Text { id, .. }
            | Self::Done { id, .. }
            | Self::Error { id, .. } => Some(*id),
        }
    }
}

/// Writes one line in one call, so that lines of several threads never mix.
///
/// # Errors
/// When the other side has closed the pipe.
pub fn write(out: &mut dyn Write, message: &impl Serialize) -> std::io::Result<()> {
    let mut line = String::from(MARK);
    line.push_str(&serde_json::to_string(message)?);
    line.push('\n');
    out.write_all(line.as_bytes())?;
    out.flush()
}

/// Reads one line; `None` when it is not one of ours.
#[must_use]
pub fn parse<T: for<'a> Deserialize<'a>>(line: &str) -> Option<T> {
    // A print without a newline may stand before the mark.
    let (_, json) = line.rsplit_once(MARK)?;
    serde_json::from_str(json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_prints_are_ignored_and_a_prefix_does_no_harm() {
        let mut line = Vec::new();
        write(
            &mut line,
            &Say::Counted {
                id: 7,
                tokens: vec![1, 2],
            },
        )
        .unwrap();
        let line = String::from_utf8(line).unwrap();
        assert!(matches!(
            parse::<Say>(&format!("loading...{line}")),
            Some(Say::Counted { id: 7, .. })
        ));
        assert!(parse::<Say>("{\"say\":\"counted\",\"id\":7,\"tokens\":[]}").is_none());
        assert!(parse::<Say>("Loading weights 100%").is_none());
    }
}
