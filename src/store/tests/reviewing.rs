//! The review log: appended only, refused to who has not seen the newest, and taken back by entries.

use super::*;
use crate::store::{NewEntry, Outcome, Said, State, live};

/// A store whose jobs are finished, with a record to review each.
fn reviewable(keys: &[&str]) -> Store {
    let mut store = store_with(keys);
    for _ in keys {
        let held = claim(&mut store, 0).unwrap();
        let to_review = NewRecord {
            status: "needs_review",
            certainty: Some(80),
            ..record(&held.sha256, "{}")
        };
        store.complete(&held, &to_review, 1, nothing_said).unwrap();
    }
    store
}

fn standing(outcome: Outcome) -> Standing {
    Standing {
        outcome,
        title: None,
        certainty: Some(80),
        guarded: false,
    }
}

fn entry(store: &Store, job: i64, said: Said) -> NewEntry {
    let stored = store.record_of(job).unwrap().unwrap();
    NewEntry {
        job_id: job,
        seq: stored.seq,
        seen: stored.log.last().map_or(0, |entry| entry.id),
        said,
        standing: standing(Outcome::Approved),
    }
}

fn yes() -> Said {
    Said::Change("\"yes\"".to_owned())
}

fn say(store: &mut Store, who: &str, job: i64, said: Said) -> Option<i64> {
    let entry = entry(store, job, said);
    store.append(&[entry], who, None, 7).unwrap()[0]
}

#[test]
fn an_entry_changes_the_row_and_stays_in_the_log() {
    let mut store = reviewable(&["a"]);
    let id = say(&mut store, "ada", 1, yes()).unwrap();
    let log = store.record_of(1).unwrap().unwrap().log;
    assert_eq!(
        (log[0].id, log[0].job_id, log[0].at, log[0].who.as_str()),
        (id, 1, 7, "ada")
    );
    assert_eq!(log[0].said, yes());
    assert_eq!(store.rows_of(&[1]).unwrap()[0].state, State::Approved);
    assert_eq!(store.counts().unwrap().approved, 1);
    for sql in ["UPDATE reviews SET who = 'eve'", "DELETE FROM reviews"] {
        let error = store.conn.execute(sql, []).unwrap_err();
        assert!(error.to_string().contains("append-only"), "{error}");
    }
}

#[test]
fn nobody_speaks_of_what_he_has_not_seen() {
    let mut store = reviewable(&["a"]);
    let ada = entry(&store, 1, yes());
    let bob = entry(&store, 1, yes());
    assert!(store.append(&[ada], "ada", None, 1).unwrap()[0].is_some());
    assert_eq!(store.append(&[bob], "bob", None, 1).unwrap(), [None]);
    let before = entry(&store, 1, yes());
    store.enqueue(&[job("a", "changed")], 2, false).unwrap();
    assert_eq!(
        store
            .append(std::slice::from_ref(&before), "bob", None, 1)
            .unwrap(),
        [None],
        "being read again"
    );
    store.select(&[1]).unwrap();
    let held = claim(&mut store, 3).unwrap();
    let told = std::cell::Cell::new(0);
    let settle = |log: &[Entry]| {
        told.set(log.len());
        standing(Outcome::NeedsReview)
    };
    assert!(
        store
            .complete(&held, &record("changed", "new"), 4, settle)
            .unwrap()
    );
    assert_eq!(
        told.get(),
        1,
        "the log is asked what it says of the new record"
    );
    assert_eq!(
        store.append(&[before], "bob", None, 5).unwrap(),
        [None],
        "another record"
    );
    assert_eq!(store.rows_of(&[1]).unwrap()[0].state, State::ToReview);
}

#[test]
fn what_is_written_in_one_go_is_taken_back_in_one() {
    let mut store = reviewable(&["a", "b", "c"]);
    let own = say(&mut store, "ada", 3, yes()).unwrap();
    let both = [entry(&store, 1, yes()), entry(&store, 2, yes())];
    let first = store.append(&both[..1], "ada", None, 1).unwrap()[0];
    let second = store.append(&both[1..], "ada", first, 1).unwrap()[0];
    say(&mut store, "bob", 3, yes()).unwrap();
    let last = |store: &Store| -> Vec<i64> {
        store
            .last_batch("ada", &[])
            .unwrap()
            .iter()
            .map(|entry| entry.id)
            .collect()
    };
    assert_eq!(last(&store), [second.unwrap(), first.unwrap()]);
    say(&mut store, "ada", 1, Said::Undo(first.unwrap())).unwrap();
    assert_eq!(last(&store), [second.unwrap()]);
    let undo = say(&mut store, "bob", 2, Said::Undo(second.unwrap())).unwrap();
    assert_eq!(last(&store), [own]);
    say(&mut store, "bob", 2, Said::Undo(undo)).unwrap();
    assert_eq!(last(&store), [second.unwrap()], "an undo can be undone");
    let log = store.record_of(2).unwrap().unwrap().log;
    let live: Vec<i64> = live(&log).iter().map(|entry| entry.id).collect();
    assert_eq!((log.len(), live.first()), (3, second.as_ref()));
}

#[test]
fn only_what_may_be_approved_unseen_is_certain() {
    let mut store = reviewable(&["a", "b", "c"]);
    let row = |certainty, guarded, outcome| Standing {
        outcome,
        title: None,
        certainty,
        guarded,
    };
    for (job, standing) in [
        (1, row(Some(90), false, Outcome::NeedsReview)),
        (2, row(Some(95), true, Outcome::NeedsReview)),
        (3, row(Some(99), false, Outcome::Done)),
    ] {
        let entry = NewEntry {
            standing,
            ..entry(&store, job, yes())
        };
        store.append(&[entry], "ada", None, 1).unwrap();
    }
    let found = |least, done| {
        let counted = store.count_certain(least, done).unwrap();
        (
            store.certain(least, done).unwrap(),
            counted.jobs,
            counted.guarded,
        )
    };
    assert_eq!(found(90, false), (vec![1], 1, 1));
    assert_eq!(found(90, true), (vec![1, 3], 2, 1));
    assert_eq!(found(91, false), (vec![], 0, 1));
}
