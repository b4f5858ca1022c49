//! Selection: blocks of the page, verbatim, as the value of a list field or of the description.

use serde_json::json;

use super::normalise::most_items;
use super::reading::{Candidate, Reading, Source, Span};
use crate::page::{Block, Page};
use crate::posting::Field;

/// Most characters of a description.
const MOST_CHARS: usize = 5000;

/// Puts blocks into a reading as the value of a field, as many as a record takes; the rest is said to be cut off.
pub fn put(
    reading: &mut Reading,
    page: &Page,
    field: Field,
    blocks: &[&Block],
    source: Source,
    support: f64,
) {
    let (spans, truncated) = spans(page, field, blocks);
    if spans.is_empty() {
        return;
    }
    if truncated {
        reading.remark(field, &["truncated"]);
    }
    let texts: Vec<&str> = spans.iter().filter_map(|span| span.text(page)).collect();
    let value = if field == Field::Description {
        json!(texts.join("\n"))
    } else {
        json!(texts)
    };
    let candidate = Candidate {
        value,
        spans,
        source,
        support,
    };
    reading.put(field, candidate);
}

/// Where the blocks stand that fit the record, and whether there were more.
fn spans(page: &Page, field: Field, blocks: &[&Block]) -> (Vec<Span>, bool) {
    let mut spans: Vec<Span> = Vec::new();
    let mut room = if field == Field::Description {
        MOST_CHARS
    } else {
        usize::MAX
    };
    for block in blocks {
        let chars = page.text_of(block).chars().count();
        if spans.len() == most_items(field) || chars > room {
            if spans.is_empty() {
                spans.push(head(page, block, room));
            }
            return (spans, true);
        }
        spans.push(Span::of(block));
        // The line break between two blocks counts too.
        room = room.saturating_sub(chars + 1);
    }
    (spans, false)
}

/// So many characters of a block that is too long as a whole.
fn head(page: &Page, block: &Block, chars: usize) -> Span {
    let text = page.text_of(block);
    let end = text
        .char_indices()
        .nth(chars)
        .map_or(text.len(), |(end, _)| end);
    Span::within(block, block.span.start..block.span.start + end)
}
