//! Grounding: whether the bytes a record points at support the value it states.

use jiff::civil::Date;
use serde_json::Value;

use super::{Grounding, words};
use crate::posting::date::{self, DateContext};
use crate::posting::money::{self, MoneyContext};
use crate::posting::{Field, years};

/// Counts the values of a record that its readers took from the text, and those that their evidence supports. The
/// record must hold its text; values from structured data or from the input have no place in the text and are left out.
#[must_use]
pub fn grounded(record: &Value) -> Grounding {
    let text = record["text"].as_str().unwrap_or_default();
    let mut grounding = Grounding::default();
    for field in Field::ALL {
        let value = &record["posting"][field.key()];
        let from_text = matches!(
            record["provenance"][field.key()].as_str(),
            Some("model" | "rule")
        );
        let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        // An address is a link of the page, not a word of its text.
        if !from_text || empty || text.is_empty() || field == Field::Url {
            continue;
        }
        let spans = slices(text, &record["evidence"][field.key()]);
        grounding.values += 1;
        grounding.supported +=
            usize::from(spans.is_some_and(|spans| supports(field, value, &spans)));
    }
    grounding
}

/// The evidence's text; `None` when a span is not one.
fn slices(text: &str, evidence: &Value) -> Option<Vec<String>> {
    let spans = evidence.as_array().filter(|spans| !spans.is_empty())?;
    let offset = |span: &Value, key: &str| usize::try_from(span.get(key)?.as_u64()?).ok();
    let slice = |span: &Value| text.get(offset(span, "start")?..offset(span, "end")?);
    spans
        .iter()
        .map(|span| slice(span).map(str::to_owned))
        .collect()
}

fn supports(field: Field, value: &Value, spans: &[String]) -> bool {
    let all = spans.join("\n");
    let stands = |item: &Value| {
        let wanted = words::plain(item.as_str().unwrap_or_default());
        words::holds(&words::plain(&all), &wanted)
    };
    match field {
        Field::Salary => {
            let parsed = spans
                .iter()
                .filter_map(|span| money::parse(span, &MoneyContext::default()));
            let pay: Vec<_> = parsed.map(|parsed| parsed.salary).collect();
            let number = |key: &str| value.get(key).and_then(Value::as_f64);
            // A table states the bounds in cells of their own; otherwise the first quote states both.
            match pay.as_slice() {
                [least, greatest] => least.min == number("min") && greatest.max == number("max"),
                _ => pay
                    .first()
                    .is_some_and(|pay| pay.min == number("min") && pay.max == number("max")),
            }
        }
        Field::PostedDate | Field::Deadline => dated(value, spans),
        Field::ExperienceYearsMin | Field::ExperienceYearsMax => {
            let parsed = spans.iter().find_map(|span| years::parse(span));
            let stated = parsed.map(|years| {
                if field == Field::ExperienceYearsMin {
                    years.min
                } else {
                    years.max
                }
            });
            stated.flatten().map(u64::from) == value.as_u64()
        }
        // What kind of job it is stands there in other words; that it points somewhere is all that can be checked.
        Field::JobType | Field::RemoteType | Field::ExperienceLevel => !all.trim().is_empty(),
        Field::Skills | Field::Requirements | Field::Responsibilities | Field::Benefits => value
            .as_array()
            .is_some_and(|items| items.iter().all(stands)),
        _ => stands(value),
    }
}

/// In either order of day and month: the page decided which one, with more than these bytes.
fn dated(value: &Value, spans: &[String]) -> bool {
    let Some(wanted) = value.as_str().and_then(|day| day.parse::<Date>().ok()) else {
        return false;
    };
    spans.iter().any(|span| {
        [None, Some(true), Some(false)]
            .into_iter()
            .any(|day_first| {
                let context = DateContext {
                    day_first,
                    ..DateContext::default()
                };
                [
                    date::parse(span, &context),
                    date::parse_last(span, &context),
                ]
                .into_iter()
                .flatten()
                .any(|parsed| parsed.date == Some(wanted))
            })
    })
}
