//! What a key asks for in triage, in filters and in adding, and what becomes of the answer.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

#[path = "support/console.rs"]
mod console;

use console::{
    NOW, TEXT, busy, draw, key, press, record, rows, serve, streaming, tell, text, theme,
};
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use smelt::event::Event;
use smelt::keymap::Context;
use smelt::log::Line;
use smelt::posting::Field;
use smelt::store::{Order, State, States};
use smelt::theme::GlyphTier;
use smelt::tui::asks::Step;
use smelt::tui::model::Model;
use smelt::tui::msg::{Effect, Looked, Msg, Preview, Told, Window};
use smelt::tui::pane::Pane;
use smelt::tui::update::update;

const ENTER: KeyCode = KeyCode::Enter;
const ESC: KeyCode = KeyCode::Esc;

fn code(model: &mut Model, code: KeyCode) -> Vec<Effect> {
    update(model, key(code), NOW)
}

fn ctrl(model: &mut Model, letter: char) -> Vec<Effect> {
    let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
    update(model, Msg::Input(Input::Key(key)), NOW)
}

fn said(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |(line, _)| line)
}

fn screen(model: &Model) -> String {
    text(&draw(model, &theme("terminal", GlyphTier::Unicode)))
}

/// The result has the keys, and the record is there.
fn judging() -> Model {
    let mut model = busy(120, 40);
    let effects = press(&mut model, "R");
    serve(&mut model, effects, 412);
    assert_eq!(model.context(), Context::Triage);
    model
}

fn choose(model: &mut Model, path: &str) {
    let wanted = model.result.rows.iter().position(|row| row.path == path);
    let wanted = wanted.unwrap();
    press(model, "g");
    press(model, &"j".repeat(wanted));
    assert_eq!(model.result.selected().unwrap().path, path);
}

fn step(effects: &[Effect]) -> &Step {
    match effects {
        [Effect::Review(step)] => step,
        other => panic!("one step, not {other:?}"),
    }
}

fn told(model: &mut Model, line: &str, go: Option<i64>) {
    let line = line.to_owned();
    let effects = update(model, Msg::Told(Told { line, go }), NOW);
    serve(model, effects, 412);
}

#[test]
fn a_record_is_approved_as_it_was_seen_and_the_next_one_is_shown() {
    let mut model = judging();
    let effects = press(&mut model, "o");
    let Step::Approve(case) = step(&effects) else {
        panic!("{effects:?}");
    };
    assert_eq!(Some(case.job_id), model.result.job);
    // A second key must not fall on a record that nobody has seen.
    assert_eq!(press(&mut model, "o"), []);
    assert!(said(&model).contains("still being written"));
    told(&mut model, "approved 3 of 12, next: Night Nurse", Some(9));
    assert_eq!(said(&model), "approved 3 of 12, next: Night Nurse");
    assert_eq!((model.result.job, model.queue.selected), (Some(9), Some(9)));
    assert!(screen(&model).contains("approved 3 of 12"));
    assert!(matches!(step(&press(&mut model, "o")), Step::Approve(case) if case.job_id == 9));
}

#[test]
fn a_rejection_asks_for_a_reason_and_takes_none_too() {
    let mut model = judging();
    assert_eq!(press(&mut model, "d"), []);
    press(&mut model, " a test page ");
    let effects = code(&mut model, ENTER);
    assert!(matches!(step(&effects), Step::Reject(_, Some(why)) if why == "a test page"));
    told(&mut model, "rejected", None);
    press(&mut model, "d");
    assert!(matches!(
        step(&code(&mut model, ENTER)),
        Step::Reject(_, None)
    ));
    told(&mut model, "rejected", None);
    press(&mut model, "d");
    assert_eq!(code(&mut model, ESC), []);
    assert!(model.over.is_none());
}

