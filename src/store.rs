//! The store: queue, records and page bytes in one SQLite file, so that `kill -9` at any moment loses nothing.

mod migrations;
mod queue;
mod records;
mod run_set;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use rusqlite::{Connection, ErrorCode};

pub use self::queue::{Claim, Enqueued, NewJob};
pub use self::records::{NewRecord, StoredRecord};
pub use self::run_set::Progress;

/// One connection to the store. All times are milliseconds since the Unix epoch and given by the caller.
pub struct Store {
    connection: Connection,
}

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds a write lock for longer than the time-out.
    #[error("the store {0} is locked by another process; end that one, or name another store with --store")]
    Locked(PathBuf),
    /// Not a database, or a damaged one.
    #[error("the store {0} is corrupt or not an SQLite file; move it away or name another store with --store")]
    Corrupt(PathBuf),
    /// Written by a newer program.
    #[error("the store {path} has version {found}, newer than this smelt's {known}; use the newer smelt")]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: usize,
        /// The newest version this program knows.
        known: usize,
    },
    /// The file or its directory cannot be made.
    #[error("the store {path} cannot be opened: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A statement failed.
    #[error("the store failed: {0}; nothing already written is lost, run the command again")]
    Sql(#[from] rusqlite::Error),
    /// A stored page or text does not unpack.
    #[error("a stored text is damaged: {0}")]
    Damaged(std::io::Error),
}

impl Store {
    /// Opens or makes a store.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).map_err(|source| StoreError::Io { path: path.to_owned(), source })?;
        }
        let explain = |error| explain(error, path);
        let mut connection = Connection::open(path).map_err(explain)?;
        connection.busy_timeout(Duration::from_secs(5)).map_err(explain)?;
        // NORMAL survives the death of the process; a power cut may lose the last commits, whose pages are asked again.
        connection.pragma_update(None, "journal_mode", "WAL").map_err(explain)?;
        connection.pragma_update(None, "synchronous", "NORMAL").map_err(explain)?;
        migrations::apply(&mut connection, path)?;
        connection.execute_batch(run_set::TABLE).map_err(explain)?;
        Ok(Self { connection })
    }
}

fn explain(error: rusqlite::Error, path: &Path) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked(path.to_owned()),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StoreError::Corrupt(path.to_owned()),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            StoreError::Io { path: path.to_owned(), source: std::io::Error::other(error.to_string()) }
        }
        _ => StoreError::Sql(error),
    }
}

fn pack(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).map_err(StoreError::Damaged)
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    ZlibDecoder::new(packed).read_to_end(&mut bytes).map_err(StoreError::Damaged)?;
    Ok(bytes)
}
