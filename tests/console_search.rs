//! Where the user is while lists are searched, sorted and scrolled, and what boxes leave of the panes behind them.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

#[path = "support/console.rs"]
mod console;

use console::{NOW, busy, draw, gpu, press, row, serve, tell, text, theme};
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use smelt::event::{Event, Finished};
use smelt::log::Line;
use smelt::theme::GlyphTier;
use smelt::tui::model::Model;
use smelt::tui::msg::{Effect, Looked, Msg, Rows, Window};
use smelt::tui::update::update;

fn screen(model: &Model) -> String {
    text(&draw(model, &theme("terminal", GlyphTier::Unicode)))
}

/// Rows of the list as a search has found them so far, the selected one not among them.
fn searched(number: u64, anchor: Option<i64>, place: Option<u64>, jobs: &[i64]) -> Msg {
    let window = Window {
        offset: 0,
        limit: 200,
        anchor,
        sieve: number,
    };
    Msg::Rows(Box::new(Rows {
        window,
        rows: jobs.iter().map(|job| row(*job)).collect(),
        counts: console::counts(412),
        length: jobs.len() as u64,
        place,
    }))
}

fn number(effects: &[Effect]) -> u64 {
    let sieve = effects.iter().rev().find_map(|effect| match effect {
        Effect::Sieve(number, ..) => Some(*number),
        _ => None,
    });
    sieve.unwrap()
}

#[test]
fn sorting_what_a_filter_found_keeps_the_selected_posting() {
    let mut model = busy(120, 40);
    let effects = press(&mut model, "/night");
    let found = number(&effects);
    let shown = |model: &Model| searched(found, model.queue.selected, None, &[3, 5, 9]);
    let rows = shown(&model);
    let _ = update(&mut model, rows, NOW);
    let over = |sieve, found| {
        Msg::Looked(Looked {
            sieve,
            found,
            is_over: true,
        })
    };
    let _ = update(&mut model, over(found, 3), NOW);
    let enter = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
    let _ = update(&mut model, Msg::Input(Input::Key(enter)), NOW);
    let rows = shown(&model);
    let _ = update(&mut model, rows, NOW);
    press(&mut model, "jj");
    assert_eq!(model.queue.selected, Some(9));
    // The search begins anew, and for a moment has found others only.
    let again = number(&press(&mut model, "S"));
    let _ = update(&mut model, searched(again, Some(9), None, &[3]), NOW);
    assert_eq!(model.queue.selected, Some(9));
    let _ = update(&mut model, over(again, 3), NOW);
    let _ = update(
        &mut model,
        searched(again, Some(9), Some(0), &[9, 3, 5]),
        NOW,
    );
    assert_eq!((model.queue.selected, model.queue.at), (Some(9), 0));
}

#[test]
fn a_log_that_fits_does_not_scroll() {
    let mut model = busy(160, 45);
    let log = |model: &mut Model, lines: std::ops::Range<u32>| {
        for number in lines {
            let line = Line {
                at: "12:00:00".to_owned(),
                level: tracing::Level::INFO,
                target: "smelt::run".to_owned(),
                text: format!("line {number}."),
            };
            let _ = update(model, Msg::Log(line), NOW);
        }
    };
    log(&mut model, 0..3);
    press(&mut model, "Lkkk");
    let seen = screen(&model);
    assert!(
        seen.contains("line 0.") && seen.contains("line 2."),
        "{seen}"
    );
    assert!(!seen.contains("newer below"), "{seen}");
    log(&mut model, 3..200);
    press(&mut model, "k");
    assert!(screen(&model).contains("1 newer below"));
}

#[test]
fn a_reading_is_no_change_that_a_frozen_view_misses() {
    let mut model = busy(80, 24);
    press(&mut model, "p");
    tell(&mut model, gpu(101));
    assert!(model.frozen.is_some_and(|(_, missed)| missed == 0));
}

#[test]
fn what_failed_is_named_by_its_file() {
    let mut model = busy(120, 40);
    let effects = vec![Effect::Rows(Window::default())];
    serve(&mut model, effects, 412);
    let job = model.queue.rows[3].job_id;
    let finished = Finished {
        job,
        id: "40a8539d74c9cb25".to_owned(),
        status: "failed".to_owned(),
        error: Some("the input is empty".to_owned()),
        took_ms: 1,
        tokens: 0,
    };
    tell(&mut model, Event::Finished(finished));
    let line = format!("pages/posting-{job:03}.html: the input is empty");
    assert!(screen(&model).contains(&line), "{}", screen(&model));
}
