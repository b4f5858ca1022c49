//! Trying again, calling off, putting first: what changes, what does not, and who notices.

use super::*;
use crate::store::{Cancelled, Outcome, State, States, StoredRecord};

fn cancel(store: &mut Store, jobs: &[i64]) -> Vec<i64> {
    let json = |job: Cancelled| format!("cancelled {} of {}", job.posting_id, job.source);
    let approved = |stored: StoredRecord| {
        (stored.json != "garbled").then_some(Standing {
            outcome: Outcome::Approved,
            title: Some(stored.json),
            certainty: Some(80),
            guarded: false,
        })
    };
    store
        .cancel(jobs, "cancelled", 5, &json, &approved)
        .unwrap()
}

fn state(store: &Store, job: i64) -> State {
    store.rows_of(&[job]).unwrap()[0].state
}

#[test]
fn a_cancelled_job_has_one_result_and_its_worker_is_fenced_off() {
    let mut store = store_with(&["a", "b", "c"]);
    let held = claim(&mut store, 0).unwrap();
    finish_next(&mut store, "b");
    assert_eq!(cancel(&mut store, &[1, 2, 3, 4]), [1, 3]);
    assert_eq!(cancel(&mut store, &[1, 3]), [0; 0]);
    assert!(!store.heartbeat(&held, 6, 100).unwrap());
    assert!(
        !store
            .complete(&held, &record("a", "late"), 6, nothing_said)
            .unwrap()
    );
    assert_eq!(store.next_wake(0).unwrap(), None);
    let source = r#"{"path":"page.html"}"#;
    let (a, c) = (
        format!("cancelled a of {source}"),
        format!("cancelled c of {source}"),
    );
    assert_eq!(taken(&mut store, true), [a.as_str(), "b", c.as_str()]);
    let row = store.rows_of(&[1]).unwrap().remove(0);
    assert_eq!(
        (row.state, row.error.as_deref()),
        (State::Failed, Some("cancelled"))
    );
}

#[test]
fn a_posting_that_was_queued_again_goes_back_to_its_record() {
    let mut store = store_with(&["a", "b"]);
    finish_next(&mut store, "good");
    finish_next(&mut store, "garbled");
    taken(&mut store, false);
    queue(&mut store, &job("a", "changed"));
    queue(&mut store, &job("b", "changed"));
    let held = claim(&mut store, 2).unwrap();
    assert_eq!(cancel(&mut store, &[1, 2]), [1, 2]);
    assert!(!store.heartbeat(&held, 6, 100).unwrap());
    let cancelled = r#"cancelled b of {"path":"page.html"}"#;
    assert_eq!(exported(&store, false), ["good", cancelled]);
    assert_eq!(taken(&mut store, true), ["good", cancelled]);
    let row = store.rows_of(&[1]).unwrap().remove(0);
    assert_eq!((row.state, row.error), (State::Approved, None));
    assert_eq!(
        (row.title.as_deref(), row.certainty),
        (Some("good"), Some(80))
    );
    assert_eq!(store.counts().unwrap().approved, 1);
    assert!(
        queue(&mut store, &job("a", "a")).1,
        "the page as it was read"
    );
    assert!(
        !queue(&mut store, &job("a", "changed")).1,
        "the page as it is"
    );
}

#[test]
fn a_failed_or_cancelled_job_starts_over() {
    let mut store = store_with(&["a", "b", "c"]);
    let failing = claim(&mut store, 0).unwrap();
    let failed = NewRecord {
        status: "failed",
        error: Some("no answer"),
        ..record("a", "failed")
    };
    store.complete(&failing, &failed, 1, nothing_said).unwrap();
    finish_next(&mut store, "b");
    cancel(&mut store, &[3]);
    let unreadable = store.fail_input("d", "d", "{}", "{}", "gone", 0).unwrap();
    taken(&mut store, false);
    let all = [1, 2, 3, unreadable, 99];
    assert_eq!(store.retry(&all).unwrap(), [1, 3]);
    assert_eq!(store.retry(&all).unwrap(), [0; 0]);
    assert_eq!(store.counts().unwrap().of(States::of(&[State::Waiting])), 2);
    store.select(&[1, 3]).unwrap();
    let again = claim(&mut store, 9).unwrap();
    assert_eq!((again.attempts, again.last_error.as_deref()), (1, None));
    assert!(
        store
            .complete(&again, &record("a", "better"), 9, nothing_said)
            .unwrap()
    );
    assert_eq!(taken(&mut store, false), ["better"]);
}

#[test]
fn a_job_that_waits_to_be_tried_again_goes_at_once() {
    let mut store = store_with(&["a"]);
    let first = claim(&mut store, 0).unwrap();
    store
        .release(&first, 5_000, true, Some("worker died"))
        .unwrap();
    assert_eq!(claim(&mut store, 1), None);
    assert_eq!(store.retry(&[1]).unwrap(), [1]);
    let second = claim(&mut store, 1).unwrap();
    assert_eq!(
        (second.attempts, second.last_error.as_deref()),
        (2, Some("worker died"))
    );
    assert_eq!(
        store.retry(&[1]).unwrap(),
        [0; 0],
        "a job at work is left alone"
    );
    assert!(store.heartbeat(&second, 2, 100).unwrap());
}

#[test]
fn a_changed_priority_holds_for_what_is_already_selected() {
    let mut store = store_with(&["a", "b", "c"]);
    assert_eq!(store.set_priority(&[3, 99], -1).unwrap(), 1);
    store.set_priority(&[1], 4).unwrap();
    let order: Vec<_> = (0..3)
        .map(|_| claim(&mut store, 0).unwrap().posting_key)
        .collect();
    assert_eq!(order, ["c", "b", "a"]);
    assert_eq!(state(&store, 3), State::Running);
}
