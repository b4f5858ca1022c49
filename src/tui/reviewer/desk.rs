//! The reviewer's desk: each step carried out in the store, and one line on it.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::event::Event;
use crate::extract::record::Decision;
use crate::review::{self, All, Case, Change, ReviewError, Undone, Why};
use crate::run::now;
use crate::store::{Entry, JobRow, Order, Said, State, States, Store, StoreError};
use crate::tui::asks::Step;
use crate::tui::inbox::Inbox;
use crate::tui::msg::{Msg, Preview, Told};

/// Records approved between two looks at the clock.
const CHUNK: usize = 1000;
/// An approval of many says so often how far it is.
const PROGRESS: Duration = Duration::from_secs(1);

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(transparent)]
    Review(#[from] ReviewError),
    #[error(transparent)]
    Typed(#[from] Why),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who writes, and what was done so far.
pub(super) struct Desk {
    store: Store,
    who: String,
    inbox: Inbox,
    /// Decisions since the console began.
    judged: u64,
    /// What the user was shown the number of.
    previewed: Vec<i64>,
}

impl Desk {
    pub(super) fn new(store: Store, who: String, inbox: Inbox) -> Self {
        Self {
            store,
            who,
            inbox,
            judged: 0,
            previewed: Vec::new(),
        }
    }

    /// Takes a step; there is an answer to each.
    pub(super) fn take(&mut self, step: &Step) {
        let answer = match step {
            Step::Preview(least) => self.preview(*least).map(Msg::Preview),
            _ => self.write(step).map(Msg::Told),
        };
        self.inbox.put(answer.unwrap_or_else(|error| {
            let line = error.to_string();
            Msg::Told(Told { line, go: None })
        }));
    }

    fn write(&mut self, step: &Step) -> Result<Told, Refused> {
        match step {
            Step::Approve(case) => self.decide(case, &case.approval(), "approved"),
            Step::Reject(case, why) => {
                self.decide(case, &case.rejection(why.as_deref()), "rejected")
            }
            Step::Edit(case, field, typed, selection) => {
                let edit = case.edit(*field, typed, selection.clone())?;
                self.edit(case, edit)
            }
            Step::Missed(case, field, selection) => {
                let edit = case.missed(*field, selection.clone())?;
                self.edit(case, edit)
            }
            Step::Undo => self.undo(),
            Step::Next(from) => self.next(*from),
            Step::ApproveAll(least) => self.approve_all(*least),
            Step::Preview(_) => Ok(Told::default()),
        }
    }

    fn decide(&mut self, case: &Case, change: &Change, word: &str) -> Result<Told, Refused> {
        let position = |store: &Store, set| store.position(case.job_id, set, Order::Doubt);
        // Who judges records that need no look goes on with those.
        let set = match position(&self.store, to_review())? {
            Some(_) => to_review(),
            None => self.unjudged()?,
        };
        let place = position(&self.store, set)?;
        case.say(&mut self.store, change, &self.who, now())?;
        self.judged += 1;
        let all = self.judged + self.store.counts()?.of(set);
        let next = self.row_at(set, place.unwrap_or(0))?;
        let judged = self.judged;
        let (line, go) = if let Some(row) = next {
            let line = format!("{word} {judged} of {all}, next: {}", named(&row));
            (line, Some(row.job_id))
        } else {
            let rest = match self.store.counts()?.of(needs_no_look()) {
                0 => String::new(),
                done => format!("; {done} done, not judged"),
            };
            let line = format!("{word} {judged} of {all}: nothing is left to review{rest}");
            (line, None)
        };
        Ok(Told { line, go })
    }

    fn edit(&mut self, case: &Case, edit: review::Edit) -> Result<Told, Refused> {
        let field = edit.field;
        let decided = decision(case);
        let case = case.say(&mut self.store, &Change::Edit(edit), &self.who, now())?;
        let words = review::typed(&case.shown.posting, field);
        let mut line = match words.lines().count() {
            0 => format!("{field} is not stated"),
            1 => format!("{field} = {words}"),
            lines => format!("{field} has {lines} lines now"),
        };
        if decided.is_some() && decision(&case).is_none() {
            line.push_str("; the decision was on other values, so it is to be reviewed again");
        }
        Ok(Told { line, go: None })
    }

    fn undo(&mut self) -> Result<Told, Refused> {
        let undone = review::undo_last(&mut self.store, &self.who, now())?;
        let decisions = undone
            .entries
            .iter()
            .filter(|entry| is_decision(entry))
            .count();
        self.judged = self.judged.saturating_sub(decisions as u64);
        let go = match undone.jobs.as_slice() {
            [job] => Some(*job),
            _ => None,
        };
        let line = self.undone(&undone, undone.entries.first())?;
        Ok(Told { line, go })
    }

    fn undone(&self, undone: &Undone, last: Option<&Entry>) -> Result<String, StoreError> {
        let mut line = match undone.jobs.as_slice() {
            [] if undone.refused.is_empty() => {
                return Ok(format!(
                    "nothing to undo: {} has said nothing that counts",
                    self.who
                ));
            }
            [] => "nothing is undone".to_owned(),
            [job] => {
                let rows = self.store.rows_of(&[*job])?;
                let name = rows.first().map(named).unwrap_or_default();
                let what = last.map_or("a step", said);
                format!("undone: {what} of {name}")
            }
            jobs => format!("undone: {} decisions that were made at once", jobs.len()),
        };
        if !undone.refused.is_empty() {
            let more = undone.refused.len();
            line = format!("{line}; {more} are being read again, and what was said of them counts");
        }
        Ok(line)
    }

    fn next(&self, from: Option<i64>) -> Result<Told, Refused> {
        for (set, what) in [
            (to_review(), "to review"),
            (needs_no_look(), "done, not judged"),
        ] {
            let place = match from {
                Some(job) => self.store.position(job, set, Order::Doubt)?,
                None => None,
            };
            // The row itself, not a number that was read before it: others work on the store too.
            if let Some(row) = self.row_at(set, place.map_or(0, |place| place + 1))? {
                let left = self.store.counts()?.of(set).max(1);
                return Ok(Told {
                    line: format!("{left} {what}, this one: {}", named(&row)),
                    go: Some(row.job_id),
                });
            }
        }
        let unread = [State::Waiting, State::Running, State::Retrying];
        let line = match self.store.counts()?.of(States::of(&unread)) {
            0 => "nothing is left to review".to_owned(),
            unread => format!("nothing to review yet: {unread} are still to be read"),
        };
        Ok(Told { line, go: None })
    }

    fn preview(&mut self, least: u8) -> Result<Preview, Refused> {
        let to_review = self.store.count_certain(least, false)?;
        let all = self.store.count_certain(least, true)?;
        self.previewed = self.store.certain(least, true)?;
        let jobs = self.previewed.len() as u64;
        Ok(Preview {
            least,
            to_review: to_review.jobs.min(jobs),
            done: jobs.saturating_sub(to_review.jobs),
            guarded: all.guarded,
        })
    }

    /// Approves those the user saw the number of, as far as they are still so certain.
    fn approve_all(&mut self, least: u8) -> Result<Told, Refused> {
        let still: HashSet<i64> = self.store.certain(least, true)?.into_iter().collect();
        let mut jobs = std::mem::take(&mut self.previewed);
        let seen = jobs.len();
        jobs.retain(|job| still.contains(job));
        let (mut all, mut told) = (All::default(), Instant::now());
        for chunk in jobs.chunks(CHUNK) {
            let (store, who) = (&mut self.store, self.who.as_str());
            all = review::approve_unseen(store, chunk, least, true, who, all, now())?;
            if told.elapsed() >= PROGRESS {
                told = Instant::now();
                let line = format!("approved {} of {seen}", all.approved);
                self.inbox.event(Event::Notice { line });
            }
        }
        self.judged += all.approved as u64;
        let mut line = format!(
            "approved {} at once; undo takes all of them back",
            all.approved
        );
        let left = seen - all.approved;
        if left > 0 {
            line = format!(
                "approved {} of {seen}; {left} have changed since",
                all.approved
            );
        }
        Ok(Told { line, go: None })
    }

    /// What is to be judged next: records to review, and once there are none, those that need no look.
    fn unjudged(&self) -> Result<States, StoreError> {
        Ok(match self.store.counts()?.to_review {
            0 => needs_no_look(),
            _ => to_review(),
        })
    }

    /// The record at a place among those in a state, the least certain first; behind the last one the first.
    fn row_at(&self, set: States, place: u64) -> Result<Option<JobRow>, StoreError> {
        let row = |place| self.store.rows(set, Order::Doubt, place, 1);
        let mut rows = row(place)?;
        if rows.is_empty() {
            rows = row(0)?;
        }
        Ok(rows.pop())
    }
}

fn to_review() -> States {
    States::of(&[State::ToReview])
}

fn needs_no_look() -> States {
    States::of(&[State::Done])
}

fn decision(case: &Case) -> Option<Decision> {
    case.shown.review.as_ref()?.decision
}

/// What an entry of the log is, in a word.
fn said(entry: &Entry) -> &'static str {
    match change(entry) {
        Some(Change::Approve { .. }) => "the approval",
        Some(Change::Reject { .. }) => "the rejection",
        Some(Change::Edit(_)) => "the change",
        None => "a step",
    }
}

fn is_decision(entry: &Entry) -> bool {
    matches!(
        change(entry),
        Some(Change::Approve { .. } | Change::Reject { .. })
    )
}

fn change(entry: &Entry) -> Option<Change> {
    match &entry.said {
        Said::Change(json) => serde_json::from_str(json).ok(),
        Said::Undo(_) => None,
    }
}

/// What the user knows a job by, and how sure its values are.
fn named(row: &JobRow) -> String {
    let file = row.label.rsplit('/').next().unwrap_or(&row.label);
    let name = row.title.as_deref().unwrap_or(file);
    match row.certainty {
        Some(percent) => format!("{name} ({percent} %)"),
        None => name.to_owned(),
    }
}
