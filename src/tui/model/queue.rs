//! The jobs as a list: only the rows near the visible ones are held, whatever the length.

use super::sieve::Sieve;
use crate::store::{Counts, JobRow};
use crate::tui::msg::{Looked, Rows, Window};

/// Rows held before and after the visible ones.
const MARGIN: u64 = 60;

/// The list, the part of it that is held, and where the user is in it.
#[derive(Debug, Clone, Default)]
#[allow(clippy::struct_excessive_bools)] // each is a fact of its own, in any combination
pub struct Queue {
    /// All jobs by state.
    pub counts: Counts,
    /// Place of the first row that is held.
    pub offset: u64,
    /// The rows that are held.
    pub rows: Vec<JobRow>,
    /// Place of the first row that is shown.
    pub top: u64,
    /// Place of the selected row.
    pub at: u64,
    /// The selected job; it stays selected wherever it goes.
    pub selected: Option<i64>,
    /// The user chose a row; until then the newest running job is followed.
    pub is_chosen: bool,
    /// More jobs are being looked for that hold the filter's text.
    pub is_looking: bool,
    /// The store was read.
    pub is_known: bool,
    /// Somebody else may have queued something.
    pub is_foreign: bool,
    length: u64,
    sieve: Sieve,
    /// Changes with the sieve, so that late answers are known.
    number: u64,
    has_new_sieve: bool,
    /// The selected job stays so even where the sieve holds it back.
    is_pinned: bool,
    asked: Option<Window>,
    is_stale: bool,
}

impl Queue {
    /// How long the list is.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Whether it has no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is shown of all jobs.
    #[must_use]
    pub fn sieve(&self) -> &Sieve {
        &self.sieve
    }

    /// Shows other jobs, or in another order.
    pub fn sift(&mut self, sieve: Sieve) {
        if self.sieve != sieve {
            self.is_looking = !sieve.text.is_empty();
            self.sieve = sieve;
            self.number += 1;
            (self.at, self.top) = (0, 0);
            self.is_pinned = false;
            self.has_new_sieve = true;
            self.is_stale = true;
        }
    }

    /// The sieve with its number, if it is another than when this was last asked.
    pub fn new_sieve(&mut self) -> Option<(u64, Sieve)> {
        let is_new = std::mem::take(&mut self.has_new_sieve);
        is_new.then(|| (self.number, self.sieve.clone()))
    }

    /// The row at a place, if it is held.
    #[must_use]
    pub fn row(&self, place: u64) -> Option<&JobRow> {
        let index = place.checked_sub(self.offset)?;
        self.rows.get(usize::try_from(index).ok()?)
    }

    /// The row of a job, if it is held.
    #[must_use]
    pub fn row_of(&self, job: i64) -> Option<&JobRow> {
        self.rows.iter().find(|row| row.job_id == job)
    }

    /// Moves the selection by so many rows.
    pub fn step(&mut self, by: i64, height: u64) {
        self.go(self.at.saturating_add_signed(by), height);
    }

    /// Selects the next row, or the one before, round from the last to the first.
    pub fn cycle(&mut self, is_forward: bool, height: u64) {
        let last = self.len().saturating_sub(1);
        let place = match (is_forward, self.at) {
            (true, at) if at >= last => 0,
            (true, at) => at + 1,
            (false, 0) => last,
            (false, at) => at - 1,
        };
        self.go(place, height);
    }

    /// Selects the row at a place, or the last one.
    pub fn go(&mut self, place: u64, height: u64) {
        self.at = place.min(self.len().saturating_sub(1));
        self.is_chosen = true;
        self.is_pinned = false;
        self.selected = self.row(self.at).map(|row| row.job_id);
        self.scroll(height);
    }

    /// Selects a job wherever it is, even if it is not in the list.
    pub fn choose(&mut self, job: i64) {
        self.selected = Some(job);
        self.is_chosen = true;
        self.is_pinned = true;
        self.is_stale = true;
    }

    /// Moves what is shown until the selected row is in it.
    pub fn scroll(&mut self, height: u64) {
        let height = height.max(1);
        self.top = self
            .top
            .clamp((self.at + 1).saturating_sub(height), self.at);
        self.top = self.top.min(self.len().saturating_sub(height));
    }

    /// The rows may have changed.
    pub fn stale(&mut self) {
        self.is_stale = true;
    }

    /// What is to be read now, if anything: one question at a time.
    pub fn want(&mut self, height: u64) -> Option<Window> {
        let start = self.top.saturating_sub(MARGIN);
        let window = Window {
            offset: start,
            limit: usize::try_from(height + 2 * MARGIN).unwrap_or(usize::MAX),
            anchor: self.selected,
            sieve: self.number,
        };
        let seen = (self.top + height).min(self.len());
        let held = self.offset + self.rows.len() as u64;
        let is_covered = self.offset <= self.top && seen <= held;
        if self.asked.is_some() || (is_covered && !self.is_stale) {
            return None;
        }
        self.is_stale = false;
        self.asked = Some(window);
        self.asked
    }

    /// Takes what was read; true when something is other than before.
    pub fn take(&mut self, read: Rows, height: u64) -> bool {
        self.asked = None;
        self.is_known = true;
        if read.window.sieve != self.number {
            self.counts = read.counts;
            self.is_stale = true;
            return true;
        }
        let before = self.standing();
        let is_other = self.rows != read.rows;
        self.counts = read.counts;
        self.length = read.length;
        self.offset = read.window.offset;
        self.rows = read.rows;
        if read.window.anchor == self.selected {
            match read.place {
                Some(place) => self.at = place,
                // It is held back by now: whoever is in its place is selected.
                None if !self.is_pinned && !self.sieve.is_open() && !self.is_looking => {
                    self.selected = None;
                }
                None => {}
            }
        }
        self.at = self.at.min(self.len().saturating_sub(1));
        if self.selected.is_none() || self.is_empty() {
            self.selected = self.row(self.at).map(|row| row.job_id);
        }
        self.scroll(height);
        is_other || before != self.standing()
    }

    /// All that the pane shows beside the rows.
    fn standing(&self) -> impl PartialEq + use<> {
        (
            self.counts,
            self.length,
            self.offset,
            self.at,
            self.top,
            self.selected,
        )
    }

    /// Takes how far the search for the filter's text has come.
    pub fn look(&mut self, looked: Looked) {
        if looked.sieve == self.number {
            self.length = looked.found;
            self.is_looking = !looked.is_over;
            // Somebody else may be found who was selected before.
            self.is_stale |= looked.is_over;
        }
    }

    /// Selects a job that the user did not choose; behind a filter the user looks at something else.
    pub fn follow(&mut self, job: i64) {
        if !self.is_chosen && self.sieve.is_open() && self.selected != Some(job) {
            self.selected = Some(job);
            self.is_stale = true;
        }
    }
}
