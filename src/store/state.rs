//! The states of a job as a person sees them, sets of states, and how many jobs are in which.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};

/// Where a job stands. The numbers are those of the column `shade`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum State {
    /// Queued and never tried.
    Waiting = 0,
    /// Claimed by somebody, even if the lease has ended.
    Running = 1,
    /// Queued again after an attempt.
    Retrying = 2,
    /// Finished; nothing about the record asks for a look.
    Done = 3,
    /// Finished; a person should look at the record.
    ToReview = 4,
    /// Looked at and found right.
    Approved = 5,
    /// Looked at and not to be used.
    Rejected = 6,
    /// Finished with a record that says why there is none, a cancelled job among them.
    Failed = 7,
}

impl State {
    /// Every state, in the order of a job's life.
    pub const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Running,
        Self::Retrying,
        Self::Done,
        Self::ToReview,
        Self::Approved,
        Self::Rejected,
        Self::Failed,
    ];

    /// One word, as users write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Retrying => "retrying",
            Self::Done => "done",
            Self::ToReview => "to-review",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
        }
    }

    /// The state called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromSql for State {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = usize::try_from(value.as_i64()?);
        number
            .ok()
            .and_then(|number| Self::ALL.get(number).copied())
            .ok_or(FromSqlError::OutOfRange(value.as_i64()?))
    }
}

/// What became of a finished job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A record that asks for no look.
    Done,
    /// A record that a person should look at.
    NeedsReview,
    /// A record that says why there is none.
    Failed,
    /// A record that a person found right.
    Approved,
    /// A record that a person found not to be used.
    Rejected,
}

impl Outcome {
    /// As in the column `outcome`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::NeedsReview => "needs_review",
            Self::Failed => "failed",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

/// A set of states, which jobs are chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct States(u8);

impl States {
    /// Every state.
    pub const ALL: Self = Self(u8::MAX);
    /// No state.
    pub const NONE: Self = Self(0);
    /// The states of a job that has a usable record.
    pub const RECORDED: Self = Self(
        1 << State::Done as u8
            | 1 << State::ToReview as u8
            | 1 << State::Approved as u8
            | 1 << State::Rejected as u8,
    );

    /// These states.
    #[must_use]
    pub fn of(states: &[State]) -> Self {
        states
            .iter()
            .fold(Self::NONE, |set, state| set.with(*state))
    }

    /// These states and `state`.
    #[must_use]
    pub fn with(self, state: State) -> Self {
        Self(self.0 | 1 << state as u8)
    }

    /// Whether `state` is one of them.
    #[must_use]
    pub fn contains(self, state: State) -> bool {
        self.0 & (1 << state as u8) != 0
    }

    /// The states of both sets.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are not in `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Its states, in the order of a job's life.
    pub fn iter(self) -> impl Iterator<Item = State> {
        State::ALL
            .into_iter()
            .filter(move |state| self.contains(*state))
    }
}

/// How many jobs of the store are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// See [`State::Waiting`], and so on.
    pub waiting: u64,
    /// See [`State::Running`].
    pub running: u64,
    /// See [`State::Retrying`].
    pub retrying: u64,
    /// See [`State::Done`].
    pub done: u64,
    /// See [`State::ToReview`].
    pub to_review: u64,
    /// See [`State::Approved`].
    pub approved: u64,
    /// See [`State::Rejected`].
    pub rejected: u64,
    /// See [`State::Failed`].
    pub failed: u64,
}

impl Counts {
    /// The jobs in one state.
    #[must_use]
    pub fn get(&self, state: State) -> u64 {
        match state {
            State::Waiting => self.waiting,
            State::Running => self.running,
            State::Retrying => self.retrying,
            State::Done => self.done,
            State::ToReview => self.to_review,
            State::Approved => self.approved,
            State::Rejected => self.rejected,
            State::Failed => self.failed,
        }
    }

    /// The jobs in any of these states: how long [`Store::rows`] is.
    #[must_use]
    pub fn of(&self, states: States) -> u64 {
        states.iter().map(|state| self.get(state)).sum()
    }

    pub(super) fn add(&mut self, state: State, n: u64) {
        *match state {
            State::Waiting => &mut self.waiting,
            State::Running => &mut self.running,
            State::Retrying => &mut self.retrying,
            State::Done => &mut self.done,
            State::ToReview => &mut self.to_review,
            State::Approved => &mut self.approved,
            State::Rejected => &mut self.rejected,
            State::Failed => &mut self.failed,
        } += n;
    }
}
