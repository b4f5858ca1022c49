//! Numbers the lines of a page: long ones are split, chat-control strings broken up, labels found.

use std::ops::Range;

use super::walk::Line;
use super::{Block, Label, Limits, Page, injection};

/// Blocks longer than this are split at sentence ends, so that evidence stays small.
const LONG_BLOCK: usize = 1500;
/// Longest label in bytes and words.
const LABEL: (usize, usize) = (60, 8);

/// Fills the page's text and blocks.
pub fn number(lines: &[Line], limits: &Limits, page: &mut Page) {
    let most = limits.blocks.min(u32::MAX as usize);
    for line in lines {
        let text = injection::neutralise(&line.text, &mut page.hidden).into_owned();
        for part in pieces(&text) {
            if page.blocks.len() == most {
                page.flags.push("blocks_limit".to_owned());
                return;
            }
            if !page.text.is_empty() {
                page.text.push('\n');
            }
            let start = page.text.len();
            page.text.push_str(part);
            page.blocks.push(Block {
                id: u32::try_from(page.blocks.len() + 1).unwrap_or(u32::MAX),
                span: start..page.text.len(),
                kind: line.kind,
                label: label(part, start),
            });
        }
    }
}

/// A long text in parts of whole sentences.
fn pieces(text: &str) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while rest.len() > LONG_BLOCK {
        let window = &rest[..rest.floor_char_boundary(LONG_BLOCK)];
        let cut = window
            .rfind(". ")
            .or_else(|| window.rfind(' '))
            .map_or(window.len(), |at| at + 1);
        let (part, after) = rest.split_at(cut);
        parts.push(part.trim());
        rest = after.trim_start();
    }
    parts.push(rest.trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// `Label: value` with a label of a few words.
fn label(text: &str, start: usize) -> Option<Label> {
    let colon = text.find([':', '：'])?;
    let name = text.get(..colon)?;
    let rest = text.get(colon..)?;
    let rest = rest.strip_prefix(':').or_else(|| rest.strip_prefix('：'))?;
    let value = rest.trim();
    if !is_name(name) || value.is_empty() || rest.starts_with("//") {
        return None;
    }
    let at = start + text.len() - rest.trim_start().len();
    let trimmed = name.trim_end();
    Some(Label {
        name: start..start + trimmed.len(),
        value: Range {
            start: at,
            end: at + value.len(),
        },
    })
}

/// A time of day, a sentence and a remark in brackets are no label.
fn is_name(name: &str) -> bool {
    let letters = name.chars().any(char::is_alphabetic);
    let open = name.matches('(').count() > name.matches(')').count();
    letters
        && !open
        && name.len() <= LABEL.0
        && name.split_whitespace().count() <= LABEL.1
        && !name.contains(['.', '?', '!'])
}
