//! Values as words to start typing from: what they mean is the value again.

use serde_json::Value;

use super::value::parse;
use crate::posting::{Field, JobPosting, Period, Salary};

/// A field's value as a person would type it: [`check`](super::check) reads it back. Lists have one item a line.
#[must_use]
pub fn typed(posting: &JobPosting, field: Field) -> String {
    if field == Field::Salary {
        return posting
            .salary
            .as_ref()
            .map_or_else(String::new, |pay| salary(posting, pay));
    }
    let values = serde_json::to_value(posting).unwrap_or_default();
    match values.get(field.key()) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            items.join("\n")
        }
        Some(other) => other.to_string(),
    }
}

/// Pay in words, or as JSON where words would be read as something else.
fn salary(posting: &JobPosting, pay: &Salary) -> String {
    let value = serde_json::to_value(pay).unwrap_or_default();
    let words = in_words(pay);
    match parse(posting, Field::Salary, &words) {
        Ok(meant) if meant == value => words,
        _ => value.to_string(),
    }
}

fn in_words(pay: &Salary) -> String {
    let amounts = match (pay.min, pay.max) {
        (Some(min), Some(max)) if same(min, max) => min.to_string(),
        (Some(min), Some(max)) => format!("{min} - {max}"),
        (Some(min), None) => format!("from {min}"),
        (None, Some(max)) => format!("up to {max}"),
        (None, None) => String::new(),
    };
    let currency = pay.currency.as_deref().unwrap_or_default();
    let period = match pay.period {
        Some(Period::Hourly) => "per hour",
        Some(Period::Daily) => "per day",
        Some(Period::Weekly) => "per week",
        Some(Period::Monthly) => "per month",
        Some(Period::Yearly) => "per year",
        None => "",
    };
    let words = [amounts.as_str(), currency, period];
    let stated: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    stated.join(" ")
}

fn same(one: f64, other: f64) -> bool {
    one.total_cmp(&other).is_eq()
}
