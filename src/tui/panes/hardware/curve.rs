//! Curves: a reading's last minutes, in other colours where it nears its limit, and with marks where something happened.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::{RenderDirection, Sparkline, SparklineBar, Widget};

use crate::event::GpuNow;
use crate::theme::{Glyphs, Role};
use crate::tui::look::Look;
use crate::tui::model::Model;
use crate::tui::model::hardware::{Mark, Second};

/// Degrees from which a temperature is warm, and hot.
const WARM_C: (f64, f64) = (75.0, 83.0);
/// Percent of the memory from which little is left.
const FULL: (f64, f64) = (85.0, 95.0);
/// Columns of a name, a value and the gap behind it.
const WORDS: u16 = 16;

/// One curve.
pub(super) struct Curve {
    name: &'static str,
    text: String,
    role: Role,
    /// From where it is warm, and hot.
    limits: Option<(f64, f64)>,
    /// What the lowest and the highest bar stand for.
    range: (f64, f64),
    of: fn(&Second) -> Option<f64>,
    mark: fn(&Second) -> Option<Mark>,
}

/// The four that are shown, the most important first.
pub(super) fn curves(now: &GpuNow, glyphs: &Glyphs) -> [Curve; 4] {
    let text = |text: Option<String>| text.unwrap_or_else(|| "unknown".to_owned());
    let limit = now.enforced_w.unwrap_or(150.0).max(1.0);
    let memory = now.memory_used_mib.zip(now.memory_total_mib);
    #[allow(clippy::cast_precision_loss)] // MiB of a card
    let gib = |mib: u64| mib as f64 / 1024.0;
    [
        Curve {
            name: "temp",
            text: text(
                now.temp_c
                    .map(|temp| format!("{temp:.0} {}", glyphs.celsius)),
            ),
            role: Role::SeriesTemperature,
            limits: Some(WARM_C),
            range: (30.0, 95.0),
            of: |second| second.temp_c,
            mark: |second| second.heat,
        },
        Curve {
            name: "power",
            text: text(now.power_w.map(|watts| format!("{watts:.0} W"))),
            role: Role::SeriesPower,
            limits: None,
            range: (0.0, limit.max(150.0)),
            of: |second| second.power_w,
            mark: |second| second.watts,
        },
        Curve {
            name: "load",
            text: text(now.busy_percent.map(|percent| format!("{percent} %"))),
            role: Role::SeriesLoad,
            limits: None,
            range: (0.0, 100.0),
            of: |second| second.busy,
            mark: |_| None,
        },
        Curve {
            name: "vram",
            text: text(memory.map(|(used, _)| format!("{:.1} GiB", gib(used)))),
            role: Role::SeriesMemory,
            limits: Some(FULL),
            range: (0.0, 100.0),
            of: |second| second.memory,
            mark: |_| None,
        },
    ]
}

impl Curve {
    /// Draws it.
    pub(super) fn draw(&self, model: &Model, look: Look, area: Rect, out: &mut Buffer) {
        let [words, graph] = area.layout(&Layout::horizontal([
            Constraint::Length(WORDS.min(area.width)),
            Constraint::Fill(1),
        ]));
        let seconds = &model.hardware.seconds;
        let newest = seconds.back().and_then(self.of);
        Line::from(vec![
            look.span(Role::Muted, format!("{:<6}", self.name)),
            look.span(
                self.heat(newest).unwrap_or(Role::Text),
                format!("{:>9}", self.text),
            ),
        ])
        .render(words, out);
        let shown = seconds.iter().rev().take(usize::from(graph.width));
        let glyphs = look.theme.glyphs();
        Sparkline::default()
            .data(
                shown
                    .clone()
                    .map(|second| self.bar((self.of)(second), look)),
            )
            .max(1000)
            .direction(RenderDirection::RightToLeft)
            .bar_set(glyphs.bars.clone())
            .absent_value_symbol(glyphs.absent)
            .style(look.style(self.role))
            .render(graph, out);
        for (second, column) in shown.zip(graph.columns().rev()) {
            if let Some(mark) = (self.mark)(second) {
                // In the highest row, where the bars seldom reach.
                look.span(Role::Mark, sign(mark, glyphs))
                    .render(column, out);
            }
        }
    }

    fn bar(&self, value: Option<f64>, look: Look) -> SparklineBar {
        let (least, most) = self.range;
        let level =
            value.map(|value| ((value - least) / (most - least) * 1000.0).clamp(0.0, 1000.0));
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 1000
        let bar = SparklineBar::from(level.map(|level| level as u64));
        let role = self.heat(value).unwrap_or(self.role);
        bar.style(Some(look.style(role)))
    }

    /// The role of a value at its limits.
    fn heat(&self, value: Option<f64>) -> Option<Role> {
        let (value, (warm, hot)) = (value?, self.limits?);
        if value >= hot {
            Some(Role::Hot)
        } else {
            (value >= warm).then_some(Role::Warm)
        }
    }
}

fn sign(mark: Mark, glyphs: &Glyphs) -> &'static str {
    match mark {
        Mark::Raised => glyphs.up,
        Mark::Lowered => glyphs.down,
        Mark::Guard => glyphs.mark,
    }
}
