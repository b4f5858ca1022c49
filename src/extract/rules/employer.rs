//! The employer: a name that a page uses the way only an employer's name is used, more than once.

use std::ops::Range;

use super::votes::Ballot;
use crate::extract::normalise::Normaliser;
use crate::extract::reading::{Reading, Source, Span};
use crate::extract::wire::Ask;
use crate::page::{Block, Page};
use crate::pattern::Pattern;

/// How far a name is trusted that turns of phrase point at: 108 of 111 such names on the development pages are right.
const POINTED_AT: f64 = 0.8;
/// Points a name needs, and the lead it needs over the next one.
const LEAST: usize = 3;
const LEAD: usize = 2;

/// A capitalised name of up to five words.
const NAME: &str =
    r"(?P<n>[A-Z0-9][\w&.'’-]*(?: (?:of |and |& |for |the )*[A-Z0-9][\w&.'’-]*){0,4})";

/// Turns of phrase around a name, with how much each says. `{}` stands for the name.
static TURNS: [(usize, Pattern); 10] = [
    turn(3, r"^(?:About|Why|Life at|Working at|Über) {}[?:]?$"),
    turn(
        3,
        r"\b{} (?:is|are) (?:proud to be |proudly |committed to being )?an? (?:equal|affirmative|EEO|AA)",
    ),
    turn(
        3,
        r"\b{} (?:does not|doesn['’]t|do not|prohibits|will not) (?:unlawfully )?(?:discriminat|toler)",
    ),
    turn(
        2,
        r"\b{} (?:provides|offers|is committed to|values|celebrates|supports) (?:equal|a competitive|competitive|diversity|an? (?:inclusive|diverse))",
    ),
    turn(
        2,
        r"\b(?:At|Here at|Bei|Chez) {},? (?:we|our|you|every|wir|nous)\b",
    ),
    turn(
        2,
        r"\b{} (?:is|are) (?:currently |now |actively )?(?:looking|hiring|seeking|searching|recruiting|growing)\b",
    ),
    turn(
        2,
        r"\b(?:[Jj]oin|[Jj]oining|careers? at|work(?:ing)? (?:at|for)|employees of|employed by|team at) (?:the )?{}",
    ),
    turn(
        1,
        r"\b{}['’]s (?:mission|team|vision|values|culture|employees|benefits|products?|customers)\b",
    ),
    turn(
        1,
        r"\b{} (?:is|was) (?:a|an|the|founded|one|building|on a mission)\b",
    ),
    // Public bodies have names of a kind, and their pages repeat them.
    (
        1,
        Pattern::new(
            r"(?x)\b(?P<n> (?:[A-Z][a-z’'-]+\ ){1,2} County
            | (?:County|City|Town|Township|Borough|State|Commonwealth)\ of\ [A-Z][a-z]+(?:\ [A-Z][a-z]+)? )\b",
        ),
    ),
];

const fn turn(points: usize, text: &'static str) -> (usize, Pattern) {
    (points, Pattern::around(text, NAME))
}

/// A name with its acronym behind it.
static ACRONYM: Pattern = Pattern::around(r"\b{} \((?P<short>[A-Z][A-Z0-9&]+)\)", NAME);

/// Capitalised words that begin sentences or stand for somebody else.
const NO_NAMES: [&str; 43] = [
    "the",
    "this",
    "that",
    "you",
    "your",
    "we",
    "our",
    "us",
    "it",
    "he",
    "she",
    "they",
    "role",
    "team",
    "job",
    "position",
    "candidate",
    "candidates",
    "applicant",
    "applicants",
    "employee",
    "employees",
    "who",
    "what",
    "there",
    "please",
    "all",
    "if",
    "as",
    "in",
    "at",
    "a",
    "an",
    "and",
    "each",
    "any",
    "experience",
    "salary",
    "work",
    "company",
    "join",
    "about",
    "why",
];

/// Reads the employer's name, unless another rule has.
pub(super) fn read(page: &Page, normaliser: &Normaliser, reading: &mut Reading) {
    let mut ballot = Ballot::default();
    for (index, block) in page.blocks.iter().enumerate() {
        let text = page.text_of(block);
        for (points, turn) in &TURNS {
            for found in turn.captures_iter(text) {
                let Some(range) = found.name("n").and_then(|name| bare(text, name.range())) else {
                    continue;
                };
                let name = text.get(range.clone()).unwrap_or_default().to_lowercase();
                ballot.add(name, *points, index, range);
            }
        }
    }
    if let Some((best, _)) = ballot
        .winner()
        .filter(|(best, lead)| best.points >= LEAST && *lead >= LEAD)
        && let Some(block) = page.blocks.get(best.index)
    {
        let (block, range) =
            spelled_out(page, block, &best.range).unwrap_or((block, best.range.clone()));
        put(page, block, &range, normaliser, reading);
    }
}

/// What an acronym stands for, where the page says so: "King County Elections (KCE)".
fn spelled_out<'a>(
    page: &'a Page,
    block: &Block,
    range: &Range<usize>,
) -> Option<(&'a Block, Range<usize>)> {
    let short = page.text_of(block).get(range.clone())?;
    let defined = page.blocks.iter().flat_map(|block| {
        let found = ACRONYM.captures_iter(page.text_of(block));
        found.map(move |found| (block, found))
    });
    let mut defined = defined.filter(|(_, found)| {
        found
            .name("short")
            .is_some_and(|found| found.as_str() == short)
    });
    let (block, found) = defined.next()?;
    Some((block, bare(page.text_of(block), found.name("n")?.range())?))
}

/// The name without a genitive or punctuation at its end; nothing when it is no name.
fn bare(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let found = text.get(range.clone())?;
    // The end of the sentence before is not part of the name.
    let start = range.start + found.rfind(". ").map_or(0, |at| at + 2);
    let found = text.get(start..range.end)?;
    let name = found.trim_end_matches(['.', ',', '-', '\'', '’']);
    let name = name
        .strip_suffix("'s")
        .or(name.strip_suffix("’s"))
        .unwrap_or(name);
    let first = name.split_whitespace().next()?.to_lowercase();
    let is_name = name.len() > 1
        && !NO_NAMES.contains(&first.as_str())
        && name.chars().any(char::is_alphabetic);
    is_name.then(|| start..start + name.len())
}

fn put(
    page: &Page,
    block: &Block,
    range: &Range<usize>,
    normaliser: &Normaliser,
    reading: &mut Reading,
) {
    let words = page.text_of(block).get(range.clone()).unwrap_or_default();
    let start = block.span.start + range.start;
    let span = Span::within(block, start..start + words.len());
    normaliser.put(reading, Ask::Company, words, span, Source::Rule, POINTED_AT);
}
