//! A user's TOML file: where it lies, and one line that says what is wrong with it, in which line, and what was meant.

use std::borrow::Cow;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is wrong with a file, as the line a user reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {what}", .line.map_or_else(String::new, |line| format!(":{line}")))]
pub struct ConfigError {
    /// As the user named it.
    pub file: String,
    /// From 1.
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub what: String,
}

/// Most bytes that a file of settings may have; more is some other file.
const MOST_BYTES: u64 = 1 << 20;

/// A file's text and what the user calls it.
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    text: String,
}

/// A key with the value behind it.
pub type Entry<'a> = (&'a Spanned<Cow<'a, str>>, &'a Spanned<DeValue<'a>>);

impl Source {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let wrong = |what: String| ConfigError {
            file: path.display().to_string(),
            line: None,
            what,
        };
        let size = std::fs::metadata(path)
            .map_err(|error| wrong(error.to_string()))?
            .len();
        if size > MOST_BYTES {
            return Err(wrong(format!("{size} bytes are too many for settings")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        Ok(Self {
            name: path.display().to_string(),
            text,
        })
    }

    /// A text that the program carries with it.
    #[must_use]
    pub fn embedded(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
        }
    }

    /// What stands in it.
    pub fn table(&self) -> Result<DeTable<'_>, ConfigError> {
        match DeTable::parse(&self.text) {
            Ok(table) => Ok(table.into_inner()),
            Err(error) => {
                let what = error.message().trim().replace('\n', ", ");
                Err(self.wrong(error.span().unwrap_or_default(), what))
            }
        }
    }

    /// The complaint about a part of it.
    pub fn wrong(&self, at: Range<usize>, what: impl Into<String>) -> ConfigError {
        ConfigError {
            file: self.name.clone(),
            line: Some(self.line(at.start)),
            what: what.into(),
        }
    }

    /// The complaint about all of it.
    pub fn lacks(&self, what: impl Into<String>) -> ConfigError {
        ConfigError {
            file: self.name.clone(),
            line: None,
            what: what.into(),
        }
    }

    /// The line, from 1, that holds a byte.
    #[must_use]
    pub fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().iter().take(at);
        1 + before.filter(|byte| **byte == b'\n').count()
    }
}

/// Keys and values in the order of the file, so that its first mistake is the one that is told.
#[must_use]
pub fn entries<'a>(table: &'a DeTable<'a>) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// The known name that a slip of the keys, or a word not finished, was meant for.
pub fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let known: Vec<&str> = known.into_iter().collect();
    let begun = |known: &&&str| name.len() >= 3 && known.starts_with(&name);
    let distance = |known: &&&str| strsim::damerau_levenshtein(known, &name);
    let close = |known: &&&str| distance(known) * 5 <= known.len().max(3) * 2;
    let found = known.iter().find(begun);
    let found = found.or_else(|| known.iter().min_by_key(distance).filter(close));
    found.copied()
}

/// ` (did you mean enter?)`, or nothing.
#[must_use]
pub fn did_you_mean(known: Option<&str>) -> String {
    known.map_or_else(String::new, |known| format!(" (did you mean {known}?)"))
}

/// The user's directory for smelt's settings; none without a home.
#[must_use]
pub fn directory() -> Option<PathBuf> {
    let dirs = directories::ProjectDirs::from("", "", "smelt")?;
    Some(dirs.config_dir().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_and_an_unfinished_word_find_the_name() {
        let known = ["approve", "approve-all", "quit", "up"];
        assert_eq!(near("aprove", known), Some("approve"));
        assert_eq!(near("approve-a", known), Some("approve-all"));
        assert_eq!(near("Quit", known), Some("quit"));
        assert_eq!(near("exit", known), None);
        assert_eq!(near("", known), None);
    }

    #[test]
    fn a_complaint_names_file_and_line() {
        let source = Source::embedded("a.toml", "a = 1\n\nb = ?\n");
        let error = source.table().unwrap_err();
        assert!(error.to_string().starts_with("a.toml:3: "), "{error}");
        let source = Source::embedded("a.toml", "b = 1\na = 2\n");
        let table = source.table().unwrap();
        let names: Vec<&str> = entries(&table)
            .iter()
            .map(|(key, _)| key.get_ref().as_ref())
            .collect();
        assert_eq!(names, ["b", "a"]);
        assert_eq!(source.wrong(6..7, "x").to_string(), "a.toml:2: x");
    }
}
