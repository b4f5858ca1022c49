//! Queueing 10,000 texts of 2 KB, what a run asks again and again, and the queue looked at with 1,000,000 rows.
#![allow(clippy::unwrap_used, missing_docs)]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use smelt::store::{
    NewEntry, NewJob, NewRecord, Order, Outcome, Said, Standing, State, States, Store,
};

const TEXTS: usize = 10_000;

/// Different texts of about 2 KB that compress like prose.
fn texts() -> Vec<(String, String)> {
    let words = [
        "engineer", "salary", "Berlin", "remote", "we", "offer", "the", "team", "years", "Rust",
    ];
    (0..TEXTS)
        .map(|n| {
            let mut text = format!("Posting {n}.");
            let mut random = n as u64;
            while text.len() < 2_048 {
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                text.push(' ');
                text.push_str(words[(random >> 33) as usize % words.len()]);
                text.push_str(&(random >> 56).to_string());
            }
            (format!("{n:064x}"), text)
        })
        .collect()
}

fn jobs(texts: &[(String, String)]) -> Vec<NewJob<'_>> {
    texts
        .iter()
        .map(|(key, text)| NewJob {
            posting_key: key,
            posting_id: key,
            source: r#"{"path":"posting.txt"}"#,
            format: "text",
            sha256: key,
            body: text.as_bytes(),
            idem_key: key,
            priority: 0,
        })
        .collect()
}

