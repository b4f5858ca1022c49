//! The review log: what people said of records, in entries that are only ever appended.
//!
//! A change means nothing here; it is a JSON text. What this room keeps is that nobody speaks of a record he has not
//! seen: an entry names the record and the last entry its writer knew, and is refused once there are newer ones.

use super::{Outcome, Store, StoreError};
use rusqlite::{Connection, OptionalExtension, Row, Transaction};
use std::collections::HashSet;

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number; later entries have higher ones.
    pub id: i64,
    /// The job whose record it is about.
    pub job_id: i64,
    /// When it was written.
    pub at: i64,
    /// Who wrote it.
    pub who: String,
    /// The number of the first entry that was written in one go with it.
    pub batch: i64,
    /// What it says.
    pub said: Said,
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A change, as JSON.
    Change(String),
    /// That the entry of this number does not count.
    Undo(i64),
}

/// What a job's row shows once all that was said of its record is taken into account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What became of it.
    pub outcome: Outcome,
    /// See [`NewRecord::title`](super::NewRecord::title).
    pub title: Option<String>,
    /// See [`NewRecord::certainty`](super::NewRecord::certainty).
    pub certainty: Option<u8>,
    /// See [`NewRecord::guarded`](super::NewRecord::guarded).
    pub guarded: bool,
}

/// An entry to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// The job whose record it is about.
    pub job_id: i64,
    /// The record that was looked at.
    pub seq: i64,
    /// The last entry about this job that was taken into account; 0 for none.
    pub seen: i64,
    /// What it says.
    pub said: Said,
    /// What the job's row shows from then on.
    pub standing: Standing,
}

/// How many jobs [`Store::certain`] would return, and how many it holds back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Certain {
    /// Certain enough.
    pub jobs: u64,
    /// Certain enough, but never approved unseen.
    pub guarded: u64,
}

/// The entries of `log` that count, in its order. `log` is in the order of its numbers, and an undo stands behind what
/// it undoes.
#[must_use]
pub fn live(log: &[Entry]) -> Vec<&Entry> {
    let mut dead = HashSet::new();
    let mut live: Vec<&Entry> = log
        .iter()
        .rev()
        .filter(|entry| is_live(entry, &mut dead))
        .collect();
    live.reverse();
    live
}

/// Whether the entry counts, when all later ones were asked for before it.
fn is_live(entry: &Entry, dead: &mut HashSet<i64>) -> bool {
    let live = !dead.remove(&entry.id);
    if let (true, Said::Undo(other)) = (live, &entry.said) {
        dead.insert(*other);
    }
    live
}

/// What [`Entry::of`] reads.
macro_rules! entry {
    () => {
        "SELECT v.id, j.id, v.at, v.who, v.batch, v.undoes, v.change
         FROM reviews v JOIN jobs j ON j.posting_key = v.posting_key "
    };
}

impl Entry {
    fn of(row: &Row) -> rusqlite::Result<Self> {
        let undoes: Option<i64> = row.get(5)?;
        Ok(Self {
            id: row.get(0)?,
            job_id: row.get(1)?,
            at: row.get(2)?,
            who: row.get(3)?,
            batch: row.get(4)?,
            said: match undoes {
                Some(other) => Said::Undo(other),
                None => Said::Change(row.get(6)?),
            },
        })
    }
}

/// All that was said of a posting's records, in the order it was said.
pub(super) fn log_of(conn: &Connection, posting_key: &str) -> rusqlite::Result<Vec<Entry>> {
    conn.prepare_cached(concat!(entry!(), "WHERE v.posting_key = ?1 ORDER BY v.id"))?
        .query_map([posting_key], Entry::of)?
        .collect()
}

/// Makes the row of a job show `standing`.
pub(super) fn show(conn: &Connection, job: i64, standing: &Standing) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE jobs SET outcome = ?2, title = ?3, certainty = ?4, guarded = ?5 WHERE id = ?1",
    )?
    .execute((
        job,
        standing.outcome.as_str(),
        &standing.title,
        standing.certainty,
        standing.guarded,
    ))?;
    Ok(())
}

impl Store {
    /// Appends `entries` and changes the rows of their jobs, all in one transaction. `batch` is that of entries before
    /// them which were written in the same go; without it they are a batch of their own.
    ///
    /// The answers are in the order of the entries: the entry's number, or `None` where nothing was written because the
    /// job has a newer record, a newer entry, or none of its own to speak of at the moment.
    pub fn append(
        &mut self,
        entries: &[NewEntry],
        who: &str,
        mut batch: Option<i64>,
        now: i64,
    ) -> Result<Vec<Option<i64>>, StoreError> {
        self.write(|tx| {
            let mut answers = Vec::with_capacity(entries.len());
            for entry in entries {
                let id = append_one(tx, entry, who, batch, now)?;
                batch = batch.or(id);
                answers.push(id);
            }
            Ok(answers)
        })
    }

