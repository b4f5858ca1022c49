//! Approving many records at once, because their values are certain enough.

use super::case::said;
use super::undo::CHUNK;
use super::{Case, ReviewError, standing};
use crate::store::{Outcome, Store};

/// What became of an approval of many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct All {
    /// Approved.
    pub approved: usize,
    /// Left alone: reviewed by somebody else or read again meanwhile, or no record that can be read.
    pub refused: usize,
    /// The entries' batch; hand it on to the next call of the same approval.
    pub batch: Option<i64>,
}

/// Approves records that nobody looked at one by one. [`Store::count_certain`] is the preview, [`Store::certain`] names
/// the jobs; pages that may be talking to the model are not among them. What a record has become since they were named
/// counts: one that [`Store::certain`] would no longer name for `least` and `also_done` is left alone.
///
/// # Errors
/// When the store cannot be read or written; what was approved before stays approved.
pub fn approve_unseen(
    store: &mut Store,
    jobs: &[i64],
    least: u8,
    also_done: bool,
    who: &str,
    so_far: All,
    now: i64,
) -> Result<All, ReviewError> {
    let mut all = so_far;
    for chunk in jobs.chunks(CHUNK) {
        let mut entries = Vec::with_capacity(chunk.len());
        for job in chunk {
            match Case::open_if_readable(store, *job)? {
                Some(case) if may_be_unseen(&case, least, also_done) => {
                    entries.push(case.entry(said(&case.approval_if(false)), who, now));
                }
                _ => all.refused += 1,
            }
        }
        for answer in store.append(&entries, who, all.batch, now)? {
            all.batch = all.batch.or(answer);
            all.approved += usize::from(answer.is_some());
            all.refused += usize::from(answer.is_none());
        }
    }
    Ok(all)
}

/// Whether a case, as it is shown now, may be approved by somebody who does not look at it.
fn may_be_unseen(case: &Case, least: u8, also_done: bool) -> bool {
    let standing = standing(&case.shown);
    let is_open = match standing.outcome {
        Outcome::NeedsReview => true,
        Outcome::Done => also_done,
        Outcome::Failed | Outcome::Approved | Outcome::Rejected => false,
    };
    is_open && !standing.guarded && standing.certainty.unwrap_or_default() >= least
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
    approve_unseen(store, &jobs, least, also_done, who, All::default(), now)
}