#[test]
fn a_value_is_corrected_and_judged_while_it_is_typed() {
    let mut model = judging();
    choose(&mut model, "salary.min");
    press(&mut model, "e");
    assert!(screen(&model).contains("41.5 - 52 USD per hour"));
    ctrl(&mut model, 'u');
    press(&mut model, "sixty or so");
    assert!(screen(&model).contains("no amount of pay is named"));
    assert_eq!(code(&mut model, ENTER), []);
    assert!(model.over.is_some(), "what is no value is not taken");
    ctrl(&mut model, 'u');
    press(&mut model, "42 - 52 USD per hour");
    let effects = code(&mut model, ENTER);
    let Step::Edit(_, field, typed, None) = step(&effects) else {
        panic!("{effects:?}");
    };
    assert_eq!(
        (*field, typed.as_str()),
        (Field::Salary, "42 - 52 USD per hour")
    );
}

#[test]
fn lists_are_typed_line_by_line() {
    let mut model = judging();
    choose(&mut model, "skills[0]");
    code(&mut model, ENTER);
    code(&mut model, ENTER);
    press(&mut model, "charting");
    assert!(screen(&model).contains("3 items") && screen(&model).contains("ctrl-d accept"));
    let effects = ctrl(&mut model, 'd');
    assert!(matches!(
        step(&effects),
        Step::Edit(_, Field::Skills, typed, None) if typed == "triage\nwound care\ncharting"
    ));
}

#[test]
fn a_missed_field_is_taken_from_a_line_or_from_words_of_the_page() {
    let mut model = judging();
    choose(&mut model, "description");
    let seen = screen(&model);
    let mut lines = seen.lines().filter(|line| line.contains("description"));
    assert!(lines.next().unwrap().contains("= not stated"));
    press(&mut model, "i");
    assert!(model.result.is_page && said(&model).contains("description"));
    press(&mut model, "jj");
    let effects = press(&mut model, "i");
    let Step::Missed(_, Field::Description, bytes) = step(&effects) else {
        panic!("{effects:?}");
    };
    assert_eq!(&TEXT[bytes.clone()], "We look for a night nurse.");
    told(&mut model, "description = ...", None);
    // The third to the fifth word of the line.
    press(&mut model, "lllvll");
    let effects = code(&mut model, ENTER);
    let Step::Missed(_, _, bytes) = step(&effects) else {
        panic!("{effects:?}");
    };
    assert_eq!(&TEXT[bytes.clone()], "for a night");
    told(&mut model, "description = ...", None);
    for is_page in [true, true, false] {
        assert_eq!(model.result.is_page, is_page);
        code(&mut model, ESC);
    }
}

#[test]
fn what_has_a_value_was_not_missed_but_a_selection_is_its_evidence() {
    let mut model = judging();
    choose(&mut model, "title");
    assert_eq!(press(&mut model, "i"), []);
    assert_eq!(said(&model), "title was not missed: e corrects it");
    press(&mut model, "lv");
    press(&mut model, "e");
    let effects = code(&mut model, ENTER);
    assert!(matches!(
        step(&effects),
        Step::Edit(_, Field::Title, _, Some(bytes)) if &TEXT[bytes.clone()] == "Night Nurse, Café Ward"
    ));
}

#[test]
fn all_above_a_confidence_are_counted_before_anything_happens() {
    let mut model = judging();
    press(&mut model, "O");
    ctrl(&mut model, 'u');
    press(&mut model, "101");
    assert!(screen(&model).contains("a whole number from 1 to 100"));
    assert_eq!(code(&mut model, ENTER), []);
    code(&mut model, KeyCode::Backspace);
    code(&mut model, KeyCode::Backspace);
    press(&mut model, "5");
    assert_eq!(*step(&code(&mut model, ENTER)), Step::Preview(15));
    let preview = Preview {
        least: 15,
        to_review: 30,
        done: 4,
        guarded: 2,
    };
    let asked = Msg::Preview(preview);
    assert_eq!(update(&mut model, asked.clone(), NOW), []);
    let seen = screen(&model);
    for words in [
        "Approves 34 records",
        "30 of them to review",
        "2 more are left",
    ] {
        assert!(seen.contains(words), "{words} in\n{seen}");
    }
    assert_eq!(press(&mut model, "n"), []);
    let _ = update(&mut model, asked, NOW);
    assert_eq!(*step(&press(&mut model, "y")), Step::ApproveAll(15));
    told(&mut model, "approved 34 at once", None);
    let none = Preview {
        to_review: 0,
        done: 0,
        ..preview
    };
    let _ = update(&mut model, Msg::Preview(none), NOW);
    assert!(model.over.is_none() && said(&model).starts_with("nothing to approve"));
}

