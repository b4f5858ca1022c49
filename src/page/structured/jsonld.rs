//! JSON-LD: finds `JobPosting` objects in scripts, however a site has wrapped or bent the JSON.

use serde_json::Value;

use super::map;
use crate::page::dom::Dom;
use crate::page::{Structured, StructuredSource};

/// Reads every script.
pub fn read(dom: &Dom) -> Vec<Structured> {
    let is_data = |node: &usize| {
        dom.name(*node) == "script"
            && dom
                .attribute(*node, "type")
                .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/ld+json"))
    };
    (0..dom.nodes.len())
        .filter(is_data)
        .filter_map(|node| parse(&dom.text(node)))
        .flat_map(|value| postings(&value))
        .map(|posting| map::map(&posting, StructuredSource::JsonLd))
        .collect()
}

/// Strict first; then without what sites add: comment and CDATA marks, raw line breaks, trailing commas, entities.
fn parse(text: &str) -> Option<Value> {
    let strict = serde_json::from_str(text.trim());
    if let Ok(value) = strict {
        return Some(value);
    }
    let start = text.find(['{', '['])?;
    let end = text.rfind(['}', ']'])?;
    let bare = text
        .get(start..=end)?
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
    serde_json::from_str(&mend(&bare)).ok()
}

fn mend(json: &str) -> String {
    let (mut out, mut quoted, mut escaped) = (String::with_capacity(json.len()), false, false);
    for letter in json.chars() {
        if quoted {
            match letter {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => quoted = false,
                '\n' | '\r' | '\t' => {
                    out.push(' ');
                    continue;
                }
                _ => {}
            }
        } else if letter == '"' {
            quoted = true;
        } else if matches!(letter, '}' | ']') {
            let kept = out.trim_end().trim_end_matches(',').len();
            out.truncate(kept);
        }
        out.push(letter);
    }
    out
}

fn postings(value: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    let mut stack = vec![value];
    while let Some(value) = stack.pop() {
        match value {
            Value::Array(items) => stack.extend(items.iter().rev()),
            Value::Object(object) => {
                if is_posting(value) {
                    found.push(value.clone());
                } else {
                    stack.extend(object.get("mainEntity"));
                    stack.extend(object.get("@graph"));
                }
            }
            _ => {}
        }
    }
    found
}

fn is_posting(value: &Value) -> bool {
    let named = |kind: &Value| {
        kind.as_str()
            .is_some_and(|kind| kind.rsplit(['/', ':']).next() == Some("JobPosting"))
    };
    match value.get("@type") {
        Some(Value::Array(kinds)) => kinds.iter().any(named),
        Some(kind) => named(kind),
        None => false,
    }
}
