//! The models that are known by name: the cards that smelt carries, and those in the user's directory of settings.

use std::path::{Path, PathBuf};

use super::card::{Card, ModelFile};
use super::hub;
use crate::config::{self, did_you_mean, near};

/// The cards that smelt carries, from the smallest model to the largest.
const BUILT_IN: [&str; 8] = [
    include_str!("../../models/smelt-demo.toml"),
    include_str!("../../models/qwen3-0.6b.toml"),
    include_str!("../../models/qwen3-1.7b.toml"),
    include_str!("../../models/qwen3-4b-instruct-2507.toml"),
    include_str!("../../models/qwen3-4b-thinking-2507.toml"),
    include_str!("../../models/qwen3-8b.toml"),
    include_str!("../../models/qwen3-14b.toml"),
    include_str!("../../models/qwen3-30b-a3b-instruct-2507.toml"),
];

/// The bundled model's card.
pub const BUNDLED: &str = "smelt-demo";

/// All known cards.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// The cards; one of the user's stands in place of a built-in one of the same id.
    pub cards: Vec<Card>,
    /// What is wrong with cards that cannot be used, a line each.
    pub complaints: Vec<String>,
}

impl Catalogue {
    /// The built-in cards and those of this user.
    #[must_use]
    pub fn load() -> Self {
        let own = config::directory().map(|directory| directory.join("models"));
        Self::with(own.as_deref())
    }

    /// The built-in cards and those in a directory; a card there that is wrong costs a line, not the others.
    #[must_use]
    pub fn with(directory: Option<&Path>) -> Self {
        let mut catalogue = Self::default();
        for text in BUILT_IN {
            match Card::parse(text) {
                Ok(card) => catalogue.cards.push(card),
                Err(problem) => catalogue
                    .complaints
                    .push(format!("a built-in card is wrong: {problem}")),
            }
        }
        let entries = directory.and_then(|directory| std::fs::read_dir(directory).ok());
        let mut paths: Vec<PathBuf> = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
            .collect();
        paths.sort();
        for path in paths {
            match Card::load(&path) {
                Ok(card) => catalogue.put(card),
                Err(error) => catalogue.complaints.push(error.to_string()),
            }
        }
        catalogue
    }

    fn put(&mut self, card: Card) {
        match self.cards.iter_mut().find(|known| known.id == card.id) {
            Some(known) => *known = card,
            None => self.cards.push(card),
        }
    }

    /// The card of that id.
    ///
    /// # Errors
    /// One line with the ids there are.
    pub fn card(&self, id: &str) -> Result<&Card, String> {
        let ids = || self.cards.iter().map(|card| card.id.as_str());
        self.cards.iter().find(|card| card.id == id).ok_or_else(|| {
            format!(
                "no model card is called {id}{}; there are {}",
                did_you_mean(near(id, ids())),
                ids().collect::<Vec<_>>().join(", ")
            )
        })
    }
}

/// A model as it is named on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// A .gguf file.
    File(PathBuf),
    /// A models/*.toml card.
    CardFile(PathBuf),
    /// `ID` or `ID:QUANT`.
    Card {
        /// The card's id.
        id: String,
        /// One of its quantisations.
        quant: Option<String>,
    },
}

impl Reference {
    /// What is meant: a path ends in .gguf or .toml, holds a slash, or leads to a file; anything else is a card's id.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let path = Path::new(text);
        let ends = |name: &str| {
            path.extension()
                .is_some_and(|ending| ending.eq_ignore_ascii_case(name))
        };
        if ends("toml") {
            return Self::CardFile(path.to_owned());
        }
        if ends("gguf") || text.contains('/') || path.is_file() {
            return Self::File(path.to_owned());
        }
        let (id, quant) = match text.split_once(':') {
            Some((id, quant)) => (id, Some(quant.to_owned())),
            None => (text, None),
        };
        Self::Card {
            id: id.to_owned(),
            quant,
        }
    }
}

/// Where the files of cards are looked for, in this order: beside a card of the user's, in the data directory, in the hub's
/// cache.
#[must_use]
pub fn find(card: &Card, file: &ModelFile) -> Option<PathBuf> {
    let beside = card.directory.iter().cloned();
    let own =
        directories::ProjectDirs::from("", "", "smelt").map(|dirs| dirs.data_dir().join("models"));
    let mut places = beside
        .chain(own)
        .map(|directory| directory.join(&file.name));
    if let Some(path) = places.find(|path| path.is_file()) {
        return Some(path);
    }
    hub::find(&hub::cache()?, card.repo.as_deref()?, &file.name)
}
