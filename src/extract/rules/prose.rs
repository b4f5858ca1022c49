//! Prose: facts that a page states without a label, taken only where all of its statements agree.

use serde_json::json;

use crate::extract::normalise::Normaliser;
use crate::extract::reading::{Candidate, Reading, Source, Span};
use crate::extract::wire::Ask;
use crate::page::{Block, BlockKind, Page};
use crate::pattern::Pattern;
use crate::posting::money::{self, MoneyContext};
use crate::posting::{Field, RemoteType, terms, years};

/// How far a statement is trusted that nothing on the page contradicts.
const AGREED: f64 = 0.75;
/// Characters of a line that is little more than its fact: a badge, a bullet of a header.
const BADGE: usize = 60;

/// Words that make a statement a wish, or one way among others.
static OPTIONAL: Pattern = Pattern::new(
    r"(?i)\b(prefer\w*|plus|nice to have|bonus|ideally|desir\w*|substitut\w*|in lieu|instead|optional|advantage|von vorteil|wünschenswert)\b",
);

/// Degrees as pages write them, with the level each names.
static DEGREES: [(&str, Pattern); 5] = [
    (
        "doctorate",
        Pattern::new(r"(?i)\b(ph\.? ?d\.?|doctorate|doctoral degree)"),
    ),
    (
        "master",
        Pattern::new(
            r"(?i)\b(master['’]s(?: degree)?|masters? degree|master of \w+|m\.?sc\.?|m\.[as]\.|bs/ms|ms/phd|mba)\b",
        ),
    ),
    (
        "bachelor",
        Pattern::new(
            r"(?i)\b(bachelor['’]?s?(?: degree| of (?:science|arts))?|b\.?sc\.?|b\.[as]\.?|ba/bs|bs/ba|bs/ms|undergraduate degree|four[- ]year (?:college|university))\b",
        ),
    ),
    (
        "associate",
        Pattern::new(r"(?i)\bassociate['’]?s? degree\b"),
    ),
    (
        "school",
        Pattern::new(r"(?i)\b(high[- ]school (?:diploma|graduat\w+|degree)|ged)\b"),
    ),
];

/// A kind of employment said of the job itself; "contract" alone says that of itself, as in "contract requirements".
static OF_THE_JOB: Pattern = Pattern::new(
    r"(?i)\b(position|role|job|employment|employee|permanent|appointment|opportunity|stelle|anstellung)\b",
);

/// Reads what labels left open.
pub(super) fn read(page: &Page, normaliser: &Normaliser, reading: &mut Reading) {
    pay(page, normaliser, reading);
    experience(page, normaliser, reading);
    education(page, normaliser, reading);
    employment(page, reading);
    level(page, reading);
}

/// The one value of all statements, with the first block that makes it.
fn agreed<'a, T: PartialEq>(
    mut statements: impl Iterator<Item = (&'a Block, T)>,
) -> Option<(&'a Block, T)> {
    let first = statements.next()?;
    statements
        .all(|(_, value)| value == first.1)
        .then_some(first)
}

fn pay(page: &Page, normaliser: &Normaliser, reading: &mut Reading) {
    let stated = page.blocks.iter().filter_map(|block| {
        let text = page.text_of(block);
        let parsed =
            money::looks_like_pay(text).then(|| money::parse(text, &MoneyContext::default()))??;
        Some((block, parsed.salary))
    });
    if let Some((block, _)) = agreed(stated) {
        let text = page.text_of(block);
        normaliser.put(
            reading,
            Ask::Salary,
            text,
            Span::of(block),
            Source::Rule,
            AGREED,
        );
    }
}

fn experience(page: &Page, normaliser: &Normaliser, reading: &mut Reading) {
    let stated = page.blocks.iter().filter_map(|block| {
        let text = page.text_of(block);
        let about = text.to_lowercase().contains("experience") && !OPTIONAL.is_match(text);
        Some((block, about.then(|| years::parse(text))??))
    });
    if let Some((block, _)) = agreed(stated) {
        let text = page.text_of(block);
        normaliser.put(
            reading,
            Ask::Years,
            text,
            Span::of(block),
            Source::Rule,
            AGREED,
        );
    }
}

/// The one degree the page names, in its own words.
fn education(page: &Page, normaliser: &Normaliser, reading: &mut Reading) {
    let stated = page.blocks.iter().flat_map(|block| {
        let text = page.text_of(block);
        let found = DEGREES
            .iter()
            .filter_map(move |(level, degree)| Some((*level, degree.find(text)?.range())));
        found.map(move |(level, range)| (block, level, range))
    });
    let mut stated = stated.collect::<Vec<_>>();
    let one = stated
        .iter()
        .all(|(_, level, _)| stated.first().is_some_and(|(_, first, _)| first == level));
    stated.retain(|(block, ..)| !OPTIONAL.is_match(page.text_of(block)));
    if let (true, Some((block, _, range))) = (one, stated.into_iter().next()) {
        let words = page.text_of(block).get(range.clone()).unwrap_or_default();
        let start = block.span.start + range.start;
        let span = Span::within(block, start..start + words.len());
        normaliser.put(reading, Ask::Education, words, span, Source::Rule, AGREED);
    }
}

/// Kinds of employment and places of working: what badges say, else sentences about the job, if they agree.
fn employment(page: &Page, reading: &mut Reading) {
    let mut choose = |field: Field, named: &dyn Fn(&str) -> Vec<serde_json::Value>| {
        let stated = |fits: &dyn Fn(&Block, &str) -> bool| {
            agreed(page.blocks.iter().filter_map(|block| {
                let text = page.text_of(block);
                let mut found = named(text).into_iter().filter(|_| fits(block, text));
                let first = found.next()?;
                found.next().is_none().then_some((block, first))
            }))
        };
        let badge = stated(&|block, text| is_badge(block, text));
        if let Some((block, value)) = badge.or_else(|| stated(&|_, text| OF_THE_JOB.is_match(text)))
        {
            put(reading, field, block, value);
        }
    };
    choose(Field::JobType, &|text| {
        terms::job_types(text)
            .iter()
            .map(|one| json!(one))
            .collect()
    });
    choose(Field::RemoteType, &|text| {
        let named = terms::remote_types(text);
        // Sentences speak of on-site visits; only a badge speaks of the place of working.
        let in_prose = text.len() > BADGE && named.contains(&RemoteType::Onsite);
        let named = named.iter().filter(|_| !in_prose);
        named.map(|one| json!(one)).collect()
    });
}

fn is_badge(block: &Block, text: &str) -> bool {
    text.len() <= BADGE && !text.ends_with('.') && !matches!(block.kind, BlockKind::Item)
}

/// A title names its own seniority.
fn level(page: &Page, reading: &mut Reading) {
    let Some(title) = reading.values.get(&Field::Title) else {
        return;
    };
    let words = title.value.as_str().unwrap_or_default();
    let block = title
        .spans
        .first()
        .and_then(|span| page.blocks.get(usize::try_from(span.block).ok()? - 1));
    if let ([level], Some(block)) = (terms::levels(words).as_slice(), block) {
        put(reading, Field::ExperienceLevel, block, json!(level));
    }
}

fn put(reading: &mut Reading, field: Field, block: &Block, value: serde_json::Value) {
    let spans = vec![Span::of(block)];
    reading.put(
        field,
        Candidate {
            value,
            spans,
            source: Source::Rule,
            support: AGREED,
        },
    );
}
