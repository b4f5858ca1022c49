//! Files of older formats, as the programs that wrote them left them.

use super::*;
use crate::store::{Counts, Order, States, schema};
use rusqlite::Connection;

const RECORD: &str = r#"{"v":1,"posting":{"title":"Baker"},"confidence":{"title":0.94,"salary":0.5},"flags":["hidden_text:3"],"error":null}"#;
const FAILED: &str = r#"{"v":1,"posting":{"title":null},"confidence":{},"flags":[],"error":{"kind":"page","message":"empty"}}"#;

/// A file of format 1 with a job in every state, and one whose record is not JSON.
fn format_1(path: &std::path::Path) {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch(schema::MIGRATIONS[0]).unwrap();
    conn.pragma_update(None, "user_version", 1).unwrap();
    conn.execute(
        "INSERT INTO content VALUES ('sha', x'789c030000000001')",
        [],
    )
    .unwrap();
    let jobs = [
        ("queued", 0, None),
        ("queued", 1, None),
        ("running", 1, None),
        ("done", 1, Some(("done", r#"{"old":1}"#))),
        ("done", 1, Some(("needs_review", RECORD))),
        ("failed", 1, Some(("failed", FAILED))),
        ("done", 1, Some(("done", "not JSON"))),
    ];
    for (n, (state, attempts, record)) in (0_i64..).zip(jobs) {
        let lease = (state == "running").then_some(1);
        conn.execute(
            "INSERT INTO jobs (posting_key, posting_id, source, format, sha256, state, attempts, owner, lease_until,
                 queued_at) VALUES (?1, ?1, '{}', 'text', 'sha', ?2, ?3, ?4, ?4, 0)",
            (n, state, attempts, lease),
        )
        .unwrap();
        let older = record.map(|_| ("done", r#"{"older":1}"#));
        for (key, (status, json)) in (0_i64..).zip(older.into_iter().chain(record)) {
            conn.execute(
                "INSERT INTO records (posting_key, posting_id, idem_key, status, json, created_at)
                 VALUES (?1, ?1, ?2, ?3, ?4, 0)",
                (n, key, status, json),
            )
            .unwrap();
        }
    }
}

#[test]
fn a_file_of_format_1_is_brought_up_to_date_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("smelt.db");
    format_1(&path);
    let mut store = Store::open(&path).unwrap();
    let expected = Counts {
        waiting: 1,
        running: 1,
        retrying: 1,
        done: 2,
        to_review: 1,
        failed: 1,
        ..Counts::default()
    };
    assert_eq!(store.counts().unwrap(), expected);
    let rows = store.rows(States::ALL, Order::Queued, 0, 9).unwrap();
    assert_eq!(rows.len(), 7);
    assert_eq!(
        (rows[4].title.as_deref(), rows[4].certainty),
        (Some("Baker"), Some(50))
    );
    assert_eq!(rows[5].error.as_deref(), Some("empty"));
    assert_eq!(rows[6].certainty, None);
    let certain = store.count_certain(0, true).unwrap();
    assert_eq!(
        (certain.jobs, certain.guarded),
        (2, 1),
        "a page that hides text"
    );
    let lines = exported(&store, false);
    let reviewed = RECORD.replace("null}", "null,\"review\":null}");
    assert_eq!(lines[1], reviewed);
    assert_eq!(lines[3], "not JSON");
    assert_eq!(exported(&store, true).len(), 8);
    assert_eq!(store.select_unfinished().unwrap(), 3);
    drop(store);
    assert_eq!(Store::open(&path).unwrap().counts().unwrap(), expected);
}
