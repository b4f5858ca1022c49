//! Many records at once: approved only as far as they still may be, and taken back as far as they can be.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/review.rs"]
mod support;

use smelt::extract::record::Status;
use smelt::posting::Field;
use smelt::review::{self, All, Case};
use smelt::store::{State, Store};
use support::{TEXT, queue, read, read_as, record, say};

fn store_of(keys: &[&str]) -> (Store, Vec<i64>) {
    let mut store = Store::in_memory().unwrap();
    let night = record("Night Nurse");
    let jobs = keys.iter().map(|key| read(&mut store, key, &night, TEXT));
    let jobs = jobs.collect();
    (store, jobs)
}

fn states(store: &Store, jobs: &[i64]) -> Vec<State> {
    let state = |job: &i64| store.rows_of(&[*job]).unwrap()[0].state;
    jobs.iter().map(state).collect()
}

#[test]
fn what_changed_since_it_was_named_is_not_approved_unseen() {
    let keys = [
        "hidden",
        "doubtful",
        "rejected",
        "unreadable",
        "done",
        "same",
    ];
    let (mut store, jobs) = store_of(&keys);
    let named = store.certain(57, false).unwrap();
    assert_eq!(named, jobs);
    let mut hidden = record("Night Nurse");
    hidden.flags.push("hidden_text:1".to_owned());
    read(&mut store, "hidden", &hidden, TEXT);
    let mut doubtful = record("Night Nurse");
    doubtful.confidence.insert(Field::Title, 0.4);
    read(&mut store, "doubtful", &doubtful, TEXT);
    say(&mut store, jobs[2], |case| case.rejection(None));
    read_as(&mut store, "unreadable", &record("Nurse"), TEXT, "{}");
    let mut done = record("Night Nurse");
    done.status = Status::Done;
    read(&mut store, "done", &done, TEXT);

    let so_far = All::default();
    let all = review::approve_unseen(&mut store, &named, 57, false, "bob", so_far, 3).unwrap();
    assert_eq!((all.approved, all.refused), (1, 5));
    let (to_review, rejected) = (State::ToReview, State::Rejected);
    assert_eq!(
        states(&store, &jobs),
        [
            to_review,
            to_review,
            rejected,
            to_review,
            State::Done,
            State::Approved
        ]
    );
    let all = review::approve_unseen(&mut store, &named, 40, true, "bob", all, 3).unwrap();
    assert_eq!((all.approved, all.refused), (3, 9), "with another bar");
    assert!(Case::open(&store, jobs[0]).unwrap().log.is_empty());
}

#[test]
fn what_cannot_be_taken_back_does_not_stand_in_the_way_of_what_was_said_before() {
    let (mut store, jobs) = store_of(&["first", "again", "unreadable", "partly"]);
    say(&mut store, jobs[0], Case::approval);
    let named = [jobs[1], jobs[2], jobs[3]];
    let none = All::default();
    review::approve_unseen(&mut store, &named, 0, false, "ada", none, 3).unwrap();
    let night = record("Night Nurse");
    read_as(&mut store, "unreadable", &night, TEXT, "{}");
    queue(&mut store, "again", TEXT);

    let undone = review::undo_last(&mut store, "ada", 4).unwrap();
    assert_eq!(undone.jobs, [jobs[3]], "the rest of the batch is");
    assert_eq!(undone.refused, [jobs[2], jobs[1]]);
    let undone = review::undo_last(&mut store, "ada", 5).unwrap();
    assert_eq!((undone.jobs, undone.refused.len()), (vec![jobs[0]], 2));
    assert_eq!(undone.entries[0].job_id, jobs[0]);
    assert_eq!(states(&store, &jobs[..1]), [State::ToReview]);
    let undone = review::undo_last(&mut store, "ada", 6).unwrap();
    assert_eq!((undone.jobs.len(), undone.refused.len()), (0, 2));

    read(&mut store, "again", &night, TEXT);
    let undone = review::undo_last(&mut store, "ada", 7).unwrap();
    assert_eq!(undone.jobs, [jobs[1]], "once it is read it can be");
}
