//! The card: readings, curves of the last minutes, and why its clocks are held down.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Sparkline, SparklineBar, Widget};

use crate::event::GpuNow;
use crate::keymap::{Action, Context};
use crate::theme::Role;
use crate::tui::model::Model;
use crate::tui::model::hardware::Second;
use crate::tui::view::{Look, cut};

/// Degrees from which a temperature is warm, and hot.
const WARM_C: (f64, f64) = (75.0, 83.0);

/// One curve.
struct Curve {
    name: &'static str,
    text: String,
    role: Role,
    /// From where it is warm, and hot.
    limits: Option<(f64, f64)>,
    most: f64,
    of: fn(&Second) -> Option<f64>,
}

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
        let line = format!("No readings: {why}");
        look.span(Role::Muted, cut(&line, area.width, look))
            .render(area, out);
        return;
    }
    let [words, rest] = area.layout(&Layout::vertical([
        Constraint::Length(if area.height > 6 { 3 } else { 2 }.min(area.height)),
        Constraint::Fill(1),
    ]));
    let lines = [
        power(now, look),
        governor(model, now, look),
        pace(model, now, look),
    ];
    for (line, row) in lines.into_iter().zip(words.rows()) {
        line.render(row, out);
    }
    let curves = curves(now);
    let rows = usize::from(rest.height);
    let shown = curves.len().min(rows);
    let high = u16::try_from((rows / shown.max(1)).min(2)).unwrap_or(1);
    let mut y = rest.y;
    for curve in curves.iter().take(shown) {
        let place = Rect {
            y,
            height: high,
            ..rest
        };
        draw_curve(curve, model, look, place, out);
        y += high;
    }
}

/// What was asked for, what is in force and what is drawn, and what holds the clocks down.
fn power<'a>(now: &GpuNow, look: Look) -> Line<'a> {
    let watts = |watts: Option<f64>| {
        watts.map_or_else(|| "unknown".to_owned(), |watts| format!("{watts:.0} W"))
    };
    let mut spans = vec![
        look.span(Role::Muted, "drawn "),
        look.span(Role::Accent, watts(now.power_w)),
        look.span(Role::Muted, "  in force "),
        look.span(Role::Text, watts(now.enforced_w)),
        look.span(Role::Muted, "  asked for "),
        look.span(Role::Text, watts(now.requested_w)),
    ];
    let held: Vec<&str> = now.throttle.iter().map(|word| reason(word)).collect();
    if !held.is_empty() {
        spans.push(look.span(Role::Muted, "  clocks: "));
        spans.push(look.span(Role::Warn, held.join(", ")));
    }
    if let Some(age) = now.stale_s {
        spans.push(look.span(Role::Bad, format!("  {age} s old")));
    }
    Line::from(spans)
}

/// Who decides the watts, and why they are what they are.
fn governor<'a>(model: &Model, now: &GpuNow, look: Look) -> Line<'a> {
    let kept = &now.kept;
    let ceiling = kept.ceiling_w.map(|watts| format!("{watts:.0} W"));
    let profile = kept.profile.iter().chain(&ceiling);
    let profile: Vec<&str> = profile.map(String::as_str).collect();
    let plan = match kept.mode.as_str() {
        "automatic" => format!("automatic below {}", profile.join(", ")),
        "manual" => format!("by hand {}", profile.join(", ")),
        _ => "only watched".to_owned(),
    };
    let mut spans = vec![look.span(Role::Text, plan)];
    if let Some((watts, left)) = kept.pending {
        let key = model.keymap().key(Context::Hardware, Action::KeepSetting);
        let key = key.unwrap_or_default();
        let line = format!("  {watts:.0} W go back in {left} s: {key} keeps them");
        spans.push(look.span(Role::Banner, line));
    }
    if kept.mode != "off" && kept.guard != "steady" {
        spans.push(look.span(Role::Bad, format!("  {}", kept.guard)));
    }
    if let Some(by) = &kept.held_by {
        spans.push(look.span(Role::Muted, format!("  by {by}")));
    }
    if let Some(why) = &kept.why {
        spans.push(look.span(Role::Muted, format!("  {why}")));
    }
    Line::from(spans)
}