    /// One entry.
    pub fn entry(&self, id: i64) -> Result<Option<Entry>, StoreError> {
        self.read(|conn| {
            conn.prepare_cached(concat!(entry!(), "WHERE v.id = ?1"))?
                .query_row([id], Entry::of)
                .optional()
        })
    }

    /// The last change of `who` that counts, and those of its batch that do; the last first. Those of the jobs `without`
    /// are passed over.
    pub fn last_batch(&self, who: &str, without: &[i64]) -> Result<Vec<Entry>, StoreError> {
        self.snapshot(|conn| {
            let mut statement = conn.prepare_cached(concat!(entry!(), "ORDER BY v.id DESC"))?;
            let mut rows = statement.query([])?;
            let (mut dead, mut found) = (HashSet::new(), Vec::<Entry>::new());
            while let Some(row) = rows.next()? {
                let entry = Entry::of(row)?;
                let batch = found.first().map(|first| first.batch);
                if batch.is_some_and(|batch| entry.id < batch) {
                    break;
                }
                let is_of_it = batch.map_or(entry.who == who, |batch| entry.batch == batch);
                let is_change = matches!(entry.said, Said::Change(_));
                let is_live = is_live(&entry, &mut dead);
                if is_live && is_change && is_of_it && !without.contains(&entry.job_id) {
                    found.push(entry);
                }
            }
            Ok(found)
        })
    }

    /// The jobs to review, and with `also_done` those that need no look, whose every value is at least so certain, in
    /// percent; without those that are never approved unseen.
    pub fn certain(&self, least: u8, also_done: bool) -> Result<Vec<i64>, StoreError> {
        self.read(|conn| {
            conn.prepare_cached(
                "SELECT id FROM jobs INDEXED BY jobs_by_lane
                 WHERE lane >= ?1 AND (shade = 4 OR shade = 3 AND ?2) AND NOT guarded ORDER BY lane, id",
            )?
            .query_map((least, also_done), |row| row.get(0))?
            .collect()
        })
    }

    /// How many jobs [`Store::certain`] returns.
    pub fn count_certain(&self, least: u8, also_done: bool) -> Result<Certain, StoreError> {
        self.read(|conn| {
            conn.prepare_cached(
                "SELECT count(*) FILTER (WHERE NOT guarded), count(*) FILTER (WHERE guarded)
                 FROM jobs INDEXED BY jobs_by_lane WHERE lane >= ?1 AND (shade = 4 OR shade = 3 AND ?2)",
            )?
            .query_row((least, also_done), |row| {
                Ok(Certain {
                    jobs: row.get::<_, u32>(0)?.into(),
                    guarded: row.get::<_, u32>(1)?.into(),
                })
            })
        })
    }
}

fn append_one(
    tx: &Transaction,
    entry: &NewEntry,
    who: &str,
    batch: Option<i64>,
    now: i64,
) -> rusqlite::Result<Option<i64>> {
    let posting_key: Option<String> = tx
        .prepare_cached(
            "SELECT posting_key FROM jobs j WHERE id = ?1 AND state = 'done'
               AND (SELECT max(seq) FROM records WHERE posting_key = j.posting_key) = ?2
               AND ifnull((SELECT max(id) FROM reviews WHERE posting_key = j.posting_key), 0) = ?3",
        )?
        .query_row((entry.job_id, entry.seq, entry.seen), |row| row.get(0))
        .optional()?;
    let Some(posting_key) = posting_key else {
        return Ok(None);
    };
    let (undoes, change) = match &entry.said {
        Said::Change(change) => (None, Some(change)),
        Said::Undo(other) => (Some(other), None),
    };
    let id = tx
        .prepare_cached(
            "INSERT INTO reviews (posting_key, seq, at, who, batch, undoes, change)
             VALUES (?1, ?2, ?3, ?4, ifnull(?5, ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'reviews'), 0) + 1),
                     ?6, ?7)
             RETURNING id",
        )?
        .query_row(
            (posting_key, entry.seq, now, who, batch, undoes, change),
            |row| row.get(0),
        )?;
    show(tx, entry.job_id, &entry.standing)?;
    Ok(Some(id))
}
