//! Combining the chunks of one page: the value most chunks agree on stands, lists are joined in page order.

use std::collections::BTreeMap;

use super::expand::select;
use super::merge::same;
use super::reading::{Candidate, Reading, Source, Span, block};
use super::wire::Ask;
use crate::page::{Block, Page};
use crate::posting::Field;

/// The record's field a key fills first.
#[must_use]
pub fn field(ask: Ask) -> Field {
    match ask {
        Ask::Title => Field::Title,
        Ask::Company => Field::Company,
        Ask::Location => Field::Location,
        Ask::Salary => Field::Salary,
        Ask::Posted => Field::PostedDate,
        Ask::Deadline => Field::Deadline,
        Ask::JobId => Field::JobId,
        Ask::Years => Field::ExperienceYearsMin,
        Ask::Education => Field::Education,
        Ask::JobType => Field::JobType,
        Ask::Remote => Field::RemoteType,
        Ask::Level => Field::ExperienceLevel,
        Ask::Skills => Field::Skills,
        Ask::Requirements => Field::Requirements,
        Ask::Responsibilities => Field::Responsibilities,
        Ask::Benefits => Field::Benefits,
        Ask::Description => Field::Description,
    }
}

/// Joins the readings of a page's chunks, which are in page order.
#[must_use]
pub fn combine(page: &Page, mut readings: Vec<Reading>) -> Reading {
    if readings.len() <= 1 {
        return readings.pop().unwrap_or_default();
    }
    let mut all: BTreeMap<Field, Vec<Candidate>> = BTreeMap::new();
    let mut combined = Reading::default();
    for reading in readings {
        combined.flags.extend(reading.flags);
        for (field, candidate) in reading.values {
            all.entry(field).or_default().push(candidate);
        }
    }
    for (field, candidates) in all {
        let chosen = match field {
            Field::Requirements
            | Field::Responsibilities
            | Field::Benefits
            | Field::Description => union(page, field, &candidates, &mut combined.flags),
            Field::Skills => words(page, &candidates),
            _ => agreed(field, &candidates, &mut combined.flags),
        };
        if let Some(candidate) = chosen {
            combined.put(field, candidate);
        }
    }
    combined
}

/// Chunks overlap, and a fact may stand twice: most votes win, then the earlier place.
fn agreed(field: Field, candidates: &[Candidate], flags: &mut Vec<String>) -> Option<Candidate> {
    let votes = |candidate: &Candidate| {
        candidates
            .iter()
            .filter(|other| same(field, &candidate.value, &other.value))
            .count()
    };
    let best = candidates
        .iter()
        .rev()
        .max_by_key(|candidate| votes(candidate))?;
    if votes(best) < candidates.len() {
        flags.push(format!("chunks_differ:{field}"));
    }
    Some(best.clone())
}

fn union(
    page: &Page,
    field: Field,
    candidates: &[Candidate],
    flags: &mut Vec<String>,
) -> Option<Candidate> {
    let mut ids: Vec<u32> = candidates
        .iter()
        .flat_map(|candidate| &candidate.spans)
        .map(|span| span.block)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let blocks: Vec<&Block> = ids.iter().filter_map(|id| block(page, *id)).collect();
    let most = match field {
        Field::Description => usize::MAX,
        Field::Benefits => 20,
        _ => 30,
    };
    select(page, field, &blocks, most, Source::Model, 0.7, flags)
}

fn words(page: &Page, candidates: &[Candidate]) -> Option<Candidate> {
    let mut spans: Vec<Span> = Vec::new();
    let text = |span: &Span| page.text.get(span.start..span.end).unwrap_or_default();
    for span in candidates.iter().flat_map(|candidate| &candidate.spans) {
        // The same skill in other case is the same skill.
        if spans.len() < 20
            && !spans
                .iter()
                .any(|seen| text(seen).eq_ignore_ascii_case(text(span)))
        {
            spans.push(*span);
        }
    }
    let values: Vec<&str> = spans.iter().map(text).collect();
    let value = serde_json::json!(values);
    (!spans.is_empty()).then_some(Candidate {
        value,
        spans,
        source: Source::Model,
        support: 0.7,
    })
}
