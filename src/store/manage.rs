//! What a person does to the queue: try again, call off, put first.

use super::records::{self, NewRecord, StoredRecord};
use super::reviews::{self, Standing};
use super::{Store, StoreError};
use rusqlite::{Connection, OptionalExtension};

/// The key of the record that a cancelled job is finished with.
const CANCELLED: &str = "cancelled";

/// A job that is being called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled<'a> {
    /// The id shown to the user.
    pub posting_id: &'a str,
    /// Where the page came from, as JSON.
    pub source: &'a str,
}

impl Store {
    /// Queues failed jobs again, cancelled ones among them, with no attempts held against them, and lets jobs that
    /// wait to be tried again go at once. Anything else is left alone: a job at work, one with a record, and a failed
    /// input of which there are no bytes. Returns those it queued or let go.
    ///
    /// A run works on what it selected, so the caller passes the jobs to [`Store::select`] as well.
    pub fn retry(&mut self, jobs: &[i64]) -> Result<Vec<i64>, StoreError> {
        self.write(|tx| {
            let mut statement = tx.prepare_cached(
                "UPDATE jobs
                 SET state = 'queued', outcome = NULL, idem_key = NULL, not_before = 0, epoch = epoch + 1,
                     attempts = iif(state = 'failed', 0, attempts), error = iif(state = 'failed', NULL, error),
                     title = NULL, certainty = NULL, guarded = 0
                 WHERE id = ?1 AND sha256 IS NOT NULL
                   AND (state = 'failed' OR state = 'queued' AND attempts > 0 AND not_before > 0)
                 RETURNING id",
            )?;
            let retried = jobs
                .iter()
                .map(|job| statement.query_row([job], |row| row.get(0)).optional());
            retried.filter_map(Result::transpose).collect()
        })
    }

    /// Calls jobs off that wait, wait to be tried again or are being worked on; who works on one is fenced off.
    ///
    /// A posting that was queued again keeps the usable record it has: its job is done with it as before, and `standing`
    /// says what the row of a record shows, or `None` if it is no record. Any other cancelled job is a failed one, so
    /// every posting still has exactly one result: `record` makes its record, whose error should say `cancelled`, and
    /// `reason` is the row's error. Returns those it called off.
    pub fn cancel(
        &mut self,
        jobs: &[i64],
        reason: &str,
        now: i64,
        record: &dyn Fn(Cancelled) -> String,
        standing: &dyn Fn(StoredRecord) -> Option<Standing>,
    ) -> Result<Vec<i64>, StoreError> {
        self.write(|tx| {
            let mut statement = tx.prepare_cached(
                "UPDATE jobs
                 SET state = 'failed', outcome = 'failed', idem_key = NULL, epoch = epoch + 1, owner = NULL,
                     lease_until = NULL, not_before = 0, error = ?2, title = NULL, certainty = NULL, guarded = 0
                 WHERE id = ?1 AND state IN ('queued', 'running')
                 RETURNING posting_key, posting_id, source",
            )?;
            let mut called_off = Vec::new();
            for job in jobs {
                let place: Option<(String, String, String)> = statement
                    .query_row((job, reason), |row| {
                        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                    })
                    .optional()?;
                let Some((posting_key, posting_id, source)) = place else {
                    continue;
                };
                called_off.push(*job);
                if put_back(tx, *job, standing)? {
                    continue;
                }
                let json = record(Cancelled {
                    posting_id: &posting_id,
                    source: &source,
                });
                let new = NewRecord {
                    idem_key: CANCELLED,
                    status: "failed",
                    json: &json,
                    ..NewRecord::default()
                };
                records::insert(tx, &posting_key, &posting_id, &new, now)?;
            }
            Ok(called_off)
        })
    }

    /// Makes jobs go before all with a higher number, whatever state they are in, and returns how many exist.
    ///
    /// This process's run set follows at once; that of another process keeps the order it was selected in.
    pub fn set_priority(&mut self, jobs: &[i64], priority: i64) -> Result<usize, StoreError> {
        self.write(|tx| {
            let mut own = tx.prepare_cached("UPDATE jobs SET priority = ?2 WHERE id = ?1")?;
            let mut selected =
                tx.prepare_cached("UPDATE run_jobs SET priority = ?2 WHERE job_id = ?1")?;
            let mut changed = 0;
            for job in jobs {
                changed += own.execute((job, priority))?;
                selected.execute((job, priority))?;
            }
            Ok(changed)
        })
    }
}

/// Makes a job done with the newest record of its posting, if that is usable.
fn put_back(
    conn: &Connection,
    job: i64,
    standing: &dyn Fn(StoredRecord) -> Option<Standing>,
) -> rusqlite::Result<bool> {
    let newest = records::newest(conn, job)?.filter(|record| record.status != "failed");
    let Some(record) = newest else {
        return Ok(false);
    };
    let idem_key = record.idem_key.clone();
    let Some(standing) = standing(record) else {
        return Ok(false);
    };
    conn.prepare_cached(
        "UPDATE jobs SET state = 'done', idem_key = ?2, error = NULL WHERE id = ?1",
    )?
    .execute((job, idem_key))?;
    reviews::show(conn, job, &standing)?;
    Ok(true)
}
