//! JSON-LD: finds `JobPosting` objects in scripts, however a site has wrapped them.

use serde_json::Value;

use super::{map, repair};
use crate::page::dom::Dom;
use crate::page::{HiddenReport, Structured, StructuredSource};

/// Postings mapped on one page; a page with more is a list.
const MOST_POSTINGS: usize = 20;

/// Keys under which a page states what it is about. Lists of other postings stand under other keys.
const WRAPPERS: [&str; 6] = [
    "@graph",
    "mainEntity",
    "mainEntityOfPage",
    "about",
    "mainContentOfPage",
    "item",
];

/// Reads every script.
pub fn read(dom: &Dom, report: &mut HiddenReport) -> Vec<Structured> {
    let is_data = |node: &usize| {
        dom.name(*node) == "script"
            && dom.attribute(*node, "type").is_some_and(|kind| {
                let kind = kind.split(';').next().unwrap_or_default().trim();
                kind.eq_ignore_ascii_case("application/ld+json")
            })
    };
    let values = (0..dom.nodes.len())
        .filter(is_data)
        .flat_map(|node| repair::values(&dom.text(node)));
    let found: Vec<Value> = values.flat_map(postings).take(MOST_POSTINGS).collect();
    found
        .iter()
        .map(|posting| map::map(posting, StructuredSource::JsonLd, report))
        .collect()
}

fn postings(value: Value) -> Vec<Value> {
    let mut found = Vec::new();
    let mut stack = vec![value];
    while let Some(value) = stack.pop() {
        match value {
            Value::Array(items) => stack.extend(items.into_iter().rev()),
            Value::Object(_) if is_posting(&value) => found.push(value),
            Value::Object(mut object) => {
                let inside = WRAPPERS.iter().rev().filter_map(|key| object.remove(*key));
                stack.extend(inside);
            }
            _ => {}
        }
    }
    found
}

fn is_posting(value: &Value) -> bool {
    let named = |kind: &Value| {
        kind.as_str()
            .is_some_and(|kind| kind.trim().rsplit(['/', ':', '#']).next() == Some("JobPosting"))
    };
    match value.get("@type") {
        Some(Value::Array(kinds)) => kinds.iter().any(named),
        Some(kind) => named(kind),
        None => false,
    }
}
