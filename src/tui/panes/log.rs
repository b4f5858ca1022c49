//! The log: the newest lines at the bottom.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line as Row;
use ratatui::widgets::Widget;
use tracing::Level;

use crate::log::Line;
use crate::theme::Role;
use crate::tui::look::{Look, cut};
use crate::tui::model::Model;

/// What stands above it.
#[must_use]
pub fn title(model: &Model) -> String {
    let level = word(model.log.level);
    let mut title = format!("Log  {level} and graver");
    let filter = model.log.filter();
    if !filter.is_empty() {
        title = format!("{title}  /{}", filter.text());
    }
    if model.log.back > 0 {
        title = format!("{title}, {} newer below", model.log.back);
    }
    title
}

/// Draws it.
pub fn draw(model: &Model, look: Look, area: Rect, out: &mut Buffer) {
    let lines = model.log.shown().skip(model.log.back);
    for (line, row) in lines.zip(area.rows().rev()) {
        draw_line(line, row.width, look).render(row, out);
    }
}

fn draw_line<'a>(line: &Line, width: u16, look: Look) -> Row<'a> {
    let role = match line.level {
        Level::ERROR => Role::Bad,
        Level::WARN => Role::Warn,
        _ => Role::Muted,
    };
    let head = format!("{} {:<5} ", line.at, word(line.level));
    let room = width.saturating_sub(u16::try_from(head.len()).unwrap_or(width));
    let part = line.target.rsplit("::").next().unwrap_or_default();
    let text = cut(&format!("{part}: {}", line.text), room, look);
    Row::from(vec![look.span(role, head), look.span(Role::Text, text)])
}

fn word(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}
