//! The block walker: visible leaf blocks in page order, with `Label: value` pairs on one line.

mod facts;
mod join;

use super::dom::{Dom, Kind, is_block, is_silent};
use super::visibility::Visibility;
use super::{BlockKind, HiddenReport, scrub};
pub use facts::is_fact;
pub use join::{Cells, join};

/// A line before it gets its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Clean text.
    pub text: String,
    /// What the markup says.
    pub kind: BlockKind,
    /// The markup calls it the label of what follows.
    pub is_label: bool,
}

struct Walker<'a> {
    dom: &'a Dom,
    report: &'a mut HiddenReport,
    lines: Vec<Line>,
    raw: String,
    kinds: Vec<BlockKind>,
    labels: usize,
    /// Elements that keep line breaks.
    preformatted: usize,
    rows: Vec<Cells>,
}

/// Walks the visible page.
pub fn walk(dom: &Dom, visibility: &Visibility, report: &mut HiddenReport) -> Vec<Line> {
    let mut walker = Walker {
        dom,
        report,
        lines: Vec::new(),
        raw: String::new(),
        kinds: Vec::new(),
        labels: 0,
        preformatted: 0,
        rows: Vec::new(),
    };
    let mut open: Vec<(usize, Element)> = Vec::new();
    let mut at = 0;
    while at < dom.nodes.len() {
        while let Some((_, element)) = open.pop_if(|(end, _)| *end <= at) {
            walker.leave(&element);
        }
        let Some(node) = dom.nodes.get(at).filter(|_| !visibility.is_dropped(at)) else {
            at = dom.end(at);
            continue;
        };
        match &node.kind {
            Kind::Text(text) => walker.text(text),
            Kind::Comment(_) => {}
            Kind::Element(name, _) if is_silent(name) => {
                at = node.end;
                continue;
            }
            Kind::Element(name, attributes) => {
                let element = Element::of(dom, at, name, !attributes.is_empty());
                walker.enter(&element);
                open.push((node.end, element));
            }
        }
        at += 1;
    }
    while let Some((_, element)) = open.pop() {
        walker.leave(&element);
    }
    walker.flush();
    join(walker.lines)
}

/// What the walker needs to know of an open element.
struct Element<'a> {
    node: usize,
    name: &'a str,
    is_block: bool,
    part: Option<Part>,
    keeps_breaks: bool,
}

/// The half of a `Label: value` pair that the markup says an element is.
#[derive(PartialEq, Eq)]
enum Part {
    Label,
    Value,
}

impl<'a> Element<'a> {
    fn of(dom: &Dom, node: usize, name: &'a str, has_attributes: bool) -> Self {
        let attribute = |key| {
            let value = has_attributes.then(|| dom.attribute(node, key));
            value.flatten().unwrap_or_default()
        };
        let class = attribute("class");
        let words = |wanted: &str| {
            class
                .split(['-', '_', ' '])
                .any(|word| word.eq_ignore_ascii_case(wanted))
        };
        // A badge such as `label label-info` holds a value and labels nothing.
        let is_badge = || class.contains("label-") && class.contains("label ") || words("badge");
        let part = if matches!(name, "dt" | "label") || words("label") && !is_badge() {
            Some(Part::Label)
        } else {
            words("value").then_some(Part::Value)
        };
        Self {
            node,
            name,
            is_block: is_block(name),
            part,
            keeps_breaks: name == "pre" || attribute("style").contains("white-space: pre"),
        }
    }

    fn is_label(&self) -> bool {
        self.part == Some(Part::Label)
    }
}

fn kind(name: &str) -> Option<BlockKind> {
    match name {
        "h1" => Some(BlockKind::Heading(1)),
        "h2" => Some(BlockKind::Heading(2)),
        "h3" => Some(BlockKind::Heading(3)),
        "h4" => Some(BlockKind::Heading(4)),
        "h5" => Some(BlockKind::Heading(5)),
        "h6" => Some(BlockKind::Heading(6)),
        "li" => Some(BlockKind::Item),
        _ => None,
    }
}

impl Walker<'_> {
    fn text(&mut self, text: &str) {
        if self.preformatted == 0 {
            self.raw.push_str(text);
            return;
        }
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.flush();
            }
            self.raw.push_str(line);
        }
    }

    fn enter(&mut self, element: &Element) {
        if element.is_block {
            self.flush();
        }
        self.kinds.extend(kind(element.name));
        if element.part == Some(Part::Value) {
            join::call_label(&mut self.lines, &mut self.raw);
        }
        self.labels += usize::from(element.is_label());
        self.preformatted += usize::from(element.keeps_breaks);
        match element.name {
            "tr" => self.rows.push(Cells::new(self.lines.len())),
            "td" | "th" => {
                if let Some(row) = self.rows.last_mut() {
                    row.begin(self.lines.len(), element.name == "th");
                }
            }
            "a" => {
                if let Some(row) = self.rows.last_mut() {
                    row.has_link();
                }
            }
            _ => {}
        }
    }

    fn leave(&mut self, element: &Element) {
        if element.name == "time" {
            self.date(element.node);
        }
        if element.is_block {
            self.flush();
        } else if element.is_label()
            || matches!(element.name, "b" | "strong" | "span") && is_fact(self.raw.trim())
        {
            self.mark_inline_label();
        }
        self.labels -= usize::from(element.is_label());
        self.preformatted -= usize::from(element.keeps_breaks);
        if kind(element.name).is_some() {
            self.kinds.pop();
        }
        match element.name {
            "tr" => {
                if let Some(row) = self.rows.pop() {
                    row.close(&mut self.lines);
                }
            }
            // A label whose value is missing must not take what comes after the list.
            "dl" => {
                if let Some(last) = self.lines.last_mut() {
                    last.is_label = false;
                }
            }
            _ => {}
        }
    }

    /// An inline label is told apart from its value by style alone.
    fn mark_inline_label(&mut self) {
        let length = self.raw.trim_end().len();
        if length > 0 && !self.raw.trim_end().ends_with(':') {
            self.raw.truncate(length);
            self.raw.push_str(": ");
        }
    }

    /// The day a `<time>` states for machines stands behind what it shows.
    fn date(&mut self, node: usize) {
        let stated = self.dom.attribute(node, "datetime").unwrap_or_default();
        let day = stated.get(..10).unwrap_or_default();
        if day.len() == 10
            && day.starts_with(|letter: char| letter.is_ascii_digit())
            && !self.raw.contains(day)
        {
            self.raw.push_str(" (");
            self.raw.push_str(day);
            self.raw.push(')');
        }
    }

    fn flush(&mut self) {
        if self.raw.trim_start().is_empty() {
            self.raw.clear();
            return;
        }
        let text = scrub::clean(&self.raw, self.report);
        self.raw.clear();
        let kind = self.kinds.last().copied().unwrap_or(BlockKind::Paragraph);
        let (text, kind) = match scrub::without_bullet(&text) {
            Some(item) if kind == BlockKind::Paragraph => (item.to_owned(), BlockKind::Item),
            _ => (text, kind),
        };
        // Two marks between inline labels or links are no line.
        if text.chars().any(char::is_alphanumeric) {
            self.lines.push(Line {
                text,
                kind,
                is_label: self.labels > 0,
            });
        }
    }
}
