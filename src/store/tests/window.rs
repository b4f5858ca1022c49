//! The queue as a list: any window, place and count is what walking over all rows gives.

use super::*;
use crate::store::{Order, State, States};
use proptest::prelude::*;

/// A row as the tests set it, whatever way it would have come there.
#[derive(Debug, Clone, Copy)]
struct Set {
    id: i64,
    state: &'static str,
    attempts: u32,
    outcome: Option<&'static str>,
    certainty: Option<u8>,
    guarded: bool,
}

fn set() -> impl Strategy<Value = Set> {
    let state = prop::sample::select(vec!["queued", "running", "done", "done", "done", "failed"]);
    let outcome = prop::sample::select(vec!["done", "needs_review", "approved", "rejected"]);
    let certainty = prop::option::of(prop_oneof![Just(50), 0..=100_u8]);
    (
        1..20_000_i64,
        state,
        0..2_u32,
        outcome,
        certainty,
        any::<bool>(),
    )
        .prop_map(|(id, state, attempts, outcome, certainty, guarded)| Set {
            id,
            state,
            attempts,
            outcome: (state == "done").then_some(outcome),
            certainty,
            guarded,
        })
}

fn write(store: &Store, key: usize, set: &Set) {
    let running = set.state == "running";
    store
        .conn
        .execute(
            "UPDATE OR IGNORE jobs SET id = ?2, state = ?3, attempts = ?4, outcome = ?5, certainty = ?6, guarded = ?7,
                 owner = iif(?8, 'me', NULL), lease_until = iif(?8, 1, NULL)
             WHERE posting_key = ?1",
            (key.to_string(), set.id, set.state, set.attempts, set.outcome, set.certainty, set.guarded, running),
        )
        .unwrap();
}

