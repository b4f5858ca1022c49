//! The job's name in prose: "is seeking an Elections Clerk to ...", "The Deputy Registrar will ...", on pages without a
//! heading.

mod nouns;

use std::ops::Range;

use super::votes::Ballot;
use crate::extract::normalise::Normaliser;
use crate::extract::reading::{Reading, Source, Span};
use crate::extract::wire::Ask;
use crate::page::{Block, Page};
use crate::pattern::Pattern;

pub(in crate::extract) use self::nouns::names_somebody;

/// How far a name is trusted that the page uses as the job's, and no other as much: 43 of 48 such names on the
/// postings without a heading, development and training side together, are right.
const POINTED_AT: f64 = 0.8;
/// How far any other is.
const NAMED: f64 = 0.6;
/// Points that one telling turn of phrase has.
const TELLING: usize = 3;
/// Lines that may name the job on their own, and how many words they have at most.
const FIRST_LINES: usize = 12;
const LINE_WORDS: usize = 9;

/// Capitalised words, with the small ones that join them; its spaces are escaped, since it also stands in patterns that
/// ignore bare ones.
const NAME: &str = r"(?P<n>[A-Z0-9][\w&'’./+-]*(?:,?\ (?:(?:of|and|&|or|for|to\ the|the|-|–)\ )*\(?[A-Z0-9][\w&'’./+-]*\)?){0,8})";

/// Turns of phrase around a job's name, with how much each says. `{}` stands for the name.
static TURNS: [(usize, Pattern); 7] = [
    turn(
        3,
        r"\b[Aa]s (?:an?|our|the|our next)(?: new)? {}(?:,| you\b| at\b| in\b| on\b| with\b| within\b| for\b| and\b)",
    ),
    turn(
        3,
        r"(?x)\b(?:seeking|hiring|looking\ for|recruiting|recruiting\ for|searching\ for|in\ search\ of|openings?\ for
        |vacanc(?:y|ies)\ for|to\ fill|needs?|applications\ for)\ (?:positions?\ of\ )?
        (?:(?:an?|the|our|our\ next|two|three|one|multiple|several|another)\ )?(?:\(\d+\)\ )?(?:[a-z][\w-]*(?:,|/)?\ ){0,8}?{}",
    ),
    turn(
        3,
        r"\b[Jj]oin(?:ing)? [^.!?]{0,90}? as (?:an?|the|our|its|their)(?: next| new)? {}",
    ),
    turn(
        2,
        r"(?x)(?:^|[.!?]\ |[Uu]nder\ [^.]*?,\ )(?:[Tt]he|This|An?|Our)\ {}\ (?:will|is|are|performs?|serves?|reports?|plays?|has
        |works?|provides?|supports?|oversees?|assists?|combines|leads?|manages?|acts?|plans?|directs?|coordinates?|assumes?
        |must|may|helps?|ensures?)\b",
    ),
    turn(
        2,
        r"\b(?:[Pp]osition|[Rr]ole|[Tt]itle|[Cc]lassification|[Ff]unction|[Jj]ob|class) (?:of|is)(?: an?| the)? {}",
    ),
    turn(
        2,
        r"\b(?:[Tt]he|[Aa]n?|[Oo]ur|[Oo]ur next|(?:full|part)-time|[Tt]his) {} (?:position|role|vacancy|opportunity|job|post|recruitment|class|classification|series)s?\b",
    ),
    turn(
        2,
        r"\b(?:employment|hired|appointed|serve|considered|work|working|apply|career|job|life|day) (?:as|for|to be)(?: an?| the)? {}",
    ),
];

const fn turn(points: usize, text: &'static str) -> (usize, Pattern) {
    (points, Pattern::around(text, NAME))
}

/// First words that praise or place a job instead of naming it.
const NO_NAMES: [&str; 23] = [
    "ideal",
    "successful",
    "open",
    "new",
    "vacant",
    "available",
    "current",
    "following",
    "this",
    "exempt",
    "union",
    "remote",
    "the",
    "we",
    "you",
    "our",
    "qualified",
    "selected",
    "position",
    "candidate",
    "applicant",
    "incumbent",
    "equal",
];

/// A name that a page uses as a job's.
pub(super) struct Role<'a> {
    block: &'a Block,
    range: Range<usize>,
    /// No other name is used as much, and one turn of phrase at least is telling.
    pub(super) is_sure: bool,
}

/// The name that the page uses most as a job's.
pub(super) fn find(page: &Page) -> Option<Role<'_>> {
    let mut ballot = Ballot::default();
    for (index, block) in page.blocks.iter().enumerate() {
        let text = page.text_of(block);
        for (points, turn) in &TURNS {
            for found in turn.captures_iter(text) {
                if let Some(range) = found.name("n").and_then(|name| bare(text, name.range())) {
                    ballot.add(key(text, &range), *points, index, range);
                }
            }
        }
        if block.label.is_none() && is_a_name(text) {
            let points = if index < FIRST_LINES { 2 } else { 1 };
            let range = 0..text.len();
            ballot.add(key(text, &range), points, index, range);
        }
    }
    let (best, lead) = ballot.winner()?;
    Some(Role {
        block: page.blocks.get(best.index)?,
        range: best.range,
        is_sure: best.points >= TELLING && lead > 0,
    })
}

impl Role<'_> {
    /// Puts the name into a reading that has no title yet.
    pub(super) fn put(&self, page: &Page, normaliser: &Normaliser, reading: &mut Reading) {
        let words = page.text_of(self.block).get(self.range.clone());
        let words = words.unwrap_or_default();
        let start = self.block.span.start + self.range.start;
        let span = Span::within(self.block, start..start + words.len());
        let support = if self.is_sure { POINTED_AT } else { NAMED };
        normaliser.put(reading, Ask::Title, words, span, Source::Rule, support);
    }
}

/// A line that is nothing but a job's name.
fn is_a_name(text: &str) -> bool {
    const SMALL: [&str; 8] = ["of", "and", "&", "for", "the", "to", "or", "in"];
    let is_big = |word: &str| {
        let first = word.chars().next().unwrap_or_default();
        !first.is_lowercase() || SMALL.contains(&word)
    };
    text.split_whitespace().count() <= LINE_WORDS
        && !text.ends_with(['.', ':', '?', '!'])
        && names_somebody(text)
        && text.split_whitespace().all(is_big)
}

/// The name without the end of the sentence before it and punctuation at its end; nothing when it is no job's.
fn bare(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let found = text.get(range.clone())?;
    let end = found.find(". ").unwrap_or(found.len());
    let name = found
        .get(..end)?
        .trim_end_matches([' ', '.', ',', '-', '–', '&', '/']);
    let first = name.split_whitespace().next()?.to_lowercase();
    let is_name = names_somebody(name) && !NO_NAMES.contains(&first.as_str());
    is_name.then(|| range.start..range.start + name.len())
}

/// Spellings of one name: case, the plural and what joins its words make no difference.
fn key(text: &str, range: &Range<usize>) -> String {
    let name = text.get(range.clone()).unwrap_or_default().to_lowercase();
    let words = name.split(|letter: char| !letter.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty() && *word != "and");
    let words = words.map(|word| word.strip_suffix('s').unwrap_or(word));
    words.collect::<Vec<_>>().join(" ")
}
