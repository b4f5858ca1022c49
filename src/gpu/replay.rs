//! A recording as a source of samples: what `smelt monitor` wrote, second by second as it was.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::json::{Line, SAMPLE, VERSION};
use super::sample::State;
use super::sampler::STALE;
use super::{Identity, Sample, Source};

/// Why a recording cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It cannot be read.
    #[error("{}: {why}", .path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// The system's reason.
        why: std::io::Error,
    },
    /// There is no sample in it, and this is its first line that is broken.
    #[error("{}:{line}: {why}; a recording is what `smelt monitor` writes", .path.display())]
    Line {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// There is nothing in it.
    #[error("{}: no sample in it; a recording is what `smelt monitor` writes", .0.display())]
    Empty(PathBuf),
}

/// What every line of a log says of itself.
#[derive(Deserialize)]
struct Head {
    v: u8,
    kind: String,
}

/// A recording of one card, its first sample at zero.
#[derive(Debug, Clone)]
pub struct Replay {
    samples: Vec<Sample>,
    /// The sample that is due.
    place: usize,
    uuid: String,
    broken: usize,
}

impl Replay {
    /// Reads a file of JSON lines. Lines of other kinds and of other cards than the first are passed over, and so are
    /// broken ones, as a writer that was killed leaves them.
    ///
    /// # Errors
    /// When it cannot be read, or there is no sample in it.
    pub fn open(path: &Path) -> Result<Self, ReplayError> {
        let unreadable = |why| ReplayError::Unreadable {
            path: path.to_owned(),
            why,
        };
        let file = File::open(path).map_err(unreadable)?;
        let mut lines: Vec<Line> = Vec::new();
        let mut first_broken = None;
        let mut broken = 0;
        for (number, line) in BufReader::new(file).split(b'\n').enumerate() {
            match read(&line.map_err(unreadable)?) {
                Ok(Some(line)) => lines.push(line),
                Ok(None) => {}
                Err(why) => {
                    broken += 1;
                    first_broken.get_or_insert_with(|| ReplayError::Line {
                        path: path.to_owned(),
                        line: number + 1,
                        why,
                    });
                }
            }
        }
        let Some(first) = lines.first() else {
            return Err(first_broken.unwrap_or_else(|| ReplayError::Empty(path.to_owned())));
        };
        let uuid = first.gpu.clone();
        lines.retain(|line| line.gpu == uuid);
        Ok(Self {
            samples: in_time(&lines),
            place: 0,
            uuid,
            broken,
        })
    }

    /// Lines that were no JSON, or not the JSON of a sample.
    #[must_use]
    pub fn broken(&self) -> usize {
        self.broken
    }

    /// From the first sample to the last.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.samples.last().map_or(Duration::ZERO, |last| last.at)
    }
}

fn read(line: &[u8]) -> Result<Option<Line>, String> {
    if line.trim_ascii().is_empty() {
        return Ok(None);
    }
    let head: Head = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    if head.kind != SAMPLE {
        return Ok(None);
    }
    if head.v != VERSION {
        return Err(format!("version {} of a sample is not known", head.v));
    }
    let line = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    Ok(Some(line))
}

/// The samples on one clock from zero. Where the writer's own clock goes back, it was started anew, and the time of day
/// says how much later.
fn in_time(lines: &[Line]) -> Vec<Sample> {
    let mut at = Duration::ZERO;
    let mut before: Option<&Line> = None;
    let samples = lines.iter().map(|line| {
        if let Some(before) = before {
            at += match line.mono_ms.checked_sub(before.mono_ms) {
                Some(passed) => Duration::from_millis(passed),
                None => Duration::try_from(line.ts.duration_since(before.ts)).unwrap_or_default(),
            };
        }
        before = Some(line);
        Sample {
            at,
            ..line.sample()
        }
    });
    samples.collect()
}

impl Source for Replay {
    /// The newest sample that was taken by then; stale when the next was long in coming, and after the end.
    fn sample(&mut self, now: Duration) -> Sample {
        while self
            .samples
            .get(self.place + 1)
            .is_some_and(|next| next.at <= now)
        {
            self.place += 1;
        }
        match self.samples.get(self.place) {
            Some(sample) if now.saturating_sub(sample.at) < STALE => Sample {
                at: now,
                ..sample.clone()
            },
            Some(sample) => sample.clone().aged(now),
            None => Sample::unknown(now, State::Absent("the recording is empty".to_owned())),
        }
    }

    fn identity(&self) -> Identity {
        Identity {
            uuid: self.uuid.clone(),
            ..Identity::default()
        }
    }
}
