//! How long answers are: the wire's forms against the whole JSON of the same record, read by data and rules alone.
//! `cargo run --no-default-features --example answer-sizes -- [--texts] INPUT...`

use std::collections::BTreeMap;
use std::io::Write;

use clap::Parser;
use serde_json::{Map, Value, json};
use smelt::bench::whole;
use smelt::cli::WholeJson;
use smelt::extract::merge::Merged;
use smelt::extract::reading::Span;
use smelt::extract::wire::{Ask, NOT_STATED, Shape};
use smelt::extract::{Context, extract, normalise};
use smelt::page::{self, Limits, Page};
use smelt::run::input;

/// Compare forms of answers.
#[derive(Parser)]
struct Arguments {
    /// Pages, as for batch mode.
    inputs: Vec<String>,
    /// Write each answer as a JSON line of {"page", "form", "text"}, to be counted by a real tokenizer.
    #[arg(long)]
    texts: bool,
}

fn main() {
    let arguments = Arguments::parse();
    let mut forms: BTreeMap<&str, usize> = BTreeMap::new();
    let mut pages = 0;
    let taken: Result<(), std::convert::Infallible> =
        input::read(&arguments.inputs, false, &mut |input| {
            let Ok((format, bytes)) = &input.body else {
                return Ok(());
            };
            let Ok(page) = page::read(bytes, *format, &Limits::default()) else {
                return Ok(());
            };
            let Ok(extraction) = extract(&page, &Context::default()) else {
                return Ok(());
            };
            pages += 1;
            for (form, text) in answers(&page, &extraction.merged) {
                *forms.entry(form).or_default() += text.len();
                if arguments.texts {
                    let line = json!({"page": pages, "form": form, "text": text});
                    // Whoever reads may have enough.
                    writeln!(std::io::stdout(), "{line}").ok();
                }
            }
            Ok(())
        });
    let Ok(()) = taken;
    if arguments.texts {
        return;
    }
    let wire = forms.get(WIRE).copied().unwrap_or(1);
    println!(
        "{pages} pages; tokens are bytes / 4\n{:<34} {:>7} {:>7} {:>8}",
        "form", "bytes", "tokens", "of wire"
    );
    for (form, bytes) in forms {
        println!(
            "{form:<34} {:>7} {:>7} {:>8.2}",
            bytes / pages.max(1),
            bytes / pages.max(1) / 4,
            f64::from(u32::try_from(bytes).unwrap_or(u32::MAX))
                / f64::from(u32::try_from(wire).unwrap_or(u32::MAX))
        );
    }
}

const WIRE: &str = "1 wire";

/// The answer in every form.
fn answers(page: &Page, merged: &Merged) -> Vec<(&'static str, String)> {
    let wire = wire(merged, page, |span, words| json!([span.block, words]));
    let absent = |value: &Value| {
        value.is_null() || value == NOT_STATED || value.as_array().is_some_and(Vec::is_empty)
    };
    let mut stated = wire.clone();
    stated.retain(|_, value| !absent(value));
    let letters: Map<String, Value> = wire
        .iter()
        .zip("abcdefghijklmnopqrs".chars())
        .map(|((_, value), letter)| (letter.to_string(), value.clone()))
        .collect();
    let lines = self::wire(merged, page, |span, _| json!(span.block));
    let offsets = self::wire(merged, page, |span, _| json!([span.start, span.end]));
    vec![
        (WIRE, whole::spell(&Value::Object(wire.clone()))),
        ("2 wire without spaces", Value::Object(wire).to_string()),
        (
            "3 wire with letters for keys",
            whole::spell(&Value::Object(letters)),
        ),
        (
            "4 wire without absent keys",
            whole::spell(&Value::Object(stated)),
        ),
        (
            "5 wire with lines alone as evidence",
            whole::spell(&Value::Object(lines)),
        ),
        (
            "6 wire with offsets as evidence",
            whole::spell(&Value::Object(offsets)),
        ),
        (
            "7 whole posting",
            whole::answer(page, merged, WholeJson::Posting),
        ),
        (
            "8 whole posting with evidence",
            whole::answer(page, merged, WholeJson::Record),
        ),
    ]
}

/// The wire's answer that makes this posting; `quote` is how words are named.
fn wire(merged: &Merged, page: &Page, quote: impl Fn(Span, &str) -> Value) -> Map<String, Value> {
    let posting = serde_json::to_value(&merged.posting).unwrap_or_default();
    let value = |ask: Ask| {
        let field = normalise::field(ask);
        let stated = &posting[field.key()];
        let spans = merged.evidence.get(&field).map_or(&[][..], Vec::as_slice);
        let first = spans.first().copied();
        match ask.shape() {
            Shape::Quote(_) => first.map_or(Value::Null, |span| {
                quote(span, span.text(page).unwrap_or_default())
            }),
            Shape::Enum(_) => match stated {
                Value::Null => json!(NOT_STATED),
                member => json!([first.map_or(1, |span| span.block), member]),
            },
            Shape::Words(_) => stated.clone(),
            Shape::Lines(_) => ranges(spans),
        }
    };
    let keys = Ask::ALL
        .into_iter()
        .map(|ask| (ask.key().to_owned(), value(ask)));
    keys.collect()
}

/// Lines, neighbours as one range.
fn ranges(spans: &[Span]) -> Value {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for span in spans {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == span.block || *last == span.block => *last = span.block,
            _ => ranges.push((span.block, span.block)),
        }
    }
    let ranges = ranges.into_iter().map(|(first, last)| {
        if first == last {
            json!(first)
        } else {
            json!([first, last])
        }
    });
    ranges.collect()
}
