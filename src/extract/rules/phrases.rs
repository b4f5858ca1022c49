//! Labels without a colon: "Posted on July 4, 2022", "Job no. 2105801", and a label on a line above its value.

use super::{labelled_value, labels};
use crate::extract::normalise::Normaliser;
use crate::extract::reading::{Reading, Span};
use crate::extract::wire::Ask;
use crate::page::{Block, BlockKind, Page};

/// Longer lines, in bytes, are sentences.
const LONGEST: usize = 80;
/// Fewer characters are a page or a floor, not the number of a posting.
const SHORTEST_NUMBER: usize = 4;
/// Words of a date, the day of the week among them: what comes later is not announced by the label.
const DATE_WORDS: usize = 4;

/// Reads what labelled lines left open.
pub(super) fn read(page: &Page, normaliser: &Normaliser, reading: &mut Reading) {
    for block in page.blocks.iter().filter(|block| is_short(page, block)) {
        begun(page, block, normaliser, reading);
    }
    for pair in page.blocks.windows(2) {
        if let [label, value] = pair
            && is_short(page, label)
            && is_short(page, value)
        {
            below(page, label, value, normaliser, reading);
        }
    }
}

fn is_short(page: &Page, block: &Block) -> bool {
    let kind = matches!(block.kind, BlockKind::Paragraph | BlockKind::Heading(_));
    kind && block.label.is_none() && page.text_of(block).len() <= LONGEST
}

/// A date or a number right behind the words that announce it.
fn begun(page: &Page, block: &Block, normaliser: &Normaliser, reading: &mut Reading) {
    let text = page.text_of(block);
    for ask in [Ask::Posted, Ask::Deadline, Ask::JobId] {
        let Some(label) = labels::begins(text, ask) else {
            continue;
        };
        let rest = text.get(label..).unwrap_or_default();
        let value = rest.trim_start_matches(['.', ':', '#', ' ', '\u{a0}']);
        let words = if ask == Ask::JobId { 1 } else { DATE_WORDS };
        let end = value.match_indices(' ').nth(words - 1);
        let value = end.map_or(value, |(end, _)| value.get(..end).unwrap_or(value));
        let is_number = value.len() >= SHORTEST_NUMBER && value.chars().any(char::is_numeric);
        if is_number || ask != Ask::JobId {
            let start = block.span.end - rest.len() + rest.find(value).unwrap_or_default();
            let span = Span::within(block, start..start + value.len());
            labelled_value(reading, normaliser, ask, value, span);
        }
    }
}

/// The line below one that is nothing but a label.
fn below(
    page: &Page,
    label: &Block,
    value: &Block,
    normaliser: &Normaliser,
    reading: &mut Reading,
) {
    let words = page.text_of(value);
    let is_heading = matches!(value.kind, BlockKind::Heading(_)) || words.ends_with([':', '?']);
    if is_heading || labels::asks(words).next().is_some() || labels::is_placeholder(words) {
        return;
    }
    for ask in labels::asks(page.text_of(label)) {
        // A name below "Company" or "Title" may as well be the first line of a section about it.
        if !matches!(ask, Ask::Company | Ask::Title) {
            labelled_value(reading, normaliser, *ask, words, Span::of(value));
        }
    }
}
