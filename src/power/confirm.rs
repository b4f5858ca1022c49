//! A raise that nobody confirms is undone: pure, on whatever clock it is given.

use std::time::Duration;

use super::writer::{Code, Refusal};

/// Watts above which a raise of a laptop's card is asked about, whatever its default.
pub const ASK_ABOVE_W: f64 = 140.0;
/// No laptop's card has a default above this; a larger card is asked about above its own default only.
const MOST_LAPTOP_W: f64 = 175.0;
/// How long there is to answer.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// Watts that nobody is asked about.
#[must_use]
pub fn usual(default: Option<f64>) -> f64 {
    match default {
        Some(default) if default > MOST_LAPTOP_W => default,
        Some(default) => default.min(ASK_ABOVE_W),
        None => ASK_ABOVE_W,
    }
}

/// Whether these watts are only kept when a person says so: they are more than now, and more than [`usual`].
#[must_use]
pub fn is_needed(watts: f64, now: f64, default: Option<f64>) -> bool {
    watts > now && watts > usual(default)
}

/// Nobody is there to be asked, or said yes.
#[must_use]
pub fn unconfirmed(watts: f64, default: Option<f64>) -> Refusal {
    let usual = usual(default);
    let text = format!("{watts:.0} W is more than {usual:.0} W and was not confirmed; say --yes");
    Refusal::new(Code::BadRequest, text)
}

/// What is to be done about a raise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Wait so much longer.
    Wait(Duration),
    /// A person wants it.
    Keep,
    /// Nobody does: back to what was before.
    Revert,
}

/// A raise that waits for its answer.
#[derive(Debug, Clone, Copy)]
pub struct Raise {
    until: Duration,
    answer: Option<bool>,
}

impl Raise {
    /// A raise made at `now`.
    #[must_use]
    pub fn new(now: Duration) -> Self {
        Self {
            until: now + ANSWER_WITHIN,
            answer: None,
        }
    }

    /// A person's answer. One that comes too late counts for nothing, and the first one stands.
    pub fn answer(&mut self, yes: bool, now: Duration) {
        if now < self.until && self.answer.is_none() {
            self.answer = Some(yes);
        }
    }

    /// What is to be done at `now`.
    #[must_use]
    pub fn verdict(&self, now: Duration) -> Verdict {
        match self.answer {
            Some(true) => Verdict::Keep,
            None if now < self.until => Verdict::Wait(self.until.saturating_sub(now)),
            Some(false) | None => Verdict::Revert,
        }
    }
}
