//! Signs in two tiers: Unicode, and ASCII for terminals and fonts without it. Each is one column wide, units aside.

use ratatui::symbols::{bar, border};

use crate::cli::GlyphsArg;

/// Which signs a terminal can draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GlyphTier {
    /// Letters, digits and punctuation.
    Ascii,
    /// Lines, bars and marks.
    Unicode,
}

/// Signs. A state is a word and a sign, never a colour alone.
#[derive(Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// The posting is done.
    pub done: &'static str,
    /// It failed.
    pub failed: &'static str,
    /// It is being read.
    pub running: &'static str,
    /// It waits.
    pub waiting: &'static str,
    /// It waits for another attempt.
    pub retrying: &'static str,
    /// Its record wants to be judged.
    pub review: &'static str,
    /// Its record was found right.
    pub approved: &'static str,
    /// Its record was found of no use.
    pub rejected: &'static str,
    /// A person gave the value.
    pub human: &'static str,
    /// Before the selected row.
    pub pointer: &'static str,
    /// Where streamed text ends.
    pub cursor: &'static str,
    /// Text was cut here.
    pub ellipsis: &'static str,
    /// Between parts of a line.
    pub separator: &'static str,
    /// An event on a curve.
    pub mark: &'static str,
    /// Behind a temperature.
    pub celsius: &'static str,
    /// Rises.
    pub up: &'static str,
    /// Falls.
    pub down: &'static str,
    /// The part of a gauge that is reached.
    pub filled: &'static str,
    /// The part that is not.
    pub empty: &'static str,
    /// A reading that is missing in a curve.
    pub absent: &'static str,
    /// The part of a scroll bar that is seen.
    pub thumb: &'static str,
    /// The rest of it.
    pub track: &'static str,
    /// The levels of a curve.
    pub bars: bar::Set<'static>,
    /// Lines around a pane.
    pub border: border::Set<'static>,
    /// Lines around the pane that has the keyboard.
    pub border_focused: border::Set<'static>,
}

impl GlyphTier {
    /// What was asked for, or else what the environment says. `variable` looks a variable up.
    #[must_use]
    pub fn detect(asked: GlyphsArg, variable: impl Fn(&str) -> Option<String>) -> Self {
        match asked {
            GlyphsArg::Ascii => Self::Ascii,
            GlyphsArg::Unicode => Self::Unicode,
            GlyphsArg::Auto => {
                let is = |name: &&str| variable(name).filter(|value| !value.is_empty());
                let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(is);
                let locale = locale.unwrap_or_default().to_lowercase().replace('-', "");
                let term = variable("TERM").unwrap_or_default();
                if locale.ends_with("utf8") && !matches!(term.as_str(), "linux" | "dumb") {
                    Self::Unicode
                } else {
                    Self::Ascii
                }
            }
        }
    }

    /// Its signs.
    #[must_use]
    pub const fn glyphs(self) -> &'static Glyphs {
        match self {
            Self::Ascii => &ASCII,
            Self::Unicode => &UNICODE,
        }
    }
}

static UNICODE: Glyphs = Glyphs {
    done: "✓",
    failed: "✗",
    running: "▸",
    waiting: "·",
    retrying: "↻",
    review: "?",
    approved: "★",
    rejected: "⊘",
    human: "✎",
    pointer: "›",
    cursor: "▌",
    ellipsis: "…",
    separator: "│",
    mark: "▾",
    celsius: "°C",
    up: "↑",
    down: "↓",
    filled: "█",
    empty: "░",
    absent: " ",
    thumb: "█",
    track: "│",
    bars: bar::NINE_LEVELS,
    border: border::PLAIN,
    border_focused: border::THICK,
};

static ASCII: Glyphs = Glyphs {
    done: "+",
    failed: "x",
    running: ">",
    waiting: ".",
    retrying: "r",
    review: "?",
    approved: "*",
    rejected: "-",
    human: "&",
    pointer: ">",
    cursor: "_",
    ellipsis: "~",
    separator: "|",
    mark: "v",
    celsius: "C",
    up: "^",
    down: "v",
    filled: "#",
    empty: ".",
    absent: " ",
    thumb: "#",
    track: "|",
    bars: bar::Set {
        full: "#",
        seven_eighths: "*",
        three_quarters: "*",
        five_eighths: "+",
        half: "=",
        three_eighths: "-",
        one_quarter: ":",
        one_eighth: ".",
        empty: " ",
    },
    border: boxed("-", "-"),
    border_focused: boxed("=", "="),
};

const fn boxed(top: &'static str, bottom: &'static str) -> border::Set<'static> {
    border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: top,
        horizontal_bottom: bottom,
    }
}
