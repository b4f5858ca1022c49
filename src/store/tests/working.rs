//! Claims, leases and fencing.

use super::*;

#[test]
fn a_job_is_claimed_once_until_its_lease_ends() {
    let mut store = store_with(&["a"]);
    let first = claim(&mut store, 0).unwrap();
    assert_eq!(claim(&mut store, 100), None);
    assert_eq!(store.next_wake(50).unwrap(), Some(101));
    let second = claim(&mut store, 101).unwrap();
    assert_eq!((second.job_id, second.attempts), (first.job_id, 2));
    assert!(second.epoch > first.epoch);
    assert!(!store.heartbeat(&first, 102, 100).unwrap());
    assert!(
        !store
            .complete(&first, &record("a", "first"), 102, nothing_said)
            .unwrap()
    );
    assert!(
        store
            .complete(&second, &record("a", "second"), 103, nothing_said)
            .unwrap()
    );
    assert_eq!(exported(&store, true), ["second"]);
}

#[test]
fn a_heartbeat_keeps_the_job() {
    let mut store = store_with(&["a"]);
    let held = claim(&mut store, 0).unwrap();
    assert!(store.heartbeat(&held, 90, 100).unwrap());
    assert_eq!(claim(&mut store, 150), None);
    assert_eq!(store.next_wake(0).unwrap(), Some(191));
}

#[test]
fn late_work_counts_if_nobody_took_the_job_up() {
    let mut store = store_with(&["a"]);
    let late = claim(&mut store, 0).unwrap();
    assert!(
        store
            .complete(&late, &record("a", "{}"), 9_999, nothing_said)
            .unwrap()
    );
    assert!(
        !store
            .complete(&late, &record("a", "twice"), 9_999, nothing_said)
            .unwrap()
    );
}

#[test]
fn a_released_job_waits_and_says_why() {
    let mut store = store_with(&["a"]);
    let first = claim(&mut store, 0).unwrap();
    assert!(
        store
            .release(&first, 500, true, Some("worker died"))
            .unwrap()
    );
    assert_eq!(claim(&mut store, 499), None);
    assert_eq!(store.next_wake(10).unwrap(), Some(500));
    assert_eq!(store.next_wake(600).unwrap(), Some(600));
    let second = claim(&mut store, 500).unwrap();
    assert_eq!(second.attempts, 2);
    assert_eq!(second.last_error.as_deref(), Some("worker died"));
    assert!(store.release(&second, 0, false, None).unwrap());
    assert!(!store.release(&second, 0, false, None).unwrap());
    assert_eq!(claim(&mut store, 500).unwrap().attempts, 2);
}

#[test]
fn lower_priority_numbers_go_first_then_the_order_of_selection() {
    let mut store = store_with(&["a", "b"]);
    let urgent = NewJob {
        priority: -1,
        ..job("c", "c")
    };
    queue(&mut store, &urgent);
    let order: Vec<_> = (0..3)
        .map(|_| claim(&mut store, 0).unwrap().posting_key)
        .collect();
    assert_eq!(order, ["c", "a", "b"]);
}

#[test]
fn only_the_run_set_is_claimed() {
    let mut store = Store::in_memory().unwrap();
    store
        .enqueue(&[job("a", "a"), job("b", "b")], 0, false)
        .unwrap();
    assert_eq!(claim(&mut store, 0), None);
    assert_eq!(store.next_wake(0).unwrap(), None);
    queue(&mut store, &job("b", "b"));
    assert_eq!(claim(&mut store, 0).unwrap().posting_key, "b");
    assert_eq!(claim(&mut store, 0), None);
}

#[test]
fn an_unknown_status_is_refused_and_the_job_stays_claimed() {
    let mut store = store_with(&["a"]);
    let held = claim(&mut store, 0).unwrap();
    let odd = NewRecord {
        status: "perhaps",
        ..record("a", "{}")
    };
    assert!(store.complete(&held, &odd, 1, nothing_said).is_err());
    assert!(store.heartbeat(&held, 1, 100).unwrap());
    assert!(exported(&store, true).is_empty());
}

#[test]
fn what_a_dead_owner_held_is_free_at_once() {
    let mut store = store_with(&["a", "b"]);
    let held = claim(&mut store, 0).unwrap();
    assert_eq!(store.owners().unwrap().len(), 1);
    let owner = store.owners().unwrap().remove(0);
    assert_eq!(store.requeue(&owner).unwrap(), 1);
    assert!(store.owners().unwrap().is_empty());
    assert!(
        !store
            .complete(&held, &record("a", "late"), 1, nothing_said)
            .unwrap()
    );
    let again = claim(&mut store, 1).unwrap();
    assert_eq!((again.job_id, again.attempts), (held.job_id, 2));
}
