//! Agreement: whether a record's value is the labelled one, field by field.

use serde_json::Value;

use super::words;
use crate::posting::Field;

/// Places that are written this alike are the same place.
const SAME_PLACE: f64 = 0.9;

/// Levels of schooling, highest first, by the words that name them.
const DEGREES: [(&str, &[&str]); 5] = [
    (
        "doctorate",
        &["phd", "ph", "doctorate", "doctoral", "doctor"],
    ),
    ("master", &["master", "masters", "msc", "mba", "graduate"]),
    (
        "bachelor",
        &["bachelor", "bachelors", "ba", "bs", "bsc", "undergraduate"],
    ),
    ("associate", &["associate", "associates"]),
    ("school", &["high", "diploma", "ged", "secondary", "school"]),
];

/// Whether `got` is `gold`. With `loose`, a longer name that holds the gold name is right too. Neither may be null.
#[must_use]
pub fn agree(field: Field, got: &Value, gold: &Value, loose: bool) -> bool {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (a, b) = (text(got), text(gold));
    match field {
        Field::Title | Field::JobId => named(&words::plain(&a), &words::plain(&b), loose),
        Field::Company => named(&words::company(&a), &words::company(&b), loose),
        Field::Location => {
            place(&a, &b) || loose && words::holds(&words::plain(&a), &words::plain(&b))
        }
        Field::Education => match (degree(&a), degree(&b)) {
            (Some(one), Some(other)) => one == other,
            _ => words::plain(&a) == words::plain(&b),
        },
        Field::Salary => salary(got, gold),
        Field::ExperienceYearsMin | Field::ExperienceYearsMax => got.as_f64() == gold.as_f64(),
        _ => got == gold,
    }
}

fn named(got: &str, gold: &str, loose: bool) -> bool {
    got == gold || loose && words::holds(got, gold)
}

/// The same place, or the same town before the first comma.
fn place(got: &str, gold: &str) -> bool {
    let town = |text: &str| words::plain(text.split([',', ';', '|']).next().unwrap_or_default());
    let (one, other) = (town(got), town(gold));
    words::dice(&words::plain(got), &words::plain(gold)) >= SAME_PLACE
        || !one.is_empty() && one == other
}

/// The highest level a text names.
fn degree(text: &str) -> Option<&'static str> {
    let words = words::words(text);
    DEGREES
        .iter()
        .find(|(_, names)| words.iter().any(|word| names.contains(&word.as_str())))
        .map(|(level, _)| *level)
}

/// Both bounds and the period; the currency where the label has one, since a bare "$" names none.
fn salary(got: &Value, gold: &Value) -> bool {
    let number = |value: &Value, key: &str| value.get(key).and_then(Value::as_f64);
    let same = |key: &str| number(got, key) == number(gold, key);
    let word = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let currency = word(gold, "currency").is_none_or(|gold| word(got, "currency") == Some(gold));
    same("min") && same("max") && word(got, "period") == word(gold, "period") && currency
}
