//! What prompts begin with alike: kept in the engine's cache, where it must be the same length for all of a cohort.
//!
//! mistral.rs 0.8.1 keeps whole blocks of a prompt's tokens and finds them again for any prompt with the same beginning, but
//! reads together only prompts of which it finds equally many. So the instructions, which all prompts share, are brought to
//! whole blocks with blank lines, still within their own message, and the block after them is made each prompt's own by a
//! mark of white space: every prompt with these instructions finds them and nothing else, whatever was asked before. The same
//! text has the same mark, so that it gets the same answer, unless that may still be in the cache.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Tokens of one block of the engine's cache.
pub const BLOCK: usize = 32;

/// Tokens of a mark.
const MARK: usize = 16;

/// So many marks there are, as each token is one of three.
const MARKS: u32 = 3u32.pow(16);

/// The most tokens by which a prompt grows.
pub const GROWTH: usize = BLOCK - 1 + MARK;

/// What a prompt shares with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lead {
    /// The same for prompts that begin alike.
    pub id: u64,
    /// How many of the prompt's own tokens that are.
    pub tokens: usize,
    /// Where the mark stands.
    at: usize,
    /// What comes after it.
    text: u64,
}

/// Makes prompts ready for a cache of beginnings.
#[derive(Debug)]
pub struct Prefixes {
    /// Tokens that a reader passes over: a line end, a space, a tab.
    white: [u32; 3],
    /// All there are; in tests fewer, so that they run out.
    marks: u32,
    /// How many questions later a mark is surely out of the cache.
    memory: usize,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    /// Of late, the newest last.
    marks: VecDeque<Marked>,
    /// Counts cohorts.
    cohort: u64,
    /// What the last cohort began with.
    warm: Option<u64>,
}

#[derive(Debug)]
struct Marked {
    mark: u32,
    text: u64,
    cohort: u64,
}

impl Prefixes {
    /// For a cache of so many tokens. Every question takes at least one block that no other has, of those that were used
    /// longest ago; a mark is remembered for twice as many questions as there are blocks.
    #[must_use]
    pub fn new(white: [u32; 3], cache_tokens: usize) -> Self {
        Self {
            white,
            marks: MARKS,
            memory: 2 * cache_tokens.div_ceil(BLOCK),
            inside: Mutex::default(),
        }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes room in `prompt` behind its first `shared` tokens, which are its instructions: blank lines up to a whole block, and
    /// the place of a mark.
    #[must_use]
    pub fn place(&self, prompt: &mut Vec<u32>, shared: usize) -> Lead {
        let shared = shared.min(prompt.len());
        let (instructions, rest) = prompt.split_at(shared);
        let at = shared.next_multiple_of(BLOCK);
        let lead = Lead {
            id: number(instructions),
            tokens: shared,
            at,
            text: number(rest),
        };
        let [blank, ..] = self.white;
        let blanks = std::iter::repeat_n(blank, at - shared + MARK);
        prompt.splice(shared..shared, blanks);
        lead
    }

    /// The prompts that are marked from now on are read together.
    pub fn begin_cohort(&self) {
        self.inside().cohort += 1;
    }

    /// Marks a prompt that is about to be read.
    pub fn mark(&self, prompt: &mut [u32], lead: Lead) {
        let mut rest = self.free(lead.text);
        for token in prompt.iter_mut().skip(lead.at).take(MARK) {
            let [first, second, third] = self.white;
            *token = [first, second, third][(rest % 3) as usize];
            rest /= 3;
        }
    }

    /// The first mark, from the text's own on, that no prompt of late has; the same text read together with this one finds
    /// as much, so it may.
    fn free(&self, text: u64) -> u32 {
        let mut inside = self.inside();
        let cohort = inside.cohort;
        let is_taken = |other: &Marked, mark| {
            other.mark == mark && (other.text, other.cohort) != (text, cohort)
        };
        let mut mark = u32::try_from(text % u64::from(self.marks)).unwrap_or_default();
        while inside.marks.iter().any(|other| is_taken(other, mark)) {
            mark = (mark + 1) % self.marks;
        }
        inside.marks.push_back(Marked { mark, text, cohort });
        if inside.marks.len() > self.memory {
            inside.marks.pop_front();
        }
        mark
    }

    /// How many tokens of a prompt that leaves now are already in the cache.
    #[must_use]
    pub fn cached(&self, lead: Lead) -> usize {
        if self.inside().warm == Some(lead.id) {
            lead.tokens
        } else {
            0
        }
    }

    /// A prompt that begins so was read to its end.
    pub fn was_read(&self, lead: Lead) {
        self.inside().warm = Some(lead.id);
    }
}

fn number(tokens: &[u32]) -> u64 {
    let mut hasher = DefaultHasher::new();
    tokens.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
#[path = "prefix/tests.rs"]
mod tests;
