//! The queue: jobs under leases. Every claim and every reset raises the job's epoch, which fences off late writers.

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::records::NewRecord;
use super::{Store, StoreError, pack, unpack};

/// A page to be read.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// What makes it this posting and no other, in any run.
    pub posting_key: String,
    /// The id its record shows.
    pub posting_id: String,
    /// Where it came from, as JSON.
    pub source: String,
    /// How its bytes are to be read.
    pub format: String,
    /// Of the bytes, in hex.
    pub sha256: String,
    /// The bytes.
    pub body: Vec<u8>,
    /// Key of the record that would answer it: content and everything that shapes the result.
    pub idem_key: String,
}

/// A job in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enqueued {
    /// Its number.
    pub job: i64,
    /// It is finished with the very record asked for.
    pub already: bool,
}

/// A job under lease.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Claim {
    pub job: i64,
    /// Fencing token: a write under an older one is refused.
    pub epoch: i64,
    /// This attempt included.
    pub attempts: u32,
    pub posting_key: String,
    pub posting_id: String,
    pub source: String,
    pub format: String,
    pub sha256: String,
    pub queued_at: i64,
}

impl Store {
    /// Queues jobs in one transaction. A job that is finished with the wanted record, or is under way for the same
    /// bytes, is left alone unless `fresh`; any other goes back to the queue with its new bytes.
    ///
    /// # Errors
    /// When the store cannot be written; then nothing was queued.
    pub fn enqueue(&mut self, jobs: &[NewJob], now: i64, fresh: bool) -> Result<Vec<Enqueued>, StoreError> {
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let queued = jobs.iter().map(|job| enqueue(&transaction, job, now, fresh)).collect::<Result<_, _>>()?;
        transaction.commit()?;
        Ok(queued)
    }

    /// Records an input that could not be read at all. A later [`Store::enqueue`] of the same posting revives it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn fail_input(&mut self, job: &NewJob, json: &str, now: i64) -> Result<i64, StoreError> {
        let transaction = self.connection.transaction()?;
        let id = transaction.query_row(
            "INSERT INTO jobs (posting_key, posting_id, source, format, state, queued_at)
             VALUES (?1, ?2, ?3, ?4, 'failed', ?5)
             ON CONFLICT (posting_key) DO UPDATE SET state = 'failed', idem_key = NULL, epoch = epoch + 1
             RETURNING id",
            params![job.posting_key, job.posting_id, job.source, job.format, now],
            |row| row.get(0),
        )?;
        let record = NewRecord { idem_key: "", status: "failed", json, text: None };
        super::records::insert(&transaction, &job.posting_key, &job.posting_id, &record, now)?;
        transaction.commit()?;
        Ok(id)
    }

    /// Leases the next due job of the run set.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn claim(&mut self, owner: &str, lease_ms: i64, now: i64) -> Result<Option<Claim>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "UPDATE jobs SET state = 'running', owner = ?1, lease_until = ?2, attempts = attempts + 1, epoch = epoch + 1
             WHERE id = (SELECT jobs.id FROM run_jobs JOIN jobs ON jobs.id = run_jobs.job
                         WHERE emitted = 0 AND ((state = 'queued' AND not_before <= ?3)
                                             OR (state = 'running' AND lease_until < ?3))
                         ORDER BY pos LIMIT 1)
             RETURNING id, epoch, attempts, posting_key, posting_id, source, format, sha256, queued_at",
        )?;
        Ok(statement.query_row(params![owner, now + lease_ms, now], claim).optional()?)
    }

    /// Prolongs a lease; false when the job is no longer this claim's.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn heartbeat(&mut self, claim: &Claim, lease_ms: i64, now: i64) -> Result<bool, StoreError> {
        let changed = self.connection.execute(
            "UPDATE jobs SET lease_until = ?3 WHERE id = ?1 AND epoch = ?2 AND state = 'running'",
            params![claim.job, claim.epoch, now + lease_ms],
        )?;
        Ok(changed == 1)
    }

    /// Gives a job back to the queue, to be tried again from `not_before` on.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn release(&mut self, claim: &Claim, not_before: i64, count: bool, error: Option<&str>) -> Result<bool, StoreError> {
        let changed = self.connection.execute(
            "UPDATE jobs SET state = 'queued', owner = NULL, not_before = ?3, error = ?4, epoch = epoch + 1,
                             attempts = attempts - ?5
             WHERE id = ?1 AND epoch = ?2 AND state = 'running'",
            params![claim.job, claim.epoch, not_before, error, i64::from(!count)],
        )?;
        Ok(changed == 1)
    }

    /// Writes a job's record and finishes it, in one transaction; false, and nothing written, when the job is no
    /// longer this claim's.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn complete(&mut self, claim: &Claim, record: &NewRecord, now: i64) -> Result<bool, StoreError> {
        let transaction = self.connection.transaction()?;
        let state = if record.status == "failed" { "failed" } else { "done" };
        let changed = transaction.execute(
            "UPDATE jobs SET state = ?3, idem_key = ?4, owner = NULL WHERE id = ?1 AND epoch = ?2 AND state = 'running'",
            params![claim.job, claim.epoch, state, record.idem_key],
        )?;
        if changed == 1 {
            super::records::insert(&transaction, &claim.posting_key, &claim.posting_id, record, now)?;
            transaction.commit()?;
        }
        Ok(changed == 1)
    }

    /// Who holds leases.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn owners(&self) -> Result<Vec<String>, StoreError> {
        let mut statement =
            self.connection.prepare("SELECT DISTINCT owner FROM jobs WHERE state = 'running' AND owner IS NOT NULL")?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Gives back every job of an owner that is known to be dead, without waiting for its leases to end. The attempt
    /// stays counted: the page may be what killed it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn requeue(&mut self, owner: &str) -> Result<usize, StoreError> {
        Ok(self.connection.execute(
            "UPDATE jobs SET state = 'queued', owner = NULL, epoch = epoch + 1 WHERE state = 'running' AND owner = ?1",
            [owner],
        )?)
    }

    /// The bytes of a page.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn content(&self, sha256: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT body FROM content WHERE sha256 = ?1")?;
        let packed: Option<Vec<u8>> = statement.query_row([sha256], |row| row.get(0)).optional()?;
        packed.map(|packed| unpack(&packed)).transpose()
    }
}

