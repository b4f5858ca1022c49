//! Normalisation: words of the page become values of the record's fields.

use jiff::civil::Date;
use serde_json::json;

use super::reading::{Candidate, Reading, Source, Span};
use super::wire::Ask;
use crate::posting::date::{self, DateContext, ParsedDate};
use crate::posting::money::{self, MoneyContext};
use crate::posting::{Field, years};

/// What is known about a page beside its words.
#[derive(Debug, Clone, Default)]
pub struct Normaliser {
    /// Day the page was fetched, for "3 days ago".
    pub fetched: Option<Date>,
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

/// The field of a key that selects blocks, and the most items it takes.
#[must_use]
pub fn lines_field(ask: Ask) -> Option<(Field, usize)> {
    match ask {
        Ask::Requirements => Some((Field::Requirements, 30)),
        Ask::Responsibilities => Some((Field::Responsibilities, 30)),
        Ask::Benefits => Some((Field::Benefits, 20)),
        Ask::Description => Some((Field::Description, usize::MAX)),
        _ => None,
    }
}

impl Normaliser {
    /// Puts the value of a quote into a reading; false when the words do not hold such a value.
    pub fn put(
        &self,
        reading: &mut Reading,
        ask: Ask,
        words: &str,
        span: Span,
        source: Source,
        support: f64,
    ) -> bool {
        let candidate = |value| Candidate {
            value,
            spans: vec![span],
            source,
            support,
        };
        let text = |reading: &mut Reading, field| {
            let cut: String = words
                .chars()
                .take(if field == Field::Title || field == Field::Location {
                    200
                } else {
                    100
                })
                .collect();
            reading.put(field, candidate(json!(cut.trim())));
            !cut.trim().is_empty()
        };
        match ask {
            Ask::Title => text(reading, Field::Title),
            Ask::Company => text(reading, Field::Company),
            Ask::Location => text(reading, Field::Location),
            Ask::Education => text(reading, Field::Education),
            Ask::JobId => text(reading, Field::JobId),
            Ask::Salary => {
                let Some(pay) = money::parse(words, &MoneyContext::default()) else {
                    return false;
                };
                reading.flag(Field::Salary, &pay.flags);
                reading.put(Field::Salary, candidate(json!(pay.salary)));
                true
            }
            Ask::Years => {
                let Some(years) = years::parse(words) else {
                    return false;
                };
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
            Ask::Posted => day(
                reading,
                Field::PostedDate,
                date::parse(words, &self.dates()),
                candidate,
            ),
            Ask::Deadline => day(
                reading,
                Field::Deadline,
                date::parse_last(words, &self.dates()),
                candidate,
            ),
            _ => false,
        }
    }

    fn dates(&self) -> DateContext {
        DateContext {
            fetched: self.fetched,
            day_first: None,
        }
    }
}

/// An ambiguous date is read, flagged and left null: asking again would not make it clearer.
fn day(
    reading: &mut Reading,
    field: Field,
    parsed: Option<ParsedDate>,
    candidate: impl Fn(serde_json::Value) -> Candidate,
) -> bool {
    let Some(parsed) = parsed else { return false };
    reading.flag(field, &parsed.flags);
    if let Some(date) = parsed.date {
        reading.put(field, candidate(json!(date)));
    }
    true
}
