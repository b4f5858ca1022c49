//! The line that filters a pane, what it lets through, and the way from match to match.

use std::ops::Range;

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{Outcome, Shape, Typed, blank, row, visible};
use crate::keymap::{Action, Context, Keymap};
use crate::theme::{Role, Theme};

/// A text that rows must hold. Capitals count once it has one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    text: String,
    folded: Vec<char>,
    is_exact: bool,
}

fn fold(letter: char) -> char {
    let mut lower = letter.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        // A letter that becomes two stays itself, so that places stay places.
        _ => letter,
    }
}

impl Filter {
    /// Looks for a text; an empty one lets everything through.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let is_exact = text.chars().any(char::is_uppercase);
        let folded = text
            .chars()
            .map(|letter| if is_exact { letter } else { fold(letter) });
        Self {
            folded: folded.collect(),
            text: text.to_owned(),
            is_exact,
        }
    }

    /// As it was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether everything comes through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether a row comes through.
    #[must_use]
    pub fn lets(&self, row: &str) -> bool {
        self.is_empty() || !self.ranges(row).is_empty()
    }

    /// Where a row holds the text, in bytes, from left to right, without overlap.
    #[must_use]
    pub fn ranges(&self, row: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if self.is_empty() {
            return found;
        }
        let same = |letter: char| if self.is_exact { letter } else { fold(letter) };
        let letters: Vec<(usize, char)> = row
            .char_indices()
            .map(|(at, letter)| (at, same(letter)))
            .collect();
        let mut at = 0;
        while at + self.folded.len() <= letters.len() {
            let end = at + self.folded.len();
            let here = letters[at..end].iter().map(|(_, letter)| letter);
            if here.eq(&self.folded) {
                let until = letters.get(end).map_or(row.len(), |(byte, _)| *byte);
                found.push(letters[at].0..until);
                at = end;
            } else {
                at += 1;
            }
        }
        found
    }
}

/// The match after a row, round from the last to the first. `matches` rise.
#[must_use]
pub fn next_match(matches: &[usize], from: usize) -> Option<usize> {
    let after = matches.iter().find(|row| **row > from);
    after.or(matches.first()).copied()
}

/// The match before a row, round from the first to the last.
#[must_use]
pub fn previous_match(matches: &[usize], from: usize) -> Option<usize> {
    let before = matches.iter().rev().find(|row| **row < from);
    before.or(matches.last()).copied()
}

/// Which match is shown, of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// From 1; 0 where none is selected.
    pub at: usize,
    /// All of them.
    pub of: usize,
}

/// The filter while it is typed.
#[derive(Debug, Clone)]
pub struct FilterLine {
    typed: Typed,
    found: Option<Found>,
}

impl FilterLine {
    /// Begins with the filter that is in force.
    #[must_use]
    pub fn new(filter: &Filter) -> Self {
        Self {
            typed: Typed::new(filter.text(), Shape::Line),
            found: None,
        }
    }

    /// What stands there now; it holds while it is typed.
    #[must_use]
    pub fn filter(&self) -> Filter {
        Filter::new(&self.typed.text())
    }

    /// Says what it finds.
    pub fn found(&mut self, found: Option<Found>) {
        self.found = found;
    }

    /// Takes a key; done with the filter. The first close empties the line, the second leaves it without a filter.
    pub fn handle(&mut self, key: KeyEvent, keymap: &Keymap) -> Outcome<Filter> {
        match keymap.action(Context::Filter, key) {
            Some(Action::Accept) => Outcome::Done(self.filter()),
            Some(Action::Close) if self.typed.is_empty() => Outcome::Closed,
            Some(Action::Close) => {
                self.typed.clear();
                Outcome::Kept
            }
            Some(_) => Outcome::Ignored,
            None => {
                self.typed.key(key);
                Outcome::Kept
            }
        }
    }

    /// Takes what the terminal pasted, as text.
    pub fn paste(&mut self, text: &str) {
        self.typed.paste(text);
    }

    /// Draws it into the first line of an area.
    pub fn render(&self, theme: &Theme, area: Rect, buf: &mut Buffer) {
        let Some(place) = row(visible(area, buf), 0) else {
            return;
        };
        let style = theme.style(Role::Text);
        blank(place, style, buf);
        let count = match self.found {
            Some(Found { of: 0, .. }) => Span::styled(" none ", theme.style(Role::Warn)),
            Some(Found { at: 0, of }) => Span::styled(format!(" {of} "), theme.style(Role::Muted)),
            Some(Found { at, of }) => {
                Span::styled(format!(" {at} of {of} "), theme.style(Role::Muted))
            }
            None => Span::raw(""),
        };
        // The text comes first where there is no room for both.
        let count_width = super::narrow(count.width()).min(place.width / 2);
        let slash = Span::styled("/", theme.style(Role::Key));
        Line::from(slash).render(place, buf);
        let text = Rect {
            x: place.x + 1.min(place.width),
            width: place.width.saturating_sub(1 + count_width),
            ..place
        };
        self.typed
            .render(style.patch(theme.style(Role::Input)), text, buf);
        let counted = Rect {
            x: place.right() - count_width,
            width: count_width,
            ..place
        };
        Line::from(count).render(counted, buf);
    }
}
