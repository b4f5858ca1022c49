//! Years of experience: reads the raw quote of what a job asks for.

use regex::Captures;

use crate::pattern::Pattern;

/// Years of experience asked for; at least one bound is given, each is at most 50, and `min <= max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Years {
    /// Least number of years.
    pub min: Option<u8>,
    /// Greatest number of years.
    pub max: Option<u8>,
}

/// Greatest number of years that a record can hold.
pub const LIMIT: u8 = 50;

/// Numbers in words; the position is the number.
const ENGLISH: [&str; 21] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];
const GERMAN: [&str; 11] = [
    "null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn",
];
const FRENCH: [&str; 11] = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix",
];
const SPANISH: [&str; 11] = [
    "cero", "un", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez",
];

static YEARS: Pattern = Pattern::built(|| {
    let words = [&ENGLISH[..], &GERMAN, &FRENCH, &SPANISH]
        .concat()
        .join("|");
    let number = |name: &str| {
        format!(r"(?P<{name}>\d{{1,2}}|(?:{words}|eine[mnrs]?|une))(?:\s?\(\s?\d{{1,2}}\+?\s?\))?")
    };
    format!(
        r"(?xi) \b {a} \s? (?P<plus>\+|\bplus\b|\bor\s(?:more|greater)\b|\boder\smehr\b|\bou\splus\b)?
        (?: \s? (?:years?|yrs?|jahre|months?)? \s? (?:-|–|—|−|~|\bto\b|\bor\b|\bbis\b|\boder\b|\bà\b|\ba\b|\btot\b) \s?
            (?:less\sthan\s)? {b} \s? (?P<open>\+)? )?
        \s? [-‑]? \s? (?:full\s|volle\s)?
        (?P<unit> years? | yrs? | jahren? | jahr | ann[ée]es? | ans? | años? | anni | anno | anos? | jaar | jaren
          | (?P<months> months? | monaten? | mois | meses | mesi | maanden ) )\b",
        a = number("a"),
        b = number("b"),
    )
});

/// Words before the number that make it the greatest one.
static CEILING: Pattern = Pattern::new(
    r"(?i)\b(?:up to|max(?:imum)?(?: of)?|(?:no|not) more than|less than|under|fewer than|bis zu|höchstens|maximal|jusqu['’]à|hasta|fino a|tot)\W*$",
);

/// Words behind the number that make it the length of a course of study.
static STUDY: Pattern = Pattern::new(
    r"(?i)^\W*(?:college|university|degree|diploma|bachelor|program|undergraduate|professional designation)",
);

static NO_EXPERIENCE: Pattern = Pattern::new(
    r"(?i)\bno\s(?:(?:prior|previous|work|professional|relevant)\s)*experience\b|\bexperience\s(?:is\s)?not\s(?:required|necessary)|\bkeine\s(?:\w+\s)?(?:berufs)?erfahrung|\bsans\sexpérience|\bsin\sexperiencia",
);

/// Reads the first statement of years in a quote.
///
/// "5+ years", "at least 5 years" and "5 years" ask for no fewer than five and give no upper bound; "3-5 years" gives
/// both, "up to 5 years" the upper one. "No experience required" is a stated minimum of 0. Months count only in whole
/// years (24 months is 2, 18 months is `None`), and so do broken years. The length of a degree is passed over.
#[must_use]
pub fn parse(raw: &str) -> Option<Years> {
    YEARS
        .captures_iter(raw)
        .find_map(|parts| read(raw, &parts))
        .or_else(|| {
            NO_EXPERIENCE.is_match(raw).then_some(Years {
                min: Some(0),
                max: None,
            })
        })
}

fn read(raw: &str, parts: &Captures) -> Option<Years> {
    let whole = parts.get(0)?;
    let before = raw.get(..whole.start())?;
    let behind = raw.get(whole.end()..)?;
    let broken = before.ends_with(['.', ',', '/', '$', '€', '£']) && !before.ends_with("..");
    if broken || STUDY.is_match(behind) {
        return None;
    }
    let per_year = if parts.name("months").is_some() {
        12
    } else {
        1
    };
    let years = |name: &str| {
        let number = number(parts.name(name)?.as_str())?;
        (number % per_year == 0 && number / per_year <= LIMIT).then_some(number / per_year)
    };
    let first = years("a")?;
    if parts.name("b").is_some() {
        let second = years("b")?;
        let open = parts.name("open").is_some();
        return Some(Years {
            min: Some(first.min(second)),
            max: Some(first.max(second)).filter(|_| !open),
        });
    }
    let ceiling = parts.name("plus").is_none() && CEILING.is_match(before);
    Some(Years {
        min: Some(first).filter(|_| !ceiling),
        max: Some(first).filter(|_| ceiling),
    })
}

fn number(word: &str) -> Option<u8> {
    let word = word.to_lowercase();
    let position = |words: &[&str]| words.iter().position(|name| *name == word);
    let in_words = || {
        position(&ENGLISH)
            .or_else(|| position(&GERMAN))
            .or_else(|| position(&FRENCH))
            .or_else(|| position(&SPANISH))
            .or_else(|| (word.starts_with("eine") || word == "une").then_some(1))
    };
    word.parse().ok().or_else(|| u8::try_from(in_words()?).ok())
}
