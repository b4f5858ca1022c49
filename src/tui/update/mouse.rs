//! The mouse, where the user wants it: a click selects, the wheel scrolls what is below it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Margin, Position, Rect};

use super::height;
use super::keys::step;
use crate::tui::model::Model;
use crate::tui::pane::Pane;
use crate::tui::panes::result;

/// Rows of one turn of the wheel.
const TURN: i64 = 3;

/// Takes a click or a turn; false when it is about nothing. A box is left to the keys.
pub(super) fn heard(model: &mut Model, mouse: MouseEvent) -> bool {
    let at = Position::new(mouse.column, mouse.row);
    let under = Pane::ALL.into_iter().find_map(|pane| {
        let area = model.areas.of(pane)?;
        area.contains(at).then_some((pane, area))
    });
    let Some((pane, area)) = under.filter(|_| model.over.is_none() && model.has_mouse) else {
        return false;
    };
    match mouse.kind {
        MouseEventKind::ScrollUp => step(model, pane, -TURN),
        MouseEventKind::ScrollDown => step(model, pane, TURN),
        MouseEventKind::Down(MouseButton::Left) => click(model, pane, area, at),
        _ => return false,
    }
    true
}

fn click(model: &mut Model, pane: Pane, area: Rect, at: Position) {
    model.focus = pane;
    let inside = area.inner(Margin::new(1, 1));
    if !inside.contains(at) {
        return;
    }
    match pane {
        Pane::Queue => {
            let place = model.queue.top + u64::from(at.y - inside.y);
            if place < model.queue.len() {
                let rows = height(model, Pane::Queue);
                model.queue.go(place, rows);
            }
        }
        Pane::Result => {
            if let Some(row) = result::value_at(&model.result, inside, at) {
                model.result.leave_page();
                model.result.at = row;
            }
        }
        Pane::Hardware | Pane::Log => {}
    }
}
