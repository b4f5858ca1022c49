//! Structured data as a reader: every field a page states as JSON-LD or microdata, with its place in the text if it has one.

use serde_json::{Value, json};

use super::evidence;
use super::reading::{Candidate, Reading, Source, Span};
use crate::page::{Block, Page, Structured, StructuredSource};
use crate::posting::{Field, JobPosting};

/// Blocks shorter than this prove nothing about where a description stands.
const TELLING_CHARS: usize = 20;

/// Reads one structured posting.
#[must_use]
pub fn read(page: &Page, structured: &Structured) -> Reading {
    let source = match structured.source {
        StructuredSource::JsonLd => Source::JsonLd,
        StructuredSource::Microdata => Source::Microdata,
    };
    let mut reading = Reading {
        flags: structured.flags.clone(),
        ..Reading::default()
    };
    let Ok(Value::Object(values)) = serde_json::to_value(&structured.posting) else {
        return reading;
    };
    for (field, (_, value)) in Field::ALL.into_iter().zip(values) {
        let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if empty {
            continue;
        }
        let (value, spans) = match field {
            Field::Description => description(page, &structured.posting),
            _ => {
                let found = texts(&value)
                    .into_iter()
                    .filter_map(|text| evidence::find(page, None, text));
                let spans = found.map(|found| found.span).collect();
                (value, spans)
            }
        };
        let support = if spans.is_empty() { 0.85 } else { 0.97 };
        reading.put(
            field,
            Candidate {
                value,
                spans,
                source,
                support,
            },
        );
    }
    reading
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The blocks of the page that repeat the description, so that the record quotes what a reader saw.
fn description(page: &Page, posting: &JobPosting) -> (Value, Vec<Span>) {
    let stated = posting.description.as_deref().unwrap_or_default();
    let squeezed = |text: &str| {
        text.chars()
            .filter(|letter| letter.is_alphanumeric())
            .collect::<String>()
    };
    let whole = squeezed(stated);
    let repeats = |block: &&Block| {
        let text = squeezed(page.text_of(block));
        text.chars().count() >= TELLING_CHARS && whole.contains(&text)
    };
    let spans: Vec<Span> = page.blocks.iter().filter(repeats).map(Span::of).collect();
    let mut text = String::new();
    for part in spans
        .iter()
        .filter_map(|span| page.text.get(span.start..span.end))
    {
        if text.chars().count() + part.chars().count() >= 5000 {
            break;
        }
        text.push_str(if text.is_empty() { "" } else { "\n" });
        text.push_str(part);
    }
    if text.is_empty() {
        (json!(stated), Vec::new())
    } else {
        (json!(text), spans)
    }
}
