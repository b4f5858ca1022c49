//! Regular expressions compiled at first use, without a way to panic.

use std::sync::OnceLock;

use regex::{Captures, Matches, Regex};

/// A fixed regular expression. One that does not compile matches nothing, which the tests of its file show.
pub struct Pattern {
    source: fn() -> String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// A pattern whose text is made when it is first needed.
    pub const fn new(source: fn() -> String) -> Self {
        Self {
            source,
            compiled: OnceLock::new(),
        }
    }

    fn regex(&self) -> Option<&Regex> {
        self.compiled
            .get_or_init(|| Regex::new(&(self.source)()).ok())
            .as_ref()
    }

    /// Whether it occurs in the text.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    /// Its first occurrence, in parts.
    pub fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.regex()?.captures(text)
    }

    /// Its first occurrence from a byte offset on, in parts.
    pub fn captures_at<'t>(&self, text: &'t str, from: usize) -> Option<Captures<'t>> {
        self.regex()?.captures_at(text, from)
    }

    /// Its occurrences.
    pub fn find_iter<'r, 't>(
        &'r self,
        text: &'t str,
    ) -> impl Iterator<Item = regex::Match<'t>> + use<'r, 't> {
        self.regex()
            .into_iter()
            .flat_map(move |regex| -> Matches<'r, 't> { regex.find_iter(text) })
    }

    /// Its occurrences, in parts.
    pub fn captures_iter<'r, 't>(
        &'r self,
        text: &'t str,
    ) -> impl Iterator<Item = Captures<'t>> + use<'r, 't> {
        self.regex()
            .into_iter()
            .flat_map(move |regex| regex.captures_iter(text))
    }

    /// The text with its occurrences replaced; `$name` stands for a part.
    pub fn replace_all(&self, text: &str, with: &str) -> String {
        match self.regex() {
            Some(regex) => regex.replace_all(text, with).into_owned(),
            None => text.to_owned(),
        }
    }
}
