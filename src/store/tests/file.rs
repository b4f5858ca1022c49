//! The file: created, reopened, shared, refused.

use super::*;
use crate::store::{StoreError, schema};
use std::sync::Barrier;
use tempfile::TempDir;

const fn assert_send<T: Send>() {}
const _: () = assert_send::<Store>();

/// A directory and, in it, the path of a store that does not exist yet.
fn place() -> (TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new/dirs/smelt.db");
    (dir, path)
}

#[test]
fn a_store_is_created_with_its_directories_and_opens_again_with_its_jobs() {
    let (_dir, path) = place();
    let mut store = Store::open(&path).unwrap();
    store.enqueue(&[job("a", "a")], 0, false).unwrap();
    drop(store);
    let mut store = Store::open(&path).unwrap();
    assert_eq!(store.select_unfinished().unwrap(), 1);
    assert_eq!(store.content("a").unwrap().unwrap(), b"a");
}

#[test]
fn the_file_is_in_write_ahead_mode_with_foreign_keys_checked() {
    let (_dir, path) = place();
    let store = Store::open(&path).unwrap();
    let pragma = |name: &str| -> String {
        let sql = format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}");
        store.conn.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(pragma("journal_mode"), "wal");
    assert_eq!(pragma("synchronous"), "1");
    assert_eq!(pragma("foreign_keys"), "1");
}

#[test]
fn many_may_open_a_new_store_at_once() {
    let (_dir, path) = place();
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        for key in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            let (path, start) = (&path, &start);
            scope.spawn(move || {
                start.wait();
                let mut store = Store::open(path).unwrap();
                store.enqueue(&[job(key, key)], 0, false).unwrap();
            });
        }
    });
    assert_eq!(Store::open(&path).unwrap().counts().unwrap().waiting, 8);
}

#[test]
fn a_newer_store_is_refused_and_left_as_it_is() {
    let (_dir, path) = place();
    let store = Store::open(&path).unwrap();
    store
        .conn
        .pragma_update(None, "user_version", schema::VERSION + 1)
        .unwrap();
    drop(store);
    let before = std::fs::read(&path).unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::TooNew { .. }), "{error}");
    assert!(error.to_string().contains("newer smelt"));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_that_is_no_store_is_corrupt_and_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("notes.txt");
    let text = "these are my notes\n".repeat(500);
    std::fs::write(&path, &text).unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn another_program_s_database_is_refused_and_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notes.db");
    for version in [0, 1, 99] {
        let theirs = rusqlite::Connection::open(&path).unwrap();
        theirs
            .execute_batch(
                "CREATE TABLE IF NOT EXISTS notes (text TEXT); INSERT INTO notes VALUES ('mine')",
            )
            .unwrap();
        theirs.pragma_update(None, "user_version", version).unwrap();
        drop(theirs);
        let before = std::fs::read(&path).unwrap();
        let error = Store::open(&path).unwrap_err();
        assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}

#[test]
fn overwritten_pages_are_corrupt() {
    let (_dir, path) = place();
    let mut store = Store::open(&path).unwrap();
    let keys: Vec<_> = (0..500).map(|n| format!("posting {n}")).collect();
    let jobs: Vec<_> = keys.iter().map(|key| job(key, key)).collect();
    store.enqueue(&jobs, 0, false).unwrap();
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096..].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    let outcome = Store::open(&path).and_then(|mut store| store.select_unfinished());
    assert!(matches!(outcome, Err(StoreError::Corrupt { .. })));
}

#[test]
fn damaged_content_is_corrupt() {
    let store = store_with(&["a"]);
    store
        .conn
        .execute("UPDATE content SET body = x'78010000'", [])
        .unwrap();
    let error = store.content("a").unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
}

#[test]
fn a_store_that_another_process_keeps_locked_says_so() {
    let (_dir, path) = place();
    let holder = Store::open(&path).unwrap();
    let mut store = Store::open(&path).unwrap();
    store.conn.busy_timeout(std::time::Duration::ZERO).unwrap();
    holder.conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.enqueue(&[job("a", "a")], 0, false).unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    holder.conn.execute_batch("COMMIT").unwrap();
    store.enqueue(&[job("a", "a")], 0, false).unwrap();
}

#[test]
fn a_directory_that_cannot_be_made_is_an_io_error_that_names_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Store::open(&file.join("smelt.db")).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    assert!(error.to_string().contains(&*file.to_string_lossy()));
}
