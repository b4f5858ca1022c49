//! What runs now, and how fast it goes.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::event::{EngineState, Event, Finished};
use crate::extract::answer::Given;
use crate::extract::stream::{Row, Stream};

/// Over which time tokens are averaged.
const TOKENS: Duration = Duration::from_secs(3);
/// Over which time pages are counted.
const PAGES: Duration = Duration::from_mins(1);
/// A job whose text came so lately is being answered.
const SPEAKS: Duration = Duration::from_secs(2);
/// Jobs that are believed to run at most: one whose end was missed must not stay for ever.
const MOST: usize = 64;

/// A job that is being read.
#[derive(Debug, Clone, Default)]
pub struct Running {
    /// Its posting's id.
    pub id: String,
    /// Where its page came from.
    pub label: String,
    /// From 1.
    pub attempt: u32,
    /// When it was claimed.
    pub since: Duration,
    /// The question that is being answered.
    pub question: u32,
    /// The answer so far.
    pub answer: Stream,
    /// What the answers before it said.
    pub earlier: Vec<Row>,
    /// Bytes of the answer.
    pub bytes: usize,
    /// A piece of it was missed.
    pub has_gap: bool,
    /// Tokens of all its answers.
    pub tokens: u64,
    /// When its text last came.
    pub heard: Option<Duration>,
}

/// All that runs.
#[derive(Debug, Clone)]
pub struct Work {
    /// The jobs.
    pub running: BTreeMap<i64, Running>,
    /// The engine.
    pub engine: EngineState,
    /// Threads that read pages.
    pub workers: usize,
    /// Nothing is claimed for now.
    pub is_held: bool,
    /// Jobs finished since the console began.
    pub finished: u64,
    pieces: VecDeque<(Duration, u32)>,
    pages: VecDeque<Duration>,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            running: BTreeMap::new(),
            engine: EngineState::None,
            workers: 1,
            is_held: false,
            finished: 0,
            pieces: VecDeque::new(),
            pages: VecDeque::new(),
        }
    }
}

impl Work {
    /// Takes in what the run tells.
    pub fn hear(&mut self, event: &Event, now: Duration) {
        match event {
            Event::Claimed {
                job,
                id,
                label,
                attempt,
            } => self.begin(*job, id, label, *attempt, now),
            Event::Asked { job, question } => {
                if let Some(running) = self.running.get_mut(job) {
                    running.ask(*question);
                }
            }
            Event::Text {
                job,
                question,
                at,
                text,
                pieces,
            } => {
                self.pieces.push_back((now, *pieces));
                forget(&mut self.pieces, |(at, _)| now.saturating_sub(*at) > TOKENS);
                if let Some(running) = self.running.get_mut(job) {
                    running.heard = Some(now);
                    running.read(*question, *at, text, *pieces);
                }
            }
            Event::Finished(Finished { job, .. }) => {
                self.running.remove(job);
                self.finished += 1;
                self.pages.push_back(now);
                forget(&mut self.pages, |at| now.saturating_sub(*at) > PAGES);
            }
            Event::GivenBack { job, .. } => {
                self.running.remove(job);
            }
            Event::Engine(state) => self.engine.clone_from(state),
            _ => {}
        }
    }

    fn begin(&mut self, job: i64, id: &str, label: &str, attempt: u32, now: Duration) {
        while self.running.len() >= MOST {
            self.running.pop_first();
        }
        let running = Running {
            id: id.to_owned(),
            label: label.to_owned(),
            attempt,
            since: now,
            ..Running::default()
        };
        self.running.insert(job, running);
    }

    /// The job whose text came last, or while none comes the one that was claimed last.
    #[must_use]
    pub fn newest(&self) -> Option<i64> {
        let jobs = self.running.iter();
        let newest = jobs.max_by_key(|(_, running)| (running.heard, running.since));
        newest.map(|(job, _)| *job)
    }

    /// Whether a job is being answered now.
    #[must_use]
    pub fn speaks(&self, job: i64, now: Duration) -> bool {
        let heard = self.running.get(&job).and_then(|running| running.heard);
        heard.is_some_and(|heard| now.saturating_sub(heard) <= SPEAKS)
    }

    /// Tokens a second; `None` while nothing is written.
    #[must_use]
    pub fn tokens_per_s(&self, now: Duration) -> Option<f64> {
        let recent = self.pieces.iter();
        let recent: u32 = recent
            .filter(|(at, _)| now.saturating_sub(*at) <= TOKENS)
            .map(|(_, pieces)| pieces)
            .sum();
        (recent > 0).then(|| f64::from(recent) / TOKENS.as_secs_f64())
    }

    /// Pages finished in the last minute, or by that measure since the console began.
    #[must_use]
    pub fn pages_per_min(&self, now: Duration) -> f64 {
        let recent = self.pages.iter();
        let recent = recent
            .filter(|at| now.saturating_sub(**at) <= PAGES)
            .count();
        let over = now.min(PAGES).max(Duration::from_secs(1));
        f64::from(u32::try_from(recent).unwrap_or(u32::MAX)) * 60.0 / over.as_secs_f64()
    }

    /// How long the rest takes at the pace of the last minute.
    #[must_use]
    pub fn left(&self, jobs: u64, now: Duration) -> Option<Duration> {
        let pace = self.pages_per_min(now) / 60.0;
        let jobs = f64::from(u32::try_from(jobs).unwrap_or(u32::MAX));
        (pace > 0.0 && jobs > 0.0)
            .then(|| Duration::try_from_secs_f64(jobs / pace).ok())
            .flatten()
    }
}

/// Whether the page states it.
fn says(row: &Row) -> bool {
    !matches!(row.given, None | Some(Given::NotStated))
}

/// Takes what is old from the front.
fn forget<T>(queue: &mut VecDeque<T>, is_old: impl Fn(&T) -> bool) {
    while queue.front().is_some_and(&is_old) {
        queue.pop_front();
    }
}

impl Running {
    /// Whether it has asked, and not one word of the answer has come: the model reads its page, or another's.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.question > 0 && self.bytes == 0 && !self.has_gap
    }

    /// What is known so far, oldest first: of earlier answers what the one that is written does not say anew.
    pub fn known(&self) -> impl Iterator<Item = &Row> {
        let now = self.answer.rows();
        let anew = |row: &Row| now.iter().find(|now| now.ask == row.ask);
        let is_kept = move |row: &&Row| anew(row).is_none_or(|now| !says(now) && !now.is_open);
        let is_shown = |row: &&Row| {
            let is_known = self.earlier.iter().any(|earlier| earlier.ask == row.ask);
            says(row) || row.is_open || !is_known
        };
        let earlier = self.earlier.iter().filter(is_kept);
        earlier.chain(now.iter().filter(is_shown))
    }

    fn ask(&mut self, question: u32) {
        self.question = question;
        let said = std::mem::take(&mut self.answer);
        for row in said.rows().iter().filter(|row| says(row) && !row.is_open) {
            self.earlier.retain(|earlier| earlier.ask != row.ask);
            self.earlier.push(row.clone());
        }
        self.bytes = 0;
        self.has_gap = false;
    }

    /// What does not follow on what was read cannot be understood until the next question.
    fn read(&mut self, question: u32, at: usize, text: &str, pieces: u32) {
        self.tokens += u64::from(pieces);
        if question != self.question {
            self.ask(question);
        }
        if at != self.bytes || self.has_gap {
            self.has_gap = true;
            return;
        }
        self.bytes += text.len();
        self.answer.push(text);
    }
}
