//! Records: one a posting and idempotency key; the newest of a posting is its result.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Store, StoreError, pack, unpack};

/// A record to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewRecord<'a> {
    /// Content and everything that shaped the result; empty for inputs that could not be read.
    pub idem_key: &'a str,
    /// `done`, `needs_review` or `failed`.
    pub status: &'a str,
    /// The record, without its text.
    pub json: &'a str,
    /// The clean text its offsets refer to.
    pub text: Option<&'a str>,
}

/// A record as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// `done`, `needs_review` or `failed`.
    pub status: String,
    /// The record, without its text.
    pub json: String,
    packed_text: Option<Vec<u8>>,
}

impl StoredRecord {
    /// The clean text its offsets refer to.
    ///
    /// # Errors
    /// When it does not unpack.
    pub fn text(&self) -> Result<Option<String>, StoreError> {
        let unpacked = self.packed_text.as_deref().map(unpack).transpose()?;
        Ok(unpacked.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }
}

pub(super) fn insert(
    connection: &Connection,
    posting_key: &str,
    posting_id: &str,
    record: &NewRecord,
    now: i64,
) -> Result<(), StoreError> {
    // REPLACE gives the row a new number, so the newest record of a posting is always the last.
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO records (posting_key, posting_id, idem_key, status, json, text, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            posting_key,
            posting_id,
            record.idem_key,
            record.status,
            record.json,
            record.text.map(|text| pack(text.as_bytes())).transpose()?,
            now
        ])?;
    Ok(())
}

pub(super) fn stored(row: &Row) -> rusqlite::Result<StoredRecord> {
    Ok(StoredRecord { status: row.get(0)?, json: row.get(1)?, packed_text: row.get(2)? })
}

impl Store {
    /// The newest successful record with this key, of any posting: the same page under another name costs no tokens.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn cached(&self, idem_key: &str) -> Result<Option<StoredRecord>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT status, json, text FROM records WHERE idem_key = ?1 AND status <> 'failed' ORDER BY seq DESC LIMIT 1",
        )?;
        Ok(statement.query_row([idem_key], stored).optional()?)
    }

    /// Hands out the newest record of every posting, or every record there is, in the order they were written.
    ///
    /// # Errors
    /// When the store cannot be read, or `each` fails.
    pub fn export<E: From<StoreError>>(
        &self,
        all: bool,
        mut each: impl FnMut(StoredRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        let newest = "SELECT status, json, text FROM records AS one
                      WHERE seq = (SELECT max(seq) FROM records WHERE posting_key = one.posting_key) ORDER BY seq";
        let query = if all { "SELECT status, json, text FROM records ORDER BY seq" } else { newest };
        let mut statement = self.connection.prepare(query).map_err(StoreError::from)?;
        for record in statement.query_map([], stored).map_err(StoreError::from)? {
            each(record.map_err(StoreError::from)?)?;
        }
        Ok(())
    }
}
