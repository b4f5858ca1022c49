//! Combining the chunks of one page: the value most places agree on stands, lists are joined in page order.

use std::collections::BTreeSet;

use super::merge::belongs;
use super::normalise::most_items;
use super::reading::{Candidate, Reading, Source, Span, block};
use super::same::{alike, same};
use super::select;
use crate::page::{Block, Page};
use crate::posting::Field;

/// How far joined lists are trusted.
const JOINED: f64 = 0.7;

/// Joins the readings of a page's chunks, which are in page order. `known` are the other readers: where chunks differ
/// and places do not decide, the value they agree with stands.
#[must_use]
pub fn combine(page: &Page, mut readings: Vec<Reading>, known: &[Reading]) -> Reading {
    if readings.len() <= 1 {
        return readings.pop().unwrap_or_default();
    }
    let mut combined = Reading::default();
    for field in Field::ALL {
        let least = combined.values.get(&Field::ExperienceYearsMin);
        let candidates: Vec<&Candidate> = readings
            .iter()
            .filter(|reading| belongs(field, reading, least.map(|least| &least.value)))
            .filter_map(|reading| reading.values.get(&field))
            .collect();
        match field {
            Field::Requirements
            | Field::Responsibilities
            | Field::Benefits
            | Field::Description => {
                let blocks = union(page, field, &candidates);
                select::put(&mut combined, page, field, &blocks, Source::Model, JOINED);
            }
            Field::Skills => words(page, &candidates, &mut combined),
            _ => agreed(field, &candidates, known, &mut combined),
        }
    }
    for reading in readings {
        combined.remarks.extend(reading.remarks);
        combined.flags.extend(reading.flags);
    }
    combined
}

/// A fact may stand twice: most places win, then the other readers, then the earlier place. Chunks overlap, so the same
/// place read twice counts once.
fn agreed(field: Field, candidates: &[&Candidate], known: &[Reading], combined: &mut Reading) {
    let agreeing = |candidate: &Candidate| {
        let value = candidate.value.clone();
        candidates
            .iter()
            .filter(move |other| same(field, &value, &other.value))
    };
    let weight = |candidate: &Candidate| {
        let places: BTreeSet<_> = agreeing(candidate)
            .flat_map(|other| &other.spans)
            .map(|span| (span.start, span.end))
            .collect();
        let confirmed = known
            .iter()
            .filter_map(|reading| reading.values.get(&field))
            .any(|other| same(field, &candidate.value, &other.value));
        (places.len(), confirmed)
    };
    // The last of the greatest is taken: in reverse, that is the earliest.
    let best = candidates
        .iter()
        .rev()
        .max_by_key(|candidate| weight(candidate));
    let Some(best) = best else { return };
    if agreeing(best).count() < candidates.len() {
        combined.flags.push(format!("conflict:{field}"));
    }
    combined.put(field, (*best).clone());
}

/// The blocks that any chunk selected, without those that repeat another.
fn union<'a>(page: &'a Page, field: Field, candidates: &[&Candidate]) -> Vec<&'a Block> {
    let ids: BTreeSet<u32> = candidates
        .iter()
        .flat_map(|candidate| &candidate.spans)
        .map(|span| span.block)
        .collect();
    let mut blocks: Vec<&Block> = Vec::new();
    for block in ids.iter().filter_map(|id| block(page, *id)) {
        // One more than fits tells that there are more; a hostile page has thousands.
        if blocks.len() > most_items(field) {
            break;
        }
        let repeats = |seen: &&Block| alike(page.text_of(seen), page.text_of(block));
        if field == Field::Description || !blocks.iter().any(repeats) {
            blocks.push(block);
        }
    }
    blocks
}

fn words(page: &Page, candidates: &[&Candidate], combined: &mut Reading) {
    let mut found: Vec<(&str, Span)> = Vec::new();
    for span in candidates.iter().flat_map(|candidate| &candidate.spans) {
        let word = span.text(page).unwrap_or_default();
        if !found.iter().any(|(seen, _)| alike(seen, word)) {
            found.push((word, *span));
        }
    }
    if found.len() > most_items(Field::Skills) {
        found.truncate(most_items(Field::Skills));
        combined.remark(Field::Skills, &["truncated"]);
    }
    let (values, spans): (Vec<&str>, Vec<Span>) = found.into_iter().unzip();
    if !spans.is_empty() {
        let candidate = Candidate {
            value: serde_json::json!(values),
            spans,
            source: Source::Model,
            support: JOINED,
        };
        combined.put(Field::Skills, candidate);
    }
}
