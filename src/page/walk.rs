//! The block walker: visible leaf blocks in page order, with `Label: value` pairs on one line.

use super::dom::{Dom, Kind};
use super::visibility::Visibility;
use super::{BlockKind, HiddenReport, scrub};

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

/// Elements that begin and end a line.
const BLOCKS: [&str; 42] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "button",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "td",
    "th",
    "tr",
    "ul",
];
/// Elements whose text no reader sees as text.
const SILENT: [&str; 14] = [
    "script", "style", "template", "noscript", "svg", "iframe", "object", "select", "textarea",
    "math", "canvas", "head", "video", "audio",
];

struct Walker<'a> {
    dom: &'a Dom,
    report: &'a mut HiddenReport,
    lines: Vec<Line>,
    raw: String,
    kinds: Vec<BlockKind>,
    labels: usize,
    /// Lines there were when the open table rows began.
    rows: Vec<usize>,
}

enum Step {
    Enter(usize),
    Leave(usize),
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
        rows: Vec::new(),
    };
    let mut stack = vec![Step::Enter(0)];
    while let Some(step) = stack.pop() {
        match step {
            Step::Enter(node) => {
                if visibility.is_dropped(node) {
                    continue;
                }
                if let Some(found) = dom.nodes.get(node) {
                    match &found.kind {
                        Kind::Text(text) => walker.raw.push_str(text),
                        Kind::Comment(_) => {}
                        Kind::Element(name, _) if SILENT.contains(&name.as_str()) => {}
                        Kind::Element(..) => {
                            walker.enter(node);
                            stack.push(Step::Leave(node));
                            stack.extend(
                                found.children.iter().rev().map(|child| Step::Enter(*child)),
                            );
                        }
                    }
                }
            }
            Step::Leave(node) => walker.leave(node),
        }
    }
    walker.flush();
    join(walker.lines)
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
    fn is_labelled(&self, node: usize) -> bool {
        let name = self.dom.name(node);
        let class = self.dom.attribute(node, "class").unwrap_or_default();
        name == "dt"
            || name == "label"
            || class
                .split(['-', '_', ' '])
                .any(|word| word.eq_ignore_ascii_case("label"))
    }

    fn enter(&mut self, node: usize) {
        let name = self.dom.name(node);
        if BLOCKS.contains(&name) {
            self.flush();
        }
        self.kinds.extend(kind(name));
        if name == "tr" {
            self.rows.push(self.lines.len());
        }
        if self.is_labelled(node) {
            self.labels += 1;
        }
    }

    fn leave(&mut self, node: usize) {
        let name = self.dom.name(node);
        if BLOCKS.contains(&name) {
            self.flush();
        } else if self.is_labelled(node)
            && !self.raw.trim().is_empty()
            && !self.raw.trim_end().ends_with(':')
        {
            // An inline label is told apart from its value by style alone.
            self.raw.truncate(self.raw.trim_end().len());
            self.raw.push_str(": ");
        }
        if name == "time"
            && let Some(date) = self.dom.attribute(node, "datetime")
        {
            let day: String = date.chars().take(10).collect();
            if day.len() == 10 && !self.raw.contains(&day) {
                self.raw.push_str(&format!(" ({day})"));
            }
        }
        if self.is_labelled(node) {
            self.labels -= 1;
        }
        if kind(name).is_some() {
            self.kinds.pop();
        }
        if name == "tr"
            && let Some(start) = self.rows.pop()
        {
            row(&mut self.lines, start);
        }
    }

    fn flush(&mut self) {
        let text = scrub::clean(&self.raw, self.report);
        self.raw.clear();
        if text.is_empty() {
            return;
        }
        let kind = self.kinds.last().copied().unwrap_or(BlockKind::Paragraph);
        self.lines.push(Line {
            text,
            kind,
            is_label: self.labels > 0,
        });
    }
}

/// Cells of one row on one line; a layout table's long cells stay apart.
fn row(lines: &mut Vec<Line>, start: usize) {
    let cells = lines.get(start..).unwrap_or_default();
    if cells.len() < 2 || cells.iter().any(|cell| cell.text.len() > 200) || cells.len() > 8 {
        return;
    }
    let texts: Vec<&str> = cells.iter().map(|cell| cell.text.as_str()).collect();
    let text = match texts.as_slice() {
        [label, value] => format!("{}: {value}", label.trim_end_matches(':')),
        _ => texts.join(" | "),
    };
    lines.truncate(start);
    lines.push(Line {
        text,
        kind: BlockKind::Row,
        is_label: false,
    });
}

/// A label line takes the short line after it along.
fn join(lines: Vec<Line>) -> Vec<Line> {
    let mut joined: Vec<Line> = Vec::with_capacity(lines.len());
    for line in lines {
        let label = joined.last_mut().filter(|before| {
            let heading = matches!(before.kind, BlockKind::Heading(_))
                || matches!(line.kind, BlockKind::Heading(_));
            let announces = before.is_label || before.text.ends_with(':');
            announces
                && !heading
                && before.kind != BlockKind::Row
                && before.text.len() <= 80
                && line.text.len() <= 300
                && !line.is_label
                && !line.text.ends_with(':')
                && (before.is_label || line.kind != BlockKind::Item)
        });
        match label {
            Some(label) => {
                label.text = format!("{}: {}", label.text.trim_end_matches([':', ' ']), line.text);
                label.kind = BlockKind::Row;
                label.is_label = false;
            }
            None => joined.push(line),
        }
    }
    joined
}
