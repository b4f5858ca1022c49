//! A copy of the stand-in driver for each test: its own card, its own clock, and a log of the calls it got.
#![allow(dead_code, clippy::unwrap_used)]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use smelt::gpu::nvml::{NvmlCard, NvmlSource, Target};
use smelt::gpu::{Sample, Source, Which};

pub struct Fake {
    directory: tempfile::TempDir,
    settings: RefCell<BTreeMap<String, String>>,
}

/// Where cargo puts examples, seen from a test.
pub fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().unwrap().parent().unwrap();
    let library = profile.join("examples").join(name);
    assert!(
        library.exists(),
        "{} is not built: run `cargo build --examples`, or all tests",
        library.display()
    );
    library
}

impl Fake {
    pub fn new(profile: &str) -> Self {
        Self::of("libfake_nvml.so", profile)
    }

    /// A driver of 2021.
    pub fn old() -> Self {
        Self::of("libfake_nvml_old.so", "old-driver")
    }

    fn of(library: &str, profile: &str) -> Self {
        let fake = Self {
            directory: tempfile::tempdir().unwrap(),
            settings: RefCell::default(),
        };
        fs::copy(built(library), fake.library()).unwrap();
        fake.set("profile", profile);
        fake.set("log", fake.path("calls").to_str().unwrap());
        fake.set("clock", "0");
        fake
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn library(&self) -> PathBuf {
        self.path("libnvidia-ml.so.1")
    }

    pub fn set(&self, name: &str, value: &str) {
        let mut settings = self.settings.borrow_mut();
        settings.insert(name.to_owned(), value.to_owned());
        let lines = settings
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let lines = lines.collect::<Vec<String>>().join("\n");
        // Replaced in one go: the card may be reading it.
        fs::write(self.path("settings"), lines).unwrap();
        fs::rename(self.path("settings"), self.path("libnvidia-ml.so.1.conf")).unwrap();
    }

    /// The clock on the wall, so much faster.
    pub fn run_at(&self, scale: &str) {
        self.settings.borrow_mut().remove("clock");
        self.set("time_scale", scale);
    }

    pub fn target(&self) -> Target {
        Target {
            library: Some(self.library().into_os_string()),
            which: Which::default(),
        }
    }

    /// A source on a machine without any PCI device in sysfs.
    pub fn source(&self) -> Clocked<'_> {
        self.source_of(self.target(), &self.path("sys"))
    }

    pub fn source_of(&self, target: Target, sysfs: &Path) -> Clocked<'_> {
        Clocked {
            source: NvmlSource::new(target, Some(sysfs.to_owned())),
            fake: self,
            now: Cell::new(Duration::ZERO),
        }
    }

    pub fn card(&self) -> NvmlCard {
        NvmlCard::new(self.target())
    }

    /// Every call so far, with its arguments and its code.
    pub fn calls(&self) -> Vec<String> {
        let log = fs::read_to_string(self.path("calls")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    /// How often a call was made.
    pub fn count(&self, name: &str) -> usize {
        let prefix = format!("{name}(");
        let calls = self.calls();
        calls
            .iter()
            .filter(|call| call.starts_with(&prefix))
            .count()
    }

    pub fn forget_calls(&self) {
        fs::remove_file(self.path("calls")).ok();
    }
}

/// A source whose clock, and the card's, are the test's.
pub struct Clocked<'a> {
    pub source: NvmlSource,
    fake: &'a Fake,
    now: Cell<Duration>,
}

impl Clocked<'_> {
    /// The sample at a second.
    pub fn at(&mut self, seconds: f64) -> Sample {
        let now = Duration::from_secs_f64(seconds);
        assert!(now >= self.now.get(), "clocks do not run backwards");
        self.now.set(now);
        self.fake.set("clock", &seconds.to_string());
        self.source.sample(now)
    }

    /// Samples four times a second, up to and with the last one.
    pub fn until(&mut self, seconds: f64) -> Vec<Sample> {
        let mut at = self.now.get().as_secs_f64();
        let mut samples = Vec::new();
        while at + 0.25 <= seconds {
            at += 0.25;
            samples.push(self.at(at));
        }
        samples
    }
}
