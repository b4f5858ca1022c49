//! Evidence: finds the bytes of the page that a quoted value was read from.

use std::ops::Range;

use super::reading::Span;
use crate::page::{Block, Page};

/// A place in the text and how exactly it matches, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// Where.
    pub span: Span,
    /// 1 for the same bytes, 0.95 for the same letters in other case, spacing or typography.
    pub support: f64,
}

/// Finds a quote in the first of the blocks that holds it.
pub fn find<'a>(
    page: &Page,
    blocks: impl IntoIterator<Item = &'a Block>,
    quote: &str,
) -> Option<Match> {
    blocks
        .into_iter()
        .find_map(|block| in_block(page, block, quote))
}

/// Finds a quote in one block.
#[must_use]
pub fn in_block(page: &Page, block: &Block, quote: &str) -> Option<Match> {
    let quote = quote.trim();
    if quote.is_empty() {
        return None;
    }
    let text = page.text_of(block);
    let at = |bytes: Range<usize>, support| Match {
        span: Span::within(
            block,
            block.span.start + bytes.start..block.span.start + bytes.end,
        ),
        support,
    };
    let exact = text
        .match_indices(quote)
        .map(|(start, found)| start..start + found.len())
        .find(|bytes| whole_words(text, bytes));
    exact
        .map(|bytes| at(bytes, 1.0))
        .or_else(|| loose(text, quote).map(|bytes| at(bytes, 0.95)))
}

/// A quote that starts or ends inside a word is no quote: "Java" is not stated by "`JavaScript`", nor "C" by "C++".
fn whole_words(text: &str, bytes: &Range<usize>) -> bool {
    let (Some(before), Some(quote), Some(after)) = (
        text.get(..bytes.start),
        text.get(bytes.clone()),
        text.get(bytes.end..),
    ) else {
        return false;
    };
    let (first, last) = (quote.chars().next(), quote.chars().next_back());
    let next = after.chars().next();
    let suffix = next.is_some_and(is_mark)
        || (matches!(next, Some('+' | '#')) && last.is_some_and(char::is_alphabetic));
    !suffix && !joined(before.chars().next_back(), first) && !joined(last, next)
}

fn joined(one: Option<char>, other: Option<char>) -> bool {
    let in_word = |letter: char| letter.is_alphanumeric() && !is_unspaced(letter);
    one.zip(other)
        .is_some_and(|(one, other)| in_word(one) && in_word(other))
}

/// Marks that belong to the letter before them.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}' | '\u{200d}')
}

/// Letters of scripts that write words without spaces, or join particles to them: any part of a text is a quote.
fn is_unspaced(letter: char) -> bool {
    matches!(
        letter,
        '\u{e00}'..='\u{eff}' // Thai, Lao
            | '\u{1000}'..='\u{109f}' // Burmese
            | '\u{1100}'..='\u{11ff}' // Hangul letters
            | '\u{1780}'..='\u{17ff}' // Khmer
            | '\u{2e80}'..='\u{a4cf}' // Chinese, Japanese, Yi
            | '\u{ac00}'..='\u{d7ff}' // Hangul syllables
            | '\u{f900}'..='\u{faff}' // Chinese, compatible forms
            | '\u{ff00}'..='\u{ffef}' // half and full width forms
            | '\u{20000}'..='\u{3ffff}' // Chinese, rare
    )
}

/// Compares letters by their lower case, quotation marks and dashes by their kind, and skips white space on both sides.
fn loose(text: &str, quote: &str) -> Option<Range<usize>> {
    let (text_letters, quote_letters) = (folded(text), folded(quote));
    if quote_letters.is_empty() {
        return None;
    }
    text_letters
        .windows(quote_letters.len())
        .filter(|window| {
            window
                .iter()
                .zip(&quote_letters)
                .all(|((_, one), (_, other))| one == other)
        })
        .filter_map(|window| {
            let (start, last) = (window.first()?.0, window.last()?.0);
            let last_length = text.get(last..)?.chars().next()?.len_utf8();
            Some(start..last + last_length)
        })
        .find(|bytes| whole_words(text, bytes))
}

/// The letters of a text and where they stand. Models write plain marks where pages have typographic ones.
fn folded(text: &str) -> Vec<(usize, char)> {
    text.char_indices()
        .filter(|(_, letter)| !letter.is_whitespace())
        .flat_map(|(at, letter)| {
            let plain = match letter {
                '‘' | '’' | '‚' | '′' => '\'',
                '“' | '”' | '„' | '″' => '"',
                '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
                other => other,
            };
            plain.to_lowercase().map(move |lower| (at, lower))
        })
        .collect()
}
