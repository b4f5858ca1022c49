//! Finished work: what is handed on, in which order, what is cached and exported.

use super::*;
use crate::store::{Counts, Progress, StoreError};

/// Claims all jobs of the run set, in order.
fn claim_all(store: &mut Store) -> Vec<Claim> {
    std::iter::from_fn(|| claim(store, 0)).collect()
}

fn complete(store: &mut Store, claim: &Claim) {
    let record = record(&claim.sha256, &claim.posting_key);
    assert!(store.complete(claim, &record, 1, nothing_said).unwrap());
}

#[test]
fn ordered_records_wait_for_those_before_them() {
    let mut store = store_with(&["a", "b", "c"]);
    let claims = claim_all(&mut store);
    complete(&mut store, &claims[2]);
    assert!(taken(&mut store, true).is_empty());
    complete(&mut store, &claims[0]);
    assert_eq!(taken(&mut store, true), ["a"]);
    complete(&mut store, &claims[1]);
    assert_eq!(taken(&mut store, true), ["b", "c"]);
    assert!(taken(&mut store, true).is_empty());
}

#[test]
fn unordered_records_come_as_they_finish_and_only_once() {
    let mut store = store_with(&["a", "b", "c"]);
    let claims = claim_all(&mut store);
    complete(&mut store, &claims[2]);
    assert_eq!(taken(&mut store, false), ["c"]);
    complete(&mut store, &claims[1]);
    complete(&mut store, &claims[0]);
    let one = store.take_finished(false, false, 1).unwrap();
    assert_eq!(one[0].json, "a");
    assert_eq!(taken(&mut store, false), ["b"]);
}

#[test]
fn work_done_before_this_run_is_handed_on_too() {
    let mut store = store_with(&["a"]);
    finish_next(&mut store, "earlier");
    assert_eq!(taken(&mut store, true), ["earlier"]);
    assert!(queue(&mut store, &job("a", "a")).1);
    assert!(taken(&mut store, true).is_empty(), "once per run");
    store.conn.execute("DELETE FROM run_jobs", []).unwrap();
    assert!(queue(&mut store, &job("a", "a")).1);
    assert_eq!(taken(&mut store, true), ["earlier"]);
}

#[test]
fn a_posting_that_changes_within_a_run_is_worked_on_again() {
    let mut store = store_with(&["a", "b"]);
    finish_next(&mut store, "old");
    assert_eq!(taken(&mut store, true), ["old"]);
    queue(&mut store, &job("a", "changed"));
    finish_next(&mut store, "b");
    finish_next(&mut store, "new");
    assert_eq!(taken(&mut store, true), ["b", "new"]);
}

#[test]
fn progress_counts_the_run_set_and_counts_the_store() {
    let mut store = store_with(&["a", "b", "c"]);
    store.enqueue(&[job("other", "other")], 0, false).unwrap();
    finish_next(&mut store, "{}");
    let failing = claim(&mut store, 0).unwrap();
    let failed = NewRecord {
        status: "failed",
        ..record("b", "{}")
    };
    store.complete(&failing, &failed, 1, nothing_said).unwrap();
    claim(&mut store, 0).unwrap();
    let run = Progress {
        queued: 0,
        running: 1,
        done: 1,
        failed: 1,
    };
    assert_eq!(store.progress().unwrap(), run);
    let all = Counts {
        waiting: 1,
        running: 1,
        done: 1,
        failed: 1,
        ..Counts::default()
    };
    assert_eq!(store.counts().unwrap(), all);
}

#[test]
fn a_taken_job_that_another_run_queues_again_is_still_finished_here() {
    let mut store = store_with(&["a"]);
    finish_next(&mut store, "{}");
    taken(&mut store, true);
    store.enqueue(&[job("a", "a")], 0, true).unwrap();
    assert_eq!(store.progress().unwrap().done, 1);
    assert_eq!(store.next_wake(0).unwrap(), None);
    assert_eq!(claim(&mut store, 0), None);
}

#[test]
fn unfinished_work_is_selected_in_the_order_it_was_queued_in() {
    let mut store = Store::in_memory().unwrap();
    let jobs = [job("b", "b"), job("a", "a"), job("c", "c")];
    store.enqueue(&jobs, 0, false).unwrap();
    store.fail_input("d", "d", "{}", "{}", "why", 0).unwrap();
    assert_eq!(store.select_unfinished().unwrap(), 3);
    assert_eq!(store.select_unfinished().unwrap(), 0);
    let order: Vec<_> = claim_all(&mut store)
        .into_iter()
        .map(|claim| claim.posting_key)
        .collect();
    assert_eq!(order, ["b", "a", "c"]);
}

#[test]
fn the_cache_finds_the_newest_usable_record_of_any_posting() {
    let mut store = store_with(&["a", "b", "c"]);
    let claims = claim_all(&mut store);
    for (claim, status) in claims.iter().zip(["done", "needs_review", "failed"]) {
        let record = NewRecord {
            status,
            text: Some("Gehalt: 60.000 €"),
            ..record("same page", &claim.posting_key)
        };
        assert!(store.complete(claim, &record, 1, nothing_said).unwrap());
    }
    let hit = store.cached("same page").unwrap().unwrap();
    assert_eq!(
        (hit.json.as_str(), hit.status.as_str()),
        ("b", "needs_review")
    );
    assert_eq!(hit.text.as_deref(), Some("Gehalt: 60.000 €"));
    assert_eq!(store.cached("another page").unwrap(), None);
}

#[test]
fn text_is_handed_out_only_when_asked_for() {
    let mut store = store_with(&["a"]);
    let held = claim(&mut store, 0).unwrap();
    let with_text = NewRecord {
        text: Some("text"),
        ..record("a", "{}")
    };
    store.complete(&held, &with_text, 1, nothing_said).unwrap();
    for wanted in [true, false] {
        store
            .export(Which::Newest, wanted, |record| {
                assert_eq!(record.text.is_some(), wanted);
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }
    let taken = store.take_finished(true, true, 1).unwrap();
    assert_eq!(taken[0].text.as_deref(), Some("text"));
}

#[test]
fn an_export_stops_at_the_first_error_of_its_reader() {
    #[derive(Debug)]
    enum Stop {
        Closed,
        Store,
    }
    impl From<StoreError> for Stop {
        fn from(_: StoreError) -> Self {
            Self::Store
        }
    }
    let mut store = store_with(&["a", "b"]);
    finish_next(&mut store, "a");
    finish_next(&mut store, "b");
    let mut seen = 0;
    let stopped = store.export(Which::Newest, false, |_| {
        seen += 1;
        Err(Stop::Closed)
    });
    assert!(matches!(stopped, Err(Stop::Closed)));
    assert_eq!(seen, 1);
    store
        .conn
        .execute_batch("PRAGMA foreign_keys = OFF; DROP TABLE jobs")
        .unwrap();
    let broken = store.export(Which::Newest, false, |_| Err(Stop::Closed));
    assert!(matches!(broken, Err(Stop::Store)));
}
