//! Migrations: the tables, one step a version, numbered by SQLite's `user_version`.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::{StoreError, explain};

/// Step n brings a store from version n to n + 1. Steps that have shipped are never edited.
const STEPS: [&str; 1] = ["
    CREATE TABLE content (sha256 TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE jobs (
        id INTEGER PRIMARY KEY,
        posting_key TEXT NOT NULL UNIQUE,
        posting_id TEXT NOT NULL,
        source TEXT NOT NULL,
        format TEXT NOT NULL,
        sha256 TEXT,
        state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
        idem_key TEXT,
        attempts INTEGER NOT NULL DEFAULT 0,
        epoch INTEGER NOT NULL DEFAULT 0,
        owner TEXT,
        lease_until INTEGER NOT NULL DEFAULT 0,
        not_before INTEGER NOT NULL DEFAULT 0,
        error TEXT,
        queued_at INTEGER NOT NULL
    );
    CREATE INDEX jobs_by_state ON jobs (state);
    CREATE TABLE records (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        posting_key TEXT NOT NULL,
        posting_id TEXT NOT NULL,
        idem_key TEXT NOT NULL,
        status TEXT NOT NULL,
        json TEXT NOT NULL,
        text BLOB,
        created_at INTEGER NOT NULL,
        UNIQUE (posting_key, idem_key)
    );
    CREATE INDEX records_by_idem_key ON records (idem_key);
"];

/// Brings the store to this program's version.
pub(super) fn apply(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let explain = |error| explain(error, path);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(explain)?;
    let found: usize = transaction
        .query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))
        .map(|version| usize::try_from(version).unwrap_or_default())
        .map_err(explain)?;
    if found > STEPS.len() {
        return Err(StoreError::TooNew { path: path.to_owned(), found, known: STEPS.len() });
    }
    for step in STEPS.iter().skip(found) {
        transaction.execute_batch(step).map_err(explain)?;
    }
    transaction.execute_batch(&format!("PRAGMA user_version = {}", STEPS.len())).map_err(explain)?;
    transaction.commit().map_err(explain)
}
