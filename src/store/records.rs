//! Records: what a job is finished with, at most one per posting and idempotency key.

use super::content::{Deflater, inflate};
use super::reviews::{self, Entry};
use super::{Store, StoreError};
use rusqlite::{Connection, OptionalExtension, Row, types::Type};

/// A record to be kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NewRecord<'a> {
    /// Stands for the content and every setting that shaped the record.
    pub idem_key: &'a str,
    /// `done`, `needs_review` or `failed`; the store refuses any other.
    pub status: &'a str,
    /// The record itself.
    pub json: &'a str,
    /// The cleaned text the record's evidence points into.
    pub text: Option<&'a str>,
    /// The job's name, for its row.
    pub title: Option<&'a str>,
    /// The least confidence of its values in percent, for its row; `None` without a value.
    pub certainty: Option<u8>,
    /// Never to be approved unseen.
    pub guarded: bool,
    /// Why there is none, for its row.
    pub error: Option<&'a str>,
}

/// A record as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// Its number; a newer record has a higher one.
    pub seq: i64,
    /// The job of its posting.
    pub job_id: i64,
    /// The id shown to the user.
    pub posting_id: String,
    /// Stands for the content and every setting that shaped the record; empty for an input that could not be read.
    pub idem_key: String,
    /// `done`, `needs_review` or `failed`.
    pub status: String,
    /// The record itself.
    pub json: String,
    /// The cleaned text, where it was kept and asked for; also where it was not asked for if there is a `log`, which
    /// says nothing without it.
    pub text: Option<String>,
    /// All that was said of the posting's records.
    pub log: Vec<Entry>,
}

/// Which records an export is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The newest of every posting.
    Newest,
    /// Every record, from old to new.
    All,
    /// The newest of every posting that was reviewed.
    Reviewed,
}

/// What [`StoredRecord::of`] reads, from a `records` table called `rec`.
macro_rules! columns {
    () => {
        "rec.posting_id, rec.idem_key, rec.status, rec.json, rec.text, rec.seq, rec.posting_key,
         (SELECT id FROM jobs WHERE posting_key = rec.posting_key)"
    };
}
pub(super) use columns;

impl StoredRecord {
    /// Reads the eight columns of [`columns`] from `row`; inflates the text only if somebody will read it.
    pub(super) fn of(conn: &Connection, row: &Row, with_text: bool) -> rusqlite::Result<Self> {
        let log = reviews::log_of(conn, &row.get::<_, String>(6)?)?;
        let text = if with_text || !log.is_empty() {
            row.get::<_, Option<Vec<u8>>>(4)?
        } else {
            None
        };
        Ok(Self {
            seq: row.get(5)?,
            job_id: row.get(7)?,
            posting_id: row.get(0)?,
            idem_key: row.get(1)?,
            status: row.get(2)?,
            json: row.get(3)?,
            text: text.map(|body| inflate_text(&body)).transpose()?,
            log,
        })
    }
}

fn inflate_text(body: &[u8]) -> rusqlite::Result<String> {
    String::from_utf8(inflate(body)?)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(4, Type::Text, e.into()))
}

/// Keeps `record` as the newest of its posting; one with the same key gives way to it.
pub(super) fn insert(
    conn: &Connection,
    posting_key: &str,
    posting_id: &str,
    record: &NewRecord,
    now: i64,
) -> rusqlite::Result<()> {
    let text = record
        .text
        .map(|text| Deflater::new().deflate(text.as_bytes()))
        .transpose()?;
    conn.prepare_cached(
        "INSERT OR REPLACE INTO records (posting_key, posting_id, idem_key, status, json, text, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute((
        posting_key,
        posting_id,
        record.idem_key,
        record.status,
        record.json,
        text,
        now,
    ))?;
    Ok(())
}

/// The newest record of a job's posting with its text.
pub(super) fn newest(conn: &Connection, job: i64) -> rusqlite::Result<Option<StoredRecord>> {
    conn.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM jobs j CROSS JOIN records rec ON rec.posting_key = j.posting_key
         WHERE j.id = ?1 ORDER BY rec.seq DESC LIMIT 1"
    ))?
    .query_row([job], |row| StoredRecord::of(conn, row, true))
    .optional()
}

impl Store {
    /// The newest usable record with this key, whichever posting it belongs to: the same page under another name
    /// costs no tokens.
    pub fn cached(&self, idem_key: &str) -> Result<Option<StoredRecord>, StoreError> {
        self.read(|conn| {
            conn.prepare_cached(concat!(
                "SELECT ",
                columns!(),
                " FROM records rec WHERE idem_key = ?1 AND status IN ('done', 'needs_review')
                 ORDER BY seq DESC LIMIT 1"
            ))?
            .query_row([idem_key], |row| StoredRecord::of(conn, row, true))
            .optional()
        })
    }

    /// The newest record of a job's posting with its text, whatever the job's state; `None` if it has none yet.
    pub fn record_of(&self, job: i64) -> Result<Option<StoredRecord>, StoreError> {
        self.snapshot(|conn| newest(conn, job))
    }

    /// The cleaned text of a job's newest record.
    pub fn text_of(&self, job: i64) -> Result<Option<String>, StoreError> {
        Ok(self.record_of(job)?.and_then(|record| record.text))
    }

    /// The jobs whose postings are shown under this id: more than one if inputs of several files use it.
    pub fn jobs_called(&self, posting_id: &str) -> Result<Vec<i64>, StoreError> {
        self.read(|conn| {
            conn.prepare_cached("SELECT id FROM jobs WHERE posting_id = ?1 ORDER BY id")?
                .query_map([posting_id], |row| row.get(0))?
                .collect()
        })
    }

    /// Hands `each` these records; postings come in the order they were first queued in. Holds one posting's records
    /// at a time; stops at the first error.
    pub fn export<E: From<StoreError>>(
        &self,
        which: Which,
        with_text: bool,
        mut each: impl FnMut(StoredRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut refused = Ok(());
        self.read(|conn| {
            let mut statement = conn.prepare_cached(concat!(
                "SELECT ",
                columns!(),
                " FROM jobs j CROSS JOIN records rec ON rec.posting_key = j.posting_key
                 WHERE (?1 OR rec.seq = (SELECT max(seq) FROM records WHERE posting_key = j.posting_key))
                   AND (NOT ?2 OR EXISTS (SELECT 1 FROM reviews WHERE posting_key = j.posting_key))
                 ORDER BY j.id, rec.seq"
            ))?;
            let mut rows = statement.query((which == Which::All, which == Which::Reviewed))?;
            while let Some(row) = rows.next()? {
                refused = each(StoredRecord::of(conn, row, with_text)?);
                if refused.is_err() {
                    break;
                }
            }
            Ok(())
        })?;
        refused
    }
}
