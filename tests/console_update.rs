//! Whatever the console hears, at whatever size: it never falls over, it can always be drawn, and it can always be left.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

#[path = "support/console.rs"]
mod console;

use std::time::Duration;

use console::{
    NOW, busy, draw, gpu, key, model, press, record, rows, serve, streaming, tell, text, theme,
};
use crossterm::event::{
    Event as Input, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use proptest::prelude::*;
use smelt::cli::Exit;
use smelt::event::{EngineState, Event, Finished};
use smelt::log::Line;
use smelt::theme::GlyphTier;
use smelt::tui::model::Model;
use smelt::tui::msg::{Effect, Ended, Looked, Msg, Preview, Told, Window};
use smelt::tui::pane::Pane;
use smelt::tui::update::update;

fn code() -> impl Strategy<Value = KeyCode> {
    prop_oneof![
        8 => any::<char>().prop_map(KeyCode::Char),
        8 => prop::sample::select("jkhlgGzpqQRHLJyYsftmbxr+-/?:nNodeivuOwAcfS".chars().collect::<Vec<_>>()).prop_map(KeyCode::Char),
        3 => prop::sample::select(vec![KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Up,
            KeyCode::Down, KeyCode::PageUp, KeyCode::PageDown, KeyCode::Home, KeyCode::End, KeyCode::Left, KeyCode::Right]),
        1 => (0..30u8).prop_map(KeyCode::F),
    ]
}

fn input() -> impl Strategy<Value = Msg> {
    prop_oneof![
        10 => (code(), any::<u8>()).prop_map(|(code, bits)| Msg::Input(Input::Key(KeyEvent::new(
            code,
            KeyModifiers::from_bits_truncate(bits & 7),
        )))),
        3 => (0..=300u16, 0..=300u16).prop_map(|(width, height)| Msg::Input(Input::Resize(width, height))),
        1 => ".{0,40}".prop_map(|text| Msg::Input(Input::Paste(text))),
        1 => (any::<bool>(), 0..300u16, 0..300u16).prop_map(|(turns, column, row)| Msg::Input(Input::Mouse(MouseEvent {
            kind: if turns { MouseEventKind::ScrollDown } else { MouseEventKind::Down(MouseButton::Left) },
            column, row, modifiers: KeyModifiers::NONE,
        }))),
        1 => Just(Msg::Input(Input::FocusGained)),
        1 => Just(Msg::Input(Input::FocusLost)),
    ]
}

fn event() -> impl Strategy<Value = Msg> {
    let job = 1..9i64;
    prop_oneof![
        (job.clone(), ".{0,30}", 1..4u32).prop_map(|(job, label, attempt)| Event::Claimed {
            job,
            id: format!("{job}"),
            label,
            attempt,
        }),
        (job.clone(), 0..4u32).prop_map(|(job, question)| Event::Asked { job, question }),
        (
            job.clone(),
            0..4u32,
            0..40usize,
            r#"[\[\]{}":, a-z0-9é]{0,40}"#
        )
            .prop_map(|(job, question, at, text)| Event::Text {
                job,
                question,
                at,
                text,
                pieces: 1
            }),
        (job.clone(), any::<Option<String>>()).prop_map(|(job, error)| Event::Finished(Finished {
            job,
            id: format!("{job}"),
            status: "done".to_owned(),
            error,
            took_ms: 5,
            tokens: 9,
        })),
        (job, any::<Option<String>>()).prop_map(|(job, why)| Event::GivenBack {
            job,
            id: format!("{job}"),
            why,
            wait_ms: 0,
        }),
        (0..1000u32).prop_map(gpu),
        any::<String>().prop_map(|line| Event::Notice { line }),
        Just(Event::Engine(EngineState::Loading)),
        (0..9usize, 0..9usize, 0..9usize).prop_map(|(jobs, already, unreadable)| Event::Queued {
            jobs,
            already,
            unreadable
        }),
    ]
    .prop_map(Msg::Event)
}

fn msg() -> impl Strategy<Value = Msg> {
    prop_oneof![
        6 => input(),
        6 => event(),
        2 => (0..2000u64, 0..200usize, any::<Option<i32>>(), 38..2000u64, 0..3u64).prop_map(|(offset, limit, anchor, all, sieve)| {
            rows(Window { offset, limit, anchor: anchor.map(|job| i64::from(job.unsigned_abs() % 2000) + 1), sieve }, all)
        }),
        2 => (1..9i64).prop_map(record),
        1 => (0..3u64, 0..900u64, any::<bool>()).prop_map(|(sieve, found, is_over)| Msg::Looked(Looked { sieve, found, is_over })),
        1 => (".{0,60}", any::<Option<u8>>()).prop_map(|(line, go)| Msg::Told(Told { line, go: go.map(i64::from) })),
        1 => (0..200u64, 0..9u64, 0..9u64).prop_map(|(to_review, done, guarded)| Msg::Preview(Preview {
            least: 80, to_review, done, guarded,
        })),
        2 => Just(Msg::Tick),
        1 => Just(Msg::Changed),
        1 => Just(Msg::Continued),
        1 => (".{0,60}", prop::sample::select(vec![tracing::Level::ERROR, tracing::Level::INFO])).prop_map(|(text, level)| {
            Msg::Log(Line { at: "12:00:00".to_owned(), level, target: "smelt::run".to_owned(), text })
        }),
        1 => any::<bool>().prop_map(|is_final| Msg::Ended(Ended { why: None, exit: Exit::Done, is_final })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn nothing_it_hears_breaks_it_and_it_can_always_be_left(
        size in (0..=300u16, 0..=300u16), msgs in prop::collection::vec(msg(), 0..60),
    ) {
        let themes = [theme("terminal", GlyphTier::Unicode), theme("mono", GlyphTier::Ascii)];
        let mut model = model(size.0, size.1);
        for (second, msg) in msgs.into_iter().enumerate() {
            let now = Duration::from_millis(second as u64 * 300);
            let _ = update(&mut model, msg, now);
            if model.size.0 > 0 && model.size.1 > 0 {
                draw(&model, &themes[second % 2]);
            }
        }
        // However deep the user is, three interrupts are out.
        let mut effects = Vec::new();
        for _ in 0..3 {
            let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
            effects.extend(update(&mut model, Msg::Input(Input::Key(interrupt)), NOW));
        }
        prop_assert!(effects.contains(&Effect::Leave), "{:?}", model.ending);
    }
}

#[test]
fn idle_it_leaves_at_once_and_busy_it_asks() {
    let mut idle = busy(80, 24);
    assert_eq!(press(&mut idle, "q"), [Effect::Abort]);
    let mut model = busy(80, 24);
    streaming(&mut model);
    assert_eq!(press(&mut model, "q"), []);
    assert!(model.over.is_some());
    assert_eq!(press(&mut model, "s"), []);
    assert!(model.over.is_none());
    assert_eq!(press(&mut model, "qf"), [Effect::Stop]);
    let ended = Msg::Ended(Ended {
        why: None,
        exit: Exit::Done,
        is_final: false,
    });
    assert!(update(&mut model, ended, NOW).contains(&Effect::Leave));
}

#[test]
fn a_row_stays_selected_wherever_it_goes_and_only_a_window_is_held() {
    let mut model = model(120, 40);
    let effects = tell(
        &mut model,
        Event::Resumed {
            jobs: 0,
            given_back: 0,
        },
    );
    serve(&mut model, effects, 1_000_000);
    let effects = press(&mut model, "G");
    serve(&mut model, effects, 1_000_000);
    assert_eq!(model.queue.at, 999_999);
    assert!(model.queue.rows.len() < 500);
    assert_eq!(model.queue.selected, Some(1_000_000));
    assert_eq!(model.result.job, Some(1_000_000));
    let effects = press(&mut model, "kk");
    serve(&mut model, effects, 1_000_000);
    assert_eq!(model.queue.selected, Some(999_998));
}

#[test]
fn until_a_row_is_chosen_the_newest_job_is_followed() {
    let mut model = busy(120, 40);
    let claim = |job: i64| Event::Claimed {
        job,
        id: format!("{job}"),
        label: String::new(),
        attempt: 1,
    };
    let effects = tell(&mut model, claim(7));
    serve(&mut model, effects, 412);
    assert_eq!(model.result.job, Some(7));
    press(&mut model, "j");
    let chosen = model.result.job;
    let effects = tell(&mut model, claim(9));
    serve(&mut model, effects, 412);
    assert_eq!(model.result.job, chosen);
    let _ = update(&mut model, key(KeyCode::Esc), NOW);
    assert_eq!(model.queue.selected, Some(9));
}

fn asked(job: i64, question: u32) -> Event {
    Event::Asked { job, question }
}

#[test]
fn the_job_that_is_being_answered_is_shown_and_the_other_waits() {
    let mut model = busy(160, 45);
    streaming(&mut model);
    let claim = Event::Claimed {
        job: 9,
        id: "9".to_owned(),
        label: String::new(),
        attempt: 1,
    };
    for event in [claim, asked(9, 1)] {
        let effects = tell(&mut model, event);
        serve(&mut model, effects, 412);
    }
    assert_eq!(model.result.job, Some(1));
    let screen = console::text(&draw(&model, &theme("terminal", GlyphTier::Unicode)));
    assert!(screen.contains("question 1, 20 tokens"), "{screen}");
    assert!(screen.contains("waits for the model 0 s"), "{screen}");
    // The first has nothing to say any more, and the second begins.
    let later = NOW + Duration::from_secs(3);
    let text = Event::Text {
        job: 9,
        question: 1,
        at: 0,
        text: "{".to_owned(),
        pieces: 1,
    };
    let effects = update(&mut model, Msg::Event(text), later);
    serve(&mut model, effects, 412);
    assert_eq!(model.result.job, Some(9));
}

#[test]
fn what_one_answer_said_stays_until_the_next_one_says_otherwise() {
    let mut model = busy(160, 45);
    streaming(&mut model);
    let mut screen_after = |event: Event| {
        let effects = tell(&mut model, event);
        serve(&mut model, effects, 412);
        console::text(&draw(&model, &theme("terminal", GlyphTier::Unicode)))
    };
    let screen = screen_after(asked(1, 2));
    assert!(
        screen.contains("question 2 waits for the model"),
        "{screen}"
    );
    assert!(screen.contains("\"Night Nurse\""), "{screen}");
    // Neither what the page does not state nor what was cut off is known.
    assert!(
        !screen.contains("company") && !screen.contains("\"Bos"),
        "{screen}"
    );
    let screen = screen_after(Event::Text {
        job: 1,
        question: 2,
        at: 0,
        text: r#"{"title": [3, "Head Nurse"], "#.to_owned(),
        pieces: 5,
    });
    assert!(screen.contains("\"Head Nurse\""), "{screen}");
    assert!(!screen.contains("\"Night Nurse\""), "{screen}");
}

#[test]
fn what_was_taken_up_is_told_until_a_key_is_pressed() {
    let mut model = busy(120, 40);
    let resumed = Event::Resumed {
        jobs: 412,
        given_back: 1,
    };
    let effects = tell(&mut model, resumed);
    serve(&mut model, effects, 412);
    let banner = "resumed: 412 queued, 1 given back";
    assert!(
        model
            .banner
            .as_ref()
            .is_some_and(|line| line.starts_with(banner))
    );
    press(&mut model, "j");
    assert_eq!(model.banner, None);
}

#[test]
fn a_terminal_that_nobody_looks_at_gets_nothing_while_nothing_runs() {
    let mut model = busy(80, 24);
    let _ = update(&mut model, Msg::Input(Input::FocusLost), NOW);
    model.take_dirty();
    tell(&mut model, gpu(101));
    assert_eq!(model.take_dirty(), None);
    let _ = update(&mut model, Msg::Input(Input::FocusGained), NOW);
    assert!(model.take_dirty().is_some());
    tell(&mut model, gpu(102));
    assert!(model.take_dirty().is_some());
}

#[test]
fn a_frozen_view_counts_what_it_does_not_show() {
    let mut model = busy(80, 24);
    model.take_dirty();
    press(&mut model, "p");
    model.take_dirty();
    streaming(&mut model);
    assert_eq!(model.take_dirty(), None);
    assert!(model.frozen.is_some_and(|(_, missed)| missed >= 3));
    press(&mut model, "p");
    assert!(model.take_dirty().is_some());
}

#[test]
fn panes_are_reached_by_letter_and_tabulator() {
    let mut model = busy(80, 24);
    for (letter, pane) in [
        ("R", Pane::Result),
        ("H", Pane::Hardware),
        ("L", Pane::Log),
        ("Q", Pane::Queue),
    ] {
        press(&mut model, letter);
        assert_eq!(model.focus, pane);
        assert!(model.areas.of(pane).is_some());
    }
    let _ = update(&mut model, key(KeyCode::Tab), NOW);
    assert_eq!(model.focus, Pane::Result);
}

#[test]
fn the_question_about_running_work_counts_on_and_goes_when_none_is_left() {
    let mut model = busy(80, 24);
    streaming(&mut model);
    press(&mut model, "q");
    let tick = |model: &mut Model| {
        let _ = update(model, Msg::Tick, NOW);
        text(&draw(model, &theme("terminal", GlyphTier::Unicode)))
    };
    assert!(tick(&mut model).contains("1 posting is being read"));
    let finished = Event::Finished(Finished {
        job: 1,
        id: "1".to_owned(),
        status: "done".to_owned(),
        error: None,
        took_ms: 5,
        tokens: 9,
    });
    tell(&mut model, finished);
    let screen = tick(&mut model);
    assert!(!screen.contains("posting is being read"), "{screen}");
    assert!(
        screen.contains("nothing is being read any more: q leaves"),
        "{screen}"
    );
    assert_eq!(press(&mut model, "q"), [Effect::Abort]);
}

#[test]
fn a_key_that_does_nothing_here_says_where_it_does() {
    let mut model = busy(80, 24);
    for (key, line) in [
        (
            "o",
            "o does nothing here; while a record is judged: approve",
        ),
        ("J", "J does nothing here; in the result: raw JSON"),
        ("%", "% does nothing; ? shows the keys"),
    ] {
        assert_eq!(press(&mut model, key), []);
        assert_eq!(
            model.notice.as_ref().map(|(said, _)| said.as_str()),
            Some(line)
        );
    }
}

#[test]
fn what_others_queued_is_taken_up_while_a_worker_is_free_and_an_unchanged_store_draws_nothing() {
    let mut model = busy(80, 24);
    assert!(update(&mut model, Msg::Tick, NOW).contains(&Effect::Look));
    let effects = update(&mut model, Msg::Changed, NOW);
    assert!(
        matches!(effects.as_slice(), [Effect::Rows(_), Effect::Record(_)]),
        "{effects:?}"
    );
    model.take_dirty();
    let mut asked = Vec::new();
    for effect in effects {
        let answer = match effect {
            Effect::Rows(window) => rows(window, 412),
            Effect::Record(job) => record(job),
            _ => continue,
        };
        asked.extend(update(&mut model, answer, NOW));
    }
    assert_eq!(asked, [Effect::TakeUp]);
    assert_eq!(model.take_dirty(), None);
    // Every worker has something to do: what waits is taken up later.
    streaming(&mut model);
    let effects = update(&mut model, Msg::Changed, NOW);
    let Some(Effect::Rows(window)) = effects.first() else {
        panic!("rows, not {effects:?}");
    };
    let asked = update(&mut model, rows(*window, 412), NOW);
    assert!(!asked.contains(&Effect::TakeUp));
}

#[test]
fn the_mouse_selects_and_scrolls_what_is_under_it_once_it_is_caught() {
    let mut model = busy(120, 40);
    let heard = |model: &mut Model, kind, column, row| {
        let modifiers = KeyModifiers::NONE;
        let mouse = MouseEvent {
            kind,
            column,
            row,
            modifiers,
        };
        let effects = update(model, Msg::Input(Input::Mouse(mouse)), NOW);
        serve(model, effects, 412);
    };
    let click = MouseEventKind::Down(MouseButton::Left);
    heard(&mut model, click, 5, 6);
    assert_eq!(model.queue.at, 0);
    assert_eq!(press(&mut model, "m"), [Effect::Mouse(true)]);
    heard(&mut model, click, 5, 6);
    assert_eq!((model.queue.at, model.focus), (4, Pane::Queue));
    heard(&mut model, MouseEventKind::ScrollDown, 5, 6);
    assert_eq!(model.queue.at, 7);
    // The second value: below the border and the line of flags.
    let result = model.areas.result.unwrap();
    heard(&mut model, click, result.x + 3, result.y + 3);
    assert_eq!((model.result.at, model.focus), (1, Pane::Result));
    heard(&mut model, MouseEventKind::ScrollUp, 5, 6);
    assert_eq!((model.queue.at, model.focus), (4, Pane::Result));
    heard(&mut model, MouseEventKind::Moved, 5, 6);
    assert_eq!(model.queue.at, 4);
}
