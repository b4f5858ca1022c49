//! A list of choices, such as the power profiles; what cannot be chosen says why.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{Outcome, framed, narrow, offset, popup, row, visible};
use crate::keymap::{Action, Chord, Context, Hint, Keymap};
use crate::theme::{Role, Theme};

/// One choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The character that picks it at once; one that moves in menus does not.
    pub key: Option<char>,
    /// What it is.
    pub label: String,
    /// More about it.
    pub detail: String,
    /// Why it cannot be chosen.
    pub refused: Option<String>,
}

/// A list of choices.
#[derive(Debug, Clone)]
pub struct Menu {
    title: String,
    choices: Vec<Choice>,
    selected: usize,
    hints: Vec<Hint>,
}

impl Menu {
    /// Offers choices; the one in force is selected.
    #[must_use]
    pub fn new(title: &str, choices: Vec<Choice>, current: Option<usize>, keymap: &Keymap) -> Self {
        let selected = current.unwrap_or_default();
        Self {
            title: title.to_owned(),
            selected: selected.min(choices.len().saturating_sub(1)),
            choices,
            hints: keymap.hints(Context::Menu),
        }
    }

    /// Changes what stands above the choices.
    pub fn rename(&mut self, title: &str) {
        title.clone_into(&mut self.title);
    }

    /// The selected choice, from 0.
    #[must_use]
    pub const fn selected(&self) -> usize {
        self.selected
    }

    /// Takes a key; done with the place of the choice, from 0.
    pub fn handle(&mut self, key: KeyEvent, keymap: &Keymap) -> Outcome<usize> {
        let last = self.choices.len().saturating_sub(1);
        match keymap.action(Context::Menu, key) {
            Some(Action::Up) => self.selected = self.selected.saturating_sub(1),
            Some(Action::Down) => self.selected = (self.selected + 1).min(last),
            Some(Action::Top) => self.selected = 0,
            Some(Action::Bottom) => self.selected = last,
            Some(Action::Accept) => return self.choose(self.selected),
            Some(Action::Close) => return Outcome::Closed,
            Some(_) => return Outcome::Ignored,
            None => {
                let typed = Chord::of(key).and_then(Chord::typed);
                let meant = |choice: &Choice| typed.is_some() && choice.key == typed;
                if let Some(at) = self.choices.iter().position(meant) {
                    self.selected = at;
                    return self.choose(at);
                }
            }
        }
        Outcome::Kept
    }

    fn choose(&self, at: usize) -> Outcome<usize> {
        match self.choices.get(at) {
            Some(choice) if choice.refused.is_none() => Outcome::Done(at),
            _ => Outcome::Kept,
        }
    }

    /// Draws it in the middle of an area.
    pub fn render(&self, theme: &Theme, area: Rect, buf: &mut Buffer) {
        let area = visible(area, buf);
        let lines: Vec<Line> = (0..self.choices.len())
            .map(|at| self.line(at, theme))
            .collect();
        let hints: usize = super::hint_line(&self.hints, u16::MAX, theme).width();
        let widest = lines.iter().map(Line::width).max().unwrap_or_default();
        let width = narrow(widest.max(hints).max(24) + 2);
        let place = popup(area, width, narrow(self.choices.len() + 2));
        let inner = framed(&self.title, &self.hints, theme, place, buf);
        let first = offset(self.selected, inner.height);
        for (at, line) in lines.into_iter().enumerate().skip(first) {
            let Some(place) = row(inner, at - first) else {
                break;
            };
            line.render(place, buf);
            if at == self.selected {
                buf.set_style(place, theme.style(Role::Selection));
            }
        }
    }

    fn line(&self, at: usize, theme: &Theme) -> Line<'static> {
        let Some(choice) = self.choices.get(at) else {
            return Line::default();
        };
        let style = |role| theme.style(Role::Overlay).patch(theme.style(role));
        let pointer = if at == self.selected {
            theme.glyphs().pointer
        } else {
            " "
        };
        let key = choice
            .key
            .map_or_else(|| "  ".to_owned(), |key| format!("{key} "));
        let labels = self
            .choices
            .iter()
            .map(|choice| Span::raw(&choice.label).width());
        let pad = labels.max().unwrap_or_default() - Span::raw(&choice.label).width();
        let label = if choice.refused.is_some() {
            Role::Muted
        } else {
            Role::Overlay
        };
        let mut spans = vec![
            Span::styled(format!("{pointer} "), style(Role::Accent)),
            Span::styled(key, style(Role::Key)),
            Span::styled(format!("{}{}", choice.label, " ".repeat(pad)), style(label)),
            Span::styled(format!("  {}", choice.detail), style(Role::Muted)),
        ];
        if let Some(why) = &choice.refused {
            spans.push(Span::styled(format!("  {why}"), style(Role::Error)));
        }
        Line::from(spans)
    }
}
