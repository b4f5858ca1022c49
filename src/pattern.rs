//! Fixed regular expressions, compiled at first use, without a way to panic on a page.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex::{Captures, Match, Regex, Replacer};

/// A fixed regular expression, for a `static`. One that does not compile is a defect: it stops every test that comes
/// by it, and matches nothing in a release.
pub(crate) struct Pattern {
    source: Source,
    compiled: OnceLock<Option<Regex>>,
}

enum Source {
    Literal(&'static str),
    Around(&'static str, &'static str),
    Built(fn() -> String),
}

impl Pattern {
    /// A pattern that is written out.
    pub(crate) const fn new(text: &'static str) -> Self {
        Self::of(Source::Literal(text))
    }

    /// A pattern that is written out but for `{}`, which stands for another one.
    pub(crate) const fn around(text: &'static str, inner: &'static str) -> Self {
        Self::of(Source::Around(text, inner))
    }

    /// A pattern whose text is put together when it is first needed.
    pub(crate) const fn built(build: fn() -> String) -> Self {
        Self::of(Source::Built(build))
    }

    const fn of(source: Source) -> Self {
        Self {
            source,
            compiled: OnceLock::new(),
        }
    }

    fn regex(&self) -> Option<&Regex> {
        let compile = || {
            let compiled = match self.source {
                Source::Literal(text) => Regex::new(text),
                Source::Around(text, inner) => Regex::new(&text.replace("{}", inner)),
                Source::Built(build) => Regex::new(&build()),
            };
            debug_assert!(compiled.is_ok(), "{compiled:?}");
            compiled.ok()
        };
        self.compiled.get_or_init(compile).as_ref()
    }

    /// Whether it occurs in the text.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    /// Its first occurrence.
    pub(crate) fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.regex()?.find(text)
    }

    /// Its first occurrence, in parts.
    pub(crate) fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.regex()?.captures(text)
    }

    /// Its first occurrence from a byte offset on, in parts.
    pub(crate) fn captures_at<'t>(&self, text: &'t str, from: usize) -> Option<Captures<'t>> {
        self.regex()?.captures_at(text, from)
    }

    /// Its occurrences.
    pub(crate) fn find_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Match<'t>> {
        self.regex()
            .into_iter()
            .flat_map(move |regex| regex.find_iter(text))
    }

    /// Its occurrences, in parts.
    pub(crate) fn captures_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
        self.regex()
            .into_iter()
            .flat_map(move |regex| regex.captures_iter(text))
    }

    /// The text with its occurrences replaced; in a string, `$name` stands for a part.
    pub(crate) fn replace_all<'t>(&self, text: &'t str, with: impl Replacer) -> Cow<'t, str> {
        match self.regex() {
            Some(regex) => regex.replace_all(text, with),
            None => Cow::Borrowed(text),
        }
    }
}
