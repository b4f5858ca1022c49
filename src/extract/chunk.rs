//! Chunks: a page that does not fit the context is read in parts cut at block borders, never shortened.

use std::ops::Range;

/// Blocks repeated at the head of the next chunk, so that no fact loses its context.
const OVERLAP: usize = 2;

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
