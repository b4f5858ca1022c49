//! How much of a prompt the engine still has from those before it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::engine::memory::BLOCK;

/// The prompt that was read last.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<Vec<u32>>);

impl Kept {
    fn last(&self) -> MutexGuard<'_, Vec<u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tokens of `prompt` that are not computed again: the engine finds whole blocks, and computes at least the last token.
    /// Of an earlier prompt it may find more.
    pub(super) fn of(&self, prompt: &[u32]) -> usize {
        let last = self.last();
        let alike = prompt.iter().zip(last.iter());
        let alike = alike.take_while(|(one, other)| one == other).count();
        alike.min(prompt.len().saturating_sub(1)) / BLOCK * BLOCK
    }

    /// A question with this prompt was answered.
    pub(super) fn was_read(&self, prompt: &[u32]) {
        prompt.clone_into(&mut self.last());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_blocks_of_the_last_prompt_are_kept_and_never_all_of_one() {
        let kept = Kept::default();
        let prompt = |word: u32| [vec![1; 70], vec![word; 26]].concat();
        assert_eq!(kept.of(&prompt(2)), 0);
        kept.was_read(&prompt(2));
        assert_eq!(kept.of(&prompt(3)), 64);
        assert_eq!(kept.of(&prompt(2)), 64);
        assert_eq!(kept.of(&[prompt(2), vec![4]].concat()), 96);
        assert_eq!(kept.of(&[9; 90]), 0);
    }
}
