//! Reads single values: plain text of strings and numbers, lists of them, amounts.

use serde_json::Value;

use crate::page::structured::html_lines;
use crate::page::{HiddenReport, injection, scrub};

/// Reads values and counts what they hide.
pub struct Reader<'a> {
    /// Where hidden text is counted.
    pub report: &'a mut HiddenReport,
}

impl Reader<'_> {
    /// A value in plain text on one line; words that stand for nothing are nothing.
    pub fn text(&mut self, value: Option<&Value>) -> Option<String> {
        let lines = self.lines(value)?;
        Some(lines.join(" "))
    }

    /// The same, at most `most` characters of it.
    pub fn bounded(&mut self, value: Option<&Value>, most: usize) -> Option<String> {
        self.text(value).map(|text| cut(&text, most))
    }

    /// A text of several lines.
    pub fn prose(&mut self, value: Option<&Value>, most: usize) -> Option<String> {
        let text = self.lines(value)?.join("\n");
        self.report.suspicious += injection::phrases(&text);
        Some(cut(&text, most))
    }

    /// Every text of a list, or the one text there is.
    pub fn all(&mut self, value: Option<&Value>) -> Vec<String> {
        list(value)
            .into_iter()
            .filter_map(|item| self.text(Some(item)))
            .collect()
    }

    fn lines(&mut self, value: Option<&Value>) -> Option<Vec<String>> {
        let raw = match first(value)? {
            Value::String(text) => text.as_str(),
            Value::Number(number) => return Some(vec![number.to_string()]),
            _ => return None,
        };
        let lines: Vec<String> = if raw.contains(['<', '&']) {
            html_lines(raw, self.report)
                .into_iter()
                .map(|line| line.text)
                .collect()
        } else {
            raw.lines()
                .map(|line| scrub::clean(line, self.report))
                .collect()
        };
        let lines: Vec<String> = lines
            .iter()
            .filter(|line| !line.is_empty())
            .map(|line| injection::neutralise(line, self.report).into_owned())
            .collect();
        match lines.as_slice() {
            [] => None,
            [line] if is_nothing(line) => None,
            _ => Some(lines),
        }
    }
}

/// What programs write when they have no value.
fn is_nothing(text: &str) -> bool {
    let letters = text.to_lowercase();
    matches!(
        letters.as_str(),
        "null"
            | "n/a"
            | "na"
            | "none"
            | "undefined"
            | "nan"
            | "[object object]"
            | "tbd"
            | "unknown"
            | "not specified"
    ) || !text.chars().any(char::is_alphanumeric)
}

fn cut(text: &str, most: usize) -> String {
    let end = text
        .char_indices()
        .nth(most)
        .map_or(text.len(), |(at, _)| at);
    text[..end].trim_end().to_owned()
}

/// The value, or the first of a list.
pub fn first(value: Option<&Value>) -> Option<&Value> {
    match value {
        Some(Value::Array(items)) => items.first(),
        other => other,
    }
}

/// The values of a list, or the one there is.
pub fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(items)) => items.iter().collect(),
        other => other.into_iter().collect(),
    }
}

/// A number, also one in a string with separators: "50,000", "55.000,00", "1 200".
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => plain(text).parse().ok(),
        Value::Array(items) => items.first().and_then(number),
        _ => None,
    }
    .filter(|number: &f64| number.is_finite())
}

/// Takes the thousands separators out; the last mark before one or two digits is the decimal one.
fn plain(text: &str) -> String {
    let text: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '$' | '€' | '£' | '\''))
        .collect();
    let decimals = text
        .rfind([',', '.'])
        .filter(|at| (1..=2).contains(&(text.len() - at - 1)));
    text.char_indices()
        .filter_map(|(at, letter)| match letter {
            ',' | '.' => (Some(at) == decimals).then_some('.'),
            _ => Some(letter),
        })
        .collect()
}
