//! The ledger of what was found before the first write: on disk before anything is set, so that any process can put it back.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file;
use super::wish::Wish;
use super::writer::{Code, Part, Refusal, Via};
use crate::process;

/// How one part was found, and through whom it was then changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Who can write it back.
    pub via: Via,
    /// The limit in watts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub watts: Option<f64>,
    /// The profile's name. Of locked clocks nothing can be found: the driver does not tell them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub profile: Option<String>,
}

/// The ledger's content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entries {
    /// Version of this form.
    pub v: u32,
    /// The machine's start: no setting outlives a restart.
    pub boot: String,
    /// The process that set it.
    pub owner: String,
    /// Which card.
    pub gpu: String,
    /// Whether it is to stay when the process ends.
    pub kept: bool,
    /// What was asked for, as far as told.
    #[serde(default)]
    pub wish: Option<Wish>,
    /// How things were found.
    pub found: BTreeMap<Part, Found>,
}

impl Entries {
    /// The number of the process that set it.
    #[must_use]
    pub fn process(&self) -> &str {
        self.owner.split('/').next().unwrap_or_default()
    }
}

/// What a ledger found at the start means.
#[derive(Debug, Clone, PartialEq)]
pub enum Left {
    /// Nothing is set.
    Nothing,
    /// Somebody asked for it and wants it to stay.
    Kept(Entries),
    /// Its process still runs.
    Held(Entries),
    /// Its process died without putting things back.
    Stale(Entries),
    /// The machine was started since, and with it the settings went.
    Gone,
    /// It cannot be read; the text says why.
    Damaged(String),
}

/// The file, and what it holds.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    entries: Entries,
}

const VERSION: u32 = 1;

impl Ledger {
    /// An empty ledger of this process; nothing is written yet.
    #[must_use]
    pub fn new(path: &Path, gpu: &str) -> Self {
        let entries = Entries {
            v: VERSION,
            boot: process::boot(),
            owner: process::this(),
            gpu: gpu.to_owned(),
            kept: false,
            wish: None,
            found: BTreeMap::new(),
        };
        Self {
            path: path.to_owned(),
            entries,
        }
    }

    /// Goes on with what another process left: what it found is what is put back, and what was kept stays kept.
    #[must_use]
    pub fn take_over(path: &Path, left: Entries) -> Self {
        let mut ledger = Self::new(path, &left.gpu);
        ledger.entries.found = left.found;
        ledger.entries.kept = left.kept;
        ledger.entries.wish = left.wish;
        ledger
    }

    /// What the file at `path` says.
    #[must_use]
    pub fn look(path: &Path) -> Left {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Left::Nothing,
            Err(error) => return Left::Damaged(error.to_string()),
        };
        let entries: Entries = match serde_json::from_str(&text) {
            Ok(entries) => entries,
            Err(error) => return Left::Damaged(error.to_string()),
        };
        if entries.v != VERSION {
            return Left::Damaged(format!("version {} is not known", entries.v));
        }
        if entries.boot != process::boot() {
            Left::Gone
        } else if entries.kept {
            Left::Kept(entries)
        } else if process::has_ended(&entries.owner) {
            Left::Stale(entries)
        } else {
            Left::Held(entries)
        }
    }

    /// How a part was found.
    #[must_use]
    pub fn found(&self, part: Part) -> Option<&Found> {
        self.entries.found.get(&part)
    }

    /// Whether something was set this way.
    #[must_use]
    pub fn uses(&self, via: Via) -> bool {
        self.entries.found.values().any(|found| found.via == via)
    }

    /// The parts that are set.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        self.entries.found.keys().copied().collect()
    }

    /// Notes how a part was found, once; only after this may it be written.
    pub fn note(&mut self, part: Part, found: Found) -> Result<(), Refusal> {
        if self.entries.found.contains_key(&part) {
            return Ok(());
        }
        self.entries.found.insert(part, found);
        self.save().inspect_err(|_| {
            self.entries.found.remove(&part);
        })
    }

    /// A part is as it was found again, or was never changed.
    pub fn forget(&mut self, part: Part) -> Result<(), Refusal> {
        if self.entries.found.remove(&part).is_none() {
            return Ok(());
        }
        if self.entries.found.is_empty() {
            self.entries.kept = false;
            self.entries.wish = None;
        }
        self.save()
    }

    /// Leaves what is set in force.
    pub fn keep(&mut self) -> Result<(), Refusal> {
        self.entries.kept = !self.entries.found.is_empty();
        self.save()
    }

    /// Takes back [`Ledger::keep`].
    pub fn release(&mut self) -> Result<(), Refusal> {
        if !self.entries.kept {
            return Ok(());
        }
        self.entries.kept = false;
        self.save()
    }

    /// What was asked for, as far as told.
    #[must_use]
    pub fn wish(&self) -> Option<&Wish> {
        self.entries.wish.as_ref()
    }

    /// Whether what is set stays in force.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.entries.kept
    }

    /// Says what is set, for those who look.
    pub fn tell(&mut self, wish: &Wish) -> Result<(), Refusal> {
        self.entries.wish = Some(wish.clone());
        self.save()
    }

    fn save(&self) -> Result<(), Refusal> {
        if self.entries.found.is_empty() {
            return discard(&self.path);
        }
        serde_json::to_vec(&self.entries)
            .map_err(std::io::Error::from)
            .and_then(|json| file::replace(&self.path, |file| file.write_all(&json)))
            .map_err(|error| refusal(&self.path, &error))
    }
}

/// Deletes a ledger's file; that there is none is well.
///
/// # Errors
/// When it stands and cannot be deleted.
pub fn discard(path: &Path) -> Result<(), Refusal> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(refusal(path, &error)),
        _ => Ok(()),
    }
}

fn refusal(path: &Path, error: &std::io::Error) -> Refusal {
    let text = format!(
        "{}: what was found before cannot be written down, so nothing is changed: {error}",
        path.display()
    );
    Refusal::new(Code::Failed, text)
}
