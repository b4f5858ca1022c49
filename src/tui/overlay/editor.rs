//! A box for a value or a posting, with a word below it on whether that can be taken, as it is typed.

use std::fmt;
use std::sync::Arc;

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::{Paragraph, Widget, Wrap};

use super::{Outcome, Shape, Typed, framed, narrow, popup, visible, wrapped};
use crate::keymap::{Action, Context, Hint, Keymap};
use crate::theme::{Role, Theme};

/// Judges what is typed: how it is understood, or why it cannot be taken.
pub type Check = Arc<dyn Fn(&str) -> Result<String, String> + Send + Sync>;

/// Text that is typed into a box.
#[derive(Clone)]
pub struct EditorBox {
    title: String,
    typed: Typed,
    shape: Shape,
    check: Check,
    verdict: Result<String, String>,
    hints: Vec<Hint>,
}

const LINE_WIDTH: u16 = 72;
const LINES_MARGIN: u16 = 8;
const MOST_SAID: usize = 3;

impl EditorBox {
    /// Lets the user type, beginning with a text.
    #[must_use]
    pub fn new(title: &str, text: &str, shape: Shape, check: Check, keymap: &Keymap) -> Self {
        let mut editor = Self {
            title: title.to_owned(),
            typed: Typed::new(text, shape),
            shape,
            check,
            verdict: Ok(String::new()),
            hints: keymap.hints(context(shape)),
        };
        editor.judge();
        editor
    }

    /// What stands there.
    #[must_use]
    pub fn text(&self) -> String {
        self.typed.text()
    }

    /// Whose keys hold in it.
    #[must_use]
    pub const fn context(&self) -> Context {
        context(self.shape)
    }

    /// How that is understood, or why it cannot be taken.
    pub const fn verdict(&self) -> &Result<String, String> {
        &self.verdict
    }

    fn judge(&mut self) {
        self.verdict = (self.check)(&self.typed.text());
    }

    /// Takes a key; done with the text, once it can be taken.
    pub fn handle(&mut self, key: KeyEvent, keymap: &Keymap) -> Outcome<String> {
        match keymap.action(context(self.shape), key) {
            Some(Action::Accept) if self.verdict.is_ok() => Outcome::Done(self.typed.text()),
            Some(Action::Accept) => Outcome::Kept,
            Some(Action::Close) => Outcome::Closed,
            Some(_) => Outcome::Ignored,
            None => {
                if self.typed.key(key) {
                    self.judge();
                }
                Outcome::Kept
            }
        }
    }

    /// Takes what the terminal pasted, as text.
    pub fn paste(&mut self, text: &str) {
        self.typed.paste(text);
        self.judge();
    }

    /// Draws it in the middle of an area.
    pub fn render(&self, theme: &Theme, area: Rect, buf: &mut Buffer) {
        let area = visible(area, buf);
        let (words, role) = match &self.verdict {
            Ok(words) => (words, Role::Good),
            Err(words) => (words, Role::Error),
        };
        let inside = LINE_WIDTH.min(area.width).saturating_sub(2);
        let said = wrapped(words, inside).clamp(1, MOST_SAID);
        let place = match self.shape {
            Shape::Line => popup(area, LINE_WIDTH, narrow(said) + 3),
            Shape::Lines => popup(
                area,
                area.width.saturating_sub(LINES_MARGIN).max(40),
                area.height.saturating_sub(LINES_MARGIN / 2).max(8),
            ),
        };
        let inner = framed(&self.title, &self.hints, theme, place, buf);
        let said = narrow(said).min(inner.height.saturating_sub(1));
        let [text, below] = inner.layout(&Layout::vertical([
            Constraint::Fill(1),
            Constraint::Length(said),
        ]));
        let ground = theme.style(Role::Overlay);
        self.typed
            .render(ground.patch(theme.style(Role::Input)), text, buf);
        Paragraph::new(words.as_str())
            .style(ground.patch(theme.style(role)))
            .wrap(Wrap { trim: true })
            .render(below, buf);
    }
}

const fn context(shape: Shape) -> Context {
    match shape {
        Shape::Line => Context::Editor,
        Shape::Lines => Context::Compose,
    }
}

impl fmt::Debug for EditorBox {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("EditorBox")
            .field("title", &self.title)
            .field("text", &self.typed.text())
            .field("verdict", &self.verdict)
            .finish_non_exhaustive()
    }
}
