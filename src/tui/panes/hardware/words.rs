//! What the card's readings say in words, in three groups: its watts, who decides them, and what the work gets for them.

use ratatui::text::{Line, Span};

use crate::event::GpuNow;
use crate::keymap::{Action, Context};
use crate::theme::Role;
use crate::tui::look::Look;
use crate::tui::model::Model;

/// Pieces of text that are kept together; the most important first.
type Group<'a> = Vec<Vec<Span<'a>>>;

/// The groups on so many lines at most, each on lines of its own; what has no room is left out.
pub(super) fn lines<'a>(
    model: &Model,
    now: &GpuNow,
    (width, most): (u16, usize),
    look: Look,
) -> Vec<Line<'a>> {
    let groups = [
        watts(now, look),
        plan(model, now, look),
        gain(model, now, look),
    ];
    let mut left = most;
    let mut lines = Vec::new();
    for (after, group) in groups.into_iter().enumerate() {
        // One line is kept for each group that is still to come.
        let room = left.saturating_sub(2 - after).max(usize::from(left > 0));
        let flowed = flow(group, usize::from(width), room);
        left -= flowed.len();
        lines.extend(flowed);
    }
    lines
}

/// Pieces one after the other, on as many lines as there are.
fn flow(group: Group, width: usize, most: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut used = width;
    for piece in group {
        let wide: usize = piece.iter().map(Span::width).sum();
        if wide > width {
            continue;
        }
        let fits = used + 2 + wide <= width;
        if let Some(line) = lines.last_mut().filter(|_| fits) {
            line.push_span(Span::raw("  "));
            line.extend(piece);
            used += 2 + wide;
        } else if lines.len() < most {
            lines.push(Line::from(piece));
            used = wide;
        }
    }
    lines
}

/// What is drawn, in force and asked for, and what holds the clocks down.
fn watts<'a>(now: &GpuNow, look: Look) -> Group<'a> {
    let piece = |name: &'static str, watts: Option<f64>, none: &str, role| {
        let text = watts.map_or_else(|| none.to_owned(), |watts| format!("{watts:.0} W"));
        vec![look.span(Role::Muted, name), look.span(role, text)]
    };
    let mut group = vec![
        piece("drawn ", now.power_w, "unknown", Role::Accent),
        piece("in force ", now.enforced_w, "unknown", Role::Text),
        piece("asked for ", now.requested_w, "nothing", Role::Text),
    ];
    if let Some(age) = now.stale_s {
        group.push(vec![look.span(Role::Bad, format!("{age} s old"))]);
    }
    let held: Vec<&str> = now.throttle.iter().map(|word| reason(word)).collect();
    if !held.is_empty() {
        let role = match now.throttle.as_slice() {
            [only] if only == "idle" => Role::Muted,
            words if words.iter().any(|word| word.starts_with("hw_")) => Role::Bad,
            _ => Role::Warn,
        };
        group.push(vec![
            look.span(Role::Muted, "clocks "),
            look.span(role, held.join(", ")),
        ]);
    }
    group
}

/// Who decides the watts, and why they are what they are.
fn plan<'a>(model: &Model, now: &GpuNow, look: Look) -> Group<'a> {
    let kept = &now.kept;
    let ceiling = kept.ceiling_w.map(|watts| format!("{watts:.0} W"));
    let profile: Vec<&str> = kept
        .profile
        .iter()
        .chain(&ceiling)
        .map(String::as_str)
        .collect();
    let plan = match kept.mode.as_str() {
        "automatic" => format!("automatic below {}", profile.join(", ")),
        "manual" => format!("by hand {}", profile.join(", ")),
        _ => "only watched".to_owned(),
    };
    let mut group = Vec::new();
    if let Some((watts, left)) = kept.pending {
        let key = model.keymap().key(Context::Hardware, Action::KeepSetting);
        let key = key.unwrap_or_default();
        let line = format!(" {watts:.0} W go back in {left} s: {key} keeps them ");
        group.push(vec![look.span(Role::Banner, line)]);
    }
    // Where only is watched none stands but that of an emergency.
    if kept.guard != "steady" && !kept.guard.is_empty() {
        group.push(vec![look.span(Role::Bad, kept.guard.clone())]);
    }
    group.push(vec![look.span(Role::Text, plan)]);
    if kept.pace < 0.995 {
        let share = format!("our work runs {:.0} % of the time", kept.pace * 100.0);
        group.push(vec![look.span(Role::Warn, share)]);
    }
    if let Some(why) = &kept.why {
        group.push(vec![look.span(Role::Muted, why.clone())]);
    }
    if let Some(by) = &kept.held_by {
        group.push(vec![look.span(Role::Muted, format!("by {by}"))]);
    }
    group
}

/// How fast the work goes, and what it costs.
fn gain<'a>(model: &Model, now: &GpuNow, look: Look) -> Group<'a> {
    let mut group = Vec::new();
    let mut say = |role, text: Option<String>| {
        group.extend(text.map(|text| vec![look.span(role, text)]));
    };
    let pages = model.work.pages_per_min(look.now);
    say(Role::Text, Some(format!("{pages:.1} pages/min")));
    let speed = model.work.tokens_per_s(look.now);
    say(Role::Text, speed.map(|speed| format!("{speed:.1} tok/s")));
    let joules = model.hardware.joules_per_page();
    say(
        Role::Text,
        joules.map(|joules| format!("{joules:.0} J/page")),
    );
    say(Role::Muted, now.sm_mhz.map(|mhz| format!("{mhz} MHz")));
    let fan = now.fan_percent;
    say(Role::Muted, fan.map(|percent| format!("fan {percent} %")));
    group
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
