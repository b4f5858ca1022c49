//! The tables, how an older file gets them, and the settings of a connection.

use rusqlite::{Connection, Error, ErrorCode, TransactionBehavior};
use std::time::Duration;

/// How long a call waits for another process's write lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How often a new file's first openers may collide over its journal mode before one gives up.
const JOURNAL_MODE_ATTEMPTS: usize = 20;

/// More than the number of different statements in this room, so each is compiled once.
const CACHED_STATEMENTS: usize = 80;

/// Entry n turns a file of format n into one of format n + 1. Entries are only ever appended.
pub(super) const MIGRATIONS: [&str; 2] = [FORMAT_1, include_str!("schema/format_2.sql")];

const FORMAT_1: &str = "
CREATE TABLE content (
    sha256 TEXT PRIMARY KEY,
    body   BLOB NOT NULL  -- zlib
);
CREATE TABLE jobs (
    id          INTEGER PRIMARY KEY,
    posting_key TEXT NOT NULL UNIQUE,
    posting_id  TEXT NOT NULL,
    source      TEXT NOT NULL,                  -- JSON
    format      TEXT NOT NULL,
    sha256      TEXT REFERENCES content(sha256),
    state       TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    idem_key    TEXT,                           -- of the record it is finished with
    attempts    INTEGER NOT NULL DEFAULT 0,
    epoch       INTEGER NOT NULL DEFAULT 0,     -- fencing token
    owner       TEXT,                           -- who holds the lease while running
    lease_until INTEGER,
    not_before  INTEGER NOT NULL DEFAULT 0,
    priority    INTEGER NOT NULL DEFAULT 0,     -- lower goes first
    error       TEXT,                           -- of the last attempt
    queued_at   INTEGER NOT NULL,
    CHECK (state = 'failed' OR sha256 IS NOT NULL),
    CHECK ((state = 'running') = (lease_until IS NOT NULL AND owner IS NOT NULL))
);
CREATE TABLE records (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    posting_key TEXT NOT NULL REFERENCES jobs(posting_key),
    posting_id  TEXT NOT NULL,
    idem_key    TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('done', 'needs_review', 'failed')),
    json        TEXT NOT NULL,
    text        BLOB,                           -- zlib of UTF-8
    created_at  INTEGER NOT NULL,
    UNIQUE (posting_key, idem_key)
);
CREATE INDEX records_by_idem_key ON records (idem_key);
";

/// The format this program writes.
pub(super) const VERSION: i64 = MIGRATIONS.len().cast_signed() as i64;

/// What this process's run works on. It dies with the connection: a new run chooses anew.
const RUN_SET: &str = "
CREATE TEMP TABLE run_jobs (
    pos      INTEGER PRIMARY KEY,
    job_id   INTEGER NOT NULL UNIQUE,
    priority INTEGER NOT NULL,  -- the job's, when it was selected
    emitted  TEXT               -- the job's state when its record was taken
);
CREATE INDEX temp.run_jobs_open ON run_jobs (priority, pos) WHERE emitted IS NULL;
";

/// Whether the file holds something, but no store.
fn is_foreign(conn: &Connection) -> rusqlite::Result<bool> {
    // In one statement, since another process may be making the store just now.
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_master)
                  AND NOT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'records')";
    conn.query_row(sql, [], |row| row.get(0))
}

/// Makes `conn` ready for use and returns the file's format, `None` for another program's file; that and a format above
/// [`VERSION`] are left untouched.
pub(super) fn prepare(conn: &mut Connection) -> rusqlite::Result<Option<i64>> {
    conn.busy_timeout(BUSY_TIMEOUT)?;
    if is_foreign(conn)? {
        return Ok(None);
    }
    conn.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    let found = version(conn)?;
    if found > VERSION {
        return Ok(Some(found));
    }
    write_ahead(conn)?;
    conn.pragma_update(None, "synchronous", "NORMAL")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    let version = if found < VERSION {
        migrate(conn)?
    } else {
        found
    };
    conn.execute_batch(RUN_SET)?;
    Ok(Some(version))
}

fn version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Turns write-ahead mode on. `SQLite` does not wait when two processes do this to a new file at once; so this one waits
/// for the other's lock in a transaction of its own, and tries again.
fn write_ahead(conn: &Connection) -> rusqlite::Result<()> {
    let mut attempt = 1;
    loop {
        match conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())) {
            Err(e) if is_busy(&e) && attempt < JOURNAL_MODE_ATTEMPTS => {
                attempt += 1;
                conn.execute_batch("BEGIN IMMEDIATE; COMMIT")?;
            }
            outcome => return outcome,
        }
    }
}

fn is_busy(error: &Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

/// Applies what the file lacks in one transaction. The format is read again under the lock: another process may have
/// done the work, or a newer program more than it.
fn migrate(conn: &mut Connection) -> rusqlite::Result<i64> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&tx)?;
    for sql in MIGRATIONS
        .iter()
        .skip(usize::try_from(found).unwrap_or_default())
    {
        tx.execute_batch(sql)?;
    }
    let reached = found.max(VERSION);
    tx.pragma_update(None, "user_version", reached)?;
    tx.commit()?;
    Ok(reached)
}
