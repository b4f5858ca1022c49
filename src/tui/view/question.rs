//! The question what becomes of running work.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::Look;
use crate::theme::Role;
use crate::tui::model::{Ending, Model};

/// Draws it over the panes.
pub(super) fn draw(model: &Model, selected: usize, look: Look, frame: &mut Frame) {
    let running = model.work.running.len();
    let noun = if running == 1 {
        "posting is"
    } else {
        "postings are"
    };
    let title = format!(" {running} {noun} being read ");
    let mut lines = Vec::new();
    for (row, (key, text)) in Ending::CHOICES.iter().enumerate() {
        let (role, sign) = if row == selected {
            (Role::Selection, look.theme.glyphs().pointer)
        } else {
            (Role::Overlay, " ")
        };
        lines.push(Line::from(vec![
            look.span(role, format!("{sign} ")),
            look.span(Role::Key, key.to_string()),
            look.span(role, format!("  {text}")),
        ]));
    }
    let width = lines.iter().map(Line::width).max().unwrap_or(0);
    let width = width.max(Span::raw(&title).width()) + 4;
    let width = u16::try_from(width).unwrap_or(u16::MAX);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let area = frame.area();
    let place: Rect = area.centered(
        Constraint::Length(width.min(area.width)),
        Constraint::Length(height.min(area.height)),
    );
    let block = Block::bordered()
        .border_set(look.theme.glyphs().border_focused)
        .border_style(look.style(Role::BorderFocused))
        .style(look.style(Role::Overlay))
        .title(Line::from(look.span(Role::Title, title)));
    frame.render_widget(Clear, place);
    frame.render_widget(Paragraph::new(lines).block(block), place);
}
