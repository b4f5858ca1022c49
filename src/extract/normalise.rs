//! Normalisation: words of the page become values of the record's fields.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::reading::{Candidate, Reading, Source, Span};
use super::wire::{Ask, Shape};
use crate::posting::date::{self, DateContext, ParsedDate};
use crate::posting::money::{self, MoneyContext};
use crate::posting::{Field, years};

/// What is known about a page beside its words.
#[derive(Debug, Clone, Default)]
pub struct Normaliser {
    /// Day the page was fetched, for "3 days ago".
    pub fetched: Option<Date>,
    /// Currency the page states as data, or that of its country, for a bare `$`.
    pub currency: Option<String>,
    /// Whether the page writes the day first in 04/11/14, where its country tells.
    pub day_first: Option<bool>,
}

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

/// The field of an enum key.
#[must_use]
pub fn enum_field(ask: Ask) -> Option<Field> {
    match ask {
        Ask::JobType => Some(Field::JobType),
        Ask::Remote => Some(Field::RemoteType),
        Ask::Level => Some(Field::ExperienceLevel),
        _ => None,
    }
}

/// The field of a key that selects blocks.
#[must_use]
pub fn lines_field(ask: Ask) -> Option<Field> {
    matches!(ask.shape(), Shape::Lines(_)).then(|| field(ask))
}

/// Most items of a field in the record.
#[must_use]
pub fn most_items(field: Field) -> usize {
    match field {
        Field::Requirements | Field::Responsibilities => 30,
        Field::Benefits | Field::Skills => 20,
        _ => usize::MAX,
    }
}

/// Most characters of a field that holds words.
fn most_chars(ask: Ask) -> usize {
    match ask {
        Ask::Title | Ask::Location => 200,
        _ => 100,
    }
}

impl Normaliser {
    /// Puts the value of a quote into a reading, which keeps the first one of a field; false when the words do not
    /// hold such a value.
    pub fn put(
        &self,
        reading: &mut Reading,
        ask: Ask,
        words: &str,
        span: Span,
        source: Source,
        support: f64,
    ) -> bool {
        if reading.values.contains_key(&field(ask)) {
            return true;
        }
        let candidate = |value| Candidate {
            value,
            spans: vec![span],
            source,
            support,
        };
        match ask {
            Ask::Title | Ask::Company | Ask::Location | Ask::Education => {
                text(reading, ask, words, &candidate(json!(null)))
            }
            // "TBD" stands where a number will be; every number of a posting has a digit.
            Ask::JobId => {
                words.chars().any(char::is_numeric)
                    && text(reading, ask, words, &candidate(json!(null)))
            }
            Ask::Salary => self.pay(reading, words, candidate),
            Ask::Years => experience(reading, words, candidate),
            Ask::Posted => {
                let parsed = date::parse(words, &self.dates());
                day(reading, Field::PostedDate, parsed, candidate)
            }
            Ask::Deadline => {
                let parsed = date::parse_last(words, &self.dates());
                day(reading, Field::Deadline, parsed, candidate)
            }
            _ => false,
        }
    }

    fn pay(
        &self,
        reading: &mut Reading,
        words: &str,
        candidate: impl Fn(Value) -> Candidate,
    ) -> bool {
        let context = MoneyContext {
            country_currency: self.currency.as_deref(),
        };
        let Some(pay) = money::parse(words, &context) else {
            return false;
        };
        reading.remark(Field::Salary, &pay.flags);
        reading.put(Field::Salary, candidate(json!(pay.salary)));
        true
    }

    fn dates(&self) -> DateContext {
        DateContext {
            fetched: self.fetched,
            day_first: self.day_first,
        }
    }
}

/// Words as they stand; what is longer than the record takes is cut, value and span alike, and flagged.
fn text(reading: &mut Reading, ask: Ask, words: &str, place: &Candidate) -> bool {
    let field = field(ask);
    let trimmed = words.trim_start();
    let before = words.len() - trimmed.len();
    let cut = trimmed.char_indices().nth(most_chars(ask));
    let kept = cut.map_or(trimmed, |(end, _)| trimmed.get(..end).unwrap_or(trimmed));
    let kept = kept.trim_end();
    if kept.is_empty() {
        return false;
    }
    if cut.is_some() {
        reading.remark(field, &["truncated"]);
    }
    let spans = place.spans.iter().map(|span| {
        let start = span.start + before;
        Span {
            start,
            end: start + kept.len(),
            ..*span
        }
    });
    let candidate = Candidate {
        value: json!(kept),
        spans: spans.collect(),
        source: place.source,
        support: place.support,
    };
    reading.put(field, candidate);
    true
}

fn experience(reading: &mut Reading, words: &str, candidate: impl Fn(Value) -> Candidate) -> bool {
    let Some(years) = years::parse(words) else {
        return false;
    };
    // Both bounds of one statement, or none of it: a bound of another line would make up a range.
    if reading.values.contains_key(&Field::ExperienceYearsMax) {
        return true;
    }
    for (field, value) in [
        (Field::ExperienceYearsMin, years.min),
        (Field::ExperienceYearsMax, years.max),
    ] {
        if let Some(value) = value {
            reading.put(field, candidate(json!(value)));
        }
    }
    true
}

/// An ambiguous date is read, flagged and left null: asking again would not make it clearer.
fn day(
    reading: &mut Reading,
    field: Field,
    parsed: Option<ParsedDate>,
    candidate: impl Fn(Value) -> Candidate,
) -> bool {
    let Some(parsed) = parsed else { return false };
    reading.remark(field, &parsed.flags);
    if let Some(date) = parsed.date {
        reading.put(field, candidate(json!(date)));
    }
    true
}
