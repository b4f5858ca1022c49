//! Microdata: `itemscope` and `itemprop` attributes become the same object JSON-LD would be.

use serde_json::{Map, Value};

use super::map;
use crate::page::dom::{Dom, Kind};
use crate::page::{HiddenReport, Structured, StructuredSource};

/// Nested items beyond this are nobody's job posting.
const DEEPEST: usize = 8;
/// Items and properties read on one page, and bytes read of one value: pages can nest them in one another.
const MOST_ITEMS: usize = 20;
const MOST_PROPERTIES: usize = 400;
const VALUE_BYTES: usize = 64 << 10;

struct Reader<'a> {
    dom: &'a Dom,
    properties: usize,
}

/// Reads every top-level `JobPosting` item.
pub fn read(dom: &Dom, report: &mut HiddenReport) -> Vec<Structured> {
    let mut reader = Reader { dom, properties: 0 };
    let is_posting = |node: &usize| {
        dom.attribute(*node, "itemtype").is_some_and(|kinds| {
            let mut kinds = kinds.split_ascii_whitespace();
            kinds.any(|kind| {
                kind.trim_end_matches('/')
                    .ends_with("schema.org/JobPosting")
            })
        })
    };
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(node) = (at..dom.nodes.len()).find(is_posting) {
        let object = reader.item(node, 0);
        found.push(map::map(&object, StructuredSource::Microdata, report));
        if found.len() == MOST_ITEMS {
            break;
        }
        at = dom.end(node);
    }
    found
}

impl Reader<'_> {
    fn item(&mut self, node: usize, depth: usize) -> Value {
        let mut object = Map::new();
        self.properties_in(node, depth, &mut object);
        // Properties that stand elsewhere on the page.
        for id in self
            .dom
            .attribute(node, "itemref")
            .unwrap_or_default()
            .split_ascii_whitespace()
            .take(DEEPEST)
        {
            let outside = (1..self.dom.nodes.len()).find(|at| {
                self.dom.attribute(*at, "id") == Some(id)
                    && !(node..self.dom.end(node)).contains(at)
            });
            if let Some(at) = outside.filter(|_| depth == 0) {
                self.property(at, depth, &mut object);
                if self.dom.attribute(at, "itemscope").is_none() {
                    self.properties_in(at, depth, &mut object);
                }
            }
        }
        Value::Object(object)
    }

    fn properties_in(&mut self, node: usize, depth: usize, object: &mut Map<String, Value>) {
        let mut at = node + 1;
        while at < self.dom.end(node) && self.properties < MOST_PROPERTIES {
            self.property(at, depth, object);
            let scoped = self.dom.attribute(at, "itemscope").is_some();
            at = if scoped { self.dom.end(at) } else { at + 1 };
        }
    }

    /// Adds what one element states; a property stated again makes a list.
    fn property(&mut self, node: usize, depth: usize, object: &mut Map<String, Value>) {
        let Some(names) = self.dom.attribute(node, "itemprop") else {
            return;
        };
        self.properties += 1;
        let scoped = self.dom.attribute(node, "itemscope").is_some();
        let value = if scoped && depth < DEEPEST {
            self.item(node, depth + 1)
        } else {
            Value::String(self.value(node))
        };
        for name in names.split_ascii_whitespace() {
            match object.get_mut(name) {
                None => {
                    object.insert(name.to_owned(), value.clone());
                }
                Some(Value::Array(values)) => values.push(value.clone()),
                Some(first) => {
                    let both = vec![first.take(), value.clone()];
                    *first = Value::Array(both);
                }
            }
        }
    }

    fn value(&self, node: usize) -> String {
        let attribute = |key| self.dom.attribute(node, key).map(str::to_owned);
        let stated = match self.dom.name(node) {
            "meta" => Some(attribute("content").unwrap_or_default()),
            "link" => attribute("href"),
            "time" => attribute("datetime").or_else(|| attribute("content")),
            "data" | "meter" => attribute("value"),
            "img" => attribute("src"),
            _ => attribute("content"),
        };
        stated.unwrap_or_else(|| self.text(node))
    }

    /// A link's text is its value unless it has none; escaped, for values are read as markup later on.
    fn text(&self, node: usize) -> String {
        let text = self.dom.spaced_text(node, VALUE_BYTES);
        if text.trim().is_empty()
            && let Some(Kind::Element(..)) = self.dom.nodes.get(node).map(|node| &node.kind)
        {
            return self
                .dom
                .attribute(node, "href")
                .unwrap_or_default()
                .to_owned();
        }
        text.replace('&', "&amp;").replace('<', "&lt;")
    }
}
