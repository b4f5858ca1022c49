//! A question with yes and no, and the seconds that are left for an answer.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget, Wrap};

use super::{Outcome, framed, narrow, popup, row, visible, wrapped};
use crate::keymap::{Action, Context, Hint, Keymap};
use crate::theme::{Role, Theme};

/// A question.
#[derive(Debug, Clone)]
pub struct ConfirmBox {
    title: String,
    text: String,
    seconds: Option<u64>,
    hints: Vec<Hint>,
}

const WIDTH: u16 = 56;

impl ConfirmBox {
    /// Asks. The text may have several lines and says what a yes does, to what.
    #[must_use]
    pub fn new(title: &str, text: &str, keymap: &Keymap) -> Self {
        Self {
            title: title.to_owned(),
            text: text.to_owned(),
            seconds: None,
            hints: keymap.hints(Context::Confirm),
        }
    }

    /// Says how many seconds are left before the answer is no.
    pub fn left(&mut self, seconds: u64) {
        self.seconds = Some(seconds);
    }

    /// Takes a key. No and close are the same: nothing is done.
    pub fn handle(&mut self, key: KeyEvent, keymap: &Keymap) -> Outcome<()> {
        match keymap.action(Context::Confirm, key) {
            Some(Action::Confirm) => Outcome::Done(()),
            Some(Action::Decline | Action::Close) => Outcome::Closed,
            Some(_) => Outcome::Ignored,
            None => Outcome::Kept,
        }
    }

    /// Draws it in the middle of an area.
    pub fn render(&self, theme: &Theme, area: Rect, buf: &mut Buffer) {
        let area = visible(area, buf);
        let inside = WIDTH.min(area.width).saturating_sub(2);
        let rows = wrapped(&self.text, inside);
        let clock = usize::from(self.seconds.is_some());
        let place = popup(area, WIDTH, narrow(rows + clock + 2));
        let inner = framed(&self.title, &self.hints, theme, place, buf);
        let style = theme.style(Role::Overlay);
        let text = Paragraph::new(self.text.as_str()).style(style);
        text.wrap(Wrap { trim: true }).render(inner, buf);
        // The clock outlives the text where there is no room for both.
        let last = rows.min(usize::from(inner.height.saturating_sub(1)));
        if let (Some(seconds), Some(place)) = (self.seconds, row(inner, last)) {
            let style = style.patch(theme.style(Role::Warn));
            let words = format!("{seconds} s left, then no");
            Line::from(Span::styled(words, style)).render(place, buf);
        }
    }
}
