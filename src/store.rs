//! The store: one `SQLite` file that holds the queue, the pages' bytes, every record and what people said of them.
//!
//! Postings and pages mean nothing here: a record is a JSON text under a key. All times are `i64` milliseconds since
//! the Unix epoch and are passed in by the caller; this room never reads a clock.
//!
//! What survives what: the file is in write-ahead mode with `synchronous = NORMAL`, and every change is one
//! transaction. `kill -9` at any moment loses nothing that a method has returned from. A power cut may lose the last
//! commits, never the file: the pages they belonged to are still queued, and are simply asked again.
//!
//! Several processes may share a file. A job is *claimed* for a while (its lease) under an epoch, a number that rises
//! with every claim and every change of the job; whoever comes back with an older epoch is turned away and writes
//! nothing (a fencing token).

mod content;
mod error;
mod leases;
mod manage;
mod queue;
mod records;
mod reviews;
mod rows;
mod run_set;
mod schema;
mod state;
mod tally;
#[cfg(test)]
mod tests;

pub use error::StoreError;
pub use leases::Claim;
pub use manage::Cancelled;
pub use queue::{Enqueued, NewJob};
pub use records::{NewRecord, StoredRecord, Which};
pub use reviews::{Certain, Entry, NewEntry, Said, Standing, live};
pub use rows::{Found, JobRow, Order};
pub use run_set::Progress;
pub use state::{Counts, Outcome, State, States};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};

/// One connection to one store file. A process keeps it behind a `Mutex`; other processes open their own.
#[derive(Debug)]
pub struct Store {
    conn: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens the store at `path`; creates the file and the directories above it where they are missing, and brings an
    /// older store up to date.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|source| StoreError::Io {
                path: parent.to_path_buf(),
                source,
            })?;
        }
        let conn = Connection::open(path).map_err(|source| StoreError::sqlite(path, source))?;
        Self::prepare(conn, path.to_path_buf())
    }

    /// A store that lives and dies with this value.
    pub fn in_memory() -> Result<Self, StoreError> {
        let path = PathBuf::from(":memory:");
        let conn =
            Connection::open_in_memory().map_err(|source| StoreError::sqlite(&path, source))?;
        Self::prepare(conn, path)
    }

    fn prepare(mut conn: Connection, path: PathBuf) -> Result<Self, StoreError> {
        let found = schema::prepare(&mut conn).map_err(|e| StoreError::sqlite(&path, e))?;
        let Some(version) = found else {
            return Err(StoreError::Foreign { path });
        };
        if version > schema::VERSION {
            return Err(StoreError::TooNew {
                path,
                found: version,
                known: schema::VERSION,
            });
        }
        Ok(Self { conn, path })
    }

    /// Runs `work` in a transaction that holds the file's write lock from its start, so it cannot fail half-way on a
    /// lock; an error undoes all of it.
    fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.transact(TransactionBehavior::Immediate, work)
    }

    /// Runs `work`, which writes at most the run set, in a transaction that takes no lock on the file.
    fn write_run_set<T>(
        &mut self,
        work: impl FnOnce(&Transaction) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.transact(TransactionBehavior::Deferred, work)
    }

    fn transact<T>(
        &mut self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Transaction) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let Self { conn, path } = self;
        conn.transaction_with_behavior(behavior)
            .and_then(|tx| {
                let value = work(&tx)?;
                tx.commit()?;
                Ok(value)
            })
            .map_err(|source| StoreError::sqlite(path, source))
    }

    /// Runs `work`, which reads more than once, on the store as it is at one moment.
    fn snapshot<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.read(|conn| {
            let moment = conn.unchecked_transaction()?;
            let value = work(&moment)?;
            moment.commit()?;
            Ok(value)
        })
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        work(&self.conn).map_err(|source| StoreError::sqlite(&self.path, source))
    }
}
