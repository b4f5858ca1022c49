//! The log folded over the model's record: what is shown, what a row says of it, and what a reading anew makes of it.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/review.rs"]
mod support;

use proptest::prelude::*;
use serde_json::json;
use smelt::extract::reading::Source;
use smelt::extract::record::{Decision, Status};
use smelt::posting::{Field, validate};
use smelt::review::{self, Case, Change, ReviewError};
use smelt::store::{State, Store};
use support::{TEXT, at, edit, read, record, say, store, value};

fn state(store: &Store, job: i64) -> State {
    store.rows_of(&[job]).unwrap()[0].state
}

#[test]
fn an_edit_has_a_person_for_its_source_and_its_bytes_for_evidence() {
    let (mut store, job) = store();
    let case = edit(&mut store, job, Field::Title, "registered nurse");
    let shown = &case.shown;
    assert_eq!(shown.posting.title.as_deref(), Some("registered nurse"));
    assert_eq!(shown.provenance[&Field::Title], Source::Human);
    assert!((shown.confidence[&Field::Title] - 1.0).abs() < f64::EPSILON);
    let span = shown.evidence[&Field::Title][0];
    assert_eq!(
        (&TEXT[span.start..span.end], span.block),
        ("Registered nurse", 5)
    );
    assert_eq!(
        shown.flags,
        ["currency_ambiguous:salary"],
        "the doubt was about the old value"
    );
    assert_eq!(shown.status, Status::NeedsReview);
    let reviewed = shown.review.as_ref().unwrap();
    assert_eq!(
        (reviewed.by.as_str(), reviewed.at.as_str()),
        ("ada", "2026-02-25T06:13:20Z")
    );
    assert_eq!(reviewed.fields, [Field::Title]);
    assert_eq!(
        case.record.posting.title.as_deref(),
        Some("Night Nurse"),
        "nothing is overwritten"
    );
    let row = store.rows_of(&[job]).unwrap().remove(0);
    assert_eq!(
        (row.title.as_deref(), row.certainty),
        (Some("registered nurse"), Some(70))
    );
}

#[test]
fn an_emptied_field_is_stated_to_be_missing_and_a_missed_one_is_read_from_the_selection() {
    let (mut store, job) = store();
    let case = edit(&mut store, job, Field::Company, " ");
    assert_eq!(value(&case.shown, Field::Company), json!(null));
    assert!(!case.shown.provenance.contains_key(&Field::Company));
    let missed =
        |field, words| move |case: &Case| Change::Edit(case.missed(field, at(words)).unwrap());
    let case = say(
        &mut store,
        job,
        missed(Field::Deadline, "Apply by 3 May 2026"),
    );
    assert_eq!(value(&case.shown, Field::Deadline), "2026-05-03");
    assert_eq!(case.shown.evidence[&Field::Deadline][0].block, 7);
    let case = say(
        &mut store,
        job,
        missed(Field::ExperienceYearsMin, "3+ years of experience\n"),
    );
    assert_eq!(value(&case.shown, Field::ExperienceYearsMin), 3);
    let case = say(&mut store, job, missed(Field::Skills, " Rust"));
    assert_eq!(value(&case.shown, Field::Skills), json!(["Java", "Rust"]));
    let words: Vec<_> = case.shown.evidence[&Field::Skills]
        .iter()
        .map(|span| &TEXT[span.start..span.end])
        .collect();
    assert_eq!(words, ["Java", "Rust"]);
    let case = say(&mut store, job, missed(Field::JobType, "Full-time, night"));
    assert_eq!(value(&case.shown, Field::JobType), "full_time");
}

#[test]
fn decisions_show_in_status_error_and_row() {
    let (mut store, job) = store();
    let case = say(&mut store, job, Case::approval);
    assert_eq!(case.shown.status, Status::Done);
    assert_eq!(
        case.shown.review.as_ref().unwrap().decision,
        Some(Decision::Approved)
    );
    assert_eq!(state(&store, job), State::Approved);
    let case = say(&mut store, job, |case| {
        case.rejection(Some("no job at all"))
    });
    assert_eq!(case.shown.status, Status::Failed);
    let error = case.shown.error.as_ref().unwrap();
    assert_eq!(
        (error.kind.as_str(), error.message.as_str()),
        ("rejected", "no job at all")
    );
    assert_eq!(state(&store, job), State::Rejected);
    let case = edit(&mut store, job, Field::Title, "Nurse");
    assert_eq!(
        case.shown.status,
        Status::NeedsReview,
        "no decision on these values was made"
    );
    assert_eq!(case.shown.review.as_ref().unwrap().outdated, 1);
    assert_eq!(state(&store, job), State::ToReview);
    let undone = review::undo_last(&mut store, "ada", 5).unwrap();
    assert_eq!(undone.jobs, [job]);
    assert_eq!(state(&store, job), State::Rejected);
    review::undo_last(&mut store, "ada", 5).unwrap();
    assert_eq!(state(&store, job), State::Approved);
    review::undo_last(&mut store, "ada", 5).unwrap();
    assert_eq!(
        Case::open(&store, job).unwrap().shown,
        record("Night Nurse")
    );
    assert!(
        review::undo_last(&mut store, "ada", 5)
            .unwrap()
            .jobs
            .is_empty()
    );
    assert!(matches!(
        review::undo(&mut store, 1, "ada", 5),
        Err(ReviewError::AlreadyUndone(1))
    ));
    assert!(matches!(
        review::undo(&mut store, 99, "ada", 5),
        Err(ReviewError::NoEntry(99))
    ));
    let redone = review::undo(&mut store, 6, "ada", 5).unwrap();
    assert_eq!(
        redone.shown.review.unwrap().decision,
        Some(Decision::Approved)
    );
}

