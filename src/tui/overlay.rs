//! Boxes over the panes. Each is a small state: keys go in, an outcome comes out, and it draws itself.
//!
//! A key whose action a box does not know comes back as [`Outcome::Ignored`], so that the emergency stop, ^Z and the like
//! work over every box; any other key ends here.

mod confirm;
mod editor;
mod filter;
mod help;
mod menu;
mod notice;
mod palette;
mod typed;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Widget};

pub use self::confirm::ConfirmBox;
pub use self::editor::{Check, EditorBox};
pub use self::filter::{Filter, FilterLine, Found, next_match, previous_match};
pub use self::help::Help;
pub use self::menu::{Choice, Menu};
pub use self::notice::{Level, Notices};
pub use self::palette::Palette;
pub use self::typed::{Shape, Typed};
use crate::keymap::{Action, Hint};
use crate::theme::{Role, Theme};

/// What came of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T> {
    /// It is the business of whoever is below.
    Ignored,
    /// It was taken; the box stays.
    Kept,
    /// The box is closed, and nothing is to be done.
    Closed,
    /// The box is closed, and this is to be done.
    Done(T),
}

/// A place in the middle, no larger than there is room.
#[must_use]
pub fn popup(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}

/// The part of an area that a buffer has.
fn visible(area: Rect, buf: &Buffer) -> Rect {
    area.intersection(buf.area)
}

/// An empty box with a title and, in its lower edge, the keys; gives the room inside.
fn framed(title: &str, hints: &[Hint], theme: &Theme, area: Rect, buf: &mut Buffer) -> Rect {
    Clear.render(area, buf);
    // Half a wide sign on the left edge would push it aside.
    for y in area.top()..area.bottom() {
        let before = area.x.checked_sub(1).map(|x| (x, y));
        if let Some(cell) = before.and_then(|before| buf.cell_mut(before))
            && Span::raw(cell.symbol()).width() > 1
        {
            cell.set_symbol(" ");
        }
    }
    let style = theme.style(Role::Overlay);
    let block = Block::bordered()
        .border_set(theme.glyphs().border_focused)
        .border_style(style.patch(theme.style(Role::BorderFocused)))
        .title(Span::styled(
            format!(" {title} "),
            style.patch(theme.style(Role::Title)),
        ))
        .title_bottom(hint_line(hints, area.width.saturating_sub(2), theme))
        .style(style);
    let inner = block.inner(area);
    block.render(area, buf);
    inner
}

/// Keys and what they do, in one line; from the first that has no room they are left out.
#[must_use]
pub fn hint_line(hints: &[Hint], width: u16, theme: &Theme) -> Line<'static> {
    let parts = |hint: &Hint| {
        let key = Span::styled(format!(" {}", hint.key), theme.style(Role::Key));
        let label = format!(" {} ", hint.action.label());
        [key, Span::styled(label, theme.style(Role::Hint))]
    };
    let wide = |hint: &Hint| parts(hint).iter().map(Span::width).sum::<usize>();
    // Whatever has no room, help has some: it shows the rest.
    let help = hints.iter().position(|hint| hint.action == Action::Help);
    let mut room = usize::from(width);
    let mut line = Line::default();
    for (at, hint) in hints.iter().enumerate() {
        let kept = help
            .filter(|place| *place > at)
            .and_then(|place| hints.get(place));
        if wide(hint) + kept.map_or(0, wide) > room {
            if let Some(help) = kept.filter(|help| wide(help) <= room) {
                line.extend(parts(help));
            }
            break;
        }
        room -= wide(hint);
        line.extend(parts(hint));
    }
    line
}

/// One line of an area, from its top; none below its end.
fn row(area: Rect, at: usize) -> Option<Rect> {
    let at = u16::try_from(at).ok().filter(|at| *at < area.height)?;
    Some(Rect {
        y: area.y + at,
        height: 1,
        ..area
    })
}

/// Spaces over a row, so that nothing of what was below shines through.
fn blank(place: Rect, style: Style, buf: &mut Buffer) {
    let width = usize::from(place.width);
    buf.set_stringn(place.x, place.y, " ".repeat(width), width, style);
}

/// The first row to be drawn so that the selected one is seen.
fn offset(selected: usize, height: u16) -> usize {
    (selected + 1).saturating_sub(usize::from(height))
}

/// How many rows a text takes when its words are wrapped.
#[must_use]
pub fn wrapped(text: &str, width: u16) -> usize {
    let width = usize::from(width.max(1));
    let mut rows = 0;
    for line in text.lines() {
        let mut used = 0;
        rows += 1;
        for word in line.split_whitespace().map(|word| Span::raw(word).width()) {
            if used > 0 && used + 1 + word > width {
                rows += 1;
                used = 0;
            }
            used += word + usize::from(used > 0);
            if used > width {
                rows += (used - 1) / width;
                used = (used - 1) % width + 1;
            }
        }
    }
    rows
}

fn narrow(rows: usize) -> u16 {
    u16::try_from(rows).unwrap_or(u16::MAX)
}
