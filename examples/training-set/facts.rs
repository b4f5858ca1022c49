//! Facts: where a page states what, by its marks or by its labels.
//!
//! A generated page carries its labels as marks, private-use characters around the words that state a fact: `U+E000`,
//! `U+E010` plus the key's index, for enums `U+E030` plus the member's index, the words, `U+E001`. The page is read
//! with and without its marks; where both give the same blocks, every mark names its block and its words exactly.
//! Pages without marks bring `labels`, whose words are looked up in the blocks.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use serde_json::{Value, json};
use smelt::extract::evidence;
use smelt::extract::wire::{Ask, Shape};
use smelt::page::{self, Block, Format, Limits, Page};
use smelt::posting::terms;

use crate::{Counts, Record};

const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';
const KEY: u32 = 0xe010;
const MEMBER: u32 = 0xe030;
const MARKS: RangeInclusive<char> = '\u{e000}'..='\u{e0ff}';

/// Where a page states a key: block ids with words, or with the enum member.
#[derive(Default)]
pub struct Facts {
    pub stated: BTreeMap<Ask, Vec<(u32, String)>>,
    pub unknown: BTreeSet<Ask>,
}

/// The page as smelt reads it, and what it states; nothing where the marks did not stay with their words.
pub fn read(record: &Record, counts: &mut Counts) -> Option<(Page, Facts)> {
    let (source, format) = match (&record.html, &record.text) {
        (Some(html), _) => (html, Format::Html),
        (None, Some(text)) => (text, Format::Text),
        (None, None) => return None,
    };
    let limits = Limits::default();
    let plain = unmarked(source);
    let Ok(page) = page::read(plain.as_bytes(), format, &limits) else {
        counts.unreadable += 1;
        return None;
    };
    let mut facts = Facts {
        unknown: record.unknown.iter().filter_map(|key| ask(key)).collect(),
        ..Facts::default()
    };
    if plain.len() < source.len() {
        let marked = page::read(source.as_bytes(), format, &limits).ok()?;
        let same = marked.blocks.len() == page.blocks.len()
            && (marked.blocks.iter().zip(&page.blocks))
                .all(|(one, two)| unmarked(marked.text_of(one)) == page.text_of(two));
        let read = same
            && (marked.blocks.iter())
                .all(|block| marks(block.id, marked.text_of(block), &mut facts).is_some());
        if !read {
            counts.marks_moved += 1;
            return None;
        }
    }
    for (key, label) in &record.labels {
        if let Some(ask) = ask(key)
            && !look_up(&page, ask, label, &mut facts)
        {
            facts.unknown.insert(ask);
            *counts.not_found.entry(ask.key()).or_default() += 1;
        }
    }
    Some((page, facts))
}

fn ask(key: &str) -> Option<Ask> {
    Ask::ALL.into_iter().find(|ask| ask.key() == key)
}

fn unmarked(text: &str) -> String {
    text.chars()
        .filter(|letter| !MARKS.contains(letter))
        .collect()
}

/// The facts marked in one block; `None` when a mark is broken.
fn marks(id: u32, text: &str, facts: &mut Facts) -> Option<()> {
    let mut open: Vec<(Ask, Option<&'static str>, String)> = Vec::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            OPEN => {
                let index = (letters.next()? as u32).checked_sub(KEY)?;
                let ask = *Ask::ALL.get(usize::try_from(index).ok()?)?;
                let member = match ask.shape() {
                    Shape::Enum(members) => {
                        let index = (letters.next()? as u32).checked_sub(MEMBER)?;
                        Some(*members.get(usize::try_from(index).ok()?)?)
                    }
                    _ => None,
                };
                open.push((ask, member, String::new()));
            }
            CLOSE => {
                let (ask, member, words) = open.pop()?;
                let words = member.map_or_else(|| words.trim().to_owned(), str::to_owned);
                facts.stated.entry(ask).or_default().push((id, words));
            }
            _ => {
                for (_, _, words) in &mut open {
                    words.push(letter);
                }
            }
        }
    }
    open.is_empty().then_some(())
}

/// Finds a label of the input on the page: words, `{"member": .., "words": ..}`, or a list of blocks or words.
fn look_up(page: &Page, ask: Ask, label: &Value, facts: &mut Facts) -> bool {
    let found: Vec<(u32, String)> = match (ask.shape(), label) {
        (_, Value::Null) => return true,
        (Shape::Enum(_), _) => members(page, ask, label),
        (Shape::Quote(_), Value::String(words)) => places(page, words),
        (Shape::Words(_), Value::Array(items)) => {
            let items = items.iter().filter_map(Value::as_str);
            items.flat_map(|words| places(page, words)).collect()
        }
        (Shape::Lines(_), Value::Array(items)) => {
            let wanted: BTreeSet<String> = items
                .iter()
                .filter_map(Value::as_str)
                .map(letters)
                .collect();
            let is_wanted = |block: &&Block| wanted.contains(&letters(page.text_of(block)));
            let blocks = page.blocks.iter().filter(is_wanted);
            let found: Vec<_> = blocks.map(|block| (block.id, String::new())).collect();
            if found.len() < items.len().div_ceil(2) {
                return false;
            }
            found
        }
        _ => return false,
    };
    let any = !found.is_empty();
    facts.stated.entry(ask).or_default().extend(found);
    any
}

fn letters(text: &str) -> String {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Every block that holds the words as whole words, else the first that holds them loosely.
fn places(page: &Page, words: &str) -> Vec<(u32, String)> {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let inside = |block: &&Block| {
        let text = page.text_of(block);
        text.match_indices(&words).any(|(start, found)| {
            let before = text.get(..start).and_then(|part| part.chars().next_back());
            let after = text
                .get(start + found.len()..)
                .and_then(|part| part.chars().next());
            ![before, after]
                .into_iter()
                .flatten()
                .any(char::is_alphanumeric)
        })
    };
    let blocks = page.blocks.iter().filter(inside);
    let mut found: Vec<_> = blocks.map(|block| (block.id, words.clone())).collect();
    if found.is_empty()
        && let Some(loose) = evidence::find(page, &page.blocks, &words)
        && let Some(verbatim) = page.text.get(loose.span.start..loose.span.end)
    {
        found.push((loose.span.block, verbatim.to_owned()));
    }
    found
}

/// Blocks that state an enum member: those with the given words, else those with a word of the member.
fn members(page: &Page, ask: Ask, label: &Value) -> Vec<(u32, String)> {
    let Some(member) = label.get("member").and_then(Value::as_str) else {
        return Vec::new();
    };
    if let Some(words) = label.get("words").and_then(Value::as_str) {
        let found = places(page, words);
        return found
            .into_iter()
            .map(|(id, _)| (id, member.to_owned()))
            .collect();
    }
    let names = |block: &&Block| {
        let text = page.text_of(block);
        let named: Vec<Value> = match ask {
            Ask::JobType => terms::job_types(text).iter().map(|m| json!(m)).collect(),
            Ask::Remote => terms::remote_types(text).iter().map(|m| json!(m)).collect(),
            _ => terms::levels(text).iter().map(|m| json!(m)).collect(),
        };
        named.iter().any(|name| name == member)
    };
    let blocks = page.blocks.iter().filter(names);
    blocks.map(|block| (block.id, member.to_owned())).collect()
}
