//! What prompts begin with alike: kept in the engine's cache, where it must be equally much for all of a cohort.
//!
//! mistral.rs 0.8.1 keeps whole blocks of a prompt's tokens and finds them again for any prompt with the same beginning, but
//! before it writes it sorts its sequences by how much of each was left to read, and pushes out of the cache all that have
//! not the least (`bucket_and_preempt_sequences`, `paged_attention/scheduler.rs`). So every prompt is to find the blocks of its
//! instructions and nothing else. That is so by itself where the block after them is new. Where it may still be in the
//! cache, since a page that began the same was read of late, a little white space at the end of the instructions makes it
//! another one.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard};

use super::lock;

/// Tokens of one block of the paged cache.
pub const BLOCK: usize = 32;

/// The most tokens of a mark.
pub const MARK: usize = 8;

/// The number of the last mark; of each length there are as many as numbers of three digits, and none is the first.
const LAST_MARK: u32 = (3u32.pow(9) - 3) / 2;

/// The most tokens by which a prompt grows.
pub const GROWTH: usize = 2 * MARK - 1;

/// What a prompt shares with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lead {
    /// The same for prompts that begin alike.
    pub id: u64,
    /// How many tokens that are, in whole blocks.
    pub tokens: usize,
    /// Where a mark would stand.
    at: usize,
    /// Blank lines among them.
    pad: usize,
}

/// Makes prompts ready for a cache of beginnings.
#[derive(Debug)]
pub struct Prefixes {
    /// Tokens that a reader passes over: a line end, a space, a tab.
    white: [u32; 3],
    /// How many blocks later one is surely out of the cache.
    memory: usize,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    /// Of late, the newest last.
    seen: VecDeque<Seen>,
    /// Blocks of all of them.
    blocks: usize,
    /// Counts cohorts.
    cohort: u64,
    /// What the last cohort began with.
    warm: Option<u64>,
}

/// The first block that a prompt does not share.
#[derive(Debug)]
struct Seen {
    lead: u64,
    block: u64,
    cohort: u64,
    /// How many it does not share, at least.
    blocks: usize,
}

impl Inside {
    /// Remembers it, and forgets what is longer ago than so many blocks.
    fn see(&mut self, seen: Seen, memory: usize) {
        self.blocks += seen.blocks;
        self.seen.push_back(seen);
        while let Some(oldest) = self.seen.front()
            && self.blocks - oldest.blocks > memory
        {
            self.blocks -= oldest.blocks;
            self.seen.pop_front();
        }
    }
}

impl Prefixes {
    /// For a cache of so many tokens. What a question does not share takes blocks that were used longest ago; one is
    /// remembered until twice as many as there are have been taken after it.
    #[must_use]
    pub fn new(white: [u32; 3], cache_tokens: usize) -> Self {
        Self {
            white,
            memory: 2 * cache_tokens.div_ceil(BLOCK),
            inside: Mutex::default(),
        }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        lock(&self.inside)
    }

    /// Finds what of `prompt` is shared, of its first `instructions` tokens. Where they leave too little of their last block
    /// for marks, all prompts with them get the same blank lines up to its end.
    #[must_use]
    pub fn place(&self, prompt: &mut Vec<u32>, instructions: usize) -> Lead {
        let end = instructions.min(prompt.len());
        let left = BLOCK - end % BLOCK;
        let pad = if left < MARK { left } else { 0 };
        let [blank, ..] = self.white;
        prompt.splice(end..end, std::iter::repeat_n(blank, pad));
        let at = end + pad;
        let tokens = at / BLOCK * BLOCK;
        Lead {
            id: number(prompt.iter().take(tokens)),
            tokens,
            at,
            pad,
        }
    }

    /// The prompts that are marked from now on are read together.
    pub fn begin_cohort(&self) {
        self.inside().cohort += 1;
    }

    /// Marks a prompt that is about to be read, if it must be: with the first mark that makes its first own block one that no
    /// prompt of late had. Those read together with this one may have it too: nothing of a cohort is in the cache before all
    /// of it has been read.
    pub fn mark(&self, prompt: &mut Vec<u32>, lead: Lead) {
        let mut inside = self.inside();
        let cohort = inside.cohort;
        for mark in 0..=LAST_MARK {
            let digits = self.digits(mark);
            let before = prompt.iter().take(lead.at).skip(lead.tokens);
            let behind = prompt.iter().skip(lead.at);
            let block = number(before.chain(&digits).chain(behind).take(BLOCK));
            let is_taken =
                |seen: &Seen| (seen.lead, seen.block) == (lead.id, block) && seen.cohort != cohort;
            if mark < LAST_MARK && inside.seen.iter().any(is_taken) {
                continue;
            }
            prompt.splice(lead.at..lead.at, digits);
            let seen = Seen {
                lead: lead.id,
                block,
                cohort,
                blocks: prompt.len().saturating_sub(lead.tokens) / BLOCK,
            };
            inside.see(seen, self.memory);
            return;
        }
    }

    /// The mark of this number: none, then those of one token, of two, and so on.
    fn digits(&self, mut number: u32) -> Vec<u32> {
        let [first, second, third] = self.white;
        let mut digits = Vec::new();
        while number > 0 {
            number -= 1;
            digits.push([first, second, third][(number % 3) as usize]);
            number /= 3;
        }
        digits
    }

    /// How many of a prompt's own tokens are already in the cache when it leaves now.
    #[must_use]
    pub fn cached(&self, lead: Lead) -> usize {
        if self.inside().warm == Some(lead.id) {
            lead.tokens - lead.pad
        } else {
            0
        }
    }

    /// A prompt that begins so was read to its end.
    pub fn was_read(&self, lead: Lead) {
        self.inside().warm = Some(lead.id);
    }
}

fn number<'a>(tokens: impl Iterator<Item = &'a u32>) -> u64 {
    let mut hasher = DefaultHasher::new();
    tokens.for_each(|token| token.hash(&mut hasher));
    hasher.finish()
}

#[cfg(test)]
#[path = "prefix/tests.rs"]
mod tests;
