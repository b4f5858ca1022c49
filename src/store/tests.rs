//! The rules of the queue, the run set, the records and the file, one by one.
#![allow(clippy::unwrap_used)]

mod file;
mod finished;
mod managing;
mod migration;
mod queueing;
mod reviewing;
mod window;
mod working;

use super::{Claim, Entry, NewJob, NewRecord, Standing, Store, Which};

/// A page of posting `key` whose bytes are `body`; the wanted record is that of these bytes.
fn job<'a>(key: &'a str, body: &'a str) -> NewJob<'a> {
    NewJob {
        posting_key: key,
        posting_id: key,
        source: r#"{"path":"page.html"}"#,
        format: "html",
        sha256: body,
        body: body.as_bytes(),
        idem_key: body,
        priority: 0,
    }
}

fn record<'a>(idem_key: &'a str, json: &'a str) -> NewRecord<'a> {
    NewRecord {
        idem_key,
        status: "done",
        json,
        ..NewRecord::default()
    }
}

/// What a log that does not exist says of a record.
fn nothing_said(_: &[Entry]) -> Standing {
    unreachable!("nobody reviewed anything")
}

/// A store whose run set holds one queued job per key, with the key as its bytes.
fn store_with(keys: &[&str]) -> Store {
    let mut store = Store::in_memory().unwrap();
    for key in keys {
        queue(&mut store, &job(key, key));
    }
    store
}

/// Queues `job` at time 0 and selects it; returns its id and whether it was done already.
fn queue(store: &mut Store, job: &NewJob) -> (i64, bool) {
    let queued = store.enqueue(&[*job], 0, false).unwrap()[0];
    store.select(&[queued.job_id]).unwrap();
    (queued.job_id, queued.already)
}

fn claim(store: &mut Store, now: i64) -> Option<Claim> {
    store.claim("me", 100, now).unwrap()
}

/// Claims the next job and finishes it with its content's key and `json`.
fn finish_next(store: &mut Store, json: &str) -> Claim {
    let claim = claim(store, 0).unwrap();
    let done = store
        .complete(&claim, &record(&claim.sha256, json), 1, nothing_said)
        .unwrap();
    assert!(done);
    claim
}

fn taken(store: &mut Store, ordered: bool) -> Vec<String> {
    let records = store.take_finished(ordered, false, 100).unwrap();
    records.into_iter().map(|record| record.json).collect()
}

fn exported(store: &Store, all: bool) -> Vec<String> {
    let which = if all { Which::All } else { Which::Newest };
    let mut lines = Vec::new();
    store
        .export(which, false, |record| {
            lines.push(record.json);
            Ok::<_, super::StoreError>(())
        })
        .unwrap();
    lines
}
