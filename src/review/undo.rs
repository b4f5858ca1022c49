//! Undoing: an entry of the log that takes back another one, or all that were written in one go.

use super::{Case, ReviewError};
use crate::store::{Said, Store, live};

/// Entries written in one transaction, so that others need not wait long.
pub(super) const CHUNK: usize = 200;

/// What was taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Undone {
    /// The jobs whose records show something else now.
    pub jobs: Vec<i64>,
    /// Jobs whose pages are being read again; what was said of them still counts.
    pub refused: Vec<i64>,
}

/// Takes back one entry, which may itself be an undo, and returns the case as it then is.
///
/// # Errors
/// When there is no such entry, it is undone already, or the record changed meanwhile.
pub fn undo(store: &mut Store, entry: i64, who: &str, now: i64) -> Result<Case, ReviewError> {
    let found = store.entry(entry)?.ok_or(ReviewError::NoEntry(entry))?;
    let case = Case::open(store, found.job_id)?;
    if !live(&case.log).iter().any(|other| other.id == entry) {
        return Err(ReviewError::AlreadyUndone(entry));
    }
    case.write(store, case.entry(Said::Undo(entry), who, now), who, now)
}

/// Takes back what `who` said last; an approval of many at once is taken back as a whole. Called again, it takes back
/// what was said before that.
///
/// # Errors
/// When the store cannot be read or written.
pub fn undo_last(store: &mut Store, who: &str, now: i64) -> Result<Undone, ReviewError> {
    let entries = store.last_batch(who)?;
    let (mut undone, mut batch) = (Undone::default(), None);
    for chunk in entries.chunks(CHUNK) {
        let mut new = Vec::with_capacity(chunk.len());
        for entry in chunk {
            let case = Case::open(store, entry.job_id)?;
            new.push(case.entry(Said::Undo(entry.id), who, now));
        }
        let answers = store.append(&new, who, batch, now)?;
        for (entry, answer) in chunk.iter().zip(answers) {
            batch = batch.or(answer);
            match answer {
                Some(_) => undone.jobs.push(entry.job_id),
                None => undone.refused.push(entry.job_id),
            }
        }
    }
    Ok(undone)
}
