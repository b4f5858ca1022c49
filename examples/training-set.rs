//! Turns labelled pages into training samples for a small model: smelt's own prompt and wire format, nothing else.
//!
//! `training-set < pages.jsonl > samples.jsonl`; see `models/demo/train/generate.py` for the input.
//!
//! A generated page carries its labels as marks, private-use characters around the words that state a fact: `U+E000`,
//! `U+E010` plus the key's index, for enums `U+E030` plus the member's index, the words, `U+E001`. The page is read
//! with and without its marks; where both give the same blocks, every mark names its block and its words exactly.
//! Pages without marks bring `labels`, whose words are looked up in the blocks.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufWriter, Write};

use clap::Parser;
use serde::Deserialize;
use serde_json::{Value, json};
use smelt::extract::answer::{self, Given};
use smelt::extract::evidence;
use smelt::extract::expand::{Shown, expand};
use smelt::extract::normalise::Normaliser;
use smelt::extract::prompt;
use smelt::extract::wire::{Ask, Shape};
use smelt::page::{self, Block, BlockKind, Format, Limits, Page};
use smelt::posting::terms;

const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';
const KEY: u32 = 0xe010;
const MEMBER: u32 = 0xe030;
const MARKS: std::ops::RangeInclusive<char> = '\u{e000}'..='\u{e0ff}';

/// As in smelt's own questions.
const DIGEST_CHARS: usize = 300;
/// A page with fewer blocks is never asked about in parts.
const LEAST_CHUNKED: usize = 16;

/// Read labelled pages from stdin and write training samples.
#[derive(Parser)]
struct Arguments {
    /// Only print the numbered blocks of each page.
    #[arg(long)]
    pages: bool,
    /// Only print prompts, without answers; for records that have no labels.
    #[arg(long)]
    prompts: bool,
    /// One in so many samples asks about a part of the page, and one about some keys only; 0 for none.
    #[arg(long, default_value_t = 12)]
    variants: u64,
}

#[derive(Deserialize)]
struct Record {
    id: String,
    #[serde(default)]
    family: String,
    html: Option<String>,
    text: Option<String>,
    /// A key that is missing is not stated on the page.
    #[serde(default)]
    labels: BTreeMap<String, Value>,
    /// Keys of which nothing is known: answered, but not trained on.
    #[serde(default)]
    unknown: Vec<String>,
}

/// Where a page states a key: block ids with words, or with the enum member.
#[derive(Default)]
struct Facts {
    stated: BTreeMap<Ask, Vec<(u32, String)>>,
    unknown: BTreeSet<Ask>,
}

#[derive(Default)]
struct Counts {
    samples: u64,
    unreadable: u64,
    marks_moved: u64,
    not_found: BTreeMap<&'static str, u64>,
    refused: BTreeMap<&'static str, (u64, Vec<String>)>,
    stated: BTreeMap<&'static str, u64>,
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut counts = Counts::default();
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let record: Record = serde_json::from_str(&line)?;
        let Some((page, facts)) = read(&record, &mut counts) else {
            continue;
        };
        let written = if arguments.pages {
            let blocks: String = page.blocks.iter().map(|b| prompt::line(&page, b)).collect();
            writeln!(out, "=== {} {}\n{blocks}", record.id, record.family)
        } else if arguments.prompts {
            let user = prompt::user(&page, &page.blocks, "");
            let value = json!({"id": record.id, "system": prompt::SYSTEM, "user": user});
            writeln!(out, "{value}")
        } else {
            let sample = sample(&record, &page, &facts, arguments.variants, &mut counts);
            writeln!(out, "{sample}")
        };
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            other => other?,
        }
    }
    let _ = out.flush();
    report(&counts);
    Ok(())
}

fn read(record: &Record, counts: &mut Counts) -> Option<(Page, Facts)> {
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

fn sample(
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
    let shown = |id: u32| {
        blocks.first().is_some_and(|b| b.id <= id) && blocks.last().is_some_and(|b| b.id >= id)
    };
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
    let is_title = |block: &&Block| matches!(block.kind, BlockKind::Title | BlockKind::Heading(1));
    let mut head: Vec<&Block> = page.blocks.iter().filter(is_title).take(2).collect();
    for block in page.blocks.iter().take(3) {
        if !head.contains(&block) {
            head.push(block);
        }
    }
    let text: Vec<&str> = head.iter().map(|block| page.text_of(block)).collect();
    let digest = text.join(" / ").chars().take(DIGEST_CHARS).collect();
    (page.blocks.get(cut..).unwrap_or_default(), Some(digest))
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

fn report(counts: &Counts) {
    eprintln!(
        "samples {}, unreadable {}, marks moved {}",
        counts.samples, counts.unreadable, counts.marks_moved
    );
    eprintln!("stated {:?}", counts.stated);
    eprintln!("labels not found {:?}", counts.not_found);
    for (key, (count, examples)) in &counts.refused {
        eprintln!("refused {key} {count}: {examples:?}");
    }
}
