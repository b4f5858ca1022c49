//! The queue: a row for each job that can be seen, and no other.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::keymap::{Action, Context};
use crate::store::{JobRow, State};
use crate::theme::{Glyphs, Role};
use crate::tui::look::{Look, cut, duration, select};
use crate::tui::model::Model;
use crate::tui::pane::Pane;

/// Columns from which rows show their certainty and attempts.
const WIDE: u16 = 44;
/// Percent below which a value is doubted.
const DOUBTED: u8 = 80;

/// What stands above it.
#[must_use]
pub fn title(model: &Model) -> String {
    let queue = &model.queue;
    let sieve = queue.sieve().in_words();
    let looking = if queue.is_looking { "  looking" } else { "" };
    if queue.is_empty() {
        return format!("Queue{sieve}{looking}");
    }
    format!("Queue {}/{}{sieve}{looking}", queue.at + 1, queue.len())
}

/// Draws it.
pub fn draw(model: &Model, look: Look, area: Rect, out: &mut Buffer) {
    let queue = &model.queue;
    if queue.is_empty() {
        nothing(model, look, area, out);
        return;
    }
    for (place, row) in (queue.top..).zip(area.rows()) {
        let Some(job) = queue.row(place) else {
            continue;
        };
        line(model, job, row.width, look).render(row, out);
        if place == queue.at && queue.selected.is_none_or(|selected| selected == job.job_id) {
            let role = if model.focus == Pane::Queue {
                Role::Selection
            } else {
                Role::SelectionIdle
            };
            select(row, role, look, out);
        }
    }
}

/// Says why there are no rows, and what to do.
fn nothing(model: &Model, look: Look, area: Rect, out: &mut Buffer) {
    let key = |action: Action| {
        model
            .keymap()
            .key(Context::Queue, action)
            .unwrap_or_default()
    };
    let lines = if !model.queue.is_known {
        let line = "The store is being opened.".to_owned();
        [line, String::new(), String::new()]
    } else if model.queue.sieve().is_open() {
        [
            "The queue is empty.".to_owned(),
            String::new(),
            format!(
                "{} adds files, {} takes a posting that you paste or type.",
                key(Action::AddFiles),
                key(Action::Compose)
            ),
        ]
    } else if model.queue.is_looking {
        ["Looking...".to_owned(), String::new(), String::new()]
    } else {
        [
            "No posting comes through the filter.".to_owned(),
            String::new(),
            format!("{} shows all again.", key(Action::Back)),
        ]
    };
    for (line, row) in lines.iter().zip(area.rows()) {
        look.span(Role::Muted, cut(line, row.width, look))
            .render(row, out);
    }
}

fn line<'a>(model: &Model, job: &JobRow, width: u16, look: Look) -> Line<'a> {
    let (role, sign, word) = state(job.state, look.theme.glyphs());
    let mut spans = vec![look.span(role, format!("{sign} {word:<5} "))];
    let is_wide = width >= WIDE;
    let tail = tail(model, job, is_wide, look);
    let tail_width = u16::try_from(Span::raw(&tail).width()).unwrap_or(width);
    // Where there is little room, only of those that are doubted.
    let certainty = match job.certainty {
        Some(percent) if is_wide => format!("{percent:>3} % "),
        Some(percent) if percent < DOUBTED && tail.is_empty() => format!("{percent:>2}% "),
        _ => String::new(),
    };
    let used = 8 + u16::try_from(certainty.len()).unwrap_or(0) + tail_width + 1;
    let name = name(job);
    let room = width.saturating_sub(used);
    let name = cut(&name, room, look);
    let gap = usize::from(room).saturating_sub(Span::raw(&name).width());
    spans.push(Span::raw(format!("{name}{} ", " ".repeat(gap))));
    spans.push(look.span(doubt(job.certainty), certainty));
    spans.push(look.span(Role::Muted, tail));
    Line::from(spans)
}

/// What the user knows the job by: its title once there is one, with the file behind it.
fn name(job: &JobRow) -> String {
    let file = job.label.rsplit('/').next().unwrap_or(&job.label);
    let file = if file.is_empty() {
        &job.posting_id
    } else {
        file
    };
    match &job.title {
        Some(title) => format!("{title} ({file})"),
        None => file.to_owned(),
    }
}

/// What is behind the name: how long it runs, why it failed, which attempt it is.
fn tail(model: &Model, job: &JobRow, is_wide: bool, look: Look) -> String {
    if let Some(running) = model.work.running.get(&job.job_id) {
        let since = duration(look.now.saturating_sub(running.since));
        return match running.tokens {
            _ if running.waits() && is_wide => format!("waits for the model {since}"),
            _ if running.waits() => format!("waits {since}"),
            0 => since,
            tokens => format!("{tokens} tok {since}"),
        };
    }
    match (job.state, &job.error) {
        (State::Failed, Some(why)) => cut(why, 16, look),
        (State::Retrying, _) => format!("attempt {}", job.attempts + 1),
        _ => String::new(),
    }
}

fn doubt(certainty: Option<u8>) -> Role {
    match certainty {
        Some(percent) if percent < 50 => Role::Bad,
        Some(percent) if percent < DOUBTED => Role::Warn,
        _ => Role::Muted,
    }
}

fn state(state: State, glyphs: &Glyphs) -> (Role, &'static str, &'static str) {
    match state {
        State::Waiting => (Role::Waiting, glyphs.waiting, "wait"),
        State::Running => (Role::Running, glyphs.running, "run"),
        State::Retrying => (Role::Warn, glyphs.retrying, "retry"),
        State::Done => (Role::Good, glyphs.done, "done"),
        State::ToReview => (Role::Warn, glyphs.review, "look"),
        State::Approved => (Role::Human, glyphs.approved, "good"),
        State::Rejected => (Role::Bad, glyphs.rejected, "no"),
        State::Failed => (Role::Bad, glyphs.failed, "FAIL"),
    }
}
