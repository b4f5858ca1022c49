//! Keys: what each does where the keyboard is.

use std::time::Duration;

use crossterm::event::KeyEvent;

use super::{adding, ending, find, height, power, triage};
use crate::keymap::{Action, Chord};
use crate::tui::asks::Order;
use crate::tui::frame::Urgency;
use crate::tui::model::Model;
use crate::tui::model::boxes::{Over, Purpose, Wanted};
use crate::tui::msg::Effect;
use crate::tui::overlay::{Help, Outcome, Palette};
use crate::tui::pane::Pane;

/// One key.
pub(super) fn pressed(model: &mut Model, key: KeyEvent, now: Duration) -> Vec<Effect> {
    let effects = match model.over.take() {
        Some(over) => boxed(model, over, key, now),
        None => {
            if let Some(action) = model.keymap().action(model.context(), key) {
                act(model, action, now)
            } else {
                elsewhere(model, key, now);
                Vec::new()
            }
        }
    };
    model.arrange();
    effects
}

/// Says of a key that does nothing here where it does something.
fn elsewhere(model: &mut Model, key: KeyEvent, now: Duration) {
    let Some(chord) = Chord::of(key) else {
        return;
    };
    let keymap = model.keymap();
    let binding = keymap
        .all()
        .iter()
        .find(|binding| !binding.context.is_overlay() && binding.chords.contains(&chord));
    let line = if let Some(binding) = binding {
        let place = binding.context.about().to_lowercase();
        format!(
            "{chord} does nothing here; {place}: {}",
            binding.action.label()
        )
    } else {
        let help = keymap.key(model.below(), Action::Help).unwrap_or_default();
        format!("{chord} does nothing; {help} shows the keys")
    };
    model.say(line, now);
}

/// A key while a box is open.
fn boxed(model: &mut Model, mut over: Over, key: KeyEvent, now: Duration) -> Vec<Effect> {
    let action = model.keymap().action(over.context(), key);
    match over.handle(key, model.keymap()) {
        Outcome::Closed => {
            find::closed(model, &over);
            Vec::new()
        }
        Outcome::Done(wanted) => done(model, &over, wanted, now),
        Outcome::Kept => {
            model.over = Some(over);
            find::apply(model);
            Vec::new()
        }
        Outcome::Ignored => {
            model.over = Some(over);
            action.map_or_else(Vec::new, |action| act(model, action, now))
        }
    }
}

/// What was wanted by a box that is closed now.
fn done(model: &mut Model, over: &Over, wanted: Wanted, now: Duration) -> Vec<Effect> {
    match wanted {
        Wanted::Nothing => Vec::new(),
        Wanted::Act(action) => act(model, action, now),
        Wanted::Profile(at) => power::profile(at),
        Wanted::Leave(leaving) => ending::choose(model, leaving, now),
        Wanted::States(at) => {
            find::show(model, at);
            Vec::new()
        }
        Wanted::Find(pane, filter) => {
            find::set(model, pane, filter);
            Vec::new()
        }
        Wanted::Typed(Purpose::Add, text) => adding::names(&text),
        Wanted::Typed(Purpose::Compose, text) => vec![Effect::Compose(text)],
        Wanted::Typed(purpose, text) => {
            let case = match over {
                Over::Typing(typing) => typing.case().cloned(),
                _ => None,
            };
            triage::typed(model, case, purpose, text)
        }
        Wanted::ApproveAll(least) => triage::approve_all(model, least, now),
    }
}

fn act(model: &mut Model, action: Action, now: Duration) -> Vec<Effect> {
    if model.is_readonly && changes_by_hand(action) {
        model.say("nothing is changed: smelt was started with --readonly", now);
        return Vec::new();
    }
    if travel(model, action) || find::act(model, action, now) || adding::act(model, action, now) {
        return Vec::new();
    }
    if let Some(effects) = power::act(model, action) {
        return effects;
    }
    if let Some(effects) = triage::act(model, action, now) {
        return effects;
    }
    match action {
        Action::Freeze => freeze(model, now),
        Action::Raw => {
            model.result.is_raw = !model.result.is_raw;
            model.result.at = 0;
        }
        Action::CopyField => {
            let selected = model.result.selected().filter(|row| row.is_stated);
            let value = selected.map(|row| row.value.clone());
            return copy(model, value, now);
        }
        Action::CopyRecord => {
            let record = (!model.result.raw.is_empty()).then(|| model.result.raw.join("\n"));
            return copy(model, record, now);
        }
        Action::Retry => return order(model, Order::Retry, now),
        Action::Cancel => return order(model, Order::Cancel, now),
        Action::RaisePriority => return reprioritise(model, -1, now),
        Action::LowerPriority => return reprioritise(model, 1, now),
        Action::PauseAdmission => {
            model.work.is_held = !model.work.is_held;
            return vec![Effect::Hold(model.work.is_held)];
        }
        Action::ToggleMouse => return toggle_mouse(model, now),
        Action::Help => {
            model.over = Some(Over::Help(Help::new(model.keymap(), model.below())));
        }
        Action::Palette => {
            let palette = Palette::new(model.keymap(), model.below());
            model.over = Some(Over::Palette(palette));
        }
        Action::NextTheme => return vec![Effect::NextTheme],
        Action::Redraw => return vec![Effect::Redraw],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Quit | Action::Interrupt => return ending::leave(model, now),
        // What moves, finds, adds, judges or holds the card was done above; answers are those of boxes.
        _ => {}
    }
    Vec::new()
}

