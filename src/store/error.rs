//! What can go wrong with a store, and what its user does next.

use rusqlite::{Error, ErrorCode};
use std::path::{Path, PathBuf};

/// A failed store operation; nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process held the write lock for longer than the five seconds a call waits.
    #[error(
        "the store {} is locked by another process: wait until it is done or stop it, then run again",
        path.display()
    )]
    Locked {
        /// The store file.
        path: PathBuf,
    },
    /// The file is not a store, or its contents contradict themselves.
    #[error(
        "the store {} cannot be read ({reason}): move it away together with its -wal and -shm files and run again to start \
         a new one; `sqlite3 FILE .recover` may save what it held",
        path.display()
    )]
    Corrupt {
        /// The store file.
        path: PathBuf,
        /// `SQLite`'s or the decompressor's own words.
        reason: String,
    },
    /// The file is another program's.
    #[error(
        "{} is the database of another program and was left as it is: name another file with --store",
        path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a later version of this program.
    #[error(
        "the store {} has format {found} and this smelt knows formats up to {known}: use the newer smelt that wrote it, \
         or name another store",
        path.display()
    )]
    TooNew {
        /// The store file.
        path: PathBuf,
        /// The format the file says it has.
        found: i64,
        /// The newest format this program reads.
        known: i64,
    },
    /// The directory of the store could not be created.
    #[error(
        "cannot create the store's directory {}: {source}; check its permissions or name another store",
        path.display()
    )]
    Io {
        /// The directory.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// Anything else `SQLite` refuses, such as a full disk or a read-only file.
    #[error(
        "the store {} refused an operation: {source}; check that the file and its directory are writable and the disk \
         has room, then run again",
        path.display()
    )]
    Sql {
        /// The store file.
        path: PathBuf,
        /// `SQLite`'s reason.
        source: Error,
    },
}

impl StoreError {
    /// Sorts an `SQLite` error by what the user has to do about it.
    pub(super) fn sqlite(path: &Path, source: Error) -> Self {
        let path = path.to_path_buf();
        let undecodable = matches!(
            source,
            Error::FromSqlConversionFailure(..)
                | Error::InvalidColumnType(..)
                | Error::IntegralValueOutOfRange(..)
        );
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt {
                path,
                reason: source.to_string(),
            },
            None if undecodable => Self::Corrupt {
                path,
                reason: source.to_string(),
            },
            _ => Self::Sql { path, source },
        }
    }
}