#[test]
fn what_was_said_outlives_a_reading_anew_and_holds_for_what_it_was_said_of() {
    let (mut store, job) = store();
    edit(&mut store, job, Field::Company, "Mercy");
    let approved = say(&mut store, job, Case::approval).shown;

    read(&mut store, "nurse", &record("Night Nurse"), TEXT);
    let same = Case::open(&store, job).unwrap();
    assert_eq!(same.shown, approved, "the same text and the same values");
    assert_eq!(state(&store, job), State::Approved);

    read(&mut store, "nurse", &record("Nurse"), TEXT);
    let other_values = Case::open(&store, job).unwrap().shown;
    let posting = &other_values.posting;
    assert_eq!(
        posting.company.as_deref(),
        Some("Mercy"),
        "a reading of this text"
    );
    assert_eq!(posting.title.as_deref(), Some("Nurse"));
    let reviewed = other_values.review.unwrap();
    assert_eq!((reviewed.decision, reviewed.outdated), (None, 1));
    assert_eq!(state(&store, job), State::ToReview);
    assert!(
        store.certain(0, true).unwrap().is_empty(),
        "not without a look"
    );

    let changed = format!("{TEXT}\nNew line");
    read(&mut store, "nurse", &record("Night Nurse"), &changed);
    let other_text = Case::open(&store, job).unwrap().shown;
    assert_eq!(
        other_text.posting.company.as_deref(),
        Some("Mercy Hospital")
    );
    let reviewed = other_text.review.unwrap();
    assert_eq!(
        (reviewed.decision, reviewed.outdated, reviewed.fields.len()),
        (None, 2, 0)
    );
    assert_eq!(other_text.status, Status::NeedsReview);

    read(&mut store, "nurse", &record("Night Nurse"), TEXT);
    assert_eq!(
        Case::open(&store, job).unwrap().shown,
        approved,
        "nothing was lost"
    );
    assert_eq!(state(&store, job), State::Approved);
}

#[test]
fn who_looked_at_something_else_is_refused() {
    let (mut store, job) = store();
    let seen = Case::open(&store, job).unwrap();
    edit(&mut store, job, Field::Title, "Nurse");
    let late = seen.say(&mut store, &seen.approval(), "bob", 9);
    assert!(matches!(late, Err(ReviewError::Changed(_))));
    assert_eq!(Case::open(&store, job).unwrap().log.len(), 1);
    assert!(matches!(
        Case::open(&store, 99),
        Err(ReviewError::NoRecord(99))
    ));
}

#[test]
fn many_are_approved_and_taken_back_in_one_go() {
    let mut store = Store::in_memory().unwrap();
    let jobs: Vec<i64> = (0..450)
        .map(|n| read(&mut store, &n.to_string(), &record("Night Nurse"), TEXT))
        .collect();
    let mut hidden = record("Night Nurse");
    hidden.flags.push("hidden_text:1".to_owned());
    let hidden = read(&mut store, "hidden", &hidden, TEXT);
    assert_eq!(store.count_certain(58, false).unwrap().jobs, 0);
    let all = review::approve_all(&mut store, 57, false, "ada", 3).unwrap();
    assert_eq!((all.approved, all.refused), (450, 0));
    assert_eq!(state(&store, hidden), State::ToReview);
    let case = Case::open(&store, jobs[0]).unwrap();
    assert!(!case.shown.review.as_ref().unwrap().seen);
    assert_eq!(
        review::gold(&case, "x"),
        None,
        "nobody confirmed a field of it"
    );
    let undone = review::undo_last(&mut store, "ada", 4).unwrap();
    assert_eq!(undone.jobs.len(), 450);
    assert_eq!(store.counts().unwrap().to_review, 451);
}

