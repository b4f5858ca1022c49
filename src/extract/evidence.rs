//! Evidence: finds the bytes of the page that a quoted value was read from.

use std::ops::Range;

use super::reading::Span;
use crate::page::{Block, Page};

/// A place in the text and how exactly it matches, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// Where.
    pub span: Span,
    /// 1 for the same bytes, 0.95 for the same letters in other case or spacing, 0.7 in another block than quoted.
    pub support: f64,
}

/// Finds a quote in the block it names, or, less surely, anywhere on the page.
#[must_use]
pub fn find(page: &Page, quoted: Option<&Block>, quote: &str) -> Option<Match> {
    let quote = quote.trim();
    if quote.is_empty() {
        return None;
    }
    if let Some(found) = quoted.and_then(|block| in_block(page, block, quote)) {
        return Some(found);
    }
    let found = page
        .blocks
        .iter()
        .find_map(|block| in_block(page, block, quote))?;
    Some(Match {
        support: if quoted.is_some() { 0.7 } else { found.support },
        ..found
    })
}

fn in_block(page: &Page, block: &Block, quote: &str) -> Option<Match> {
    let text = page.text_of(block);
    let at = |bytes: Range<usize>, support| Match {
        span: Span::within(
            block,
            block.span.start + bytes.start..block.span.start + bytes.end,
        ),
        support,
    };
    if let Some((start, _)) = text
        .match_indices(quote)
        .find(|(start, found)| whole_words(text, *start, found.len()))
    {
        return Some(at(start..start + quote.len(), 1.0));
    }
    loose(text, quote)
        .filter(|bytes| whole_words(text, bytes.start, bytes.len()))
        .map(|bytes| at(bytes, 0.95))
}

/// A quote that starts or ends inside a word is no quote: "Java" is not stated by "JavaScript".
fn whole_words(text: &str, start: usize, length: usize) -> bool {
    let (Some(before), Some(quote), Some(after)) = (
        text.get(..start),
        text.get(start..start + length),
        text.get(start + length..),
    ) else {
        return false;
    };
    let joined = |one: Option<char>, other: Option<char>| {
        one.zip(other)
            .is_some_and(|(one, other)| one.is_alphanumeric() && other.is_alphanumeric())
    };
    !joined(before.chars().next_back(), quote.chars().next())
        && !joined(quote.chars().next_back(), after.chars().next())
}

/// Compares letters only by their lower case and skips white space on both sides.
fn loose(text: &str, quote: &str) -> Option<Range<usize>> {
    let folded = |text: &str| -> Vec<(usize, char)> {
        text.char_indices()
            .filter(|(_, letter)| !letter.is_whitespace())
            .flat_map(|(at, letter)| letter.to_lowercase().map(move |lower| (at, lower)))
            .collect()
    };
    let (text_letters, quote_letters) = (folded(text), folded(quote));
    if quote_letters.is_empty() {
        return None;
    }
    let window = text_letters.windows(quote_letters.len()).find(|window| {
        window
            .iter()
            .zip(&quote_letters)
            .all(|((_, one), (_, other))| one == other)
    })?;
    let (start, last) = (window.first()?.0, window.last()?.0);
    let last_length = text.get(last..)?.chars().next()?.len_utf8();
    Some(start..last + last_length)
}
