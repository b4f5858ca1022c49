//! A store with one read page, what the model made of it, and ways to read it again.
#![allow(dead_code, clippy::unwrap_used)]

use serde_json::{Value, json};
use smelt::extract::record::Record;
use smelt::posting::Field;
use smelt::review::{self, Case, Change};
use smelt::store::{NewJob, NewRecord, Store};

/// What the page says.
pub const TEXT: &str = "Night Nurse\nCompany: Mercy Hospital\nSalary: $30 - $35 per hour\nFull-time, night shifts\n\
                        Registered nurse\n3+ years of experience\nApply by 3 May 2026\nJava and Rust";

/// Where words stand in [`TEXT`].
pub fn at(words: &str) -> std::ops::Range<usize> {
    let start = TEXT.find(words).unwrap();
    start..start + words.len()
}

/// A record of [`TEXT`] with a title of a reader's choice, to review.
pub fn record(title: &str) -> Record {
    let mut posting = json!(smelt::posting::JobPosting::default());
    posting["title"] = title.into();
    posting["company"] = "Mercy Hospital".into();
    posting["salary"] = json!({"min": 30, "max": 35, "currency": null, "period": "hourly"});
    posting["skills"] = json!(["Java"]);
    serde_json::from_value(json!({
        "v": 1, "kind": "record", "id": "nurse",
        "source": {"path": "nurse.txt", "url": null, "line": null, "sha256": "x"},
        "status": "needs_review", "posting": posting,
        "evidence": {"title": [{"block": 1, "start": 0, "end": 11}], "skills": [{"block": 8, "start": at("Java").start, "end": at("Java").end}]},
        "provenance": {"title": "model", "company": "rule", "salary": "rule", "skills": "model"},
        "confidence": {"title": 0.57, "company": 0.94, "salary": 0.8, "skills": 0.7},
        "flags": ["conflict:title", "currency_ambiguous:salary"],
        "usage": {"prompt_tokens": 1, "cached_tokens": 0, "completion_tokens": 1, "chunks": 1},
        "timing": {"queued_ms": 0, "page_ms": 0, "prefill_ms": 0, "decode_ms": 0},
        "energy_j": null, "model": {"id": null, "quant": null, "engine": "none"}, "error": null,
    }))
    .unwrap()
}

/// Reads the page called `key` (again): its job gets this record, as a worker writes it.
pub fn read(store: &mut Store, key: &str, record: &Record, text: &str) -> i64 {
    let json = serde_json::to_string(record).unwrap();
    read_as(store, key, record, text, &json)
}

/// As [`read`], with a record that is kept as `json`.
pub fn read_as(store: &mut Store, key: &str, record: &Record, text: &str, json: &str) -> i64 {
    queue(store, key, text);
    let claim = store.claim("reader", 1_000, 0).unwrap().unwrap();
    let standing = review::standing(record);
    let idem_key = format!("{text} {}", json!(record.posting));
    let new = NewRecord {
        idem_key: &idem_key,
        status: record.status.as_str(),
        json,
        text: Some(text),
        title: standing.title.as_deref(),
        certainty: standing.certainty,
        guarded: standing.guarded,
        error: None,
    };
    let settle = |log: &[smelt::store::Entry]| review::settle(record, Some(text), log);
    assert!(store.complete(&claim, &new, 1, settle).unwrap());
    claim.job_id
}

/// Queues the page called `key` (again) for this run.
pub fn queue(store: &mut Store, key: &str, text: &str) -> i64 {
    let job = NewJob {
        posting_key: key,
        posting_id: key,
        source: r#"{"path":"nurse.txt"}"#,
        format: "text",
        sha256: text,
        body: text.as_bytes(),
        idem_key: "",
        priority: 0,
    };
    let queued = store.enqueue(&[job], 0, true).unwrap()[0];
    store.select(&[queued.job_id]).unwrap();
    queued.job_id
}

/// A store in which [`TEXT`] was read as a night nurse's job.
pub fn store() -> (Store, i64) {
    let mut store = Store::in_memory().unwrap();
    let job = read(&mut store, "nurse", &record("Night Nurse"), TEXT);
    (store, job)
}

pub fn say(store: &mut Store, job: i64, change: impl FnOnce(&Case) -> Change) -> Case {
    let case = Case::open(store, job).unwrap();
    case.say(store, &change(&case), "ada", 1_772_000_000_000)
        .unwrap()
}

pub fn edit(store: &mut Store, job: i64, field: Field, typed: &str) -> Case {
    say(store, job, |case| {
        Change::Edit(case.edit(field, typed, None).unwrap())
    })
}

pub fn value(record: &Record, field: Field) -> Value {
    json!(record.posting)[field.key()].take()
}
