//! Editing a field: what was typed or selected becomes a value with the bytes of the page that it stands in.

use std::ops::Range;

use serde_json::{Value, json};

use super::change::{Edit, fingerprint};
use super::fold::is_empty;
use super::value::{self, Why};
use crate::extract::evidence;
use crate::extract::reading::Span;
use crate::extract::record::Record;
use crate::page::{Block, BlockKind, Page};
use crate::posting::Field;

/// Whether a field of this record can have what was typed so far, and which value that is. Cheap enough for every key.
///
/// # Errors
/// One reason why not.
pub fn check(shown: &Record, field: Field, typed: &str) -> Result<Value, Why> {
    value::parse(&shown.posting, field, typed)
}

/// The edit that gives a field what was typed. Its evidence is the selected part of the text, in bytes; without one it
/// is where the typed words stand in the text, and where they do not, what it was.
///
/// # Errors
/// One reason why the field cannot have that value.
pub fn edit(
    shown: &Record,
    text: &str,
    field: Field,
    typed: &str,
    selection: Option<Range<usize>>,
) -> Result<Edit, Why> {
    let new = check(shown, field, typed)?;
    let evidence = match selection {
        _ if is_empty(&new) => None,
        Some(selection) => Some(spans(text, field, selection)?),
        None => found(text, typed, &new),
    };
    Ok(Edit {
        field,
        old: held(shown, field),
        new,
        evidence,
        missed: false,
        text: fingerprint(text),
    })
}

/// The edit that gives a field the value of a selected part of the text, in bytes, which the reader had missed. A list
/// gets the selected lines besides what it has.
///
/// # Errors
/// One reason why the selection is no value of the field.
pub fn missed(
    shown: &Record,
    text: &str,
    field: Field,
    selection: Range<usize>,
) -> Result<Edit, Why> {
    let mut evidence = spans(text, field, selection)?;
    let lines: Vec<&str> = evidence
        .iter()
        .filter_map(|span| text.get(span.start..span.end))
        .collect();
    let mut words = lines.join("\n");
    let old = held(shown, field);
    if let Some(items) = old.as_array() {
        let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
        let new = lines.iter().filter(|line| !items.contains(line)).copied();
        let all: Vec<&str> = items.iter().copied().chain(new).collect();
        words = all.join("\n");
        let mut known = shown.evidence.get(&field).cloned().unwrap_or_default();
        evidence.retain(|span| !known.contains(span));
        known.append(&mut evidence);
        evidence = known;
    }
    let new = check(shown, field, &words)?;
    Ok(Edit {
        field,
        old,
        new,
        evidence: Some(evidence),
        missed: true,
        text: fingerprint(text),
    })
}

fn held(shown: &Record, field: Field) -> Value {
    let posting = json!(shown.posting);
    posting.get(field.key()).cloned().unwrap_or_default()
}

/// The text as numbered blocks again: a block is one line of it.
fn page(text: &str) -> Page {
    let mut page = Page {
        text: text.to_owned(),
        ..Page::default()
    };
    let mut start = 0;
    for (id, line) in (1..).zip(text.split('\n')) {
        page.blocks.push(Block {
            id,
            span: start..start + line.len(),
            kind: BlockKind::Paragraph,
            label: None,
        });
        start += line.len() + 1;
    }
    page
}

/// The words of a selection, line by line.
fn spans(text: &str, field: Field, selection: Range<usize>) -> Result<Vec<Span>, Why> {
    let because = |reason: &str| Why {
        field,
        reason: reason.to_owned(),
    };
    if text.get(selection.clone()).is_none() {
        return Err(because("the selection is no part of the page's text"));
    }
    let spans: Vec<Span> = page(text)
        .blocks
        .iter()
        .filter_map(|block| {
            let start = block.span.start.max(selection.start);
            let end = block.span.end.min(selection.end);
            let words = text.get(start..end)?;
            let start = end - words.trim_start().len();
            let end = start + words.trim().len();
            (start < end).then(|| Span::within(block, start..end))
        })
        .collect();
    if spans.is_empty() {
        return Err(because("the selection holds no words"));
    }
    Ok(spans)
}

/// Where typed words stand in the text, item by item for a list; `None` if nowhere.
fn found(text: &str, typed: &str, value: &Value) -> Option<Vec<Span>> {
    let page = page(text);
    let quotes: Vec<&str> = match value.as_array() {
        Some(items) => items.iter().filter_map(Value::as_str).collect(),
        None => vec![typed],
    };
    let spans: Vec<Span> = quotes
        .iter()
        .filter_map(|quote| evidence::find(&page, &page.blocks, quote))
        .map(|found| found.span)
        .collect();
    (!spans.is_empty()).then_some(spans)
}
