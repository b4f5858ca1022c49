//! A sample as one line for a person: what is not known is said to be so, and what is old says how old.

use std::fmt::Display;
use std::time::Duration;

use crate::gpu::history::Bucket;
use crate::gpu::metric::IMPLAUSIBLE;
use crate::gpu::sample::{State, Supply};
use crate::gpu::{Identity, Metric, Sample, Throttle};

/// Eighths of a cell, for the temperature of the last seconds.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Degrees of the lowest and the highest bar.
const BARS_C: (f64, f64) = (30.0, 90.0);

/// The line. `past` is the temperature's history, left out where the terminal cannot draw it.
#[must_use]
pub fn line(sample: &Sample, card: &Identity, past: &[Option<Bucket>]) -> String {
    let name = short(&card.name);
    match &sample.state {
        State::Absent(why) => return format!("no GPU: {why}"),
        State::Asleep => return format!("{name}  asleep; it is not asked, so that it stays so"),
        _ => {}
    }
    let mut parts = vec![name.to_owned()];
    match sample.state {
        State::Lost => parts.push("LOST, looking for it".to_owned()),
        State::Degraded(failures) => parts.push(format!("failing ({failures} in a row)")),
        _ => {}
    }
    let temperature = named("temperature", sample.temp_c, |temp| format!("{temp:.0} °C"));
    let bars: String = past.iter().copied().map(bar).collect();
    parts.push([temperature, bars].join(" ").trim_end().to_owned());
    parts.push(power(sample));
    parts.push(named("clock", sample.sm_mhz, |mhz| format!("{mhz} MHz")));
    parts.push(named("busy", sample.busy_percent, |percent| {
        format!("{percent} % busy")
    }));
    parts.push(memory(sample));
    parts.extend(supply(sample.supply));
    parts.extend(held(sample.throttle));
    parts.join("  ")
}

/// The vendor's words that every card of theirs has say nothing.
fn short(name: &str) -> &str {
    let name = name.strip_prefix("NVIDIA ").unwrap_or(name);
    let name = name.strip_prefix("GeForce ").unwrap_or(name);
    name.strip_suffix(" GPU").unwrap_or(name)
}

/// A reading in words, or its name and why there is none.
fn named<T: Copy, D: Display>(name: &str, reading: Metric<T>, say: impl Fn(T) -> D) -> String {
    let said = said(reading, say);
    match reading {
        Metric::Value(_) | Metric::Stale(..) => said,
        _ => format!("{name} {said}"),
    }
}

/// A reading in words, or why there is none.
fn said<T: Copy, D: Display>(reading: Metric<T>, say: impl Fn(T) -> D) -> String {
    match reading {
        Metric::Value(value) => say(value).to_string(),
        Metric::Unsupported => "n/a".to_owned(),
        Metric::Denied => "not permitted".to_owned(),
        Metric::Stale(value, age) => format!("{} ({} old)", say(value), seconds(age)),
        Metric::Error(IMPLAUSIBLE) => "implausible".to_owned(),
        Metric::Error(code) => format!("error {code}"),
    }
}

fn seconds(age: Duration) -> String {
    format!("{} s", age.as_secs())
}

/// Drawn, held to, and asked for where that is another number.
fn power(sample: &Sample) -> String {
    let drawn = named("power", sample.power_w, |watts| format!("{watts:.0} W"));
    let held = match sample.enforced_w {
        Metric::Stale(watts, _) => format!("{watts:.0} W"),
        other => said(other, |watts| format!("{watts:.0} W")),
    };
    let asked = sample.requested_w.fresh().filter(|asked| {
        let held = sample.enforced_w.fresh();
        held.is_some_and(|held| (held - asked).abs() > 1.0)
    });
    let asked = asked.map_or(String::new(), |asked| format!(", {asked:.0} W asked for"));
    format!("{drawn} of {held}{asked}")
}

#[allow(
    clippy::cast_precision_loss,
    reason = "MiB of a card are far below 2^53"
)]
fn memory(sample: &Sample) -> String {
    let gib = |mib: u64| mib as f64 / 1024.0;
    let total = sample.memory_total_mib.last();
    named("memory", sample.memory_used_mib, |used| match total {
        Some(total) => format!("{:.1}/{:.1} GiB", gib(used), gib(total)),
        None => format!("{:.1} GiB", gib(used)),
    })
}

fn supply(supply: Metric<Supply>) -> Option<String> {
    match supply.last()? {
        Supply::Mains => None,
        Supply::Battery => Some("on battery".to_owned()),
        Supply::Undersized => Some("charger too small".to_owned()),
    }
}

/// What holds the clocks down, unless it is only idleness.
fn held(throttle: Metric<Throttle>) -> Option<String> {
    let words: Vec<String> = throttle
        .fresh()?
        .words()
        .filter(|word| *word != "idle")
        .map(|word| word.replace('_', " "))
        .collect();
    (!words.is_empty()).then(|| format!("held by {}", words.join(", ")))
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 7, of eight bars"
)]
fn bar(bucket: Option<Bucket>) -> char {
    let Some(temp) = bucket.and_then(|bucket| bucket.temp_c) else {
        return ' ';
    };
    let (low, high) = BARS_C;
    let share = ((temp - low) / (high - low)).clamp(0.0, 1.0);
    BARS[(share * 7.0).round() as usize]
}
