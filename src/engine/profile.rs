//! What is known of a model on a card: how many questions it answers together soundly there, and how many are fastest.
//!
//! `smelt models verify` and `smelt bench batch` write it, the choice of an engine reads it. Another card, driver or build
//! of smelt knows nothing of it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::MISTRALRS;
use super::place::Place;
use super::program;

/// What a profile belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Fingerprint of the model's file.
    pub model: String,
    /// Quantisation of its weights.
    pub quant: String,
    /// The card and its driver, or the host.
    pub place: Place,
    /// The program that holds the model, and its engine: versions and features.
    pub build: String,
}

/// A number of questions together that did not pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// Questions.
    pub cohort: usize,
    /// What went wrong.
    pub why: String,
}

/// The fastest number of questions together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// Questions.
    pub cohort: usize,
    /// Tokens written in a second, all of them together.
    pub tokens_per_second: f64,
}

/// What is known of one model in one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// What it belongs to.
    #[serde(flatten)]
    pub key: Key,
    /// The model's name, for whoever reads the file.
    pub name: String,
    /// Numbers of questions together that passed, ascending.
    #[serde(default)]
    pub verified: Vec<usize>,
    /// The first one that did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Failed>,
    /// The fastest one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<Best>,
}

/// All that is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Profiles {
    /// One for each key.
    #[serde(default)]
    entries: Vec<Entry>,
}

impl Key {
    /// A model's key in a place, under this build.
    #[must_use]
    pub fn new(model: String, quant: &str, place: Place) -> Self {
        let version = || env!("CARGO_PKG_VERSION").to_owned();
        let build = program::holder().map_or_else(|_| version(), |holder| holder.build);
        Self {
            model,
            quant: quant.to_owned(),
            place,
            build: format!("{build}, {MISTRALRS}"),
        }
    }
}

/// Where profiles are kept; none for a user without a home.
#[must_use]
pub fn path() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "smelt")
        .map(|dirs| dirs.data_dir().join("profiles.json"))
}

impl Profiles {
    /// Reads this user's profiles. A file that cannot be used costs one line in the log, and what it knew.
    #[must_use]
    pub fn load() -> Self {
        path().map(|path| Self::read(&path)).unwrap_or_default()
    }

    /// Reads a file of profiles, likewise.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        let (profiles, complaint) = Self::try_read(path);
        if let Some(complaint) = complaint {
            tracing::warn!("{complaint}");
        }
        profiles
    }

    /// Reads a file of profiles; what was wrong with it comes as a line.
    #[must_use]
    pub fn try_read(path: &Path) -> (Self, Option<String>) {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Default::default(),
            Err(error) => {
                let why = format!("the profiles in {} cannot be read: {error}", path.display());
                return (Self::default(), Some(why));
            }
        };
        match serde_json::from_str(&text) {
            Ok(profiles) => (profiles, None),
            Err(error) => {
                let why = format!(
                    "{} holds no profiles ({error}): nothing counts as verified, verify again",
                    path.display()
                );
                (Self::default(), Some(why))
            }
        }
    }

    /// What is known of a model in a place.
    #[must_use]
    pub fn lookup(&self, key: &Key) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == *key)
    }

    fn entry(&mut self, key: &Key, name: &str) -> &mut Entry {
        let at = self.entries.iter().position(|entry| entry.key == *key);
        let at = at.unwrap_or_else(|| {
            self.entries.push(Entry {
                key: key.clone(),
                name: name.to_owned(),
                verified: Vec::new(),
                failed: None,
                best: None,
            });
            self.entries.len() - 1
        });
        &mut self.entries[at]
    }
}

/// Remembers which numbers of questions together passed, and the first that did not, in place of what was known.
///
/// # Errors
/// One line, when it cannot be written.
pub fn record_verified(
    key: &Key,
    name: &str,
    verified: &[usize],
    failed: Option<Failed>,
) -> Result<(), String> {
    change(&own()?, |profiles| {
        let entry = profiles.entry(key, name);
        verified.clone_into(&mut entry.verified);
        let passes = |best: &Best| verified.contains(&best.cohort);
        entry.best = entry.best.take().filter(passes);
        entry.failed = failed;
    })
}

/// Remembers the fastest number of questions together; whether so many are sound is not for speed to say.
///
/// # Errors
/// One line, when it cannot be written.
pub fn record_best(
    key: &Key,
    name: &str,
    cohort: usize,
    tokens_per_second: f64,
) -> Result<(), String> {
    change(&own()?, |profiles| {
        let entry = profiles.entry(key, name);
        entry.best = Some(Best {
            cohort,
            tokens_per_second,
        });
    })
}

fn own() -> Result<PathBuf, String> {
    path().ok_or_else(|| "no data directory is known for this user".to_owned())
}

/// Reads, changes and replaces a file of profiles while no other smelt does.
///
/// # Errors
/// One line, when it cannot be written.
pub fn change(path: &Path, change: impl FnOnce(&mut Profiles)) -> Result<(), String> {
    let write = || -> io::Result<()> {
        fs::create_dir_all(path.parent().unwrap_or(path))?;
        let lock = File::create(path.with_extension("lock"))?;
        lock.lock()?;
        let mut profiles = Profiles::read(path);
        change(&mut profiles);
        let part = path.with_extension(format!("part-{}", std::process::id()));
        let mut file = File::create(&part)?;
        file.write_all(&serde_json::to_vec_pretty(&profiles)?)?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    write().map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

/// Questions to answer together: what was asked for, else the fastest, else on a card the most that passed, else one at a
/// time, since two cores answer several no faster. On a card only what passed there counts: more may hang it, or give another
/// page's answer.
///
/// # Errors
/// On a card, a number that was asked for and has not passed there.
pub fn cohort(asked: Option<usize>, entry: Option<&Entry>, is_card: bool) -> Result<usize, String> {
    let most = entry.and_then(|entry| entry.verified.iter().max().copied());
    let passed = if is_card {
        most.unwrap_or(1)
    } else {
        usize::MAX
    };
    let Some(asked) = asked else {
        let best = entry.and_then(|entry| entry.best.as_ref());
        let best = best.map(|best| best.cohort).filter(|best| *best <= passed);
        return Ok(best.or(most.filter(|_| is_card)).unwrap_or(1));
    };
    let failed = entry.and_then(|entry| entry.failed.as_ref());
    let failed = failed.filter(|failed| is_card && failed.cohort <= asked);
    if asked <= passed && failed.is_none() {
        return Ok(asked);
    }
    Err(match failed {
        Some(failed) => format!(
            "{asked} questions together are refused: {} failed on this card ({}); take fewer, or verify again with `smelt models verify`",
            failed.cohort, failed.why
        ),
        None => format!(
            "{asked} questions together are refused: so many have not passed on this card with this driver and this smelt; see whether they do with `smelt models verify`"
        ),
    })
}
