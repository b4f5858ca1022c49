//! The bytes of pages, kept once per SHA-256 and compressed.

use super::{Store, StoreError};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use rusqlite::{Connection, OptionalExtension, types::Type};
use std::io::{Read, Write};

impl Store {
    /// The bytes queued under `sha256`, exactly as they came.
    pub fn content(&self, sha256: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|conn| {
            let body: Option<Vec<u8>> = conn
                .prepare_cached("SELECT body FROM content WHERE sha256 = ?1")?
                .query_row([sha256], |row| row.get(0))
                .optional()?;
            body.map(|body| inflate(&body)).transpose()
        })
    }
}

/// Keeps `body` unless these bytes are there already.
pub(super) fn keep(
    conn: &Connection,
    deflater: &mut Deflater,
    sha256: &str,
    body: &[u8],
) -> rusqlite::Result<()> {
    let known = conn
        .prepare_cached("SELECT 1 FROM content WHERE sha256 = ?1")?
        .exists([sha256])?;
    if !known {
        conn.prepare_cached("INSERT INTO content (sha256, body) VALUES (?1, ?2)")?
            .execute((sha256, deflater.deflate(body)?))?;
    }
    Ok(())
}

/// A compressor that is set up once and used for many small bodies.
pub(super) struct Deflater(ZlibEncoder<Vec<u8>>);

impl Deflater {
    pub(super) fn new() -> Self {
        Self(ZlibEncoder::new(Vec::new(), Compression::fast()))
    }

    pub(super) fn deflate(&mut self, bytes: &[u8]) -> rusqlite::Result<Vec<u8>> {
        self.0
            .write_all(bytes)
            .and_then(|()| self.0.reset(Vec::new()))
            .map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))
    }
}

/// Undoes [`Deflater::deflate`].
pub(super) fn inflate(body: &[u8]) -> rusqlite::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    ZlibDecoder::new(body)
        .read_to_end(&mut bytes)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(0, Type::Blob, e.into()))?;
    Ok(bytes)
}
