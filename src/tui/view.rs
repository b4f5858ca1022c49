//! What the model looks like: pure, and only of what the model holds.

mod bars;

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, Paragraph};

use super::layout::LEAST;
use super::look::{Look, cut};
use super::model::Model;
use super::pane::Pane;
use super::panes::{hardware, log, queue, result};
use crate::theme::{Role, Theme};

/// Draws everything.
pub fn view(model: &Model, theme: &Theme, now: Duration, frame: &mut Frame) {
    let look = Look { theme, now };
    let area = frame.area();
    // The model may have been told of another size than the screen has by now.
    if area.is_empty() || model.areas.whole != area {
        return;
    }
    let ground = theme.background().map_or(look.style(Role::Text), |color| {
        look.style(Role::Text).bg(color)
    });
    frame.buffer_mut().set_style(area, ground);
    if model.areas.is_too_small() {
        too_small(model, look, frame);
        return;
    }
    frame.render_widget(bars::status(model, look), model.areas.status);
    for pane in Pane::ALL {
        if let Some(area) = model.areas.of(pane) {
            let block = frame_of(model, look, pane, area.width);
            let inside = block.inner(area);
            frame.render_widget(block, area);
            match pane {
                Pane::Queue => queue::draw(model, look, inside, frame.buffer_mut()),
                Pane::Result => result::draw(model, look, inside, frame.buffer_mut()),
                Pane::Hardware => hardware::draw(model, look, inside, frame.buffer_mut()),
                Pane::Log => log::draw(model, look, inside, frame.buffer_mut()),
            }
        }
    }
    frame.render_widget(bars::hints(model, look), model.areas.hints);
    if let Some(over) = &model.over {
        over.render(theme, area, frame.buffer_mut());
    }
}

fn too_small(model: &Model, look: Look, frame: &mut Frame) {
    let (width, height) = model.size;
    let line = format!("needs {}x{}, has {width}x{height}", LEAST.0, LEAST.1);
    let area = frame.area();
    let line = Line::from(look.span(Role::Warn, cut(&line, area.width, look)));
    frame.render_widget(Paragraph::new(line), Rect { height: 1, ..area });
}

/// The lines around a pane, with what its title says.
fn frame_of<'a>(model: &Model, look: Look, pane: Pane, width: u16) -> Block<'a> {
    let is_focused = model.focus == pane;
    let glyphs = look.theme.glyphs();
    let (border, set) = if is_focused {
        (Role::BorderFocused, glyphs.border_focused)
    } else {
        (Role::Border, glyphs.border)
    };
    let title = match pane {
        Pane::Queue => queue::title(model),
        Pane::Result => result::title(model),
        Pane::Hardware => hardware::title(model),
        Pane::Log => log::title(model),
    };
    let title = format!(" {} ", cut(&title, width.saturating_sub(6), look));
    Block::bordered()
        .border_set(set)
        .border_style(look.style(border))
        .title(Line::from(look.span(Role::Title, title)))
}
