//! The demonstration: a few real pages and a store in a directory that is removed at the end.

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::cli::{KeepArgs, RunArgs, StoreArgs};

/// Pages that smelt carries with it.
const PAGES: [(&str, &str); 5] = [
    (
        "cloud-platform-lead.html",
        include_str!("../../tests/fixtures/pages/18f-cloud-platform-lead.html"),
    ),
    (
        "contract-specialist.html",
        include_str!("../../tests/fixtures/pages/18f-contract-specialist.html"),
    ),
    (
        "login-director.html",
        include_str!("../../tests/fixtures/pages/18f-login-director.html"),
    ),
    (
        "recruiter.html",
        include_str!("../../tests/fixtures/pages/18f-recruiter.html"),
    ),
    (
        "tts-engineer.html",
        include_str!("../../tests/fixtures/pages/18f-tts-engineer.html"),
    ),
];

/// A directory with the pages, until it is dropped.
#[derive(Debug)]
pub struct Demo {
    directory: PathBuf,
}

impl Demo {
    /// Writes the pages.
    ///
    /// # Errors
    /// When the directory for temporary files cannot be written.
    pub fn new() -> io::Result<Self> {
        let name = format!("smelt-demo-{}", std::process::id());
        let demo = Self {
            directory: std::env::temp_dir().join(name),
        };
        fs::create_dir_all(demo.pages())?;
        for (name, html) in PAGES {
            fs::write(demo.pages().join(name), html)?;
        }
        Ok(demo)
    }

    fn pages(&self) -> PathBuf {
        self.directory.join("pages")
    }

    /// The arguments of a run on the pages; engine and model stay as given.
    #[must_use]
    pub fn arguments(&self, given: &RunArgs) -> RunArgs {
        let mut inputs = vec![self.pages().display().to_string()];
        inputs.extend(given.inputs.iter().cloned());
        RunArgs {
            inputs,
            store: StoreArgs {
                store: Some(self.directory.join("smelt.db")),
            },
            keep: keep(&given.keep),
            ..given.clone()
        }
    }
}

/// A simulated laptop that is held, whatever was asked for: a demonstration touches no card.
fn keep(given: &KeepArgs) -> KeepArgs {
    let is_simulated = given.gpu_source.starts_with("simulated");
    let wanted =
        |is_given: bool, given: &str, usual: &str| if is_given { given } else { usual }.to_owned();
    let is_held = !matches!(given.power.as_str(), "off" | "");
    KeepArgs {
        gpu_source: wanted(is_simulated, &given.gpu_source, "simulated"),
        power: wanted(is_held, &given.power, "auto"),
        ..given.clone()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.directory).ok();
    }
}
