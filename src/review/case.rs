//! A case: one record under review, as it was when somebody looked at it, and what he says of it.

use std::ops::Range;

use super::change::{Change, Edit, fingerprint_of};
use super::{Why, apply, edit, missed, standing};
use crate::extract::record::{Record, Status};
use crate::posting::Field;
use crate::store::{Entry, NewEntry, Said, Store, StoreError, StoredRecord};

/// Why a review was not written.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing to look at.
    #[error("job {0} has no record yet: nothing to review")]
    NoRecord(i64),
    /// Nothing was read.
    #[error(
        "job {0} failed: there is no record to review; retry it, or add its input again where that could not be read"
    )]
    Failed(i64),
    /// What is kept is no record.
    #[error("the record of job {job} cannot be read ({reason}): read its page again with --fresh")]
    NotARecord {
        /// The job.
        job: i64,
        /// Why.
        reason: String,
    },
    /// Somebody was faster.
    #[error(
        "job {0} was reviewed or read again since you looked, or its page is being read right now: look at it again"
    )]
    Changed(i64),
    /// There is no such entry.
    #[error("the review log has no entry {0}")]
    NoEntry(i64),
    /// It was undone before.
    #[error("entry {0} of the review log is undone already")]
    AlreadyUndone(i64),
}

/// One record under review.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The job.
    pub job_id: i64,
    /// As the model left it.
    pub record: Record,
    /// As it is shown.
    pub shown: Record,
    /// The clean text its evidence points into; empty for a failed one.
    pub text: String,
    /// All that was said of it.
    pub log: Vec<Entry>,
    seq: i64,
}

impl Case {
    /// Opens the newest record of a job.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    pub fn open(store: &Store, job: i64) -> Result<Self, ReviewError> {
        let stored = store.record_of(job)?.ok_or(ReviewError::NoRecord(job))?;
        Self::of(stored)
    }

    /// As [`Case::open`]; `None` where there is no record or it cannot be read, so that one of many stops no others.
    pub(super) fn open_if_readable(store: &Store, job: i64) -> Result<Option<Self>, StoreError> {
        match Self::open(store, job) {
            Ok(case) => Ok(Some(case)),
            Err(ReviewError::Store(error)) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// The case of a record that was read with its text.
    ///
    /// # Errors
    /// When it is no record.
    pub fn of(stored: StoredRecord) -> Result<Self, ReviewError> {
        let job = stored.job_id;
        let record =
            serde_json::from_str(&stored.json).map_err(|error| ReviewError::NotARecord {
                job,
                reason: error.to_string(),
            })?;
        let text = stored.text.unwrap_or_default();
        Ok(Self {
            job_id: job,
            shown: apply(&record, &text, &stored.log),
            record,
            text,
            log: stored.log,
            seq: stored.seq,
        })
    }

    /// See [`edit`].
    ///
    /// # Errors
    /// One reason why the field cannot have that value.
    pub fn edit(
        &self,
        field: Field,
        typed: &str,
        selection: Option<Range<usize>>,
    ) -> Result<Edit, Why> {
        edit(&self.shown, &self.text, field, typed, selection)
    }

    /// See [`missed`].
    ///
    /// # Errors
    /// One reason why the selection is no value of the field.
    pub fn missed(&self, field: Field, selection: Range<usize>) -> Result<Edit, Why> {
        missed(&self.shown, &self.text, field, selection)
    }

    /// Approval of what is shown by somebody who looked at it.
    #[must_use]
    pub fn approval(&self) -> Change {
        self.approval_if(true)
    }

    pub(super) fn approval_if(&self, seen: bool) -> Change {
        Change::Approve {
            values: fingerprint_of(&self.shown.posting, &self.text),
            seen,
        }
    }

    /// Rejection of what is shown.
    #[must_use]
    pub fn rejection(&self, why: Option<&str>) -> Change {
        Change::Reject {
            values: fingerprint_of(&self.shown.posting, &self.text),
            why: why.map(str::to_owned),
        }
    }

    /// Writes one change and returns the case as it then is.
    ///
    /// # Errors
    /// [`ReviewError::Changed`] when the record is no longer what was looked at; nothing is written then.
    pub fn say(
        &self,
        store: &mut Store,
        change: &Change,
        who: &str,
        now: i64,
    ) -> Result<Self, ReviewError> {
        self.write(store, self.entry(said(change), who, now), who, now)
    }

    pub(super) fn write(
        &self,
        store: &mut Store,
        entry: NewEntry,
        who: &str,
        now: i64,
    ) -> Result<Self, ReviewError> {
        if self.record.status == Status::Failed {
            return Err(ReviewError::Failed(self.job_id));
        }
        let written = store.append(&[entry], who, None, now)?;
        match written.first() {
            Some(Some(_)) => Self::open(store, self.job_id),
            _ => Err(ReviewError::Changed(self.job_id)),
        }
    }

    /// What is to be appended, with the row that the job then has.
    pub(super) fn entry(&self, said: Said, who: &str, now: i64) -> NewEntry {
        let seen = self.log.last().map_or(0, |entry| entry.id);
        let mut log = self.log.clone();
        log.push(Entry {
            id: seen + 1,
            job_id: self.job_id,
            at: now,
            who: who.to_owned(),
            batch: seen + 1,
            said: said.clone(),
        });
        NewEntry {
            job_id: self.job_id,
            seq: self.seq,
            seen,
            said,
            standing: standing(&apply(&self.record, &self.text, &log)),
        }
    }
}

/// The record as it is shown, in the place of the one that is kept.
#[must_use]
pub fn shown(stored: StoredRecord) -> StoredRecord {
    if stored.log.is_empty() {
        return stored;
    }
    let Ok(case) = Case::of(stored.clone()) else {
        return stored;
    };
    StoredRecord {
        json: serde_json::to_string(&case.shown).unwrap_or_default(),
        status: case.shown.status.as_str().to_owned(),
        ..stored
    }
}

pub(super) fn said(change: &Change) -> Said {
    Said::Change(serde_json::to_string(change).unwrap_or_default())
}
