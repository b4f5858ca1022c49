//! The run set: the jobs one run is about, in their order, and which of their records it has already handed out.

use rusqlite::params;

use super::records::stored;
use super::{Store, StoreError, StoredRecord};

/// Temporary, so it ends with its connection. The index keeps a claim from walking over finished jobs.
pub(super) const TABLE: &str = "
    CREATE TEMP TABLE run_jobs (
        pos INTEGER PRIMARY KEY, job INTEGER NOT NULL UNIQUE, emitted INTEGER NOT NULL DEFAULT 0);
    CREATE INDEX temp.run_jobs_open ON run_jobs (pos) WHERE emitted = 0";

/// Jobs of the run set by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Progress {
    pub queued: usize,
    pub running: usize,
    pub finished: usize,
}

impl Store {
    /// Adds jobs to the run set, each once.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn select(&mut self, jobs: &[i64]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for job in jobs {
            transaction.prepare_cached("INSERT OR IGNORE INTO run_jobs (job) VALUES (?1)")?.execute([job])?;
        }
        Ok(transaction.commit()?)
    }

    /// Adds every unfinished job of the store to the run set and tells how many there are.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn select_unfinished(&mut self) -> Result<usize, StoreError> {
        let query = "INSERT OR IGNORE INTO run_jobs (job) SELECT id FROM jobs WHERE state IN ('queued', 'running') ORDER BY id";
        Ok(self.connection.execute(query, [])?)
    }

    /// Records of finished jobs not handed out before; in input order and without gaps when `ordered`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn take_finished(&mut self, ordered: bool, limit: usize) -> Result<Vec<StoredRecord>, StoreError> {
        let transaction = self.connection.transaction()?;
        let finished: Vec<(i64, StoredRecord)> = transaction
            .prepare_cached(
                "SELECT records.status, records.json, records.text, pos
                 FROM run_jobs JOIN jobs ON jobs.id = run_jobs.job
                 JOIN records ON records.seq = (SELECT max(seq) FROM records WHERE posting_key = jobs.posting_key)
                 WHERE emitted = 0 AND state IN ('done', 'failed')
                   AND (NOT ?1 OR pos < coalesce((SELECT min(pos) FROM run_jobs JOIN jobs ON jobs.id = run_jobs.job
                                                  WHERE emitted = 0 AND state IN ('queued', 'running')), pos + 1))
                 ORDER BY pos LIMIT ?2",
            )?
            .query_map(params![ordered, i64::try_from(limit).unwrap_or(i64::MAX)], |row| Ok((row.get(3)?, stored(row)?)))?
            .collect::<Result<_, _>>()?;
        for (position, _) in &finished {
            transaction.prepare_cached("UPDATE run_jobs SET emitted = 1 WHERE pos = ?1")?.execute([position])?;
        }
        transaction.commit()?;
        Ok(finished.into_iter().map(|(_, record)| record).collect())
    }

    /// How far the run is.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn progress(&self) -> Result<Progress, StoreError> {
        let mut progress = Progress::default();
        let mut statement = self.connection.prepare_cached(
            "SELECT state, count(*) FROM run_jobs JOIN jobs ON jobs.id = run_jobs.job GROUP BY state",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let count = usize::try_from(row.get::<_, i64>(1)?).unwrap_or_default();
            match row.get::<_, String>(0)?.as_str() {
                "queued" => progress.queued += count,
                "running" => progress.running += count,
                _ => progress.finished += count,
            }
        }
        Ok(progress)
    }

    /// When the next job of the run set can be claimed, or another process's lease on one ends; `None` when all are
    /// finished.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn next_wake(&self) -> Result<Option<i64>, StoreError> {
        let query = "SELECT min(CASE state WHEN 'queued' THEN not_before ELSE lease_until + 1 END)
                     FROM run_jobs JOIN jobs ON jobs.id = run_jobs.job
                     WHERE emitted = 0 AND state IN ('queued', 'running')";
        Ok(self.connection.prepare_cached(query)?.query_row([], |row| row.get(0))?)
    }
}
