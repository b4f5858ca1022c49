//! Approving many records at once, because their values are certain enough.

use super::case::said;
use super::undo::CHUNK;
use super::{Case, ReviewError};
use crate::store::Store;

/// What became of an approval of many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct All {
    /// Approved.
    pub approved: usize,
    /// Left alone: reviewed by somebody else or read again meanwhile.
    pub refused: usize,
    /// The entries' batch; hand it on to the next call of the same approval.
    pub batch: Option<i64>,
}

/// Approves records that nobody looked at one by one. [`Store::count_certain`] is the preview, [`Store::certain`] names
/// the jobs; pages that may be talking to the model are not among them.
///
/// # Errors
/// When the store cannot be read or written; what was approved before stays approved.
pub fn approve_unseen(
    store: &mut Store,
    jobs: &[i64],
    who: &str,
    so_far: All,
    now: i64,
) -> Result<All, ReviewError> {
    let mut all = so_far;
    for chunk in jobs.chunks(CHUNK) {
        let mut entries = Vec::with_capacity(chunk.len());
        for job in chunk {
            let case = Case::open(store, *job)?;
            entries.push(case.entry(said(&case.approval_if(false)), who, now));
        }
        for answer in store.append(&entries, who, all.batch, now)? {
            all.batch = all.batch.or(answer);
            all.approved += usize::from(answer.is_some());
            all.refused += usize::from(answer.is_none());
        }
    }
    Ok(all)
}

/// Approves all records to review, and with `also_done` those that need no look, whose every value has at least this
/// confidence, in percent. One [`undo_last`](super::undo_last) takes it back.
///
/// # Errors
/// See [`approve_unseen`].
pub fn approve_all(
    store: &mut Store,
    least: u8,
    also_done: bool,
    who: &str,
    now: i64,
) -> Result<All, ReviewError> {
    let jobs = store.certain(least, also_done)?;
    approve_unseen(store, &jobs, who, All::default(), now)
}
