//! One line that says what just happened, and goes by itself.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{blank, row, visible};
use crate::theme::{Role, Theme};

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Good to know.
    Info,
    /// It worked.
    Good,
    /// It worked in part, or wants a look.
    Warn,
    /// It did not work.
    Bad,
}

/// The newest line. Times count from when the console began.
#[derive(Debug, Clone, Default)]
pub struct Notices {
    shown: Option<(Level, String, Duration)>,
}

impl Level {
    const fn stays(self) -> Duration {
        match self {
            Self::Info | Self::Good => Duration::from_secs(4),
            Self::Warn | Self::Bad => Duration::from_secs(10),
        }
    }

    const fn role(self) -> Role {
        match self {
            Self::Info => Role::Text,
            Self::Good => Role::Good,
            Self::Warn => Role::Warn,
            Self::Bad => Role::Error,
        }
    }
}

impl Notices {
    /// Shows a line in place of the one before.
    pub fn say(&mut self, level: Level, text: impl Into<String>, now: Duration) {
        self.shown = Some((level, text.into(), now + level.stays()));
    }

    /// The line, if there is one.
    #[must_use]
    pub fn shown(&self) -> Option<(Level, &str)> {
        let (level, text, _) = self.shown.as_ref()?;
        Some((*level, text))
    }

    /// When it goes.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        self.shown.as_ref().map(|(_, _, until)| *until)
    }

    /// Takes it away once its time is over; says whether it did.
    pub fn expire(&mut self, now: Duration) -> bool {
        let is_over = self.deadline().is_some_and(|until| now >= until);
        if is_over {
            self.shown = None;
        }
        is_over
    }

    /// Draws it over the first line of an area; without one nothing is drawn. Its sign says its level also without colours.
    pub fn render(&self, theme: &Theme, area: Rect, buf: &mut Buffer) {
        let (Some((level, text)), Some(place)) = (self.shown(), row(visible(area, buf), 0)) else {
            return;
        };
        let glyphs = theme.glyphs();
        let sign = match level {
            Level::Info => glyphs.waiting,
            Level::Good => glyphs.done,
            Level::Warn => "!",
            Level::Bad => glyphs.failed,
        };
        let style = theme.style(Role::Text).patch(theme.style(level.role()));
        blank(place, style, buf);
        Line::from(Span::styled(format!("{sign} {text}"), style)).render(place, buf);
    }
}
