//! Rules as a reader: labelled lines, the main heading, and lists under headings that say what they are.

mod employer;
mod labels;
mod pay_table;
mod phrases;
mod place;
mod prose;
mod role;
mod votes;

use std::collections::BTreeMap;

pub(super) use self::role::names_somebody;
use super::normalise::Normaliser;
use super::reading::{Candidate, Reading, Source, Span};
use super::same::same;
use super::select;
use super::wire::Ask;
use crate::page::{Block, BlockKind, Page};
use crate::pattern::Pattern;
use crate::posting::{Field, terms};
use serde_json::{Value, json};

/// How far a labelled line is trusted.
const LABELLED: f64 = 0.85;
/// How far the main heading is trusted as a title.
const HEADING: f64 = 0.8;
/// How far the first line of a plain text is trusted as a title.
const FIRST_LINE: f64 = 0.6;
/// Blocks in which a page says what it is about.
const HEAD_BLOCKS: usize = 40;
/// How far a list under a telling heading is trusted.
const SECTION: f64 = 0.75;
/// Words of an invitation, which names the job at most among other things.
static INVITES: Pattern = Pattern::new(r"(?i)\b(?:join|as an?|as the|we|you|us|our|your)\b");
/// Postings of one page are counted up to here.
const MOST_POSTINGS: usize = 20;
/// How far prose is trusted to describe the job.
const PROSE: f64 = 0.6;

/// Reads what stands on the page in a form that needs no model.
#[must_use]
pub fn read(page: &Page, normaliser: &Normaliser) -> Reading {
    let mut reading = Reading::default();
    for block in &page.blocks {
        labelled(page, block, normaliser, &mut reading);
    }
    phrases::read(page, normaliser, &mut reading);
    title(page, normaliser, &mut reading);
    pay_table::read(page, normaliser, &mut reading);
    prose::read(page, normaliser, &mut reading);
    employer::read(page, normaliser, &mut reading);
    place::read(page, normaliser, &mut reading);
    several(page, &mut reading);
    for field in [
        Field::Requirements,
        Field::Responsibilities,
        Field::Benefits,
    ] {
        let items = section(page, field);
        select::put(&mut reading, page, field, &items, Source::Rule, SECTION);
    }
    description(page, &mut reading);
    reading
}

fn labelled(page: &Page, block: &Block, normaliser: &Normaliser, reading: &mut Reading) {
    let Some(label) = &block.label else { return };
    let (Some(name), Some(value)) = (
        page.text.get(label.name.clone()),
        page.text.get(label.value.clone()),
    ) else {
        return;
    };
    if labels::is_placeholder(value) {
        return;
    }
    let span = Span::within(block, label.value.clone());
    for ask in labels::asks(name) {
        labelled_value(reading, normaliser, *ask, value, span);
    }
}

/// Reads what stands behind, or below, a label.
fn labelled_value(
    reading: &mut Reading,
    normaliser: &Normaliser,
    ask: Ask,
    value: &str,
    span: Span,
) {
    match ask {
        Ask::JobType => members(reading, Field::JobType, &terms::job_types(value), span),
        Ask::Remote => members(
            reading,
            Field::RemoteType,
            &terms::remote_types(value),
            span,
        ),
        Ask::Level => members(reading, Field::ExperienceLevel, &terms::levels(value), span),
        _ => {
            normaliser.put(reading, ask, value, span, Source::Rule, LABELLED);
        }
    }
}

/// Only a line that names exactly one member decides.
fn members<T: serde::Serialize>(reading: &mut Reading, field: Field, named: &[T], span: Span) {
    if let [member] = named {
        let candidate = Candidate {
            value: json!(member),
            spans: vec![span],
            source: Source::Rule,
            support: LABELLED,
        };
        reading.put(field, candidate);
    }
}

/// What a heading says; else the first line of a text if it has the word of a job; else the name the prose uses most as
/// the job's; else any first line.
fn title(page: &Page, normaliser: &Normaliser, reading: &mut Reading) {
    if let Some((span, words)) = headline(page) {
        normaliser.put(reading, Ask::Title, words, span, Source::Rule, HEADING);
        return;
    }
    let first = page.blocks.first().filter(|block| is_name(page, block));
    let role = role::find(page);
    let says_more = |block: &&Block| {
        let is_sure = role.as_ref().is_some_and(|role| role.is_sure);
        !is_sure || names_somebody(page.text_of(block))
    };
    if let Some(block) = first.filter(says_more) {
        let words = page.text_of(block);
        let span = Span::of(block);
        normaliser.put(reading, Ask::Title, words, span, Source::Rule, FIRST_LINE);
    } else if let Some(role) = role {
        role.put(page, normaliser, reading);
    }
}

