//! The line at the top, how the work stands, and the line at the bottom, what can be pressed.

use ratatui::text::{Line, Span};

use super::{Look, duration};
use crate::event::EngineState;
use crate::keymap::{Action, Hint};
use crate::store::{State, States};
use crate::theme::Role;
use crate::tui::model::{Ending, Model};

/// How the work stands.
pub(super) fn status<'a>(model: &'a Model, look: Look) -> Line<'a> {
    let mut line = vec![look.span(Role::Title, " smelt ")];
    let counts = &model.queue.counts;
    let of = |states: &[State]| counts.of(States::of(states));
    let parts = [
        (Role::Waiting, of(&[State::Waiting]), "waiting"),
        (Role::Running, of(&[State::Running]), "running"),
        (Role::Warn, of(&[State::Retrying]), "retrying"),
        (Role::Good, of(&[State::Done, State::Approved]), "done"),
        (Role::Warn, of(&[State::ToReview]), "to review"),
        (Role::Bad, of(&[State::Failed, State::Rejected]), "failed"),
    ];
    for (role, count, word) in parts {
        if count > 0 || matches!(word, "waiting" | "done") {
            line.push(look.span(role, format!(" {count}")));
            line.push(look.span(Role::Muted, format!(" {word} ")));
        }
    }
    if let Some(banner) = banner(model, look) {
        line.push(look.span(Role::Banner, banner));
    }
    line.push(look.span(Role::Muted, engine(&model.work.engine)));
    if let Some(speed) = model.work.tokens_per_s(look.now) {
        line.push(look.span(Role::Accent, format!(" {speed:.1} tok/s")));
    }
    let left = of(&[State::Waiting, State::Running, State::Retrying]);
    if let Some(left) = model.work.left(left, look.now) {
        line.push(look.span(Role::Muted, format!("  ETA {}", duration(left))));
    }
    Line::from(line)
}

/// What is out of the ordinary.
fn banner(model: &Model, look: Look) -> Option<String> {
    let text = match model.ending {
        Ending::Finishing => "finishing what runs".to_owned(),
        Ending::GivingBack => "giving back what runs".to_owned(),
        _ => {
            if let Some((since, missed)) = model.frozen {
                let since = duration(look.now.saturating_sub(since));
                format!("view frozen {since}, {missed} changes since")
            } else if model.work.is_held {
                "work paused".to_owned()
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
    if let Some((notice, _)) = &model.notice {
        return Line::from(look.span(Role::Accent, format!(" {notice}")));
    }
    let mut line = Vec::new();
    let mut room = usize::from(model.areas.hints.width);
    let width = |parts: &[Span; 2]| parts.iter().map(Span::width).sum::<usize>();
    // Whatever has no room, help has some: it shows the rest.
    let help = model
        .hints
        .iter()
        .position(|hint| hint.action == Action::Help);
    let help = help.map(|at| (at, key(&model.hints[at], look)));
    for (at, hint) in model.hints.iter().enumerate() {
        let parts = key(hint, look);
        let kept = help.as_ref().filter(|(place, _)| *place > at);
        let kept = kept.map_or(0, |(_, parts)| width(parts));
        if width(&parts) + kept > room {
            line.extend(
                help.filter(|(place, _)| *place > at)
                    .into_iter()
                    .flat_map(|(_, parts)| parts),
            );
            break;
        }
        room -= width(&parts);
        line.extend(parts);
    }
    Line::from(line)
}

/// A key and what it does.
fn key<'a>(hint: &Hint, look: Look) -> [Span<'a>; 2] {
    [
        look.span(Role::Key, format!(" {}", hint.key)),
        look.span(Role::Hint, format!(" {} ", hint.action.label())),
    ]
}
