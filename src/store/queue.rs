//! Putting work into the queue: what is new, what is joined, what is done again.

use super::content::{self, Deflater};
use super::{Store, StoreError, records};
use rusqlite::{Connection, OptionalExtension, Row};

/// One page to be worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewJob<'a> {
    /// What makes the posting the same one on another day; there is one job per key.
    pub posting_key: &'a str,
    /// The id shown to the user.
    pub posting_id: &'a str,
    /// Where the page came from, as JSON.
    pub source: &'a str,
    /// How to read the bytes.
    pub format: &'a str,
    /// SHA-256 of `body`, in the caller's spelling; the store does not check it.
    pub sha256: &'a str,
    /// The page's bytes, in whatever encoding they came.
    pub body: &'a [u8],
    /// The key of the record that is wanted: it stands for the content and every setting that shapes the record.
    pub idem_key: &'a str,
    /// Jobs with a lower number are claimed first; 0 is usual.
    pub priority: i64,
}

/// Where a [`NewJob`] went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enqueued {
    /// The job, new or not.
    pub job_id: i64,
    /// True when the wanted record exists and nothing is left to do.
    pub already: bool,
}

/// What the queue holds for a posting before it is queued again.
struct Present {
    id: i64,
    state: String,
    sha256: Option<String>,
    idem_key: Option<String>,
}

impl Present {
    fn of(row: &Row) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            state: row.get(1)?,
            sha256: row.get(2)?,
            idem_key: row.get(3)?,
        })
    }

    /// The record exists that `job` asks for.
    fn answers(&self, job: &NewJob) -> bool {
        self.state == "done" && self.idem_key.as_deref() == Some(job.idem_key)
    }

    /// The same bytes wait or are being worked on.
    fn is_under_way(&self, job: &NewJob) -> bool {
        matches!(self.state.as_str(), "queued" | "running")
            && self.sha256.as_deref() == Some(job.sha256)
    }
}

impl Store {
    /// Queues `jobs` in one transaction; the answers are in their order.
    ///
    /// A job whose wanted record exists is left alone, and so is one whose bytes are queued or being worked on already.
    /// Anything else, a page or setting that changed, an earlier failure, or any job when `fresh` is true, starts
    /// over with no attempts, and who worked on it is fenced off.
    pub fn enqueue(
        &mut self,
        jobs: &[NewJob],
        now: i64,
        fresh: bool,
    ) -> Result<Vec<Enqueued>, StoreError> {
        self.write(|tx| {
            let mut deflater = Deflater::new();
            jobs.iter()
                .map(|job| enqueue_one(tx, &mut deflater, job, now, fresh))
                .collect()
        })
    }

    /// Notes an input that could not be read at all: a failed job without content, `json` as its record, and `error` as
    /// its row's.
    ///
    /// Queueing the same `posting_key` with content later revives the job; one that was read before keeps what it had.
    /// Returns the job's id.
    pub fn fail_input(
        &mut self,
        posting_key: &str,
        posting_id: &str,
        source: &str,
        json: &str,
        error: &str,
        now: i64,
    ) -> Result<i64, StoreError> {
        self.write(|tx| {
            let failed = tx
                .prepare_cached(
                    "INSERT INTO jobs (posting_key, posting_id, source, format, state, outcome, idem_key, error, queued_at)
                     VALUES (?1, ?2, ?3, '', 'failed', 'failed', '', ?5, ?4)
                     ON CONFLICT (posting_key) DO UPDATE SET
                         posting_id = excluded.posting_id, source = excluded.source, format = '', sha256 = NULL,
                         state = 'failed', idem_key = '', attempts = 0, epoch = epoch + 1, owner = NULL,
                         lease_until = NULL, not_before = 0, error = excluded.error, queued_at = excluded.queued_at,
                         outcome = 'failed', title = NULL, certainty = NULL, guarded = 0
                     WHERE jobs.state <> 'done'
                     RETURNING id",
                )?
                .query_row((posting_key, posting_id, source, now, error), |row| {
                    row.get(0)
                })
                .optional()?;
            let Some(id) = failed else {
                return tx
                    .prepare_cached("SELECT id FROM jobs WHERE posting_key = ?1")?
                    .query_row([posting_key], |row| row.get(0));
            };
            let record = records::NewRecord {
                idem_key: "",
                status: "failed",
                json,
                ..records::NewRecord::default()
            };
            records::insert(tx, posting_key, posting_id, &record, now)?;
            Ok(id)
        })
    }
}

fn enqueue_one(
    conn: &Connection,
    deflater: &mut Deflater,
    job: &NewJob,
    now: i64,
    fresh: bool,
) -> rusqlite::Result<Enqueued> {
    let present = conn
        .prepare_cached("SELECT id, state, sha256, idem_key FROM jobs WHERE posting_key = ?1")?
        .query_row([job.posting_key], Present::of)
        .optional()?;
    if let Some(present) = present.filter(|_| !fresh) {
        let already = present.answers(job);
        if already || present.is_under_way(job) {
            return Ok(Enqueued {
                job_id: present.id,
                already,
            });
        }
    }
    content::keep(conn, deflater, job.sha256, job.body)?;
    let job_id = put(conn, job, now)?;
    Ok(Enqueued {
        job_id,
        already: false,
    })
}

/// Writes `job` as queued, over whatever state its posting was in.
fn put(conn: &Connection, job: &NewJob, now: i64) -> rusqlite::Result<i64> {
    conn.prepare_cached(
        "INSERT INTO jobs (posting_key, posting_id, source, format, sha256, state, priority, queued_at)
         VALUES (?1, ?2, ?3, ?4, ?5, 'queued', ?6, ?7)
         ON CONFLICT (posting_key) DO UPDATE SET
             posting_id = excluded.posting_id, source = excluded.source, format = excluded.format,
             sha256 = excluded.sha256, state = 'queued', idem_key = NULL, attempts = 0, epoch = epoch + 1,
             owner = NULL, lease_until = NULL, not_before = 0, priority = excluded.priority, error = NULL,
             queued_at = excluded.queued_at, outcome = NULL, title = NULL, certainty = NULL, guarded = 0
         RETURNING id",
    )?
    .query_row(
        (
            job.posting_key,
            job.posting_id,
            job.source,
            job.format,
            job.sha256,
            job.priority,
            now,
        ),
        |row| row.get(0),
    )
}