/// The heading that the head's title begins with, else the first main heading, else the head's title up to its site
/// name.
fn headline(page: &Page) -> Option<(Span, &str)> {
    let of_kind = |wanted: fn(&BlockKind) -> bool| {
        let mut blocks = page.blocks.iter();
        blocks.find(|block| wanted(&block.kind))
    };
    let head = of_kind(|kind| matches!(kind, BlockKind::Title));
    let repeated = head.and_then(|head| {
        let headings = page.blocks.iter().take(HEAD_BLOCKS).filter(|block| {
            matches!(block.kind, BlockKind::Heading(_))
                && page.text_of(head).starts_with(page.text_of(block))
        });
        headings.max_by_key(|block| block.span.len())
    });
    let heading = repeated.or_else(|| of_kind(|kind| matches!(kind, BlockKind::Heading(1))));
    let block = heading.or(head)?;
    let text = page.text_of(block);
    let words = if block.kind == BlockKind::Title {
        text.split(" | ").next().unwrap_or(text)
    } else {
        text
    };
    let span = Span::within(block, block.span.start..block.span.start + words.len());
    Some((span, words))
}

/// A first line that names something: short, no sentence, and not the heading of a paragraph.
fn is_name(page: &Page, block: &Block) -> bool {
    let text = page.text_of(block);
    let words = text.split_whitespace().count();
    (1..=12).contains(&words)
        && block.label.is_none()
        && block.kind == BlockKind::Paragraph
        && !text.ends_with(['.', ':', '!', '?', ','])
        && !labels::opens_a_section(text)
        && !INVITES.is_match(text)
}

/// One label for a job's name or number with several values heads several postings.
fn several(page: &Page, reading: &mut Reading) {
    let mut values: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for label in page.blocks.iter().filter_map(|block| block.label.as_ref()) {
        let name = page.text.get(label.name.clone()).unwrap_or_default();
        if labels::asks(name).any(|ask| matches!(ask, Ask::Title | Ask::JobId)) {
            let value = json!(page.text.get(label.value.clone()));
            let seen = values.entry(name.to_lowercase()).or_default();
            let is_new = !seen.iter().any(|seen| same(Field::Title, seen, &value));
            if is_new && seen.len() < MOST_POSTINGS {
                seen.push(value);
            }
        }
    }
    let most = values.values().map(Vec::len).max().unwrap_or_default();
    if most > 1 {
        reading.flags.push(format!("several_postings:{most}"));
    }
}

/// The list items under the first heading that announces them.
fn section(page: &Page, field: Field) -> Vec<&Block> {
    let announces =
        |block: &&Block| is_heading(page, block) && labels::announces(page.text_of(block), field);
    let Some(start) = page
        .blocks
        .iter()
        .find(announces)
        .map(|block| block.id as usize)
    else {
        return Vec::new();
    };
    page.blocks
        .iter()
        .skip(start)
        .take_while(|block| !is_heading(page, block))
        .filter(|block| block.kind == BlockKind::Item)
        .collect()
}

/// Plain text has no heading marks: a short line without a full stop that ends with a colon serves as one.
fn is_heading(page: &Page, block: &Block) -> bool {
    let text = page.text_of(block);
    match block.kind {
        BlockKind::Heading(_) => true,
        BlockKind::Paragraph => {
            text.len() <= 60 && block.label.is_none() && !text.ends_with(['.', ',', ';'])
        }
        _ => false,
    }
}

/// Prose from the first real paragraph on, whole blocks, as much as a record takes.
fn description(page: &Page, reading: &mut Reading) {
    let prose =
        |block: &&Block| block.kind == BlockKind::Paragraph && page.text_of(block).len() >= 120;
    let Some(first) = page.blocks.iter().find(prose) else {
        return;
    };
    let blocks: Vec<&Block> = page
        .blocks
        .iter()
        .filter(|block| block.id >= first.id)
        .collect();
    select::put(
        reading,
        page,
        Field::Description,
        &blocks,
        Source::Rule,
        PROSE,
    );
}