fn toggle_mouse(model: &mut Model, now: Duration) -> Vec<Effect> {
    model.has_mouse = !model.has_mouse;
    let line = if model.has_mouse {
        "the mouse selects and scrolls; with shift it marks text for the terminal"
    } else {
        "the mouse is the terminal's again"
    };
    model.say(line, now);
    vec![Effect::Mouse(model.has_mouse)]
}

/// What is refused where nothing may be changed; the card's keeper refuses by itself.
fn changes_by_hand(action: Action) -> bool {
    matches!(
        action,
        Action::Approve
            | Action::Reject
            | Action::Edit
            | Action::Missed
            | Action::Undo
            | Action::ApproveAll
            | Action::AddFiles
            | Action::Compose
            | Action::Retry
            | Action::Cancel
            | Action::RaisePriority
            | Action::LowerPriority
    )
}

/// Moves in a pane or between panes; false when the action is of another kind.
fn travel(model: &mut Model, action: Action) -> bool {
    let page = i64::try_from(height(model, model.focus)).unwrap_or(i64::MAX) - 1;
    match action {
        Action::Up => step(model, model.focus, -1),
        Action::Down => step(model, model.focus, 1),
        Action::PageUp => step(model, model.focus, -page),
        Action::PageDown => step(model, model.focus, page),
        Action::Top => step(model, model.focus, -FAR),
        Action::Bottom => step(model, model.focus, FAR),
        Action::Left => sideways(model, false),
        Action::Right => sideways(model, true),
        Action::NextPane => model.focus = model.focus.next(1),
        Action::PreviousPane => model.focus = model.focus.next(Pane::ALL.len() - 1),
        Action::QueuePane => model.focus = Pane::Queue,
        Action::ResultPane | Action::Open => model.focus = Pane::Result,
        Action::HardwarePane => model.focus = Pane::Hardware,
        Action::LogPane => model.focus = Pane::Log,
        Action::Back => back(model),
        Action::Maximise => model.is_maximised = !model.is_maximised,
        _ => return false,
    }
    true
}

/// Further than any list is long.
const FAR: i64 = i64::MAX / 2;

/// Goes down in a pane by so many rows, or up.
pub(super) fn step(model: &mut Model, pane: Pane, by: i64) {
    match pane {
        Pane::Queue => {
            let rows = height(model, Pane::Queue);
            model.queue.step(by, rows);
        }
        Pane::Result => model.result.step(by),
        // Up means older.
        Pane::Log => {
            let rows = height(model, Pane::Log);
            model.log.scroll(-by, rows);
        }
        Pane::Hardware => {}
    }
}

fn sideways(model: &mut Model, right: bool) {
    match model.focus {
        Pane::Result if right => model.result.right(),
        Pane::Result => model.result.left(),
        Pane::Log => model.log.change_level(right),
        Pane::Queue | Pane::Hardware => {}
    }
}

/// Ends what is special, one thing at a time: a selection, a maximised pane, reading in the page, a filter, a chosen row.
fn back(model: &mut Model) {
    let is_result = model.focus == Pane::Result;
    if is_result && model.result.reading.anchor.is_some() {
        model.result.reading.anchor = None;
        model.notice = None;
    } else if model.is_maximised {
        model.is_maximised = false;
    } else if is_result && model.result.is_page {
        model.result.leave_page();
    } else if find::clear(model) {
    } else if model.focus != Pane::Queue {
        model.focus = Pane::Queue;
    } else {
        model.queue.is_chosen = false;
        if let Some(job) = model.work.newest() {
            model.queue.follow(job);
        }
    }
}

/// Orders name the job that is selected, wherever its row has gone by the time they are carried out.
fn order(model: &mut Model, order: Order, now: Duration) -> Vec<Effect> {
    let Some(job) = model.queue.selected else {
        model.say("no posting is selected", now);
        return Vec::new();
    };
    vec![Effect::Order(job, order)]
}

fn reprioritise(model: &mut Model, by: i64, now: Duration) -> Vec<Effect> {
    let selected = model.queue.selected;
    let row = selected.and_then(|job| model.queue.row_of(job));
    let priority = row.map_or(0, |row| row.priority) + by;
    order(model, Order::Priority(priority), now)
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
