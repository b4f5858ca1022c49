//! What a person does to the queue of a run that is under way: try again, call off, sooner or later.

use super::source::JobSource;
use super::{Run, job, lock, now};
use crate::review::{self, Case};
use crate::store::{StoreError, StoredRecord};

/// The row's error of a job that was called off.
const CALLED_OFF: &str = "cancelled";

impl Run {
    /// Queues a failed job again, or lets one go at once that waits for its next attempt; false when it is neither.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn retry(&self, job: i64) -> Result<bool, StoreError> {
        let queued = {
            let mut store = lock(&self.store);
            let queued = store.retry(&[job])?;
            store.select(&queued)?;
            queued
        };
        self.announce();
        Ok(!queued.is_empty())
    }

    /// Calls a job off that waits or is being read; false when it is neither. One that was read before shows the record
    /// it had.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn cancel(&self, job: i64) -> Result<bool, StoreError> {
        let record = |cancelled: crate::store::Cancelled| {
            let source = JobSource::parse(cancelled.source).page;
            let why = "it was cancelled";
            job::failed_record(
                cancelled.posting_id,
                source,
                &self.selected,
                CALLED_OFF,
                why,
            )
        };
        let standing = |stored: StoredRecord| {
            let case = Case::of(stored).ok()?;
            Some(review::standing(&case.shown))
        };
        let cancelled = lock(&self.store).cancel(&[job], CALLED_OFF, now(), &record, &standing)?;
        self.announce();
        Ok(!cancelled.is_empty())
    }

    /// Lets a job be claimed before all with a higher number.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn set_priority(&self, job: i64, priority: i64) -> Result<bool, StoreError> {
        let changed = lock(&self.store).set_priority(&[job], priority)?;
        self.announce();
        Ok(changed > 0)
    }
}
