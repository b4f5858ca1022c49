//! Structured data as a reader: every field a page states as JSON-LD or microdata, with its place in the text if it has one.

use serde_json::{Value, json};

use super::evidence;
use super::reading::{Candidate, Reading, Source, Span};
use super::same::{letters, same};
use super::select;
use crate::page::{Block, Page, Structured, StructuredSource};
use crate::posting::date::{self, DateContext};
use crate::posting::money::{self, MoneyContext};
use crate::posting::{Field, JobPosting, years};

/// Blocks shorter than this prove nothing about where a description stands.
const TELLING_CHARS: usize = 20;
/// How far a value is trusted that the page states as data and shows in its text.
const SHOWN: f64 = 0.97;
/// How far a value is trusted that the page states as data only.
const STATED: f64 = 0.85;

/// Reads what the page states of its first posting, in whichever forms; the second value counts the postings it states
/// beside that one.
#[must_use]
pub fn read(page: &Page) -> (Vec<Reading>, usize) {
    let Some(first) = page.structured.first() else {
        return (Vec::new(), 0);
    };
    let (of_first, others): (Vec<_>, Vec<_>) = page
        .structured
        .iter()
        .partition(|other| is_same_posting(&first.posting, &other.posting));
    let readings = of_first.into_iter().map(|one| reading(page, one)).collect();
    (readings, others.len())
}

/// JSON-LD and microdata often state one posting twice; two postings differ in number, address or title.
fn is_same_posting(one: &JobPosting, other: &JobPosting) -> bool {
    let agree = |one: &Option<String>, other: &Option<String>, same: fn(&Value, &Value) -> bool| {
        one.is_none() || other.is_none() || same(&json!(one), &json!(other))
    };
    let spelled = |one: &Value, other: &Value| letters(one) == letters(other);
    agree(&one.job_id, &other.job_id, spelled)
        && agree(&one.title, &other.title, spelled)
        && agree(&one.url, &other.url, |one, other| {
            same(Field::Url, one, other)
        })
}

fn reading(page: &Page, structured: &Structured) -> Reading {
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
        if field == Field::Description {
            let blocks = repeats(page, &value);
            select::put(&mut reading, page, field, &blocks, source, SHOWN);
        }
        let spans = places(page, field, &value);
        let support = if spans.is_empty() { STATED } else { SHOWN };
        let candidate = Candidate {
            value,
            spans,
            source,
            support,
        };
        reading.put(field, candidate);
    }
    reading
}

/// Where the text says the same.
fn places(page: &Page, field: Field, value: &Value) -> Vec<Span> {
    let first = |says: &dyn Fn(&str) -> bool| {
        let found = page.blocks.iter().find(|block| {
            let text = page.text_of(block);
            text.bytes().any(|byte| byte.is_ascii_digit()) && says(text)
        });
        found.map(Span::of).into_iter().collect()
    };
    let day = |text: &str| date::parse(text, &DateContext::default()).and_then(|day| day.date);
    match field {
        // Words of an enum stand in many places that are about something else; an address is no text.
        Field::JobType | Field::RemoteType | Field::ExperienceLevel | Field::Url => Vec::new(),
        Field::PostedDate | Field::Deadline => first(&|text| json!(day(text)) == *value),
        Field::Salary => first(&|text| {
            money::looks_like_pay(text)
                && money::parse(text, &MoneyContext::default())
                    .is_some_and(|pay| same(field, &json!(pay.salary), value))
        }),
        Field::ExperienceYearsMin => {
            first(&|text| years::parse(text).is_some_and(|years| json!(years.min) == *value))
        }
        _ => texts(value)
            .into_iter()
            .filter_map(|text| evidence::find(page, &page.blocks, text))
            .map(|found| found.span)
            .collect(),
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The blocks of the page that repeat the description, so that the record quotes what a reader saw.
fn repeats<'a>(page: &'a Page, description: &Value) -> Vec<&'a Block> {
    let squeezed = |text: &str| {
        text.chars()
            .filter(|letter| letter.is_alphanumeric())
            .collect::<String>()
    };
    let whole = squeezed(description.as_str().unwrap_or_default());
    let repeats = |block: &&Block| {
        let text = squeezed(page.text_of(block));
        text.chars().count() >= TELLING_CHARS && whole.contains(&text)
    };
    page.blocks.iter().filter(repeats).collect()
}
