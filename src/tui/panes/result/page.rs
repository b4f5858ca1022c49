//! The page's text, with the words marked that the selected value comes from.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget, Wrap};

use crate::theme::Role;
use crate::tui::look::Look;
use crate::tui::model::result::Shown;
use crate::tui::overlay::wrapped;

/// Draws the lines from a little above the one that is to be seen.
pub fn draw(shown: &Shown, is_focused: bool, look: Look, area: Rect, out: &mut Buffer) {
    let evidence = shown.spans().iter();
    let evidence = evidence.map(|span| (Role::Evidence, span.start..span.end));
    let chosen = shown.chosen().filter(|_| is_focused);
    let chosen = chosen.map(|range| (Role::Selection, range));
    // What is chosen lies over what is known.
    let marked: Vec<(Role, Range<usize>)> = chosen.into_iter().chain(evidence).collect();
    let first = first_line(shown, area);
    let mut start = 0;
    let mut lines = Vec::new();
    for (number, text) in shown.text().split('\n').enumerate() {
        // Every line has at least one row.
        if lines.len() == usize::from(area.height) {
            break;
        }
        if number >= first {
            lines.push(line(text, start, &marked, look));
        }
        start += text.len() + 1;
    }
    Paragraph::new(lines)
        .wrap(Wrap { trim: false })
        .render(area, out);
}

/// The line that is drawn first: a few above the one to be seen, unless that would push it out below.
fn first_line(shown: &Shown, area: Rect) -> usize {
    let seen = shown.line();
    let above = usize::from(area.height / 4).min(3);
    let mut first = seen.saturating_sub(above);
    let lines = shown.text().split('\n').skip(first).take(seen - first + 1);
    let heights: Vec<usize> = lines.map(|line| wrapped(line, area.width).max(1)).collect();
    let mut rows: usize = heights.iter().sum();
    for height in heights {
        if rows <= usize::from(area.height) || first == seen {
            break;
        }
        rows -= height;
        first += 1;
    }
    first
}

/// One line that begins at a byte of the page, in pieces that are marked or not.
fn line<'a>(text: &'a str, start: usize, marked: &[(Role, Range<usize>)], look: Look) -> Line<'a> {
    let mut cuts = vec![0, text.len()];
    for (_, range) in marked {
        for end in [range.start, range.end] {
            cuts.push(end.clamp(start, start + text.len()) - start);
        }
    }
    cuts.retain(|cut| text.is_char_boundary(*cut));
    cuts.sort_unstable();
    cuts.dedup();
    let pieces = cuts.windows(2).filter_map(|pair| {
        let (from, to) = (*pair.first()?, *pair.last()?);
        let mark = marked
            .iter()
            .find(|(_, range)| range.start <= start + from && start + to <= range.end);
        let role = mark.map_or(Role::Text, |(role, _)| *role);
        Some(Span::styled(text.get(from..to)?, look.style(role)))
    });
    Line::from(pieces.collect::<Vec<_>>())
}
