//! Trains and applies a byte-level BPE tokenizer in the style of GPT-2, with Qwen2's pre-tokenizer.
//!
//! Sennrich et al. 2016, "Neural Machine Translation of Rare Words with Subword Units"; the printable alphabet for
//! bytes is that of GPT-2.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

use regex::Regex;

type Pair = (u32, u32);

/// A trained tokenizer: ids 0..256 are the bytes, the rest were merged.
pub struct Bpe {
    tokens: Vec<Vec<u8>>,
    merges: Vec<Pair>,
    ranks: HashMap<Pair, (usize, u32)>,
    pieces: Regex,
}

impl Bpe {
    /// Trains on `corpus` until there are `vocab_size` tokens, or nothing is left to merge.
    /// The most frequent pair is merged first, the smaller ids among equals, so the result depends on the corpus only.
    pub fn train(corpus: &str, vocab_size: usize) -> Self {
        let mut bpe = Self {
            tokens: (0..=u8::MAX).map(|byte| vec![byte]).collect(),
            merges: Vec::new(),
            ranks: HashMap::new(),
            pieces: piece_pattern(),
        };
        let mut ids: HashMap<Vec<u8>, u32> = HashMap::new();
        let mut words = bpe.count_pieces(corpus);
        let mut counts = HashMap::new();
        for (word, count) in &words {
            add_pairs(&mut counts, word, *count);
        }
        while bpe.tokens.len() < vocab_size {
            let ranked = counts.iter().filter(|(_, count)| **count > 0);
            let Some((&pair, _)) = ranked.max_by_key(|(pair, count)| (**count, Reverse(**pair)))
            else {
                break;
            };
            let id = bpe.add_merge(pair, &mut ids);
            for (word, count) in &mut words {
                if word.windows(2).any(|two| (two[0], two[1]) == pair) {
                    add_pairs(&mut counts, word, -*count);
                    merge(word, pair, id);
                    add_pairs(&mut counts, word, *count);
                }
            }
            counts.remove(&pair);
        }
        bpe
    }

    /// Two merges may spell the same token, which then has one id.
    fn add_merge(&mut self, pair: Pair, ids: &mut HashMap<Vec<u8>, u32>) -> u32 {
        let spelling = [self.bytes(pair.0), self.bytes(pair.1)].concat();
        let next = u32::try_from(self.tokens.len()).unwrap();
        let id = *ids.entry(spelling.clone()).or_insert(next);
        if id == next {
            self.tokens.push(spelling);
        }
        self.ranks.insert(pair, (self.merges.len(), id));
        self.merges.push(pair);
        id
    }

    fn count_pieces(&self, corpus: &str) -> Vec<(Vec<u32>, i64)> {
        let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
        for piece in self.split(corpus) {
            *counts.entry(piece).or_default() += 1;
        }
        let word = |piece: &str| piece.bytes().map(u32::from).collect();
        counts
            .into_iter()
            .map(|(piece, count)| (word(piece), count))
            .collect()
    }

    fn bytes(&self, id: u32) -> &[u8] {
        &self.tokens[id as usize]
    }

    /// The tokens in order of their ids, in GPT-2's printable alphabet.
    pub fn tokens(&self) -> Vec<String> {
        self.tokens.iter().map(|bytes| printable(bytes)).collect()
    }

    /// The merges in order of their rank, as `left right`.
    pub fn merges(&self) -> Vec<String> {
        let side = |id: u32| printable(self.bytes(id));
        self.merges
            .iter()
            .map(|(left, right)| format!("{} {}", side(*left), side(*right)))
            .collect()
    }

    /// Splits text as Qwen2's pre-tokenizer does, including its look-ahead `\s+(?!\S)`, which gives the last of
    /// several blanks to the word after it.
    pub fn split<'a>(&self, text: &'a str) -> Vec<&'a str> {
        let mut pieces = Vec::new();
        let mut start = 0;
        while let Some(found) = self.pieces.find_at(text, start) {
            let piece = found.as_str();
            let mut end = found.end();
            let blank = piece.chars().all(char::is_whitespace) && !piece.ends_with(['\r', '\n']);
            if let Some(last) = piece.chars().next_back()
                && blank
                && end < text.len()
                && last.len_utf8() < piece.len()
            {
                end -= last.len_utf8();
            }
            pieces.push(&text[start..end]);
            start = end;
        }
        pieces
    }

    /// The ids of a text: in each piece, the merge of lowest rank is applied first, everywhere.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        for piece in self.split(text) {
            let mut word: Vec<u32> = piece.bytes().map(u32::from).collect();
            let lowest = |word: &[u32]| {
                let pairs = word.windows(2).map(|two| (two[0], two[1]));
                pairs
                    .filter_map(|pair| self.ranks.get(&pair).map(|rank| (rank.0, pair, rank.1)))
                    .min()
            };
            while let Some((_, pair, id)) = lowest(&word) {
                merge(&mut word, pair, id);
            }
            ids.extend(word);
        }
        ids
    }

    /// The bytes the ids stand for.
    pub fn decode(&self, ids: &[u32]) -> Vec<u8> {
        ids.iter().flat_map(|id| self.bytes(*id)).copied().collect()
    }
}

/// Qwen2's pre-tokenizer without its look-ahead, see [`Bpe::split`].
fn piece_pattern() -> Regex {
    let contractions = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    let words = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}";
    let others = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+";
    Regex::new(&format!("{contractions}|{words}|{others}")).unwrap()
}

fn add_pairs(counts: &mut HashMap<Pair, i64>, word: &[u32], count: i64) {
    for two in word.windows(2) {
        *counts.entry((two[0], two[1])).or_default() += count;
    }
}

fn merge(word: &mut Vec<u32>, pair: Pair, id: u32) {
    let mut at = 0;
    while at + 1 < word.len() {
        if (word[at], word[at + 1]) == pair {
            word[at] = id;
            word.remove(at + 1);
        }
        at += 1;
    }
}

/// GPT-2's alphabet: printable Latin-1 stands for itself, the other bytes for the letters from U+0100 on.
fn printable(bytes: &[u8]) -> String {
    let plain = |byte: u8| matches!(byte, 0x21..=0x7E | 0xA1..=0xAC | 0xAE..=0xFF);
    let letter = |byte: u8| {
        if plain(byte) {
            char::from(byte)
        } else {
            let before = (0..byte).filter(|byte| !plain(*byte)).count();
            char::from_u32(0x100 + u32::try_from(before).unwrap()).unwrap()
        }
    };
    bytes.iter().map(|byte| letter(*byte)).collect()
}
