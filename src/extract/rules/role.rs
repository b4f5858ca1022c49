//! The job's name in prose: "The Ballot Processing Supervisor position combines ...", on pages without a heading.

use crate::extract::normalise::Normaliser;
use crate::extract::reading::{Reading, Source, Span};
use crate::extract::wire::Ask;
use crate::page::Page;
use crate::pattern::Pattern;

/// How far a turn of phrase is trusted to name the job.
const NAMED: f64 = 0.6;

/// Capitalised words between an article and the word that says that they name a job.
static ROLE: Pattern = Pattern::new(
    r"(?x)\b(?:[Tt]he|[Aa]n?|[Oo]ur\ next|(?:full|part)-time)\ (?P<n>
        [A-Z][\w/&'’-]*(?:,?\ (?:of|and|&|the|for|to|in|[A-Z][\w/&'’-]*)){0,7}?
    )\ (?:position|role|vacancy)s?\b",
);

/// First words that praise or place a job instead of naming it.
const NO_NAMES: [&str; 12] = [
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
];

/// Reads the first such name, unless a heading or a label has named the job.
pub(super) fn read(page: &Page, normaliser: &Normaliser, reading: &mut Reading) {
    let mut named = page.blocks.iter().filter_map(|block| {
        let text = page.text_of(block);
        let mut names = ROLE.captures_iter(text).filter_map(|found| found.name("n"));
        let name = names.find(|name| {
            let first = name.as_str().split_whitespace().next().unwrap_or_default();
            !NO_NAMES.contains(&first.to_lowercase().as_str())
        })?;
        Some((block, name.range()))
    });
    if let Some((block, range)) = named.next() {
        let words = page.text_of(block).get(range.clone()).unwrap_or_default();
        let start = block.span.start + range.start;
        let span = Span::within(block, start..start + words.len());
        normaliser.put(reading, Ask::Title, words, span, Source::Rule, NAMED);
    }
}