#[test]
fn gold_holds_what_people_confirmed_and_the_text_tells() {
    let (mut store, job) = store();
    let case = Case::open(&store, job).unwrap();
    assert_eq!(review::gold(&case, "x"), None);
    let case = edit(&mut store, job, Field::Company, "");
    let label = review::gold(&case, "x").unwrap();
    assert_eq!(
        (&label["gold"], &label["scored"]),
        (&json!({"company": null}), &json!(["company"]))
    );
    let case = say(&mut store, job, Case::approval);
    let label = review::gold(&case, "x").unwrap();
    assert_eq!(
        label["scored"].as_array().unwrap().len(),
        Field::ALL.len() - 1,
        "all but the address"
    );
    assert_eq!(label["gold"]["title"], "Night Nurse");
    assert_eq!(label["text"], TEXT);
    let case = say(&mut store, job, |case| case.rejection(None));
    assert_eq!(review::gold(&case, "x"), None);
}

#[derive(Debug, Clone)]
enum Step {
    Edit(usize, String),
    Missed(usize, usize, usize),
    Approve,
    Reject,
    UndoLast,
    Undo(usize),
    Read(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let typed = prop::sample::select(vec![
        "",
        "Nurse",
        "Full-time",
        "senior",
        "remote",
        "40 EUR per hour",
        "5",
        "2026-05-01",
        "Java\nRust",
        "https://x.example",
    ]);
    prop_oneof![
        4 => (0..19_usize, typed).prop_map(|(field, typed)| Step::Edit(field, typed.to_owned())),
        2 => (0..19_usize, 0..150_usize, 1..30_usize).prop_map(|(f, start, n)| Step::Missed(f, start, n)),
        2 => Just(Step::Approve),
        1 => Just(Step::Reject),
        2 => Just(Step::UndoLast),
        1 => (0..8_usize).prop_map(Step::Undo),
        1 => (0..2_usize, 0..2_usize).prop_map(|(title, text)| Step::Read(title, text)),
    ]
}

fn change(case: &Case, step: &Step) -> Option<Change> {
    match step {
        Step::Edit(field, typed) => case
            .edit(Field::ALL[*field], typed, None)
            .ok()
            .map(Change::Edit),
        Step::Missed(field, start, n) => {
            let edit = case.missed(Field::ALL[*field], *start..start + n);
            edit.ok().map(Change::Edit)
        }
        Step::Approve => Some(case.approval()),
        Step::Reject => Some(case.rejection(None)),
        _ => None,
    }
}

/// The row says what the fold says, and the fold's record keeps the rules of records.
fn check(store: &Store, job: i64) {
    let case = Case::open(store, job).unwrap();
    assert_eq!(
        case.shown,
        review::apply(&case.record, &case.text, &case.log)
    );
    let standing = review::standing(&case.shown);
    let row = store.rows_of(&[job]).unwrap().remove(0);
    assert_eq!(
        (row.title, row.certainty),
        (standing.title, standing.certainty)
    );
    let decision = case
        .shown
        .review
        .as_ref()
        .and_then(|review| review.decision);
    let expected = match decision {
        Some(Decision::Approved) => State::Approved,
        Some(Decision::Rejected) => State::Rejected,
        None => State::ToReview,
    };
    assert_eq!(row.state, expected);
    let mut posting = case.shown.posting.clone();
    assert!(validate::clamp(&mut posting).is_empty());
    for spans in case.shown.evidence.values() {
        assert!(
            spans
                .iter()
                .all(|span| case.text.get(span.start..span.end).is_some())
        );
    }
    let keys: Vec<_> = case.shown.confidence.keys().collect();
    assert_eq!(keys, case.shown.provenance.keys().collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn any_history_folds_to_what_its_row_says_and_an_undo_is_the_inverse(
        steps in prop::collection::vec(step(), 0..30),
    ) {
        let (mut store, job) = store();
        let texts = [TEXT.to_owned(), format!("{TEXT}\nNew line")];
        for (now, step) in (0..).zip(&steps) {
            let before = Case::open(&store, job).unwrap();
            if let Some(change) = change(&before, step) {
                let after = before.say(&mut store, &change, "ada", now).unwrap();
                check(&store, job);
                let entry = after.log.last().unwrap().id;
                let undone = review::undo(&mut store, entry, "bob", now).unwrap();
                prop_assert_eq!(&undone.shown, &before.shown);
                let undo = undone.log.last().unwrap().id;
                let redone = review::undo(&mut store, undo, "bob", now).unwrap();
                prop_assert_eq!(&redone.shown, &after.shown);
            }
            match step {
                Step::UndoLast => drop(review::undo_last(&mut store, "ada", now).unwrap()),
                Step::Undo(n) => match before.log.get(*n) {
                    Some(entry) => drop(review::undo(&mut store, entry.id, "ada", now)),
                    None => continue,
                },
                Step::Read(title, text) => {
                    read(&mut store, "nurse", &record(["Night Nurse", "Nurse"][*title]), &texts[*text]);
                }
                _ => {}
            }
            check(&store, job);
            let log = Case::open(&store, job).unwrap().log;
            prop_assert!(log.starts_with(&before.log), "the log only grows");
        }
        while !review::undo_last(&mut store, "ada", 99).unwrap().jobs.is_empty() {}
        let case = Case::open(&store, job).unwrap();
        prop_assert_eq!(&case.shown, &case.record, "all taken back");
    }
}
