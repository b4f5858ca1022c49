//! Chunks: a page that does not fit the context is read in parts cut at block borders, never shortened; later parts are
//! told how it begins.

use std::ops::Range;

use crate::page::{Block, BlockKind, Page};

/// Blocks repeated at the head of the next chunk, so that no fact loses its context.
const OVERLAP: usize = 2;
/// Characters of a page's head that are repeated for its later chunks.
const DIGEST_CHARS: usize = 300;

/// Splits blocks of the given token counts into ranges of at most `budget` tokens each.
///
/// A single block over the budget gets a chunk of its own; the page room keeps blocks far smaller than any budget.
#[must_use]
pub fn plan(tokens: &[usize], budget: usize) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let (mut start, mut sum) = (0, 0);
    for (index, count) in tokens.iter().enumerate() {
        if sum + count > budget && index > start {
            chunks.push(start..index);
            let overlap: usize = tokens[index.saturating_sub(OVERLAP)..index].iter().sum();
            // Overlap only where it leaves the new chunk room for new text.
            start = if overlap + count <= budget / 2 {
                (index - OVERLAP.min(index)).max(start + 1)
            } else {
                index
            };
            sum = tokens[start..index].iter().sum();
        }
        sum += count;
    }
    if start < tokens.len() {
        chunks.push(start..tokens.len());
    }
    chunks
}

/// The blocks that say what a page is about: its titles, and what it begins with.
#[must_use]
pub fn head(page: &Page) -> Vec<&Block> {
    let is_title = |block: &&Block| matches!(block.kind, BlockKind::Title | BlockKind::Heading(1));
    let mut head: Vec<&Block> = page.blocks.iter().filter(is_title).take(2).collect();
    for block in page.blocks.iter().take(3) {
        if !head.contains(&block) {
            head.push(block);
        }
    }
    head
}

/// The [`head`] of a page on one line, for chunks that do not hold it.
#[must_use]
pub fn digest(page: &Page, head: &[&Block]) -> String {
    let text: Vec<&str> = head.iter().map(|block| page.text_of(block)).collect();
    text.join(" / ").chars().take(DIGEST_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::plan;

    proptest! {
        #[test]
        fn every_block_is_read_and_no_chunk_is_over_budget(
            tokens in proptest::collection::vec(0usize..300, 0..200), budget in 1usize..2000,
        ) {
            let chunks = plan(&tokens, budget);
            let mut next = 0;
            for chunk in &chunks {
                prop_assert!(chunk.start <= next && chunk.end > next);
                prop_assert!(chunk.len() == 1 || tokens[chunk.clone()].iter().sum::<usize>() <= budget);
                next = chunk.end;
            }
            prop_assert_eq!(next, tokens.len());
        }
    }
}
