//! Queueing: 10,000 texts of 2 KB into a store file, first new, then joined.
#![allow(clippy::unwrap_used, missing_docs)]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use smelt::store::{NewJob, NewRecord, Store};

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

criterion_group!(benches, enqueue, work);
criterion_main!(benches);