fn pace<'a>(model: &Model, now: &GpuNow, look: Look) -> Line<'a> {
    let finished = model.work.finished;
    let mut spans = vec![look.span(
        Role::Text,
        format!("{:.1} pages/min", model.work.pages_per_min(look.now)),
    )];
    if let Some(speed) = model.work.tokens_per_s(look.now) {
        spans.push(look.span(Role::Text, format!("  {speed:.1} tok/s")));
    }
    if let Some(joules) = model.hardware.joules_per_page(finished) {
        spans.push(look.span(Role::Text, format!("  {joules:.0} J/page")));
    }
    if let Some(mhz) = now.sm_mhz {
        spans.push(look.span(Role::Muted, format!("  {mhz} MHz")));
    }
    if let Some(fan) = now.fan_percent {
        spans.push(look.span(Role::Muted, format!("  fan {fan} %")));
    }
    Line::from(spans)
}

/// A reason of the driver's in words.
fn reason(word: &str) -> &str {
    match word {
        "idle" => "nothing to do",
        "locked_clocks" => "locked",
        "sw_power_cap" => "at the power limit",
        "hw_slowdown" => "slowed by the hardware",
        "sw_thermal" => "at the temperature limit",
        "hw_thermal" => "too hot",
        "hw_power_brake" => "power brake of the machine",
        "sync_boost" => "in step with other cards",
        "display_clocks" => "held by the display",
        other => other,
    }
}

fn curves(now: &GpuNow) -> [Curve; 4] {
    let percent = |value: Option<u32>| value.map(|value| format!("{value} %"));
    let memory = now.memory_used_mib.zip(now.memory_total_mib);
    let text = |text: Option<String>| text.unwrap_or_else(|| "unknown".to_owned());
    let limit = now.enforced_w.unwrap_or(150.0);
    [
        Curve {
            name: "temp",
            text: text(now.temp_c.map(|temp| format!("{temp:.0} °C"))),
            role: Role::SeriesTemperature,
            limits: Some(WARM_C),
            most: 100.0,
            of: |second| second.temp_c,
        },
        Curve {
            name: "power",
            text: text(now.power_w.map(|watts| format!("{watts:.0} W"))),
            role: Role::SeriesPower,
            limits: None,
            most: limit.max(1.0),
            of: |second| second.power_w,
        },
        Curve {
            name: "load",
            text: text(percent(now.busy_percent)),
            role: Role::SeriesLoad,
            limits: None,
            most: 100.0,
            of: |second| second.busy,
        },
        Curve {
            name: "vram",
            text: text(memory.map(|(used, _)| format!("{used} MiB"))),
            role: Role::SeriesMemory,
            limits: Some((85.0, 95.0)),
            most: 100.0,
            of: |second| second.memory,
        },
    ]
}

fn draw_curve(curve: &Curve, model: &Model, look: Look, area: Rect, out: &mut Buffer) {
    let [words, graph] = area.layout(&Layout::horizontal([
        Constraint::Length(17.min(area.width)),
        Constraint::Fill(1),
    ]));
    let text = curve.text.replace("°C", look.theme.glyphs().celsius);
    let newest = model.hardware.seconds.back().and_then(curve.of);
    Line::from(vec![
        look.span(Role::Muted, format!("{:<6}", curve.name)),
        look.span(curve.heat(newest), format!("{text:>9}")),
    ])
    .render(words, out);
    let seconds = model.hardware.seconds.iter().rev();
    let bars = seconds.take(usize::from(graph.width)).map(|second| {
        let value = (curve.of)(second);
        let level = value.map(|value| (value.clamp(0.0, curve.most) / curve.most * 1000.0).round());
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 1000
        let bar = SparklineBar::from(level.map(|level| level as u64));
        let role = match curve.heat(value) {
            Role::Text => curve.role,
            heat => heat,
        };
        bar.style(Some(look.style(role)))
    });
    Sparkline::default()
        .data(bars)
        .max(1000)
        .direction(ratatui::widgets::RenderDirection::RightToLeft)
        .bar_set(look.theme.glyphs().bars.clone())
        .absent_value_symbol(look.theme.glyphs().absent)
        .style(look.style(curve.role))
        .render(graph, out);
}

impl Curve {
    /// The role of a value by its limits.
    fn heat(&self, value: Option<f64>) -> Role {
        match (value, self.limits) {
            (Some(value), Some((_, hot))) if value >= hot => Role::Hot,
            (Some(value), Some((warm, _))) if value >= warm => Role::Warm,
            _ => Role::Text,
        }
    }
}
