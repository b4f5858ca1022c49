//! Undoing: an entry of the log that takes back another one, or all that were written in one go.

use super::{Case, ReviewError};
use crate::store::{Entry, Said, Store, live};

/// Entries written in one transaction, so that others need not wait long.
pub(super) const CHUNK: usize = 200;

/// What was taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Undone {
    /// The jobs whose records show something else now.
    pub jobs: Vec<i64>,
    /// What was said of them, in the same order.
    pub entries: Vec<Entry>,
    /// Jobs whose pages are being read again or whose records cannot be read; what was said of them still counts.
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
/// what was said before that. Where all of it is refused, what was said before that is taken back at once: otherwise it
/// would stand in the way of every further undo.
///
/// # Errors
/// When the store cannot be read or written.
pub fn undo_last(store: &mut Store, who: &str, now: i64) -> Result<Undone, ReviewError> {
    let mut undone = Undone::default();
    while undone.jobs.is_empty() {
        let entries = store.last_batch(who, &undone.refused)?;
        if entries.is_empty() {
            break;
        }
        take_back(store, entries, who, now, &mut undone)?;
    }
    Ok(undone)
}

fn take_back(
    store: &mut Store,
    entries: Vec<Entry>,
    who: &str,
    now: i64,
    undone: &mut Undone,
) -> Result<(), ReviewError> {
    let mut batch = None;
    let mut entries = entries.into_iter().peekable();
    while entries.peek().is_some() {
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for entry in entries.by_ref().take(CHUNK) {
            match Case::open_if_readable(store, entry.job_id)? {
                Some(case) => {
                    new.push(case.entry(Said::Undo(entry.id), who, now));
                    old.push(entry);
                }
                None => undone.refused.push(entry.job_id),
            }
        }
        for (entry, answer) in old.into_iter().zip(store.append(&new, who, batch, now)?) {
            batch = batch.or(answer);
            if answer.is_some() {
                undone.jobs.push(entry.job_id);
                undone.entries.push(entry);
            } else {
                undone.refused.push(entry.job_id);
            }
        }
    }
    Ok(())
}