fn enqueue(c: &mut Criterion) {
    let texts = texts();
    let jobs = jobs(&texts);
    let mut group = c.benchmark_group("enqueue 10,000 texts of 2 KB");
    group
        .sample_size(10)
        .throughput(Throughput::Elements(TEXTS as u64));
    group.bench_function("new", |b| {
        b.iter_batched(
            || {
                let dir = tempfile::tempdir().unwrap();
                let store = Store::open(&dir.path().join("smelt.db")).unwrap();
                (dir, store)
            },
            |(dir, mut store)| {
                store.enqueue(&jobs, 0, false).unwrap();
                (dir, store)
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("joined", |b| {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(&dir.path().join("smelt.db")).unwrap();
        store.enqueue(&jobs, 0, false).unwrap();
        b.iter(|| store.enqueue(&jobs, 0, false).unwrap());
    });
    group.finish();
}

/// What a run asks the store again and again, while nearly all of a long queue still waits.
fn work(c: &mut Criterion) {
    let texts = texts();
    let jobs = jobs(&texts);
    let mut store = Store::in_memory().unwrap();
    let queued = store.enqueue(&jobs, 0, false).unwrap();
    let ids: Vec<_> = queued.iter().map(|job| job.job_id).collect();
    store.select(&ids).unwrap();
    let first = store.claim("bench", 1_000, 0).unwrap().unwrap();
    let record = NewRecord {
        idem_key: &first.sha256,
        status: "done",
        json: "{}",
        ..NewRecord::default()
    };
    store
        .complete(&first, &record, 0, |_| unreachable!("nobody reviewed"))
        .unwrap();
    store.take_finished(false, false, 1).unwrap();
    let mut group = c.benchmark_group("10,000 jobs queued");
    group.bench_function("claim and release", |b| {
        b.iter(|| {
            let claim = store.claim("bench", 1_000, 0).unwrap().unwrap();
            store.release(&claim, 0, false, None).unwrap()
        });
    });
    group.bench_function("progress", |b| b.iter(|| store.progress().unwrap()));
    group.bench_function("take_finished, nothing new", |b| {
        b.iter(|| store.take_finished(false, false, 16).unwrap());
    });
    group.finish();
}

const ROWS: u64 = 1_000_000;

/// A file of a million jobs: a tenth waits, most are done with any certainty, some in every other state.
fn million(dir: &std::path::Path) -> Store {
    let mut store = Store::open(&dir.join("smelt.db")).unwrap();
    let names: Vec<_> = (0..ROWS)
        .map(|n| {
            (
                format!("{n:064x}"),
                format!(r#"{{"path":"pages/{n:07}.html","url":null,"line":null}}"#),
            )
        })
        .collect();
    for part in names.chunks(10_000) {
        let jobs: Vec<_> = part
            .iter()
            .map(|(key, source)| NewJob {
                posting_key: key,
                posting_id: &key[48..],
                source,
                format: "html",
                sha256: "the same page",
                body: b"the same page",
                idem_key: key,
                priority: 0,
            })
            .collect();
        store.enqueue(&jobs, 0, false).unwrap();
    }
    drop(store);
    let conn = rusqlite::Connection::open(dir.join("smelt.db")).unwrap();
    conn.execute_batch(
        "UPDATE jobs SET state = 'done', certainty = abs(random() % 101), title = 'Senior Rust Engineer ' || id,
             outcome = CASE id % 7 WHEN 0 THEN 'needs_review' WHEN 1 THEN 'approved' WHEN 2 THEN 'rejected' ELSE 'done' END
         WHERE id % 10 > 0;
         UPDATE jobs SET state = 'failed', outcome = 'failed', error = 'no text' WHERE id % 9973 = 0;
         UPDATE jobs SET attempts = 1 WHERE state = 'queued' AND id % 30 = 0;",
    )
    .unwrap();
    Store::open(&dir.join("smelt.db")).unwrap()
}

/// What the console asks while it is looked at.
fn look(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let store = million(dir.path());
    let mut group = c.benchmark_group("1,000,000 jobs");
    let sets = [
        ("all", States::ALL),
        ("failed, 100 of them", States::of(&[State::Failed])),
        ("to review", States::of(&[State::ToReview])),
        (
            "waiting or to review",
            States::of(&[State::Waiting, State::ToReview]),
        ),
    ];
    group.bench_function("counts", |b| b.iter(|| store.counts().unwrap()));
    for (name, states) in sets {
        let length = store.counts().unwrap().of(states);
        for order in [Order::Queued, Order::Newest, Order::Doubt] {
            let mut offset = 0;
            group.bench_function(format!("50 rows anywhere: {name}, {order:?}"), |b| {
                b.iter(|| {
                    offset = (offset + 7_654_321) % length;
                    store.rows(states, order, offset, 50).unwrap()
                });
            });
        }
    }
    group.bench_function("position", |b| {
        b.iter(|| store.position(765_432, States::ALL, Order::Doubt).unwrap());
    });
    let mut after = None;
    group.bench_function("find, 5,000 rows looked at", |b| {
        b.iter(|| {
            after = store
                .find("no such text", States::ALL, Order::Queued, after)
                .unwrap()
                .next;
        });
    });
    group.bench_function("count_certain", |b| {
        b.iter(|| store.count_certain(90, false).unwrap());
    });
    group.finish();
}

/// What a person's word costs while a queue of a million waits.
fn review(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let mut store = million(dir.path());
    let key = format!("{ROWS:064x}");
    let job = NewJob {
        posting_key: &key,
        posting_id: "reviewed",
        source: "{}",
        format: "html",
        sha256: "the same page",
        body: b"the same page",
        idem_key: &key,
        priority: -1,
    };
    let queued = store.enqueue(&[job], 0, false).unwrap()[0];
    store.select(&[queued.job_id]).unwrap();
    let claim = store.claim("bench", 1_000, 0).unwrap().unwrap();
    let record = NewRecord {
        idem_key: &key,
        status: "needs_review",
        json: "{}",
        ..NewRecord::default()
    };
    store
        .complete(&claim, &record, 0, |_| unreachable!("nobody reviewed"))
        .unwrap();
    let seq = store.record_of(queued.job_id).unwrap().unwrap().seq;
    let mut seen = 0;
    c.bench_function("1,000,000 jobs: append to the review log", |b| {
        b.iter(|| {
            let entry = NewEntry {
                job_id: queued.job_id,
                seq,
                seen,
                said: Said::Change("{}".to_owned()),
                standing: Standing {
                    outcome: [Outcome::Approved, Outcome::Rejected][usize::from(seen % 2 == 0)],
                    title: None,
                    certainty: Some(50),
                    guarded: false,
                },
            };
            seen = store.append(&[entry], "bench", None, 0).unwrap()[0].unwrap();
        });
    });
}

criterion_group!(benches, enqueue, work, look, review);
criterion_main!(benches);