/// Every row: job, state and certainty.
fn all(store: &Store) -> Vec<(i64, State, Option<u8>)> {
    store
        .conn
        .prepare("SELECT id, shade, certainty FROM jobs ORDER BY id")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn sorted(store: &Store, states: States, order: Order) -> Vec<i64> {
    let mut rows = all(store);
    rows.retain(|(_, state, _)| states.contains(*state));
    rows.sort_by_key(|(id, state, certainty)| match order {
        Order::Queued => (0, *id),
        Order::Newest => (0, -id),
        Order::Doubt if States::RECORDED.contains(*state) => (certainty.unwrap_or(0), *id),
        Order::Doubt => (u8::MAX, *id),
    });
    rows.into_iter().map(|(id, ..)| id).collect()
}

fn some_states() -> impl Strategy<Value = States> {
    prop_oneof![
        Just(States::ALL),
        prop::sample::subsequence(State::ALL.to_vec(), 0..=8)
            .prop_map(|states| States::of(&states)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn every_window_and_place_is_that_of_a_walk(
        first in prop::collection::vec(set(), 1..40),
        second in prop::collection::vec(set(), 0..40),
        gone in 0..3_usize,
        states in some_states(),
        offset in 0..50_u64,
        limit in 0..50_usize,
    ) {
        let keys: Vec<_> = (0..first.len()).map(|n| n.to_string()).collect();
        let mut store = Store::in_memory().unwrap();
        let jobs: Vec<_> = keys.iter().map(|key| job(key, key)).collect();
        store.enqueue(&jobs, 0, false).unwrap();
        for (key, set) in first.iter().enumerate().chain(second.iter().enumerate()) {
            write(&store, key, set);
        }
        for key in 0..gone {
            store.conn.execute("DELETE FROM jobs WHERE posting_key = ?1", [key.to_string()]).unwrap();
        }
        for order in [Order::Queued, Order::Newest, Order::Doubt] {
            let expected = sorted(&store, states, order);
            let skip = usize::try_from(offset).unwrap();
            let window: Vec<_> = expected.iter().copied().skip(skip).take(limit).collect();
            let rows = store.rows(states, order, offset, limit).unwrap();
            let found: Vec<_> = rows.iter().map(|row| row.job_id).collect();
            prop_assert_eq!(found, window, "{:?}", order);
            for (id, ..) in all(&store) {
                let place = expected.iter().position(|other| *other == id);
                let found = store.position(id, states, order).unwrap();
                prop_assert_eq!(found, place.map(|place| u64::try_from(place).unwrap()));
            }
            let everywhere = store.find("", states, order, None).unwrap();
            prop_assert_eq!(&everywhere.jobs, &expected);
        }
        let counts = store.counts().unwrap();
        for state in State::ALL {
            let n = all(&store).iter().filter(|(_, other, _)| *other == state).count();
            prop_assert_eq!(counts.get(state), u64::try_from(n).unwrap());
        }
        prop_assert_eq!(counts.of(states), u64::try_from(sorted(&store, states, Order::Queued).len()).unwrap());
    }
}

#[test]
fn a_row_says_what_a_person_wants_to_know() {
    let mut store = Store::in_memory().unwrap();
    let line = NewJob {
        source: r#"{"path":"many.jsonl","url":"https://x.example/1","line":7}"#,
        priority: -3,
        ..job("a", "a")
    };
    let address = NewJob {
        source: r#"{"path":null,"url":"https://x.example/2","line":null}"#,
        ..job("b", "b")
    };
    store.enqueue(&[line, address], 12, false).unwrap();
    store.select_unfinished().unwrap();
    let held = claim(&mut store, 20).unwrap();
    store.release(&held, 90, true, Some("worker died")).unwrap();
    let rows = store.rows(States::ALL, Order::Queued, 0, 9).unwrap();
    assert_eq!(rows[0].label, "many.jsonl:7");
    assert_eq!(rows[0].state, State::Retrying);
    assert_eq!(rows[0].error.as_deref(), Some("worker died"));
    let numbers = (
        rows[0].attempts,
        rows[0].priority,
        rows[0].queued_at,
        rows[0].not_before,
    );
    assert_eq!(numbers, (1, -3, 12, 90));
    assert_eq!(
        (rows[1].label.as_str(), rows[1].state),
        ("https://x.example/2", State::Waiting)
    );
    let held = claim(&mut store, 100).unwrap();
    let done = NewRecord {
        status: "needs_review",
        title: Some("Night Nurse"),
        certainty: Some(57),
        ..record("a", "{}")
    };
    store.complete(&held, &done, 101, nothing_said).unwrap();
    let row = store.rows_of(&[held.job_id]).unwrap().remove(0);
    assert_eq!((row.state, row.certainty), (State::ToReview, Some(57)));
    assert_eq!(
        (row.title.as_deref(), row.error),
        (Some("Night Nurse"), None)
    );
}

#[test]
fn a_text_is_found_in_id_file_address_and_title_whatever_its_case() {
    let mut store = Store::in_memory().unwrap();
    let places = [
        r#"{"path":"Köln/BÄCKER.html"}"#,
        r#"{"url":"https://jobs.example/7"}"#,
        "{}",
    ];
    for (key, source) in ["one", "two", "three"].iter().zip(places) {
        queue(
            &mut store,
            &NewJob {
                source,
                ..job(key, key)
            },
        );
    }
    let named = NewRecord {
        title: Some("Night Nurse"),
        ..record("one", "{}")
    };
    let held = claim(&mut store, 0).unwrap();
    store.complete(&held, &named, 1, nothing_said).unwrap();
    let found = |text| {
        store
            .find(text, States::ALL, Order::Queued, None)
            .unwrap()
            .jobs
    };
    assert_eq!(found("köln/bäcker"), [1]);
    assert_eq!(found("NURSE"), [1]);
    assert_eq!(found("jobs.EXAMPLE"), [2]);
    assert_eq!(found("three"), [3]);
    assert_eq!(found("null"), [0; 0]);
    let waiting = States::of(&[State::Waiting]);
    assert_eq!(
        store.find("e", waiting, Order::Newest, None).unwrap().jobs,
        [3, 2]
    );
}

#[test]
fn a_long_search_goes_on_where_it_stopped() {
    let keys: Vec<_> = (0..12_345).map(|n| n.to_string()).collect();
    let jobs: Vec<_> = keys.iter().map(|key| job(key, "same")).collect();
    let mut store = Store::in_memory().unwrap();
    store.enqueue(&jobs, 0, false).unwrap();
    for order in [Order::Queued, Order::Newest] {
        let (mut found, mut after, mut calls) = (Vec::new(), None, 0);
        loop {
            let part = store.find("99", States::ALL, order, after).unwrap();
            found.extend(part.jobs);
            calls += 1;
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        let expected = keys.iter().filter(|key| key.contains("99")).count();
        assert_eq!((found.len(), calls), (expected, 3), "{order:?}");
    }
}
