//! Where the panes are, by the size of the screen.
//!
//! ```text
//! 100x30 and more        80x24 and more        40x10 and more    less
//! +--------------------+ +------------------+  +------------+    needs 40x10,
//! | status             | | status           |  | status     |    has 30x8
//! | queue    | result  | | queue  | result  |  | the pane   |
//! |          |  | page | |        |         |  | that has   |
//! | hardware | log     | | hardware, or log |  | the keys   |
//! | hints              | | hints            |  | hints      |
//! +--------------------+ +------------------+  +------------+
//! ```

use ratatui::layout::{Constraint, Layout, Rect};

use super::pane::Pane;

/// Columns and rows without which nothing can be shown.
pub const LEAST: (u16, u16) = (40, 10);
const TWO: (u16, u16) = (80, 24);
const FOUR: (u16, u16) = (100, 30);
/// Rows from which the card has one more for its words.
const TALL: u16 = 36;
/// Columns of the result from which the page's text has room beside the values.
const WITH_PAGE: u16 = 72;

/// Where everything is; a pane without an area is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Areas {
    /// The line at the top.
    pub status: Rect,
    /// The line at the bottom.
    pub hints: Rect,
    /// The jobs.
    pub queue: Option<Rect>,
    /// The record.
    pub result: Option<Rect>,
    /// The card.
    pub hardware: Option<Rect>,
    /// The log.
    pub log: Option<Rect>,
    /// Everything.
    pub whole: Rect,
}

impl Areas {
    /// Where a pane is.
    #[must_use]
    pub fn of(&self, pane: Pane) -> Option<Rect> {
        match pane {
            Pane::Queue => self.queue,
            Pane::Result => self.result,
            Pane::Hardware => self.hardware,
            Pane::Log => self.log,
        }
    }

    fn set(&mut self, pane: Pane, area: Rect) {
        let place = match pane {
            Pane::Queue => &mut self.queue,
            Pane::Result => &mut self.result,
            Pane::Hardware => &mut self.hardware,
            Pane::Log => &mut self.log,
        };
        *place = Some(area);
    }

    /// Whether the screen is too small for anything.
    #[must_use]
    pub fn is_too_small(&self) -> bool {
        self.whole.width < LEAST.0 || self.whole.height < LEAST.1
    }

    /// Rows inside a pane's border.
    #[must_use]
    pub fn height(&self, pane: Pane) -> u16 {
        self.of(pane)
            .map_or(0, |area| area.height.saturating_sub(2))
    }
}

/// Places everything.
#[must_use]
pub fn areas((width, height): (u16, u16), focus: Pane, is_maximised: bool) -> Areas {
    let whole = Rect::new(0, 0, width, height);
    let [status, middle, hints] = whole.layout(&Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
    ]));
    let mut areas = Areas {
        status,
        hints,
        whole,
        ..Areas::default()
    };
    let holds = |(columns, rows): (u16, u16)| width >= columns && height >= rows;
    if is_maximised || !holds(TWO) {
        areas.set(focus, middle);
        return areas;
    }
    let below = match height {
        rows if rows >= TALL => 11,
        _ if holds(FOUR) => 10,
        _ => 7,
    };
    let [above, below] = middle.layout(&Layout::vertical([
        Constraint::Fill(1),
        Constraint::Length(below),
    ]));
    let [queue, result] = above.layout(&Layout::horizontal([
        Constraint::Fill(2),
        Constraint::Fill(3),
    ]));
    areas.set(Pane::Queue, queue);
    areas.set(Pane::Result, result);
    if holds(FOUR) {
        let [hardware, log] = below.layout(&Layout::horizontal([
            Constraint::Fill(1),
            Constraint::Fill(1),
        ]));
        areas.set(Pane::Hardware, hardware);
        areas.set(Pane::Log, log);
    } else {
        let one = if focus == Pane::Log {
            Pane::Log
        } else {
            Pane::Hardware
        };
        areas.set(one, below);
    }
    areas
}

/// Where values and page are inside the result; without room for both, the page takes the place of the values.
#[must_use]
pub fn halves(inside: Rect, is_page: bool) -> (Option<Rect>, Option<Rect>) {
    if inside.width >= WITH_PAGE {
        let [values, page] = inside
            .layout(&Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).spacing(1));
        (Some(values), Some(page))
    } else if is_page {
        (None, Some(inside))
    } else {
        (Some(inside), None)
    }
}