#[test]
fn undo_and_the_next_to_review_need_no_record() {
    let mut model = busy(80, 24);
    assert_eq!(*step(&press(&mut model, "Ru")), Step::Undo);
    told(&mut model, "undone: the approval of Night Nurse", Some(12));
    assert_eq!((model.focus, model.result.job), (Pane::Result, Some(12)));
    assert_eq!(*step(&press(&mut model, "w")), Step::Next(Some(12)));
}

#[test]
fn what_cannot_be_judged_says_why() {
    let mut model = judging();
    streaming(&mut model);
    press(&mut model, "gR");
    let job = model.result.job.unwrap();
    tell(
        &mut model,
        Event::Claimed {
            job,
            id: "x".to_owned(),
            label: String::new(),
            attempt: 1,
        },
    );
    // The keys of triage do not hold while a record is made; a palette that was opened before may still ask.
    assert_eq!(model.context(), Context::Result);
    assert_eq!(press(&mut model, "o"), []);
    let mut model = judging();
    press(&mut model, "J");
    assert_eq!(press(&mut model, "e"), []);
    assert!(said(&model).contains("no field is selected"));
}

#[test]
fn readonly_refuses_every_change_by_hand_in_one_line() {
    let mut model = judging();
    model.is_readonly = true;
    for keys in ["o", "d", "e", "i", "u", "O", "A", "c", "r", "x"] {
        model.notice = None;
        assert_eq!(press(&mut model, keys), [], "{keys}");
        assert!(said(&model).contains("--readonly"), "{keys}");
        assert!(model.over.is_none(), "{keys}");
    }
    let paste = Msg::Input(Input::Paste("a posting".to_owned()));
    assert_eq!(update(&mut model, paste, NOW), []);
    assert!(model.over.is_none());
    assert!(
        matches!(step(&press(&mut model, "w")), Step::Next(_)),
        "looking is free"
    );
}

/// The number of the sieve in force and what it is.
fn sieve(effects: &[Effect]) -> (u64, String, States, Order) {
    let found = effects.iter().rev().find_map(|effect| match effect {
        Effect::Sieve(number, sieve) => {
            Some((*number, sieve.text.clone(), sieve.states, sieve.order))
        }
        _ => None,
    });
    found.unwrap_or_else(|| panic!("a sieve in {effects:?}"))
}

#[test]
fn the_queue_is_filtered_while_it_is_typed_and_escape_clears_in_two_steps() {
    let mut model = busy(120, 40);
    let effects = press(&mut model, "/night");
    let (number, words, states, _) = sieve(&effects);
    assert_eq!((number, words.as_str(), states), (5, "night", States::ALL));
    // An answer to an earlier question is none to this one.
    let late = Window {
        offset: 0,
        limit: 9,
        anchor: None,
        sieve: 1,
    };
    let _ = update(&mut model, rows(late, 300), NOW);
    assert_eq!(model.queue.len(), 412);
    let looked = Looked {
        sieve: number,
        found: 40,
        is_over: false,
    };
    let _ = update(&mut model, Msg::Looked(looked), NOW);
    assert!(
        screen(&model).contains("/night  looking"),
        "{}",
        screen(&model)
    );
    let window = Window {
        sieve: number,
        limit: 40,
        ..Window::default()
    };
    let effects = update(&mut model, rows(window, 40), NOW);
    serve(&mut model, effects, 40);
    let looked = Looked {
        is_over: true,
        ..looked
    };
    let effects = update(&mut model, Msg::Looked(looked), NOW);
    serve(&mut model, effects, 40);
    assert_eq!(model.queue.len(), 40);
    let effects = code(&mut model, ENTER);
    serve(&mut model, effects, 40);
    press(&mut model, "G");
    press(&mut model, "n");
    assert_eq!(model.queue.at, 0, "round from the last to the first");
    press(&mut model, "N");
    assert_eq!(model.queue.at, 39);
    assert_eq!(sieve(&code(&mut model, ESC)).1, "");
    press(&mut model, "/x");
    assert_eq!(
        sieve(&code(&mut model, ESC)).1,
        "",
        "the first empties the line"
    );
    assert!(model.over.is_some());
    code(&mut model, ESC);
    assert!(model.over.is_none(), "the second leaves it");
}

