//! What prompts find in a cache like the engine's, cohort after cohort.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

const WHITE: [u32; 3] = [1, 2, 3];
/// Of a message.
const END: u32 = 9;

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

    /// However small the cache, and however alike the pages begin.
    #[test]
    fn all_of_a_cohort_find_equally_many_blocks(
        instructions in prop::collection::vec(10u32..14, 1..100),
        others in prop::collection::vec(10u32..14, 1..100),
        cohorts in prop::collection::vec(
            (any::<bool>(), prop::collection::vec((10u32..12, 1usize..90), 1..5)), 1..40),
    ) {
        let mut cache = Cache::new(40);
        let prefixes = Prefixes::new(WHITE, 40 * BLOCK);
        for (which, pages) in cohorts {
            let shared = if which { &instructions } else { &others };
            prefixes.begin_cohort();
            let mut prompts = Vec::new();
            for (word, length) in pages {
                // Pages of one word begin alike for as long as they go.
                let page = [shared.as_slice(), &vec![word; length]].concat();
                let mut prompt = page.clone();
                let lead = prefixes.place(&mut prompt, shared.len());
                prefixes.mark(&mut prompt, lead);
                prop_assert!(prompt.len() <= page.len() + GROWTH);
                let text: Vec<u32> = prompt.iter().copied().filter(|token| !WHITE.contains(token)).collect();
                prop_assert_eq!(text, page);
                prompts.push(prompt);
            }
            let longest = prompts.iter().map(Vec::len).max().unwrap();
            let mut read = Vec::new();
            for mut prompt in prompts {
                // Behind the page, before the end that all chats have.
                prompt.resize(longest, WHITE[0]);
                prompt.push(END);
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

    #[test]
    fn no_two_marks_are_alike(one in 0..=LAST_MARK, other in 0..=LAST_MARK) {
        let prefixes = Prefixes::new(WHITE, 64);
        prop_assert_eq!(prefixes.digits(one) == prefixes.digits(other), one == other);
        prop_assert!(prefixes.digits(one).len() <= MARK);
    }
}

/// Instructions of so many tokens and a page of 50 times one word.
fn page(instructions: usize, word: u32) -> Vec<u32> {
    let mut prompt = vec![10; instructions];
    prompt.extend([word; 50]);
    prompt
}

/// One page, read alone.
fn read(prefixes: &Prefixes, word: u32) -> Vec<u32> {
    let mut prompt = page(40, word);
    let lead = prefixes.place(&mut prompt, 40);
    prefixes.begin_cohort();
    prefixes.mark(&mut prompt, lead);
    prompt
}

#[test]
fn a_page_is_marked_only_while_one_that_begins_the_same_may_be_in_the_cache() {
    let prefixes = Prefixes::new(WHITE, 32);
    // Each of these takes one block and a part of another; two are remembered beside the newest.
    assert_eq!(read(&prefixes, 20), page(40, 20));
    assert_eq!(read(&prefixes, 21), page(40, 21));
    let marked = read(&prefixes, 20);
    assert_eq!(marked[..40], page(40, 20)[..40]);
    assert_eq!(marked[40..], [&[1], &page(40, 20)[40..]].concat());
    // What is out of the cache is free again.
    read(&prefixes, 22);
    assert_eq!(read(&prefixes, 20), page(40, 20));
}

#[test]
fn pages_of_one_cohort_that_begin_alike_have_the_same_mark() {
    let prefixes = Prefixes::new(WHITE, 64);
    read(&prefixes, 20);
    prefixes.begin_cohort();
    let mut other = page(40, 20);
    other[80] = 21;
    let mut marked = [page(40, 20), page(40, 20), other];
    for prompt in &mut marked {
        let lead = prefixes.place(prompt, 40);
        prefixes.mark(prompt, lead);
    }
    assert_ne!(marked[0], page(40, 20));
    assert_eq!(marked[0], marked[1]);
    assert_eq!(marked[0][..80], marked[2][..80]);
}

#[test]
fn instructions_that_leave_no_room_for_a_mark_go_on_to_the_end_of_their_block() {
    let prefixes = Prefixes::new(WHITE, 64);
    let (mut prompt, mut roomy) = (page(60, 20), page(56, 20));
    let lead = prefixes.place(&mut prompt, 60);
    assert_eq!((prompt.len(), lead.tokens), (60 + 4 + 50, 64));
    prefixes.was_read(lead);
    assert_eq!(prefixes.cached(lead), 60);
    assert_eq!(prefixes.place(&mut roomy, 56).tokens, 32);
    assert_eq!(roomy, page(56, 20));
}

#[test]
fn instructions_are_found_again_by_the_next_cohort() {
    let mut cache = Cache::new(32);
    let prefixes = Prefixes::new(WHITE, 32 * BLOCK);
    let mut found = Vec::new();
    for word in [20, 21, 22, 21] {
        let prompt = read(&prefixes, word);
        let (blocks, hits) = cache.take(&prompt);
        cache.give_back(&prompt, &blocks);
        found.push(hits);
    }
    assert_eq!(found, [0, 1, 1, 1]);
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
