//! A flat tree of the page, filled straight from html5ever's tokenizer: the tree builder proper is quadratic on
//! hostile nesting.

mod build;
mod tags;

use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName};

pub use tags::{is_block, is_silent};

/// One node. Nodes stand in page order, so what is inside a node follows it directly.
#[derive(Debug)]
pub struct Node {
    /// Element, text or comment.
    pub kind: Kind,
    /// Element the node is in; the root is its own.
    pub parent: usize,
    /// One past the last node inside.
    pub end: usize,
}

/// What a node is.
#[derive(Debug)]
pub enum Kind {
    /// Lower-case name and attributes.
    Element(LocalName, Vec<Attribute>),
    /// Decoded text.
    Text(StrTendril),
    /// A comment.
    Comment(StrTendril),
}

/// A parsed page; node 0 is the root.
#[derive(Debug)]
pub struct Dom {
    /// All nodes, in page order.
    pub nodes: Vec<Node>,
    /// Some element is nested deeper than the limit.
    pub too_deep: bool,
}

impl Dom {
    /// Parses a page.
    #[must_use]
    pub fn parse(html: &str, depth: usize) -> Self {
        build::build(html, depth)
    }

    /// The element's name; empty for other nodes.
    #[must_use]
    pub fn name(&self, node: usize) -> &str {
        match self.nodes.get(node).map(|node| &node.kind) {
            Some(Kind::Element(name, _)) => name,
            _ => "",
        }
    }

    /// An attribute of an element.
    #[must_use]
    pub fn attribute(&self, node: usize, key: &str) -> Option<&str> {
        match self.nodes.get(node).map(|node| &node.kind) {
            Some(Kind::Element(_, attributes)) => attributes
                .iter()
                .find(|attribute| &*attribute.name.local == key)
                .map(|attribute| &*attribute.value),
            _ => None,
        }
    }

    /// One past the last node inside a node.
    #[must_use]
    pub fn end(&self, node: usize) -> usize {
        self.nodes.get(node).map_or(node + 1, |node| node.end)
    }

    /// All text inside a node, in order, as written.
    #[must_use]
    pub fn text(&self, node: usize) -> String {
        self.texts(node).collect()
    }

    /// The text inside a node with a space where a block begins, at most `most` bytes and a little more of it.
    #[must_use]
    pub fn spaced_text(&self, node: usize, most: usize) -> String {
        let mut text = String::new();
        let mut at = node;
        while at < self.end(node) && text.len() < most {
            match self.nodes.get(at).map(|node| &node.kind) {
                Some(Kind::Element(name, _)) if is_silent(name) => {
                    at = self.end(at);
                    continue;
                }
                Some(Kind::Element(name, _)) if is_block(name) => text.push(' '),
                Some(Kind::Text(piece)) => text.push_str(piece),
                _ => {}
            }
            at += 1;
        }
        text
    }

    fn texts(&self, node: usize) -> impl Iterator<Item = &str> {
        let inside = self.nodes.get(node..self.end(node)).unwrap_or_default();
        inside.iter().filter_map(|node| match &node.kind {
            Kind::Text(text) => Some(&**text),
            _ => None,
        })
    }
}
