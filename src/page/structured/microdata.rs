//! Microdata: `itemscope` and `itemprop` attributes become the same object JSON-LD would be.

use serde_json::{Map, Value};

use super::map;
use crate::page::dom::{Dom, Kind};
use crate::page::{Structured, StructuredSource};

/// Nested items beyond this are nobody's job posting.
const DEEPEST: usize = 8;

/// Reads every top-level `JobPosting` item.
pub fn read(dom: &Dom) -> Vec<Structured> {
    let is_posting = |node: &usize| {
        dom.attribute(*node, "itemtype").is_some_and(|kind| {
            kind.trim_end_matches('/')
                .ends_with("schema.org/JobPosting")
        })
    };
    (0..dom.nodes.len())
        .filter(is_posting)
        .map(|node| map::map(&item(dom, node, 0), StructuredSource::Microdata))
        .collect()
}

fn item(dom: &Dom, node: usize, depth: usize) -> Value {
    let mut object = Map::new();
    let mut stack: Vec<usize> = dom
        .nodes
        .get(node)
        .map(|node| node.children.clone())
        .unwrap_or_default();
    stack.reverse();
    while let Some(at) = stack.pop() {
        let Some(found) = dom
            .nodes
            .get(at)
            .filter(|found| matches!(found.kind, Kind::Element(..)))
        else {
            continue;
        };
        let scoped = dom.attribute(at, "itemscope").is_some();
        if let Some(property) = dom.attribute(at, "itemprop") {
            let value = if scoped && depth < DEEPEST {
                item(dom, at, depth + 1)
            } else {
                Value::String(value(dom, at))
            };
            object.entry(property.to_owned()).or_insert(value);
        }
        if !scoped {
            stack.extend(found.children.iter().rev());
        }
    }
    Value::Object(object)
}

fn value(dom: &Dom, node: usize) -> String {
    let attribute = ["content", "datetime"]
        .iter()
        .find_map(|key| dom.attribute(node, key));
    attribute.map_or_else(|| dom.text(node), str::to_owned)
}
