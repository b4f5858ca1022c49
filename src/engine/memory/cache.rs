//! The key-value cache: how many tokens it holds, and what one takes.

use super::product;
use crate::engine::prefix::BLOCK;

/// Prompt and answer of most postings, in tokens.
const TYPICAL: usize = 4096;

/// Tokens that the key-value cache of a cohort holds: room for as many typical pages as it has questions, and for one as
/// long as the context. Longer pages travel in smaller cohorts.
#[must_use]
pub fn cache_tokens(context: usize, cohort: usize) -> usize {
    context.max(context.min(TYPICAL).saturating_mul(cohort))
}

/// Tokens that a paged cache is made for, so that it holds so many of a cohort: each sequence begins a block of its own and
/// one more is taken ahead of it, one is never used, and the cache's bytes are cut to whole MiB (`calculate_cache_config`,
/// `paged_attention/mod.rs`).
#[must_use]
pub fn paged_tokens(tokens: usize, cohort: usize, bytes_per_token: u64) -> usize {
    let cut = usize::try_from((1u64 << 20).div_ceil(bytes_per_token.max(1))).unwrap_or_default();
    let blocks = cohort.saturating_mul(2).saturating_add(1);
    let spare = blocks.saturating_mul(BLOCK).saturating_add(cut);
    let tokens = tokens.saturating_add(spare);
    tokens.checked_next_multiple_of(BLOCK).unwrap_or(tokens)
}

/// Tokens of a cohort for which keys are set aside a second time, from when a question is put to the engine until it is
/// answered, in steps of 512; nothing uses them where the cache is paged (`add_request.rs`).
pub(super) fn queued_tokens(context: usize, cohort: usize) -> usize {
    let held = cache_tokens(context, cohort);
    let of = |questions: usize| {
        let each = context.min(held / questions);
        let rounded = each.checked_next_multiple_of(512).unwrap_or(each);
        rounded.saturating_mul(questions)
    };
    (1..=cohort.max(1)).map(of).max().unwrap_or_default()
}

/// Bytes of the key-value cache for one token: a key and a value for each layer and key-value head.
/// Source: `calculate_cache_config`, `paged_attention/mod.rs`; the CPU cache has the same shape.
#[must_use]
pub fn kv_bytes_per_token(layers: u64, kv_heads: u64, head_length: u64, element_bytes: u64) -> u64 {
    product(&[2, layers, kv_heads, head_length, element_bytes])
}
