//! What prompts find in a cache like the engine's, cohort after cohort.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

const WHITE: [u32; 3] = [1, 2, 3];

/// A cache as the engine keeps it: blocks known by all tokens up to their end, taken from the front of a list of free ones,
/// put back at its end when no sequence holds them.
struct Cache {
    /// What each block holds; nothing that could be found where it is empty.
    holds: Vec<Vec<u32>>,
    users: Vec<usize>,
    free: VecDeque<usize>,
}

impl Cache {
    fn new(blocks: usize) -> Self {
        Self {
            holds: vec![Vec::new(); blocks],
            users: vec![0; blocks],
            free: (0..blocks).collect(),
        }
    }

    /// Takes blocks for a prompt, and says how many it found.
    fn take(&mut self, prompt: &[u32]) -> (Vec<usize>, usize) {
        let mut blocks = Vec::new();
        for end in (BLOCK..prompt.len()).step_by(BLOCK) {
            match self.holds.iter().position(|held| held == &prompt[..end]) {
                Some(block) => blocks.push(block),
                None => break,
            }
        }
        let found = blocks.len();
        self.free.retain(|block| !blocks.contains(block));
        while blocks.len() < prompt.len().div_ceil(BLOCK) {
            let block = self.free.pop_front().unwrap();
            self.holds[block].clear();
            blocks.push(block);
        }
        for block in &blocks {
            self.users[*block] += 1;
        }
        (blocks, found)
    }

    /// What was read is known from now on, and its blocks are free, the last first.
    fn give_back(&mut self, prompt: &[u32], blocks: &[usize]) {
        for (index, block) in blocks.iter().enumerate().rev() {
            let end = (index + 1) * BLOCK;
            if end <= prompt.len() {
                prompt[..end].clone_into(&mut self.holds[*block]);
            }
            self.users[*block] -= 1;
            if self.users[*block] == 0 {
                self.free.push_back(*block);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However small the cache and few the marks, so that both are used again.
    #[test]
    fn all_of_a_cohort_find_equally_many_blocks(
        instructions in prop::collection::vec(10u32..14, 1..100),
        others in prop::collection::vec(10u32..14, 1..100),
        cohorts in prop::collection::vec(
            (any::<bool>(), prop::collection::vec((10u32..12, 1usize..60), 1..5)), 1..40),
        marks in 70u32..200,
    ) {
        let mut cache = Cache::new(32);
        let prefixes = Prefixes { marks, ..Prefixes::new(WHITE, 32 * BLOCK) };
        for (which, pages) in cohorts {
            let shared = if which { &instructions } else { &others };
            prefixes.begin_cohort();
            let mut read = Vec::new();
            for (word, length) in pages {
                // Pages of one word begin alike for as long as they go.
                let page = [shared.as_slice(), &vec![word; length]].concat();
                let mut prompt = page.clone();
                let lead = prefixes.place(&mut prompt, shared.len());
                prefixes.mark(&mut prompt, lead);
                prop_assert_eq!(lead.tokens, shared.len());
                prop_assert!(prompt.len() <= page.len() + GROWTH);
                let text: Vec<u32> = prompt.iter().copied().filter(|token| !WHITE.contains(token)).collect();
                prop_assert_eq!(text, page);
                let (blocks, found) = cache.take(&prompt);
                read.push((prompt, blocks, found));
            }
            let found: Vec<usize> = read.iter().map(|(_, _, found)| *found).collect();
            prop_assert!(found.iter().all(|blocks| blocks == &found[0]), "{:?}", found);
            for (prompt, blocks, _) in read {
                cache.give_back(&prompt, &blocks);
            }
        }
    }
}

/// A short prompt, read alone.
fn read(prefixes: &Prefixes) -> Vec<u32> {
    let mut prompt = vec![10, 11, 12];
    let lead = prefixes.place(&mut prompt, 2);
    prefixes.begin_cohort();
    prefixes.mark(&mut prompt, lead);
    prompt
}

#[test]
fn a_text_gets_the_same_mark_in_every_run_and_another_while_that_may_be_in_the_cache() {
    let (prefixes, others) = (Prefixes::new(WHITE, 32), Prefixes::new(WHITE, 32));
    let first = read(&prefixes);
    assert_eq!(read(&others), first);
    assert_ne!(read(&prefixes), first);
    // What is out of the cache is free again.
    assert_ne!(read(&prefixes), first);
    assert_eq!(read(&prefixes), first);
}

#[test]
fn the_same_text_has_the_same_mark_in_all_of_a_cohort() {
    let prefixes = Prefixes::new(WHITE, 64);
    let mut prompt = vec![10, 11, 12];
    let lead = prefixes.place(&mut prompt, 2);
    let mut twin = prompt.clone();
    read(&prefixes);
    prefixes.begin_cohort();
    prefixes.mark(&mut prompt, lead);
    prefixes.mark(&mut twin, lead);
    assert_eq!(prompt, twin);
    assert_ne!(prompt, read(&Prefixes::new(WHITE, 64)));
}

#[test]
fn instructions_are_found_again_by_the_next_cohort() {
    let mut cache = Cache::new(32);
    let prefixes = Prefixes::new(WHITE, 32 * BLOCK);
    let mut found = Vec::new();
    for word in 20..24 {
        let mut prompt = vec![10; 40];
        prompt.extend([word; 50]);
        let lead = prefixes.place(&mut prompt, 40);
        prefixes.begin_cohort();
        prefixes.mark(&mut prompt, lead);
        let (blocks, hits) = cache.take(&prompt);
        cache.give_back(&prompt, &blocks);
        found.push(hits);
    }
    assert_eq!(found, [0, 2, 2, 2]);
}

#[test]
fn only_what_the_last_cohort_began_with_counts_as_cached() {
    let prefixes = Prefixes::new(WHITE, 64);
    let lead = |id, tokens| Lead {
        id,
        tokens,
        ..Lead::default()
    };
    let (one, other) = (lead(1, 40), lead(2, 50));
    assert_eq!(prefixes.cached(one), 0);
    prefixes.was_read(one);
    assert_eq!((prefixes.cached(one), prefixes.cached(other)), (40, 0));
    prefixes.was_read(other);
    assert_eq!((prefixes.cached(one), prefixes.cached(other)), (0, 50));
}