fn enqueue(transaction: &Transaction, job: &NewJob, now: i64, fresh: bool) -> Result<Enqueued, StoreError> {
    let known: Option<(i64, String, Option<String>, Option<String>)> = transaction
        .prepare_cached("SELECT id, state, sha256, idem_key FROM jobs WHERE posting_key = ?1")?
        .query_row([&job.posting_key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    if let Some((id, state, sha256, idem_key)) = known.filter(|_| !fresh) {
        let already = state == "done" && idem_key.as_ref() == Some(&job.idem_key);
        let under_way = matches!(state.as_str(), "queued" | "running") && sha256.as_ref() == Some(&job.sha256);
        if already || under_way {
            return Ok(Enqueued { job: id, already });
        }
    }
    let stored: bool = transaction
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM content WHERE sha256 = ?1)")?
        .query_row([&job.sha256], |row| row.get(0))?;
    if !stored {
        transaction
            .prepare_cached("INSERT INTO content (sha256, body) VALUES (?1, ?2)")?
            .execute(params![job.sha256, pack(&job.body)?])?;
    }
    let id = transaction
        .prepare_cached(
            "INSERT INTO jobs (posting_key, posting_id, source, format, sha256, state, queued_at)
             VALUES (?1, ?2, ?3, ?4, ?5, 'queued', ?6)
             ON CONFLICT (posting_key) DO UPDATE SET
                posting_id = ?2, source = ?3, format = ?4, sha256 = ?5, state = 'queued', queued_at = ?6,
                idem_key = NULL, attempts = 0, not_before = 0, error = NULL, epoch = epoch + 1
             RETURNING id",
        )?
        .query_row(params![job.posting_key, job.posting_id, job.source, job.format, job.sha256, now], |row| row.get(0))?;
    Ok(Enqueued { job: id, already: false })
}

fn claim(row: &Row) -> rusqlite::Result<Claim> {
    Ok(Claim {
        job: row.get(0)?,
        epoch: row.get(1)?,
        attempts: row.get(2)?,
        posting_key: row.get(3)?,
        posting_id: row.get(4)?,
        source: row.get(5)?,
        format: row.get(6)?,
        sha256: row.get(7)?,
        queued_at: row.get(8)?,
    })
}
