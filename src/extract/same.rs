//! Whether two readers, or two items of a list, say the same in other spellings.

use serde_json::Value;

use crate::posting::Field;

/// Whether two readers mean the same: names by their letters, one inside the other; pay by its bounds.
#[must_use]
pub fn same(field: Field, one: &Value, other: &Value) -> bool {
    match field {
        Field::Title | Field::Company | Field::Location | Field::Education => {
            let (one, other) = (letters(one), letters(other));
            one == other
                || (!one.is_empty() && other.contains(&one))
                || (!other.is_empty() && one.contains(&other))
        }
        Field::JobId => letters(one) == letters(other),
        Field::Url => address(one) == address(other),
        Field::Salary => ["min", "max", "currency", "period"].iter().all(|key| {
            let (one, other) = (one.get(key), other.get(key));
            one.is_none_or(Value::is_null) || other.is_none_or(Value::is_null) || one == other
        }),
        _ => one == other,
    }
}

/// Letters and digits of a text in lower case.
pub(super) fn letters(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default().to_lowercase();
    text.chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect()
}

/// An address without what sites write in several ways.
fn address(value: &Value) -> &str {
    let text = value.as_str().unwrap_or_default();
    let text = text.split('#').next().unwrap_or_default();
    let text = text
        .trim_start_matches("https://")
        .trim_start_matches("http://");
    text.trim_start_matches("www.").trim_end_matches('/')
}

/// How like two words have to be to be one word in two spellings.
const SAME_WORD: f64 = 0.8;

/// Longer words, in bytes, are compared letter by letter only: their distance takes the square of their length to find.
const LONGEST_WORD: usize = 40;

/// Whether two items of a list say the same: word for word but for case, marks and spelling, and with the same figures.
#[must_use]
pub fn alike(one: &str, other: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.to_lowercase()
            .split_whitespace()
            .map(|word| {
                word.trim_matches(|mark: char| matches!(mark, '.' | ',' | ';' | ':' | '!' | '"'))
            })
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (one, other) = (words(one), words(other));
    one.len() == other.len()
        && one
            .iter()
            .zip(&other)
            .all(|(one, other)| same_word(one, other))
}

fn same_word(one: &str, other: &str) -> bool {
    let is_plain = |word: &str| word.len() <= LONGEST_WORD && !word.chars().any(char::is_numeric);
    one == other
        || (is_plain(one)
            && is_plain(other)
            && strsim::normalized_levenshtein(one, other) >= SAME_WORD)
}
