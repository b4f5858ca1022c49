//! The last lines of the log, and which of them are shown.

use std::collections::VecDeque;

use tracing::Level;

use crate::log::Line;
use crate::tui::overlay::Filter;

/// Lines that are kept.
const KEPT: usize = 1000;
/// From the fewest lines to the most.
const LEVELS: [Level; 4] = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG];

/// The log.
#[derive(Debug, Clone)]
pub struct Log {
    lines: VecDeque<Line>,
    /// Lines of this level and graver ones are shown.
    pub level: Level,
    /// How many shown lines lie below the screen.
    pub back: usize,
    filter: Filter,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            lines: VecDeque::new(),
            level: Level::INFO,
            back: 0,
            filter: Filter::default(),
        }
    }
}

impl Log {
    /// Takes a line; true when it is one that is shown.
    pub fn take(&mut self, line: Line) -> bool {
        if self.lines.len() == KEPT {
            self.lines.pop_front();
        }
        let is_shown = self.lets(&line);
        // Who reads further up keeps the place.
        if is_shown && self.back > 0 {
            self.back += 1;
        }
        self.lines.push_back(line);
        is_shown
    }

    /// The lines that are shown, the newest first.
    pub fn shown(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().rev().filter(|line| self.lets(line))
    }

    fn lets(&self, line: &Line) -> bool {
        line.level <= self.level
            && (self.filter.is_empty()
                || self.filter.lets(&line.text)
                || self.filter.lets(&line.target))
    }

    /// The text that lines must hold.
    #[must_use]
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Shows only lines that hold a text.
    pub fn sift(&mut self, filter: Filter) {
        self.filter = filter;
        self.back = 0;
    }

    /// Shows more kinds of lines, or fewer.
    pub fn change_level(&mut self, more: bool) {
        let at = LEVELS.iter().position(|level| *level == self.level);
        let at = at.unwrap_or(2);
        let next = if more { at + 1 } else { at.saturating_sub(1) };
        self.level = LEVELS[next.min(LEVELS.len() - 1)];
        self.back = 0;
    }

    /// Goes up by so many lines, or down; the oldest is not taken further down than to the top of so many rows.
    pub fn scroll(&mut self, by: i64, height: u64) {
        let height = usize::try_from(height).unwrap_or(usize::MAX);
        let most = self.shown().count().saturating_sub(height);
        let by = isize::try_from(by).unwrap_or(0);
        self.back = self.back.saturating_add_signed(by).min(most);
    }
}
