//! The line at the top, how the work stands, and the line at the bottom, what can be pressed.

use ratatui::text::{Line, Span};

use crate::event::EngineState;
use crate::keymap::{Action, Context};
use crate::store::{State, States};
use crate::theme::Role;
use crate::tui::look::{Look, cut, duration};
use crate::tui::model::{Ending, Model};
use crate::tui::overlay::hint_line;

/// How the work stands; where there is little room, without what matters least.
pub(super) fn status<'a>(model: &'a Model, look: Look) -> Line<'a> {
    let mut parts = parts(model, look);
    let wide = |parts: &[Part]| parts.iter().map(|(_, spans)| width(spans)).sum::<usize>();
    while wide(&parts) > usize::from(model.areas.status.width) {
        let least = parts.iter().map(|(rank, _)| *rank).max();
        let Some(at) = parts.iter().rposition(|(rank, _)| Some(*rank) == least) else {
            break;
        };
        parts.remove(at);
    }
    parts.into_iter().flat_map(|(_, spans)| spans).collect()
}

/// A piece of the line that is shown whole or not at all, and how soon it gives way: the highest first.
type Part<'a> = (u8, Vec<Span<'a>>);

fn width(spans: &[Span]) -> usize {
    spans.iter().map(Span::width).sum()
}

fn parts<'a>(model: &'a Model, look: Look) -> Vec<Part<'a>> {
    let mut parts = vec![(6, vec![look.span(Role::Title, " smelt ")])];
    let counts = &model.queue.counts;
    let of = |states: &[State]| counts.of(States::of(states));
    let states = [
        (2, Role::Waiting, of(&[State::Waiting]), "waiting"),
        (2, Role::Running, of(&[State::Running]), "running"),
        (5, Role::Warn, of(&[State::Retrying]), "retrying"),
        (2, Role::Good, of(&[State::Done, State::Approved]), "done"),
        (3, Role::Warn, of(&[State::ToReview]), "to review"),
        (
            3,
            Role::Bad,
            of(&[State::Failed, State::Rejected]),
            "failed",
        ),
    ];
    for (rank, role, count, word) in states {
        if count > 0 || matches!(word, "waiting" | "done") {
            let count = look.span(role, format!(" {count}"));
            parts.push((
                rank,
                vec![count, look.span(Role::Muted, format!(" {word} "))],
            ));
        }
    }
    if let Some(banner) = banner(model, look) {
        parts.push((1, vec![look.span(Role::Banner, banner)]));
    }
    parts.push((7, vec![look.span(Role::Muted, engine(&model.work.engine))]));
    let is_read = !model.work.running.is_empty();
    if let Some(speed) = model.work.tokens_per_s(look.now).filter(|_| is_read) {
        let speed = format!(" {speed:.1} tok/s");
        parts.push((4, vec![look.span(Role::Accent, speed)]));
    }
    let goes_on = !model.is_held_up() && !model.is_emergency();
    if let Some(left) = model.work.left(left(model), look.now).filter(|_| goes_on) {
        let left = format!("  ETA {}", duration(left));
        parts.push((4, vec![look.span(Role::Muted, left)]));
    }
    parts
}

/// How many are still to be read.
fn left(model: &Model) -> u64 {
    let left = [State::Waiting, State::Running, State::Retrying];
    model.queue.counts.of(States::of(&left))
}

/// What is out of the ordinary.
fn banner(model: &Model, look: Look) -> Option<String> {
    let text = match model.ending {
        Ending::Finishing => "finishing what runs".to_owned(),
        Ending::GivingBack => "giving back what runs".to_owned(),
        _ => {
            if model.is_emergency() {
                let key = model.keymap().key(Context::Global, Action::Acknowledge);
                let key = key.unwrap_or_default();
                format!("emergency stop: {key} goes on once the card is cool")
            } else if let Some((since, missed)) = model.frozen {
                let since = duration(look.now.saturating_sub(since));
                format!("view frozen {since}, {missed} changes since")
            } else if model.work.is_held {
                "work paused".to_owned()
            } else if model.is_held_up() && left(model) > 0 {
                "too hot: no page is begun".to_owned()
            } else {
                model.banner.clone()?
            }
        }
    };
    Some(format!(" {text} "))
}

fn engine(state: &EngineState) -> String {
    match state {
        EngineState::None => " no model: data and rules only".to_owned(),
        EngineState::Chosen { model } | EngineState::Ready { model } => format!(" {model}"),
        EngineState::Loading => " the model loads".to_owned(),
        EngineState::Failed { .. } => " the engine failed".to_owned(),
    }
}

/// What can be pressed, or the line the user should read.
pub(super) fn hints<'a>(model: &'a Model, look: Look) -> Line<'a> {
    let width = model.areas.hints.width;
    if let Some((notice, _)) = &model.notice {
        let notice = cut(notice, width.saturating_sub(1), look);
        return Line::from(look.span(Role::Accent, format!(" {notice}")));
    }
    hint_line(&model.hints, width, look.theme)
}
