//! What every part of the screen is drawn with: roles as colours, and texts that fit.

mod text;

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;

pub use self::text::{cut, duration, shortened};
use crate::theme::{Role, Theme};

/// The theme, and the time.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// The theme.
    pub theme: &'a Theme,
    /// Time since the console began.
    pub now: Duration,
}

impl Look<'_> {
    /// How something looks.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// A piece of text that has a role.
    #[must_use]
    pub fn span<'b>(&self, role: Role, text: impl Into<std::borrow::Cow<'b, str>>) -> Span<'b> {
        Span::styled(text, self.style(role))
    }
}

/// Marks a row that was drawn. On the selection's ground its own colours would not be read, so they go.
pub fn select(row: Rect, role: Role, look: Look, out: &mut Buffer) {
    if role == Role::Selection {
        let plain = look.style(Role::Text).remove_modifier(Modifier::DIM);
        // A theme on the terminal's own colours names none, and what was drawn before would stay.
        let color = plain.fg.unwrap_or(Color::Reset);
        out.set_style(row, plain.fg(color));
    }
    out.set_style(row, look.style(role));
}
