//! Keys: what each does where the keyboard is.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent};

use super::{ending, height};
use crate::keymap::Action;
use crate::tui::frame::Urgency;
use crate::tui::model::{Ending, Model, Pane};
use crate::tui::msg::Effect;

/// One key.
pub(super) fn pressed(model: &mut Model, key: KeyEvent, now: Duration) -> Vec<Effect> {
    if let Ending::Asked(row) = model.ending {
        return question(model, row, key, now);
    }
    match model.keymap().action(model.context(), key) {
        Some(action) => act(model, action, now),
        None => Vec::new(),
    }
}

fn question(model: &mut Model, row: usize, key: KeyEvent, now: Duration) -> Vec<Effect> {
    let letter = match key.code {
        KeyCode::Char(letter) if key.modifiers.is_empty() => Some(letter),
        _ => None,
    };
    let choices = &Ending::CHOICES;
    let picked = choices.iter().position(|(of, _)| Some(*of) == letter);
    if let Some(picked) = picked {
        return ending::answer(model, picked, now);
    }
    let last = choices.len() - 1;
    let moved = match model.keymap().action(model.context(), key) {
        Some(Action::Up) => row.saturating_sub(1),
        Some(Action::Down) => (row + 1).min(last),
        Some(Action::Top) => 0,
        Some(Action::Bottom) => last,
        Some(Action::Accept) => return ending::answer(model, row, now),
        Some(Action::Close) => return ending::answer(model, last, now),
        Some(Action::Interrupt) => return ending::leave(model, now),
        Some(action @ (Action::Redraw | Action::Suspend)) => return act(model, action, now),
        _ => row,
    };
    model.ending = Ending::Asked(moved);
    Vec::new()
}

fn act(model: &mut Model, action: Action, now: Duration) -> Vec<Effect> {
    let page = i64::try_from(height(model, model.focus)).unwrap_or(i64::MAX) - 1;
    match action {
        Action::Up => step(model, -1),
        Action::Down => step(model, 1),
        Action::PageUp => step(model, -page),
        Action::PageDown => step(model, page),
        Action::Top => step(model, -FAR),
        Action::Bottom => step(model, FAR),
        Action::Left => sideways(model, false),
        Action::Right => sideways(model, true),
        Action::NextPane => focus(model, model.focus.next(1)),
        Action::PreviousPane => focus(model, model.focus.next(Pane::ALL.len() - 1)),
        Action::QueuePane => focus(model, Pane::Queue),
        Action::ResultPane => focus(model, Pane::Result),
        Action::HardwarePane => focus(model, Pane::Hardware),
        Action::LogPane => focus(model, Pane::Log),
        Action::Open => focus(model, Pane::Result),
        Action::Back => back(model),
        Action::Maximise => {
            model.is_maximised = !model.is_maximised;
            model.arrange();
        }
        Action::Freeze => freeze(model, now),
        Action::Raw => {
            model.result.is_raw = !model.result.is_raw;
            model.result.at = 0;
        }
        Action::CopyField => {
            let value = model.result.selected().map(|row| row.value.clone());
            return copy(model, value, now);
        }
        Action::CopyRecord => {
            let record = (!model.result.raw.is_empty()).then(|| model.result.raw.join("\n"));
            return copy(model, record, now);
        }
        Action::PauseAdmission => {
            model.work.is_held = !model.work.is_held;
            return vec![Effect::Hold(model.work.is_held)];
        }
        Action::ToggleMouse => {
            model.has_mouse = !model.has_mouse;
            return vec![Effect::Mouse(model.has_mouse)];
        }
        Action::Redraw => return vec![Effect::Redraw],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Quit | Action::Interrupt => return ending::leave(model, now),
        other => {
            let line = format!("{} is not there yet", other.label());
            model.say(line, now);
        }
    }
    Vec::new()
}

/// Further than any list is long.
const FAR: i64 = i64::MAX / 2;

fn step(model: &mut Model, by: i64) {
    match model.focus {
        Pane::Queue => {
            let rows = height(model, Pane::Queue);
            model.queue.step(by, rows);
        }
        Pane::Result => model.result.step(by),
        // Up means older.
        Pane::Log => model.log.scroll(-by),
        Pane::Hardware => {}
    }
}

fn sideways(model: &mut Model, right: bool) {
    match model.focus {
        Pane::Result => model.result.is_page = right,
        Pane::Log => model.log.change_level(right),
        Pane::Queue | Pane::Hardware => {}
    }
}

fn focus(model: &mut Model, pane: Pane) {
    model.focus = pane;
    model.arrange();
}

/// Ends what is special, one thing at a time: a maximised pane, reading in the page, a chosen row.
fn back(model: &mut Model) {
    if model.is_maximised {
        model.is_maximised = false;
        model.arrange();
    } else if model.result.is_page {
        model.result.is_page = false;
    } else if model.focus != Pane::Queue {
        focus(model, Pane::Queue);
    } else {
        model.queue.is_chosen = false;
        if let Some(job) = model.work.newest() {
            model.queue.follow(job);
        }
    }
}

fn freeze(model: &mut Model, now: Duration) {
    model.frozen = match model.frozen {
        None => Some((now, 0)),
        Some(_) => None,
    };
    model.mark(Urgency::Input);
}

fn copy(model: &mut Model, text: Option<String>, now: Duration) -> Vec<Effect> {
    let Some(text) = text else {
        model.say("there is nothing to copy", now);
        return Vec::new();
    };
    model.say(
        format!("{} bytes sent to the terminal's clipboard", text.len()),
        now,
    );
    vec![Effect::Copy(text)]
}
