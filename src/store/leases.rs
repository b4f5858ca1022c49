//! Working on a job: claim it, keep it, give it back or finish it, each fenced by the job's epoch.

use super::records::{self, NewRecord};
use super::reviews::{self, Entry, Standing};
use super::{Store, StoreError};
use rusqlite::{OptionalExtension, Row};

/// The right to work on one job until its lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The job.
    pub job_id: i64,
    /// The fencing token: any later claim or change of the job has a higher one.
    pub epoch: i64,
    /// How often the job was claimed since it was queued, this claim included.
    pub attempts: u32,
    /// What makes the posting the same one on another day.
    pub posting_key: String,
    /// The id shown to the user.
    pub posting_id: String,
    /// Where the page came from, as JSON.
    pub source: String,
    /// How to read the bytes.
    pub format: String,
    /// Names the bytes for [`Store::content`].
    pub sha256: String,
    /// When the job was queued.
    pub queued_at: i64,
    /// Why the attempt before this one was given up, if it said so.
    pub last_error: Option<String>,
}

impl Claim {
    fn of(row: &Row) -> rusqlite::Result<Self> {
        Ok(Self {
            job_id: row.get(0)?,
            epoch: row.get(1)?,
            attempts: row.get(2)?,
            posting_key: row.get(3)?,
            posting_id: row.get(4)?,
            source: row.get(5)?,
            format: row.get(6)?,
            sha256: row.get(7)?,
            queued_at: row.get(8)?,
            last_error: row.get(9)?,
        })
    }
}

impl Store {
    /// Claims the next job of the run set for `lease_ms`: the one with the lowest priority number, then the one
    /// selected first, among those that are due and those whose lease ended before `now`.
    pub fn claim(
        &mut self,
        owner: &str,
        lease_ms: i64,
        now: i64,
    ) -> Result<Option<Claim>, StoreError> {
        self.write(|tx| {
            tx.prepare_cached(
                "UPDATE jobs
                 SET state = 'running', owner = ?1, lease_until = ?2 + ?3, attempts = attempts + 1, epoch = epoch + 1
                 WHERE id = (
                     SELECT r.job_id FROM run_jobs r CROSS JOIN jobs j ON j.id = r.job_id
                     WHERE r.emitted IS NULL
                       AND (j.state = 'queued' AND j.not_before <= ?2 OR j.state = 'running' AND j.lease_until < ?2)
                     ORDER BY r.priority, r.pos LIMIT 1)
                 RETURNING id, epoch, attempts, posting_key, posting_id, source, format, sha256, queued_at, error",
            )?
            .query_row((owner, now, lease_ms), Claim::of)
            .optional()
        })
    }

    /// Makes the lease end `lease_ms` after `now`. False: the job is no longer the claimant's, who should drop it.
    pub fn heartbeat(
        &mut self,
        claim: &Claim,
        now: i64,
        lease_ms: i64,
    ) -> Result<bool, StoreError> {
        self.write(|tx| {
            let changed = tx
                .prepare_cached(
                    "UPDATE jobs SET lease_until = ?3 WHERE id = ?1 AND epoch = ?2 AND state = 'running'",
                )?
                .execute((claim.job_id, claim.epoch, now.saturating_add(lease_ms)))?;
            Ok(changed == 1)
        })
    }

    /// Puts the job back into the queue, not to be claimed before `not_before`. With `count_attempt` false the attempt
    /// is not held against the job. False: the job is no longer the claimant's and was not touched.
    pub fn release(
        &mut self,
        claim: &Claim,
        not_before: i64,
        count_attempt: bool,
        error: Option<&str>,
    ) -> Result<bool, StoreError> {
        self.write(|tx| {
            let changed = tx
                .prepare_cached(
                    "UPDATE jobs
                     SET state = 'queued', owner = NULL, lease_until = NULL, not_before = ?3, attempts = attempts - ?4,
                         error = ?5
                     WHERE id = ?1 AND epoch = ?2 AND state = 'running'",
                )?
                .execute((claim.job_id, claim.epoch, not_before, !count_attempt, error))?;
            Ok(changed == 1)
        })
    }

    /// Finishes the job with `record`, both in one transaction; a record whose status is `failed` makes it a failed
    /// job. False: the job is no longer the claimant's and nothing was written.
    ///
    /// A lease that ended but that nobody else took up is still good here: the work is done. If people reviewed an
    /// earlier record of the posting, `settle` is asked what their log says of this one.
    pub fn complete(
        &mut self,
        claim: &Claim,
        record: &NewRecord,
        now: i64,
        settle: impl FnOnce(&[Entry]) -> Standing,
    ) -> Result<bool, StoreError> {
        self.write(|tx| {
            let changed = tx
                .prepare_cached(
                    "UPDATE jobs
                     SET state = CASE ?3 WHEN 'failed' THEN 'failed' ELSE 'done' END, outcome = ?3, idem_key = ?4,
                         owner = NULL, lease_until = NULL, error = ?5, title = ?6, certainty = ?7, guarded = ?8
                     WHERE id = ?1 AND epoch = ?2 AND state = 'running'",
                )?
                .execute((
                    claim.job_id,
                    claim.epoch,
                    record.status,
                    record.idem_key,
                    record.error,
                    record.title,
                    record.certainty,
                    record.guarded,
                ))?;
            if changed == 1 {
                records::insert(tx, &claim.posting_key, &claim.posting_id, record, now)?;
                let log = reviews::log_of(tx, &claim.posting_key)?;
                if !log.is_empty() {
                    reviews::show(tx, claim.job_id, &settle(&log))?;
                }
            }
            Ok(changed == 1)
        })
    }

    /// Who holds leases, each once.
    pub fn owners(&self) -> Result<Vec<String>, StoreError> {
        self.read(|conn| {
            conn.prepare_cached("SELECT DISTINCT owner FROM jobs WHERE state = 'running'")?
                .query_map([], |row| row.get(0))?
                .collect()
        })
    }

    /// Puts every job of an owner known to be dead back into the queue, without waiting for its leases to end, and
    /// returns how many. The attempts stay counted: the page may be what killed it.
    pub fn requeue(&mut self, owner: &str) -> Result<usize, StoreError> {
        self.write(|tx| {
            tx.prepare_cached(
                "UPDATE jobs
                 SET state = 'queued', owner = NULL, lease_until = NULL, not_before = 0, epoch = epoch + 1
                 WHERE state = 'running' AND owner = ?1",
            )?
            .execute([owner])
        })
    }
}
