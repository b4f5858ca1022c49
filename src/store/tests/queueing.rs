//! What queueing a posting does, by the state the posting is in.

use super::*;
use crate::store::Counts;
use proptest::prelude::*;

#[test]
fn a_new_posting_is_queued_with_all_it_came_with() {
    let mut store = Store::in_memory().unwrap();
    let new = NewJob {
        posting_id: "shown",
        priority: 3,
        ..job("key", "bytes")
    };
    let queued = store.enqueue(&[new], 7, false).unwrap();
    assert!(!queued[0].already);
    store.select(&[queued[0].job_id]).unwrap();
    let claim = claim(&mut store, 8).unwrap();
    assert_eq!(
        claim,
        Claim {
            job_id: queued[0].job_id,
            epoch: 1,
            attempts: 1,
            posting_key: "key".into(),
            posting_id: "shown".into(),
            source: new.source.into(),
            format: "html".into(),
            sha256: "bytes".into(),
            queued_at: 7,
            last_error: None,
        }
    );
}

#[test]
fn a_posting_whose_wanted_record_exists_is_left_alone() {
    let mut store = store_with(&["a"]);
    let first = finish_next(&mut store, "record");
    assert_eq!(queue(&mut store, &job("a", "a")), (first.job_id, true));
    assert_eq!(claim(&mut store, 0), None);
}

#[test]
fn queued_and_running_postings_are_joined() {
    let mut store = store_with(&["a"]);
    let (id, already) = queue(&mut store, &job("a", "a"));
    assert!(!already);
    let claim = claim(&mut store, 0).unwrap();
    assert_eq!(queue(&mut store, &job("a", "a")), (id, false));
    assert!(
        store
            .complete(&claim, &record("a", "{}"), 1, nothing_said)
            .unwrap()
    );
    assert_eq!(exported(&store, true).len(), 1);
}

#[test]
fn changed_content_fences_off_who_works_on_the_old() {
    let mut store = store_with(&["a"]);
    let old = claim(&mut store, 0).unwrap();
    queue(&mut store, &job("a", "new bytes"));
    assert!(!store.heartbeat(&old, 1, 100).unwrap());
    assert!(!store.release(&old, 1, true, None).unwrap());
    assert!(
        !store
            .complete(&old, &record("a", "old"), 1, nothing_said)
            .unwrap()
    );
    assert!(exported(&store, true).is_empty());
    let new = claim(&mut store, 1).unwrap();
    assert_eq!((new.sha256.as_str(), new.attempts), ("new bytes", 1));
}

#[test]
fn changed_settings_ask_again_and_keep_the_old_record() {
    let mut store = store_with(&["a"]);
    finish_next(&mut store, "first");
    let changed = NewJob {
        idem_key: "other settings",
        ..job("a", "a")
    };
    assert!(!queue(&mut store, &changed).1);
    let claim = claim(&mut store, 0).unwrap();
    assert!(
        store
            .complete(&claim, &record("other settings", "second"), 2, nothing_said)
            .unwrap()
    );
    assert_eq!(exported(&store, true), ["first", "second"]);
    assert_eq!(exported(&store, false), ["second"]);
}

#[test]
fn fresh_asks_again_and_replaces_the_record() {
    let mut store = store_with(&["a"]);
    finish_next(&mut store, "first");
    let queued = store.enqueue(&[job("a", "a")], 5, true).unwrap();
    assert!(!queued[0].already);
    finish_next(&mut store, "second");
    assert_eq!(exported(&store, true), ["second"]);
}

#[test]
fn a_failed_posting_is_tried_again() {
    let mut store = store_with(&["a"]);
    let first = claim(&mut store, 0).unwrap();
    let failed = NewRecord {
        status: "failed",
        ..record("a", "failed")
    };
    assert!(store.complete(&first, &failed, 1, nothing_said).unwrap());
    assert_eq!(store.counts().unwrap().failed, 1);
    assert!(!queue(&mut store, &job("a", "a")).1);
    assert_eq!(finish_next(&mut store, "done").attempts, 1);
    assert_eq!(exported(&store, true), ["done"]);
}

#[test]
fn one_posting_twice_in_a_batch_is_one_job() {
    let mut store = Store::in_memory().unwrap();
    let queued = store
        .enqueue(&[job("a", "a"), job("b", "b"), job("a", "a")], 0, false)
        .unwrap();
    assert_eq!(queued[0], queued[2]);
    assert_eq!(store.counts().unwrap().waiting, 2);
}

#[test]
fn a_batch_with_a_refused_job_queues_nothing() {
    let mut store = store_with(&["a"]);
    store
        .conn
        .execute_batch(
            "CREATE TEMP TRIGGER refuse BEFORE INSERT ON jobs WHEN new.posting_key = 'c'
             BEGIN SELECT raise(ABORT, 'refused'); END",
        )
        .unwrap();
    let refused = store.enqueue(&[job("b", "b"), job("c", "c")], 0, false);
    assert!(refused.unwrap_err().to_string().contains("refused"));
    assert_eq!(store.counts().unwrap().waiting, 1);
    assert_eq!(store.content("b").unwrap(), None);
}

#[test]
fn an_unreadable_input_fails_with_a_record_and_content_revives_it() {
    let mut store = Store::in_memory().unwrap();
    let fail = |store: &mut Store, json| store.fail_input("a", "a", "{}", json, "why", 3).unwrap();
    let id = fail(&mut store, "unreadable");
    assert_eq!(fail(&mut store, "still unreadable"), id);
    store.select(&[id]).unwrap();
    assert_eq!(store.next_wake(0).unwrap(), None);
    assert_eq!(taken(&mut store, true), ["still unreadable"]);
    assert_eq!(queue(&mut store, &job("a", "a")), (id, false));
    finish_next(&mut store, "read");
    assert_eq!(exported(&store, false), ["read"]);
    assert_eq!(taken(&mut store, true), ["read"]);
}

#[test]
fn a_posting_that_was_read_keeps_its_record_when_its_input_can_no_longer_be_read() {
    let mut store = store_with(&["a"]);
    finish_next(&mut store, "read");
    let job = store.fail_input("a", "a", "{}", "gone", "why", 3).unwrap();
    assert_eq!(store.rows_of(&[job]).unwrap()[0].error, None);
    assert_eq!(exported(&store, false), ["read"]);
}

#[test]
fn an_input_that_can_no_longer_be_read_fences_off_who_works_on_it() {
    let mut store = store_with(&["a"]);
    let old = claim(&mut store, 0).unwrap();
    store.fail_input("a", "a", "{}", "gone", "why", 3).unwrap();
    assert!(
        !store
            .complete(&old, &record("a", "old"), 4, nothing_said)
            .unwrap()
    );
    let failed = Counts {
        failed: 1,
        ..Counts::default()
    };
    assert_eq!(store.counts().unwrap(), failed);
    assert_eq!(exported(&store, true), ["gone"]);
}

proptest! {
    #[test]
    fn content_comes_back_byte_for_byte(body: Vec<u8>) {
        let mut store = Store::in_memory().unwrap();
        let new = NewJob { body: &body, ..job("a", "hash") };
        store.enqueue(&[new, NewJob { posting_key: "b", ..new }], 0, false).unwrap();
        prop_assert_eq!(store.content("hash").unwrap(), Some(body));
    }
}
