//! Labelled postings: a JSON Lines file of pages with the values that they state.

use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::posting::Field;

/// One labelled posting.
#[derive(Debug, Clone, Deserialize)]
pub struct Gold {
    /// Stable id.
    pub id: String,
    /// Where it comes from; results are kept apart by it.
    pub source: String,
    /// Address of the page, an input.
    #[serde(default)]
    pub url: Option<String>,
    /// Plain text of the page.
    #[serde(default)]
    pub text: Option<String>,
    /// Markup of the page.
    #[serde(default)]
    pub html: Option<String>,
    /// File of the page, relative to the labels' file.
    #[serde(default)]
    pub page: Option<String>,
    /// The labelled values; null where the page does not state the field.
    pub gold: BTreeMap<String, Value>,
    /// Fields that may be scored; any other is unknown. Without it, those in `gold`.
    #[serde(default)]
    pub scored: Option<Vec<String>>,
    /// Further values that are right; a null says that abstaining is right too.
    #[serde(default)]
    pub alt: BTreeMap<String, Vec<Value>>,
    /// Fields where a longer name that holds the labelled one is right.
    #[serde(default)]
    pub loose: Vec<String>,
}

impl Gold {
    /// The fields that may be scored.
    pub fn scored(&self) -> impl Iterator<Item = &str> {
        let listed = self.scored.iter().flatten().map(String::as_str);
        let all = self.gold.keys().map(String::as_str);
        let unlisted = self.scored.is_none();
        listed.chain(all.filter(move |_| unlisted))
    }

    /// A field that no record has: a slip, which would be scored as nothing.
    fn unknown(&self) -> Option<&str> {
        let lists = self.scored.iter().flatten().chain(&self.loose);
        let named = lists.chain(self.gold.keys()).chain(self.alt.keys());
        let mut unknown = named.filter(|name| !Field::KEYS.contains(&name.as_str()));
        unknown.next().map(String::as_str)
    }
}

/// Reads the labels of a file, of standard input for `-`.
///
/// # Errors
/// One line that names the file, and the line of it that is no label.
pub fn read(path: &Path) -> Result<Vec<Gold>, String> {
    let place = path.display();
    let file: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(path).map_err(|error| format!("{place}: {error}"))?)
    };
    let (mut labels, mut ids) = (Vec::new(), HashSet::new());
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|error| format!("{place}: line {}: {error}", number + 1))?;
        if line.trim().is_empty() {
            continue;
        }
        let label: Gold = serde_json::from_str(&line)
            .map_err(|error| format!("{place}: line {}: not a label: {error}", number + 1))?;
        if let Some(name) = label.unknown() {
            let known = Field::KEYS.join(", ");
            return Err(format!(
                "{place}: line {}: {name} is no field of a record: {known}",
                number + 1
            ));
        }
        if !ids.insert(label.id.clone()) {
            return Err(format!(
                "{place}: line {}: the id {} stands on an earlier line too",
                number + 1,
                label.id
            ));
        }
        labels.push(label);
    }
    if labels.is_empty() {
        return Err(format!("{place}: the file holds no labels"));
    }
    Ok(labels)
}
