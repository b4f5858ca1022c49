//! Expansion: the model's short answer becomes values with evidence; what the page does not support is dropped.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::answer::{Answer, Given};
use super::evidence;
use super::normalise::{self, Normaliser};
use super::reading::{Candidate, Reading, Source, Span, block};
use super::wire::Ask;
use crate::page::{Block, Page};
use crate::posting::{Field, terms};

/// What an answer gave, and what has to be asked again.
#[derive(Debug, Default)]
pub struct Expansion {
    /// Values the page supports.
    pub reading: Reading,
    /// Keys whose answer was missing or not supported by the page.
    pub failed: Vec<Ask>,
}

/// Expands an answer about `page`.
#[must_use]
pub fn expand(page: &Page, answer: &Answer, asks: &[Ask], normaliser: &Normaliser) -> Expansion {
    let mut expansion = Expansion::default();
    for ask in asks {
        let done = match answer.get(ask) {
            None => false,
            Some(Given::NotStated) => true,
            Some(Given::Quote(id, words)) => {
                quote(page, *ask, *id, words, normaliser, &mut expansion.reading)
            }
            Some(Given::Words(words)) => skills(page, words, &mut expansion.reading),
            Some(Given::Lines(ranges)) => lines(page, *ask, ranges, &mut expansion.reading),
        };
        if !done {
            expansion.failed.push(*ask);
        }
    }
    expansion
}

fn quote(
    page: &Page,
    ask: Ask,
    id: u32,
    words: &str,
    normaliser: &Normaliser,
    reading: &mut Reading,
) -> bool {
    let Some(stated_in) = block(page, id) else {
        return false;
    };
    if let Some(field) = normalise::enum_field(ask) {
        return member(page, field, stated_in, words, reading);
    }
    let Some(found) = evidence::find(page, Some(stated_in), words) else {
        return false;
    };
    // The page's own spelling, not the model's.
    let Some(verbatim) = page.text.get(found.span.start..found.span.end) else {
        return false;
    };
    normaliser.put(
        reading,
        ask,
        verbatim,
        found.span,
        Source::Model,
        0.85 * found.support,
    )
}

/// An enum member needs a word of its own in the block; without one it is kept but marked.
fn member(
    page: &Page,
    field: Field,
    stated_in: &Block,
    member: &str,
    reading: &mut Reading,
) -> bool {
    let text = page.text_of(stated_in);
    let named: Vec<Value> = match field {
        Field::JobType => terms::job_types(text)
            .iter()
            .map(|value| json!(value))
            .collect(),
        Field::RemoteType => terms::remote_types(text)
            .iter()
            .map(|value| json!(value))
            .collect(),
        _ => terms::levels(text)
            .iter()
            .map(|value| json!(value))
            .collect(),
    };
    let supported = named.iter().any(|value| value == member);
    if !supported {
        reading.flag(field, &["weak_evidence"]);
    }
    let support = if supported { 0.85 } else { 0.4 };
    let spans = vec![Span::of(stated_in)];
    reading.put(
        field,
        Candidate {
            value: json!(member),
            spans,
            source: Source::Model,
            support,
        },
    );
    true
}

fn skills(page: &Page, words: &[String], reading: &mut Reading) -> bool {
    let mut seen = BTreeSet::new();
    let found: Vec<_> = words
        .iter()
        .filter_map(|word| evidence::find(page, None, word))
        .filter(|found| {
            seen.insert(
                page.text
                    .get(found.span.start..found.span.end)
                    .map(str::to_lowercase),
            )
        })
        .collect();
    if !found.is_empty() {
        let values: Vec<&str> = found
            .iter()
            .filter_map(|found| page.text.get(found.span.start..found.span.end))
            .collect();
        let spans = found.iter().map(|found| found.span).collect();
        reading.put(
            Field::Skills,
            Candidate {
                value: json!(values),
                spans,
                source: Source::Model,
                support: 0.7,
            },
        );
    }
    words.is_empty() || !found.is_empty()
}

/// Most items of a list field, and most characters of a description, in the record.
const MOST_CHARS: usize = 5000;

fn lines(page: &Page, ask: Ask, ranges: &[(u32, u32)], reading: &mut Reading) -> bool {
    let Some((field, most)) = normalise::lines_field(ask) else {
        return false;
    };
    let ids: BTreeSet<u32> = ranges
        .iter()
        .filter(|(first, last)| first <= last)
        .flat_map(|(first, last)| *first..=*last)
        .collect();
    let backwards = ranges.iter().any(|(first, last)| first > last);
    if backwards {
        reading.flag(field, &["range_backwards"]);
    }
    let blocks: Vec<&Block> = ids.iter().filter_map(|id| block(page, *id)).collect();
    if let Some(candidate) = select(
        page,
        field,
        &blocks,
        most,
        Source::Model,
        0.7,
        &mut reading.flags,
    ) {
        reading.put(field, candidate);
    }
    !backwards || !ids.is_empty()
}

/// A verbatim selection of blocks as the value of a list field or of the description.
pub fn select(
    page: &Page,
    field: Field,
    blocks: &[&Block],
    most: usize,
    source: Source,
    support: f64,
    flags: &mut Vec<String>,
) -> Option<Candidate> {
    let mut kept: Vec<&Block> = Vec::new();
    let mut chars = 0;
    for block in blocks {
        chars += page.text_of(block).chars().count() + 1;
        if kept.len() == most || (field == Field::Description && chars > MOST_CHARS) {
            flags.push(format!("truncated:{field}"));
            break;
        }
        kept.push(block);
    }
    if kept.is_empty() {
        return None;
    }
    let texts: Vec<&str> = kept.iter().map(|block| page.text_of(block)).collect();
    let value = if field == Field::Description {
        json!(texts.join("\n"))
    } else {
        json!(texts)
    };
    Some(Candidate {
        value,
        spans: kept.into_iter().map(Span::of).collect(),
        source,
        support,
    })
}