#[test]
fn the_queue_shows_a_state_and_is_sorted() {
    let mut model = busy(160, 45);
    press(&mut model, "f");
    assert!(screen(&model).contains("to review"));
    let (_, _, states, _) = sieve(&press(&mut model, "v"));
    assert_eq!(states, States::of(&[State::ToReview]));
    let (_, _, states, order) = sieve(&press(&mut model, "SS"));
    assert_eq!(
        (states, order),
        (States::of(&[State::ToReview]), Order::Doubt)
    );
    assert!(screen(&model).contains("to review  least certain first"));
    assert_eq!(sieve(&code(&mut model, ESC)).2, States::ALL);
}

#[test]
fn a_record_and_the_log_are_looked_through() {
    let mut model = judging();
    press(&mut model, "/wound");
    assert_eq!(model.result.selected().unwrap().path, "skills[1]");
    code(&mut model, ENTER);
    press(&mut model, "/42");
    code(&mut model, ESC);
    code(&mut model, ESC);
    press(&mut model, "l/nurse");
    code(&mut model, ENTER);
    let line = model.result.reading.cursor.line;
    press(&mut model, "n");
    assert_ne!(model.result.reading.cursor.line, line);
    for text in ["a page was read", "the disk is full"] {
        let line = Line {
            at: "12:00:00".to_owned(),
            level: tracing::Level::INFO,
            target: "smelt::run".to_owned(),
            text: text.to_owned(),
        };
        let _ = update(&mut model, Msg::Log(line), NOW);
    }
    press(&mut model, "L/disk");
    code(&mut model, ENTER);
    let seen = screen(&model);
    assert!(seen.contains("the disk is full") && !seen.contains("a page was read"));
    code(&mut model, ESC);
    assert!(screen(&model).contains("a page was read"));
}

#[test]
fn files_are_named_and_postings_typed_or_pasted() {
    let mut model = busy(120, 40);
    press(&mut model, "A");
    assert_eq!(code(&mut model, ENTER), [], "nothing is named yet");
    press(&mut model, "a.html 'my pages/*.md'");
    let names = vec!["a.html".to_owned(), "my pages/*.md".to_owned()];
    assert_eq!(code(&mut model, ENTER), [Effect::Add(names)]);
    press(&mut model, "c");
    let paste = |text: &str| Msg::Input(Input::Paste(text.to_owned()));
    let _ = update(&mut model, paste("Night\u{1b}[31m Nurse\r\nq"), NOW);
    assert!(screen(&model).contains("ctrl-d accept"));
    let posting = "Night[31m Nurse\nq".to_owned();
    assert_eq!(ctrl(&mut model, 'd'), [Effect::Compose(posting)]);
    // A paste into a pane is no row of keys.
    assert_eq!(update(&mut model, paste("qqq"), NOW), []);
    assert_eq!(ctrl(&mut model, 'd'), [Effect::Compose("qqq".to_owned())]);
    let event = Event::Queued {
        jobs: 3,
        already: 1,
        unreadable: 0,
    };
    tell(&mut model, event);
    assert_eq!(said(&model), "2 queued, 1 read before");
}

#[test]
fn a_record_that_is_read_again_keeps_the_selected_field() {
    let mut model = judging();
    choose(&mut model, "salary.max");
    told(&mut model, "title = x", None);
    assert_eq!(model.result.selected().unwrap().path, "salary.max");
    let job = model.result.job.unwrap();
    let _ = update(&mut model, record(job), NOW);
    assert_eq!(model.result.selected().unwrap().path, "salary.max");
}
