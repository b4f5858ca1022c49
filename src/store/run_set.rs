//! The run set: the jobs this run answers for, in the order they were asked for, and which it has handed on.

use super::records::{StoredRecord, columns};
use super::{Store, StoreError};
use rusqlite::Row;

/// How many jobs of the run set are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Waiting, whether due or not.
    pub queued: u32,
    /// Claimed by somebody, even if the lease has ended.
    pub running: u32,
    /// Finished with a usable record.
    pub done: u32,
    /// Finished with a record that says why there is none.
    pub failed: u32,
}

impl Progress {
    fn of(row: &Row) -> rusqlite::Result<Self> {
        Ok(Self {
            queued: row.get(0)?,
            running: row.get(1)?,
            done: row.get(2)?,
            failed: row.get(3)?,
        })
    }
}

/// What [`Progress::of`] reads, over rows with a column `state`.
macro_rules! counts {
    () => {
        "SELECT count(*) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'running'),
                count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state = 'failed') "
    };
}

impl Store {
    /// Appends `jobs` to the run set. One that is in it keeps its place; one whose record was taken comes back, at
    /// the end, only if it has been queued again since.
    pub fn select(&mut self, jobs: &[i64]) -> Result<(), StoreError> {
        self.write_run_set(|tx| {
            let mut statement = tx.prepare_cached(
                "INSERT INTO run_jobs (job_id, priority) SELECT id, priority FROM jobs WHERE id = ?1
                 ON CONFLICT (job_id) DO UPDATE SET
                     pos = (SELECT max(pos) + 1 FROM run_jobs), priority = excluded.priority, emitted = NULL
                 WHERE emitted IS NOT NULL
                   AND (SELECT state IN ('queued', 'running') FROM jobs WHERE id = excluded.job_id)",
            )?;
            jobs.iter().try_for_each(|id| statement.execute([id]).map(|_| ()))
        })
    }

    /// Appends every queued or running job of the store, first queued first, and returns how many were new to the
    /// run set.
    pub fn select_unfinished(&mut self) -> Result<usize, StoreError> {
        self.write_run_set(|tx| {
            tx.prepare_cached(
                "INSERT OR IGNORE INTO run_jobs (job_id, priority)
                 SELECT id, priority FROM jobs WHERE state IN ('queued', 'running') ORDER BY id",
            )?
            .execute([])
        })
    }

    /// A number that is another one whenever the file was changed over another connection; costs next to nothing.
    pub fn changes(&self) -> Result<i64, StoreError> {
        self.read(|conn| conn.pragma_query_value(None, "data_version", |row| row.get(0)))
    }

    /// Takes up to `limit` records of finished jobs of the run set, each once, in the order the jobs were selected.
    /// With `ordered`, a record waits until those of all jobs selected before its own were taken.
    pub fn take_finished(
        &mut self,
        ordered: bool,
        with_text: bool,
        limit: u32,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        self.write_run_set(|tx| {
            let mut find = tx.prepare_cached(concat!(
                "SELECT ",
                columns!(),
                ", r.pos, j.state
                 FROM run_jobs r CROSS JOIN jobs j ON j.id = r.job_id
                 CROSS JOIN records rec ON rec.seq = (SELECT max(seq) FROM records WHERE posting_key = j.posting_key)
                 WHERE r.emitted IS NULL AND j.state IN ('done', 'failed')
                   AND (NOT ?1 OR r.pos < ifnull((
                       SELECT o.pos FROM run_jobs o CROSS JOIN jobs k ON k.id = o.job_id
                       WHERE o.emitted IS NULL AND k.state IN ('queued', 'running')
                       ORDER BY o.pos LIMIT 1), 9223372036854775807))
                 ORDER BY r.pos LIMIT ?2"
            ))?;
            let mut mark =
                tx.prepare_cached("UPDATE run_jobs SET emitted = ?2 WHERE pos = ?1")?;
            let taken = find
                .query_map((ordered, limit), |row| {
                    Ok((
                        StoredRecord::of(tx, row, with_text)?,
                        row.get::<_, i64>(8)?,
                        row.get::<_, String>(9)?,
                    ))
                })?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            taken
                .into_iter()
                .map(|(record, pos, state)| mark.execute((pos, state)).map(|_| record))
                .collect()
        })
    }

    /// The states of the run set's jobs; a job whose record was taken keeps the state it then had.
    pub fn progress(&self) -> Result<Progress, StoreError> {
        self.read(|conn| {
            conn.prepare_cached(concat!(
                counts!(),
                "FROM (SELECT ifnull(r.emitted, j.state) AS state FROM run_jobs r JOIN jobs j ON j.id = r.job_id)"
            ))?
            .query_row([], Progress::of)
        })
    }

    /// The earliest time, `now` or later, at which [`Store::claim`] may find a job; `None` once the run set is
    /// finished.
    pub fn next_wake(&self, now: i64) -> Result<Option<i64>, StoreError> {
        let earliest: Option<i64> = self.read(|conn| {
            conn.prepare_cached(
                "SELECT min(CASE j.state WHEN 'queued' THEN j.not_before ELSE j.lease_until + 1 END)
                 FROM run_jobs r CROSS JOIN jobs j ON j.id = r.job_id
                 WHERE r.emitted IS NULL AND j.state IN ('queued', 'running')",
            )?
            .query_row([], |row| row.get(0))
        })?;
        Ok(earliest.map(|at| at.max(now)))
    }
}
