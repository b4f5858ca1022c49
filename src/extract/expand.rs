//! Expansion: the model's short answer becomes values with evidence; what the page does not support is dropped.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::answer::{Answer, Given};
use super::evidence::{self, Match};
use super::normalise::{self, Normaliser};
use super::reading::{Candidate, Reading, Source, Span};
use super::same::alike;
use super::select;
use super::wire::Ask;
use crate::page::{Block, Page};
use crate::posting::{Field, terms};

/// How far a model's quote is trusted.
const QUOTED: f64 = 0.85;
/// How far its choice is trusted where the words fit several members of an enum.
const ONE_OF_SEVERAL: f64 = 0.6;
/// How far its selections of lines and words are trusted.
const SELECTED: f64 = 0.7;

/// How many lines beside the one it names a quote may stand: farther off, the words are there by chance.
const MISCOUNTED: u32 = 3;

/// What the model was shown of a page: an answer cannot be about anything else.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The page.
    pub page: &'a Page,
    /// The numbered lines, in page order.
    pub blocks: &'a [Block],
    /// Blocks repeated without their number.
    pub head: &'a [&'a Block],
}

impl<'a> Shown<'a> {
    /// All of a page.
    #[must_use]
    pub fn all(page: &'a Page) -> Self {
        Self {
            page,
            blocks: &page.blocks,
            head: &[],
        }
    }

    fn block(&self, id: u32) -> Option<&'a Block> {
        let index = self
            .blocks
            .binary_search_by_key(&id, |block| block.id)
            .ok()?;
        self.blocks.get(index)
    }
}

/// What an answer gave, and what has to be asked again.
#[derive(Debug, Default)]
pub struct Expansion {
    /// Values the page supports.
    pub reading: Reading,
    /// Keys whose answer was missing or not supported by the line it names.
    pub failed: Vec<Ask>,
    /// What failed keys quoted from a line near the one they named.
    pub misplaced: BTreeMap<Ask, Reading>,
}

/// Expands an answer about what was shown.
#[must_use]
pub fn expand(shown: Shown, answer: &Answer, asks: &[Ask], normaliser: &Normaliser) -> Expansion {
    let mut expansion = Expansion::default();
    for ask in asks {
        let reading = &mut expansion.reading;
        let done = match answer.get(ask) {
            None => false,
            Some(Given::NotStated) => true,
            Some(Given::Quote(id, words)) => match normalise::enum_field(*ask) {
                Some(field) => member(shown, field, *id, words, reading),
                None => quote(shown, *ask, (*id, words), normaliser, &mut expansion),
            },
            Some(Given::Words(words)) => skills(shown, words, reading),
            Some(Given::Lines(ranges)) => lines(shown, *ask, ranges, reading),
        };
        if !done {
            expansion.failed.push(*ask);
        }
    }
    expansion
}

/// A quote counts where it stands in the line it names, or in the head of the page, whose lines have no number.
fn quote(
    shown: Shown,
    ask: Ask,
    (id, words): (u32, &str),
    normaliser: &Normaliser,
    expansion: &mut Expansion,
) -> bool {
    let page = shown.page;
    let put = |reading: &mut Reading, found: Match| {
        // The page's own spelling, not the model's.
        let verbatim = page.text.get(found.span.start..found.span.end);
        let support = QUOTED * found.support;
        verbatim.is_some_and(|words| {
            normaliser.put(reading, ask, words, found.span, Source::Model, support)
                || unread(reading, ask, words)
        })
    };
    let named = shown
        .block(id)
        .and_then(|block| evidence::in_block(page, block, words));
    let found = named.or_else(|| evidence::find(page, shown.head.iter().copied(), words));
    if let Some(found) = found {
        return put(&mut expansion.reading, found);
    }
    let near = shown
        .blocks
        .iter()
        .filter(|block| block.id.abs_diff(id) <= MISCOUNTED);
    if let Some(found) = evidence::find(page, near, words) {
        let mut reading = Reading::default();
        if put(&mut reading, found) && !reading.values.is_empty() {
            expansion.misplaced.insert(ask, reading);
        }
    }
    false
}

/// "Competitive" is what the page says of pay, and no pay: without a figure, asking again would not give one.
fn unread(reading: &mut Reading, ask: Ask, words: &str) -> bool {
    let no_figure = !words.chars().any(char::is_numeric);
    if no_figure {
        reading.remark(normalise::field(ask), &["no_figure"]);
    }
    no_figure
}

/// An enum member needs a word of its own in the line; without one the model guessed.
fn member(shown: Shown, field: Field, id: u32, member: &str, reading: &mut Reading) -> bool {
    let Some(block) = shown.block(id) else {
        return false;
    };
    let text = shown.page.text_of(block);
    let named: Value = match field {
        Field::JobType => json!(terms::job_types(text)),
        Field::RemoteType => json!(terms::remote_types(text)),
        _ => json!(terms::levels(text)),
    };
    let named = named.as_array().map(Vec::as_slice).unwrap_or_default();
    let supported = named.iter().any(|value| value == member);
    if supported {
        let candidate = Candidate {
            value: json!(member),
            spans: vec![Span::of(block)],
            source: Source::Model,
            support: if named.len() == 1 {
                QUOTED
            } else {
                ONE_OF_SEVERAL
            },
        };
        reading.put(field, candidate);
    }
    supported
}

/// Words count where they stand in any line that was shown; the others are dropped and said to be.
fn skills(shown: Shown, words: &[String], reading: &mut Reading) -> bool {
    let page = shown.page;
    let mut found: Vec<(&str, Span)> = Vec::new();
    let most = normalise::most_items(Field::Skills);
    let mut dropped = words.len() > most;
    for word in words.iter().take(most) {
        let Some(place) = evidence::find(page, shown.blocks, word)
            .or_else(|| evidence::find(page, shown.head.iter().copied(), word))
        else {
            dropped = true;
            continue;
        };
        let verbatim = page.text.get(place.span.start..place.span.end);
        let verbatim = verbatim.unwrap_or_default();
        if !found.iter().any(|(seen, _)| alike(seen, verbatim)) {
            found.push((verbatim, place.span));
        }
    }
    if found.is_empty() {
        return words.is_empty();
    }
    if dropped {
        reading.remark(Field::Skills, &["unsupported_item"]);
    }
    let (values, spans): (Vec<&str>, Vec<Span>) = found.into_iter().unzip();
    let candidate = Candidate {
        value: json!(values),
        spans,
        source: Source::Model,
        support: SELECTED,
    };
    reading.put(Field::Skills, candidate);
    true
}

/// Lines that were shown, each once and in page order; a range that ends before it starts says nothing.
fn lines(shown: Shown, ask: Ask, ranges: &[(u32, u32)], reading: &mut Reading) -> bool {
    let Some(field) = normalise::lines_field(ask) else {
        return false;
    };
    let (Some(head), Some(tail)) = (shown.blocks.first(), shown.blocks.last()) else {
        return ranges.is_empty();
    };
    let fits = |(first, last): &&(u32, u32)| head.id <= *first && first <= last && *last <= tail.id;
    let ids: BTreeSet<u32> = ranges
        .iter()
        .filter(fits)
        .flat_map(|(first, last)| *first..=*last)
        .collect();
    if ids.is_empty() {
        return ranges.is_empty();
    }
    if !ranges.iter().all(|range| fits(&range)) {
        reading.remark(field, &["unsupported_range"]);
    }
    let blocks: Vec<&Block> = ids.iter().filter_map(|id| shown.block(*id)).collect();
    select::put(reading, shown.page, field, &blocks, Source::Model, SELECTED);
    true
}
