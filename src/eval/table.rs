//! Tables for a terminal: the rates of a run, and what another run changed.

use std::fmt::Write;

use serde_json::Value;

use super::{FieldScore, Judged, Outcome, Report, SourceScore, stats::Rate};
use crate::posting::Field;

/// Characters of a value that a change shows.
const VALUE: usize = 60;

/// One block per source.
#[must_use]
pub fn summary(report: &Report) -> String {
    let mut out = String::new();
    for (name, source) in &report.sources {
        source_table(&mut out, name, source);
    }
    out
}

fn source_table(out: &mut String, name: &str, source: &SourceScore) {
    let failed = match source.failed {
        0 => String::new(),
        failed => format!(", {failed} without a record"),
    };
    writeln!(out, "{name}: {} postings{failed}", source.postings).ok();
    writeln!(
        out,
        "  {:<22}{:>4} {:>6} {:>6} {:>6} {:>6} {:>6}  {:<20} {:<20} {:<14} {:>11}",
        "field",
        "n",
        "right",
        "abst.",
        "missed",
        "halluc",
        "wrong",
        "accuracy",
        "precision",
        "halluc. rate",
        "F1 ex/soft"
    )
    .ok();
    for field in Field::ALL {
        if let Some(score) = source.fields.get(field.key()) {
            row(out, field.key(), score);
        }
    }
    let grounding = source.grounding;
    if grounding.values > 0 {
        writeln!(
            out,
            "  evidence supports {} of {} values",
            grounding.supported, grounding.values
        )
        .ok();
    }
    for row in &source.risk {
        writeln!(
            out,
            "  accepting confidence >= {:.2} ({:>3.0}% of values): {}",
            row.threshold,
            row.coverage * 100.0,
            rate(Some(row.accuracy))
        )
        .ok();
    }
    out.push('\n');
}

fn row(out: &mut String, field: &str, score: &FieldScore) {
    let f1 = match (score.exact_f1, score.soft_f1) {
        (Some(exact), Some(soft)) => format!("{exact:.2}/{soft:.2}"),
        _ => String::new(),
    };
    let hallucination = score.hallucination.map_or_else(String::new, |rate| {
        format!("{:.3} (<{:.2})", rate.value, rate.high)
    });
    writeln!(
        out,
        "  {field:<22}{:>4} {:>6} {:>6} {:>6} {:>6} {:>6}  {:<20} {:<20} {hallucination:<14} {f1:>11}",
        score.n,
        score.right,
        score.abstained,
        score.missed,
        score.hallucinated,
        score.wrong,
        rate(score.accuracy),
        rate(score.precision),
    )
    .ok();
}

fn rate(rate: Option<Rate>) -> String {
    rate.map_or_else(String::new, |rate| {
        format!("{:.3} ({:.2}-{:.2})", rate.value, rate.low, rate.high)
    })
}

/// How each field's accuracy moved, and every posting that moved it.
#[must_use]
pub fn changes(before: &Report, after: &Report) -> String {
    let mut out = String::new();
    for (name, source) in &after.sources {
        for field in Field::ALL {
            let accuracy =
                |report: &Report| report.sources.get(name)?.fields.get(field.key())?.accuracy;
            let now = source
                .fields
                .get(field.key())
                .and_then(|score| score.accuracy);
            if let (Some(was), Some(now)) = (accuracy(before), now)
                && (was.value - now.value).abs() > f64::EPSILON
            {
                let moved = now.value - was.value;
                writeln!(
                    out,
                    "{name} {field}: {:.3} -> {:.3} ({moved:+.3})",
                    was.value, now.value
                )
                .ok();
            }
        }
    }
    for (was, now) in super::diff(before, after) {
        change(&mut out, was, now);
    }
    if out.is_empty() {
        out.push_str("no outcome and no value differs\n");
    }
    out
}

fn change(out: &mut String, was: &Judged, now: &Judged) {
    let Judged {
        id, field, gold, ..
    } = now;
    let side = |one: &Judged| format!("{} {}", word(one.outcome), short(&one.got));
    writeln!(
        out,
        "  {id} {field}: {} -> {} (label {})",
        side(was),
        side(now),
        short(gold)
    )
    .ok();
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Right => "right",
        Outcome::Abstained => "abstained",
        Outcome::Missed => "missed",
        Outcome::Hallucinated => "hallucinated",
        Outcome::Wrong => "wrong",
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= VALUE {
        return text;
    }
    text.chars().take(VALUE).chain("...".chars()).collect()
}
