//! The page's text, with the words marked that the selected value comes from.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget, Wrap};

use crate::theme::Role;
use crate::tui::model::result::Shown;
use crate::tui::view::Look;

/// Draws the lines from a little above the evidence on.
pub fn draw(shown: &Shown, look: Look, area: Rect, out: &mut Buffer) {
    let marked: Vec<Range<usize>> = shown
        .spans()
        .iter()
        .map(|span| span.start..span.end)
        .collect();
    let first = shown.first_line();
    let mut start = 0;
    let mut lines = Vec::new();
    for (number, text) in shown.text.split('\n').enumerate() {
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

/// One line that begins at a byte of the page, in pieces that are marked or not.
fn line<'a>(text: &'a str, start: usize, marked: &[Range<usize>], look: Look) -> Line<'a> {
    let mut cuts = vec![0, text.len()];
    for range in marked {
        for end in [range.start, range.end] {
            cuts.push(end.clamp(start, start + text.len()) - start);
        }
    }
    cuts.retain(|cut| text.is_char_boundary(*cut));
    cuts.sort_unstable();
    cuts.dedup();
    let pieces = cuts.windows(2).filter_map(|pair| {
        let (from, to) = (*pair.first()?, *pair.last()?);
        let is_marked = marked
            .iter()
            .any(|range| range.start <= start + from && start + to <= range.end);
        let role = if is_marked {
            Role::Evidence
        } else {
            Role::Text
        };
        Some(Span::styled(text.get(from..to)?, look.style(role)))
    });
    Line::from(pieces.collect::<Vec<_>>())
}
