//! The card: its readings in words, and below them curves of the last minutes.
//!
//! ```text
//! drawn 118 W  in force 120 W  asked for 120 W  clocks at the power limit
//! automatic below performance, 140 W  80 C, limit 80  by power limit
//! 4.2 pages/min  212.0 tok/s  1700 J/page  1830 MHz
//! temp      80 °C  ____....----====++++++++====
//! power     118 W  ....++++####↓###↓+++========     marks: watts asked for raised or lowered, a guard
//! ```

mod curve;
mod words;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::{Paragraph, Widget, Wrap};

use self::curve::{Curve, curves};
use crate::theme::Role;
use crate::tui::look::Look;
use crate::tui::model::Model;

/// Columns from which two curves go beside each other, where there are few rows.
const TWO_ABREAST: u16 = 64;
/// Rows of a curve at most.
const HIGHEST: usize = 8;

/// What stands above it.
#[must_use]
pub fn title(model: &Model) -> String {
    match &model.hardware.now {
        Some(now) if !now.name.is_empty() => format!("Hardware  {}", now.name),
        _ => "Hardware".to_owned(),
    }
}

/// Draws it.
pub fn draw(model: &Model, look: Look, area: Rect, out: &mut Buffer) {
    let Some(now) = &model.hardware.now else {
        look.span(Role::Muted, "The card has not been asked yet.")
            .render(area, out);
        return;
    };
    if let Some(why) = &now.why {
        let line = look.span(Role::Muted, format!("No readings: {why}"));
        let wrapped = Paragraph::new(line).wrap(Wrap { trim: true });
        wrapped.render(area, out);
        return;
    }
    let is_abreast = area.height < 7 && area.width >= TWO_ABREAST;
    let needed = if is_abreast { 2 } else { 4 };
    let most = area.height.saturating_sub(needed).clamp(1, 5);
    let lines = words::lines(model, now, (area.width, usize::from(most)), look);
    let [words, rest] = area.layout(&Layout::vertical([
        Constraint::Length(u16::try_from(lines.len()).unwrap_or(most)),
        Constraint::Fill(1),
    ]));
    for (line, row) in lines.into_iter().zip(words.rows()) {
        line.render(row, out);
    }
    let curves = curves(now, look.theme.glyphs());
    if is_abreast {
        abreast(&curves, model, look, rest, out);
    } else {
        stacked(&curves, model, look, rest, out);
    }
}

/// One below the other.
fn stacked(curves: &[Curve], model: &Model, look: Look, area: Rect, out: &mut Buffer) {
    let rows = usize::from(area.height);
    let shown = curves.len().min(rows);
    let high = u16::try_from((rows / shown.max(1)).min(HIGHEST)).unwrap_or(1);
    let mut y = area.y;
    for curve in curves.iter().take(shown) {
        let height = high;
        curve.draw(model, look, Rect { y, height, ..area }, out);
        y += high;
    }
}

/// In two columns.
fn abreast(curves: &[Curve], model: &Model, look: Look, area: Rect, out: &mut Buffer) {
    let halves = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).spacing(2);
    for (pair, row) in curves.chunks(2).zip(area.rows()) {
        let places: [Rect; 2] = row.layout(&halves);
        for (curve, place) in pair.iter().zip(places) {
            curve.draw(model, look, place, out);
        }
    }
}
