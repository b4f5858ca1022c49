//! Joins labels and values that markup keeps apart: definition lists, table rows, label and value elements.

use super::{Line, is_fact};
use crate::page::BlockKind;

/// Longest label in bytes.
const LABEL_BYTES: usize = 80;
/// Longest value that stands beside its label.
const VALUE_BYTES: usize = 300;
/// Longest value of a label that only its words tell.
const FACT_VALUE_BYTES: usize = 120;
/// Longest cell of a table of facts; layout tables hold more.
const CELL_BYTES: usize = 200;
/// Most cells of a row that is read as one line.
const CELLS: usize = 8;

/// The cells of an open table row: where the lines of each begin.
pub struct Cells {
    start: usize,
    begins: Vec<usize>,
    headed: bool,
    linked: bool,
}

impl Cells {
    /// A row that begins after this many lines.
    #[must_use]
    pub fn new(start: usize) -> Self {
        Self {
            start,
            begins: Vec::new(),
            headed: false,
            linked: false,
        }
    }

    /// A cell begins.
    pub fn begin(&mut self, lines: usize, is_header: bool) {
        self.headed |= is_header && self.begins.is_empty();
        self.begins.push(lines);
    }

    /// A link stands in the row; in the first cell it leads to another page and labels nothing.
    pub fn has_link(&mut self) {
        self.linked |= self.begins.len() == 1;
    }

    /// Puts the row on one line, unless it only lays out the page.
    pub fn close(self, lines: &mut Vec<Line>) {
        let row = lines.get(self.start..).unwrap_or_default();
        let fits = |line: &Line| line.text.len() <= CELL_BYTES;
        if row.len() < 2 || row.len() > CELLS || !row.iter().all(fits) {
            return;
        }
        let second = self.begins.get(1).map_or(self.start, |at| *at);
        let texts: Vec<&str> = row.iter().map(|line| line.text.as_str()).collect();
        let text = match texts.as_slice() {
            [label, values @ ..]
                if self.begins.len() == 2
                    && second == self.start + 1
                    && (self.headed || !self.linked && label.len() <= LABEL_BYTES) =>
            {
                format!(
                    "{}: {}",
                    label.trim_end_matches([':', ' ']),
                    values.join("; ")
                )
            }
            _ => texts.join(" | "),
        };
        lines.truncate(self.start);
        lines.push(Line {
            text,
            kind: BlockKind::Row,
            is_label: false,
        });
    }
}

/// What stands before an element that is called a value is its label, on its own line or on the open one.
pub fn call_label(lines: &mut [Line], raw: &mut String) {
    let open = raw.trim();
    if !open.is_empty() {
        if open.len() <= LABEL_BYTES && !open.ends_with([':', '.', ',']) {
            raw.truncate(raw.trim_end().len());
            raw.push_str(": ");
        }
    } else if let Some(last) = lines.last_mut().filter(|last| {
        last.kind == BlockKind::Paragraph
            && last.text.len() <= LABEL_BYTES / 2
            && !last.text.contains(": ")
            && !last.text.ends_with(['.', '!', '?'])
    }) {
        last.is_label = true;
    }
}

/// A label line takes the line after it along.
#[must_use]
pub fn join(lines: Vec<Line>) -> Vec<Line> {
    let mut joined: Vec<Line> = Vec::with_capacity(lines.len());
    for line in lines {
        match joined.last_mut().filter(|before| belongs(before, &line)) {
            Some(label) => {
                label
                    .text
                    .truncate(label.text.trim_end_matches([':', ' ']).len());
                label.text.push_str(": ");
                label.text.push_str(&line.text);
                label.kind = BlockKind::Row;
                label.is_label = false;
            }
            None => joined.push(line),
        }
    }
    joined
}

fn belongs(label: &Line, value: &Line) -> bool {
    if value.is_label
        || label.text.len() > LABEL_BYTES
        || label.kind == BlockKind::Row
        || value.text.ends_with(':')
        || is_fact(&value.text)
    {
        return false;
    }
    let label_heads = matches!(label.kind, BlockKind::Heading(_));
    let is_named = is_fact(label.text.trim_end_matches([':', ' ']));
    // "Job title" above a heading of the third rank or less; the headings above that are the page's own.
    let value_heads = matches!(
        value.kind,
        BlockKind::Heading(level) if level < 3 || label_heads || !(is_named || label.is_label)
    );
    if is_named && label.kind != BlockKind::Heading(1) {
        return value.text.len() <= FACT_VALUE_BYTES && !value_heads && !value.text.contains(": ");
    }
    (label.is_label || label.text.ends_with(':') && value.kind != BlockKind::Item)
        && value.text.len() <= VALUE_BYTES
        && !label_heads
        && !value_heads
}
