//! Samples: smelt's own question about a page, with the answer that its facts give.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use smelt::extract::answer::{self, Given};
use smelt::extract::expand::{Shown, expand};
use smelt::extract::normalise::Normaliser;
use smelt::extract::wire::{Ask, Shape};
use smelt::extract::{chunk, prompt};
use smelt::page::{Block, Page};

use crate::facts::Facts;
use crate::{Counts, Record};

/// A page with fewer blocks is never asked about in parts.
const LEAST_CHUNKED: usize = 16;

/// `SplitMix64` over an FNV hash of the id: the same choices on every run.
struct Choice(u64);

impl Choice {
    fn of(id: &str) -> Self {
        Self(id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    /// A number below `below`.
    fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % below.max(1) as u64).unwrap_or_default()
    }
}

/// One question about a page, or about a part of it or some keys only, and its answer in parts.
pub fn sample(
    record: &Record,
    page: &Page,
    facts: &Facts,
    variants: u64,
    counts: &mut Counts,
) -> Value {
    let mut choice = Choice::of(&record.id);
    let every = usize::try_from(variants).unwrap_or(usize::MAX);
    let in_part = every > 0 && page.blocks.len() >= LEAST_CHUNKED && choice.below(every) == 0;
    let some_keys = every > 0 && choice.below(every) == 0;
    let (blocks, digest) = if in_part {
        part(page, &mut choice)
    } else {
        (page.blocks.as_slice(), None)
    };
    let (asks, remark) = if some_keys {
        some(&mut choice)
    } else {
        (Ask::ALL.to_vec(), None)
    };
    let kept;
    let blocks = if remark.is_some() {
        kept = thinned(blocks, &asks, facts, &mut choice);
        kept.as_slice()
    } else {
        blocks
    };
    let shown = |id: u32| blocks.binary_search_by_key(&id, |block| block.id).is_ok();
    let mut parts: Vec<Value> = Vec::new();
    let mut whole = String::new();
    for (index, ask) in asks.iter().enumerate() {
        let none = Vec::new();
        let stated = facts.stated.get(ask).unwrap_or(&none);
        let stated: Vec<&(u32, String)> = stated.iter().filter(|(id, _)| shown(*id)).collect();
        let start = if index == 0 { "{" } else { ", " };
        let text = format!("{start}\"{}\": {}", ask.key(), value(*ask, &stated));
        whole.push_str(&text);
        let train = !facts.unknown.contains(ask);
        if train && !stated.is_empty() {
            *counts.stated.entry(ask.key()).or_default() += 1;
        }
        parts.push(json!([text, train, ask.key()]));
    }
    whole.push('}');
    parts.push(json!(["}", true, "end"]));
    counts.samples += 1;
    check(page, blocks, &whole, &asks, counts);
    let only = (asks.len() < Ask::ALL.len()).then_some(asks.as_slice());
    let head = prompt::head(only, remark, digest.as_deref());
    let user = prompt::user(page, blocks, &head);
    json!({
        "id": record.id, "family": record.family, "system": prompt::SYSTEM, "user": user, "answer_parts": parts,
    })
}

/// The first or a later part of a page, as a model of small context gets it.
fn part<'a>(page: &'a Page, choice: &mut Choice) -> (&'a [Block], Option<String>) {
    let count = page.blocks.len();
    let cut = count / 4 + choice.below(count / 2);
    if choice.below(3) == 0 {
        return (page.blocks.get(..cut).unwrap_or_default(), None);
    }
    let digest = chunk::digest(page, &chunk::head(page));
    (page.blocks.get(cut..).unwrap_or_default(), Some(digest))
}

/// The lines that state what is asked again, and some of the others: smelt shows those that could state it.
fn thinned(blocks: &[Block], asks: &[Ask], facts: &Facts, choice: &mut Choice) -> Vec<Block> {
    let states = |block: &Block| {
        let mut stated = asks.iter().filter_map(|ask| facts.stated.get(ask));
        stated.any(|stated| stated.iter().any(|(id, _)| *id == block.id))
    };
    let one_in = 1 + choice.below(6);
    let mut kept: Vec<Block> = Vec::new();
    for block in blocks {
        if states(block) || choice.below(one_in) == 0 {
            kept.push(block.clone());
        }
    }
    if kept.is_empty() {
        blocks.to_vec()
    } else {
        kept
    }
}

/// Some keys only: few after a failed answer, all but few where the page states facts as data.
fn some(choice: &mut Choice) -> (Vec<Ask>, Option<&'static str>) {
    let again = choice.below(2) == 0;
    let wanted = if again {
        1 + choice.below(5)
    } else {
        8 + choice.below(9)
    };
    let mut asks: Vec<Ask> = Ask::ALL.to_vec();
    while asks.len() > wanted {
        asks.remove(choice.below(asks.len()));
    }
    (asks, again.then_some(prompt::REMARK))
}

/// The value in the wire's spelling.
fn value(ask: Ask, stated: &[&(u32, String)]) -> String {
    match (ask.shape(), stated.first()) {
        (Shape::Quote(most), Some((id, words))) => {
            format!("[{id}, {}]", json!(cut(words, most)))
        }
        (Shape::Quote(_), None) => "null".to_owned(),
        (Shape::Enum(_), Some((id, member))) => format!("[{id}, {}]", json!(member)),
        (Shape::Enum(_), None) => "\"not_stated\"".to_owned(),
        (Shape::Words(most), _) => {
            let mut seen = BTreeSet::new();
            let words: Vec<String> = stated
                .iter()
                .map(|(_, words)| cut(words, 40))
                .filter(|words| !words.is_empty() && seen.insert(words.to_lowercase()))
                .take(most)
                .map(|words| json!(words).to_string())
                .collect();
            format!("[{}]", words.join(", "))
        }
        (Shape::Lines(most), _) => {
            let ids: BTreeSet<u32> = stated.iter().map(|(id, _)| *id).collect();
            let mut runs: Vec<(u32, u32)> = Vec::new();
            for id in ids {
                match runs.last_mut() {
                    Some((_, last)) if *last + 1 == id => *last = id,
                    _ => runs.push((id, id)),
                }
            }
            let runs: Vec<String> = runs
                .into_iter()
                .take(most)
                .map(|(first, last)| {
                    if first == last {
                        first.to_string()
                    } else {
                        format!("[{first}, {last}]")
                    }
                })
                .collect();
            format!("[{}]", runs.join(", "))
        }
    }
}

/// At most so many characters, in whole words.
fn cut(words: &str, most: usize) -> String {
    if words.chars().count() <= most {
        return words.to_owned();
    }
    let short: String = words.chars().take(most + 1).collect();
    short.rsplit_once(' ').map_or_else(
        || short.chars().take(most).collect(),
        |(head, _)| head.to_owned(),
    )
}

/// What smelt itself would not accept of this answer is a defect of the labels.
fn check(page: &Page, blocks: &[Block], whole: &str, asks: &[Ask], counts: &mut Counts) {
    let answer = answer::parse(whole, asks);
    let normaliser = Normaliser {
        fetched: Some(jiff::civil::date(2024, 6, 15)),
        ..Normaliser::default()
    };
    let shown = Shown {
        page,
        blocks,
        head: &[],
    };
    let expansion = expand(shown, &answer, asks, &normaliser);
    for ask in &expansion.failed {
        let words = match answer.get(ask) {
            Some(Given::Quote(_, words)) => words.clone(),
            other => format!("{other:?}"),
        };
        let refused = counts.refused.entry(ask.key()).or_default();
        refused.0 += 1;
        if refused.1.len() < 12 {
            refused.1.push(words);
        }
    }
}
