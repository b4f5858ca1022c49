//! Scrubbing: control, invisible and chat-control characters leave the text here, once, and are counted.

use std::sync::OnceLock;

use regex::Regex;

use super::HiddenReport;

/// Text with white space collapsed, invisible characters removed and chat-control strings broken up.
pub fn clean(text: &str, report: &mut HiddenReport) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{ad}' => {}
            '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}' => {
                report.invisible_chars += 1;
            }
            _ if letter.is_whitespace() || letter.is_control() => {
                if !out.ends_with(' ') && !out.is_empty() {
                    out.push(' ');
                }
            }
            _ => out.push(letter),
        }
    }
    out.truncate(out.trim_end().len());
    neutralise(out, report)
}

/// A space inside keeps a tokenizer from seeing a control token.
fn neutralise(text: String, report: &mut HiddenReport) -> String {
    if !text.contains('<') {
        return text;
    }
    static CONTROL: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = r"(?i)<(\|[^|<>]{1,40}\||/?(?:think|tool_call|tool_response))>";
    let Some(control) = CONTROL.get_or_init(|| Regex::new(pattern).ok()) else {
        return text;
    };
    let found = control.find_iter(&text).count();
    if found == 0 {
        return text;
    }
    report.chat_control += found;
    control.replace_all(&text, "< $1 >").into_owned()
}

/// Whether text speaks to a model instead of a reader.
pub fn addresses_a_model(text: &str) -> bool {
    static PHRASES: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = r"(?i)\b(ignore|disregard|forget)\b.{0,30}\b(previous|above|prior|earlier|all)\b.{0,20}\b(instruction|prompt|text|rule)|\bsystem prompt\b|\bas an? (ai|language) (language )?model\b|\byou are (an? )?(ai|chatgpt|llm|language model)\b|ignorier\w* (alle|die) .{0,30}(anweisung|instruktion)|ignore[zr] .{0,20}instructions";
    PHRASES
        .get_or_init(|| Regex::new(pattern).ok())
        .as_ref()
        .is_some_and(|phrases| phrases.is_match(text))
}
