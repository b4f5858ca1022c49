//! Words: how two texts are compared without caring for case, punctuation or company suffixes.

use std::collections::HashMap;

/// Endings that are not part of a company's name.
const LEGAL: [&str; 22] = [
    "inc",
    "incorporated",
    "llc",
    "llp",
    "ltd",
    "limited",
    "corp",
    "corporation",
    "co",
    "company",
    "plc",
    "gmbh",
    "ag",
    "se",
    "kg",
    "bv",
    "nv",
    "sa",
    "sas",
    "srl",
    "pty",
    "the",
];

/// Lower-case words without punctuation; "&" is "and".
pub(super) fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace('&', " and ")
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// [`words`], joined by single spaces.
pub(super) fn plain(text: &str) -> String {
    words(text).join(" ")
}

/// A company's name without its legal form, unless nothing else is there.
pub(super) fn company(text: &str) -> String {
    let all = words(text);
    let bare: Vec<&str> = all
        .iter()
        .map(String::as_str)
        .filter(|word| !LEGAL.contains(word))
        .collect();
    if bare.is_empty() {
        all.join(" ")
    } else {
        bare.join(" ")
    }
}

/// Whether `phrase` stands in `text` as whole words; both as [`plain`] gives them.
pub(super) fn holds(text: &str, phrase: &str) -> bool {
    !phrase.is_empty() && format!(" {text} ").contains(&format!(" {phrase} "))
}

/// How alike two word lists are as sets, 0 to 1: the best of three comparisons of the common words with each side, by
/// longest-edit similarity (the token-set ratio of the fuzzywuzzy family).
pub(super) fn token_set(one: &str, other: &str) -> f64 {
    let (mut a, mut b) = (words(one), words(other));
    for side in [&mut a, &mut b] {
        side.sort();
        side.dedup();
    }
    let common: Vec<&str> = a
        .iter()
        .filter(|word| b.contains(word))
        .map(String::as_str)
        .collect();
    let rest = |side: &[String]| -> Vec<String> {
        side.iter()
            .filter(|word| !common.contains(&word.as_str()))
            .cloned()
            .collect()
    };
    let base = common.join(" ");
    let with = |rest: Vec<String>| format!("{base} {}", rest.join(" ")).trim().to_owned();
    let (a, b) = (with(rest(&a)), with(rest(&b)));
    let alike = |x: &str, y: &str| {
        if x.is_empty() && y.is_empty() {
            0.0
        } else {
            strsim::normalized_levenshtein(x, y)
        }
    };
    // Common words alone count only if they are most of the shorter side: "and" is in every line.
    let shorter = a.len().min(b.len());
    let whole = if base.len() * 10 >= shorter * 8 {
        alike(&base, &a).max(alike(&base, &b))
    } else {
        0.0
    };
    alike(&a, &b).max(whole)
}

/// Dice coefficient of letter pairs, 0 to 1.
pub(super) fn dice(one: &str, other: &str) -> f64 {
    strsim::sorensen_dice(one, other)
}

/// How often each word occurs.
pub(super) fn counts(items: &[String]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for item in items {
        *counts.entry(plain(item)).or_default() += 1;
    }
    counts
}
