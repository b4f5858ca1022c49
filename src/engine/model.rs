//! A model file that can work here: found by name or path, its header read, known to the engine, small enough.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::blueprint::Blueprint;
use super::card::Card;
use super::catalogue::{self, BUNDLED, Catalogue, Reference};
use super::gguf::Header;
use super::memory::{self, Target};
use super::place::Place;
use super::profile::Key;
use super::program;

/// Context when nothing asks for more: a posting has 2,000 to 3,000 tokens, and naive attention is quadratic.
pub const DEFAULT_CONTEXT: usize = 8192;
/// Bytes at the head, middle and end of a model file that stand for the whole in its fingerprint.
const SAMPLE: u64 = 1 << 20;

/// A model file that the engine can run.
#[derive(Debug, Clone)]
pub struct Model {
    /// The file.
    pub path: PathBuf,
    /// The card that led to it.
    pub card: Option<Card>,
    /// What the file says of itself.
    pub header: Header,
    /// The same, as far as memory depends on it.
    pub blueprint: Blueprint,
    /// Where this build runs it.
    pub target: Target,
}

impl Model {
    /// Finds a model by a card's id, a card's file or its own, and checks that the engine of this build knows it.
    ///
    /// # Errors
    /// One line that says what is wrong with which file, and what to do.
    pub fn open(given: &str) -> Result<Self, String> {
        let (mut paths, card) = locate(given)?;
        Self::at(paths.swap_remove(0), card)
    }

    /// The same, and after it the smaller files of its card that are on this machine, largest first: for where it does not
    /// fit. A file or a quantisation that was named is the only one.
    ///
    /// # Errors
    /// One line about the first of them; others that cannot be used are left out.
    fn with_smaller(given: &str) -> Result<Vec<Self>, String> {
        let (paths, card) = locate(given)?;
        let mut all = Vec::new();
        for path in paths {
            match Self::at(path, card.clone()) {
                Ok(model) => all.push(model),
                Err(why) if all.is_empty() => return Err(why),
                Err(why) => tracing::warn!("{why}"),
            }
        }
        let bytes = |model: &Self| model.blueprint.bytes();
        let first = all.first().map_or(0, bytes);
        let mut position = 0;
        all.retain(|model| {
            position += 1;
            position == 1 || bytes(model) < first
        });
        if let Some(smaller) = all.get_mut(1..) {
            smaller.sort_by_key(|model| std::cmp::Reverse(bytes(model)));
        }
        Ok(all)
    }

    /// The first of [`Self::with_smaller`], of at most so many files, that `take` makes something of, and why the one that was
    /// meant would not do where it is another.
    ///
    /// # Errors
    /// What was said of the first.
    pub fn first<T>(
        given: &str,
        most: usize,
        mut take: impl FnMut(Self) -> Result<T, String>,
    ) -> Result<(T, Option<String>), String> {
        let mut refused = None;
        for model in Self::with_smaller(given)?.into_iter().take(most) {
            match take(model) {
                Ok(taken) => return Ok((taken, refused)),
                Err(why) => refused = refused.or(Some(why)),
            }
        }
        Err(refused.unwrap_or_default())
    }

    fn at(path: PathBuf, card: Option<Card>) -> Result<Self, String> {
        if path.is_dir() || path.extension().is_some_and(|end| end == "safetensors") {
            return Err(format!("{}: {NO_SAFETENSORS}", path.display()));
        }
        let header = Header::open(&path).map_err(|error| error.to_string())?;
        header
            .check_supported()
            .map_err(|error| error.to_string())?;
        let target = program::target();
        if header.experts().is_some() && target == Target::Cpu {
            return Err(format!(
                "{}: {NO_EXPERTS}; choose a dense model, or a build with --features cuda",
                path.display()
            ));
        }
        Ok(Self {
            path,
            card,
            blueprint: Blueprint::from(&header),
            header,
            target,
        })
    }

    /// The context of a run that asks for so much.
    #[must_use]
    pub fn context(&self, asked: Option<usize>) -> usize {
        asked
            .unwrap_or(DEFAULT_CONTEXT)
            .min(self.header.context_length())
    }

    /// Checks that so many questions of that context fit into the bytes that are free.
    ///
    /// # Errors
    /// One line with the context that would.
    pub fn check_room(&self, context: usize, cohort: usize, free: u64) -> Result<(), String> {
        memory::plan(&self.blueprint, context, cohort, self.target)
            .check(free)
            .map_err(|error| format!("{}: {error}", self.path.display()))
    }

    /// The model's name for records: the card's id, the file's own name, or what it is called.
    #[must_use]
    pub fn name(&self) -> String {
        let stem = || self.path.file_stem().unwrap_or_default().to_string_lossy();
        match &self.card {
            Some(card) => card.id.clone(),
            None => self
                .header
                .name()
                .map_or_else(|| stem().into_owned(), str::to_owned),
        }
    }

    /// What its profile is kept under.
    ///
    /// # Errors
    /// One line, when the file cannot be read.
    pub fn key(&self, place: Place) -> Result<Key, String> {
        let fingerprint =
            fingerprint(&self.path).map_err(|error| format!("{}: {error}", self.path.display()))?;
        Ok(Key::new(fingerprint, self.header.quant(), place))
    }
}

/// Why a mixture of experts is refused on the CPU.
pub const NO_EXPERTS: &str = "a mixture of experts, which mistral.rs 0.8.1 runs on CUDA only";

/// Why a directory of a model, or one of its files, is refused.
const NO_SAFETENSORS: &str = "smelt reads one .gguf file; safetensors (BF16, FP8, GPTQ, AWQ) are refused, since with mistral.rs 0.8.1 none was both sound and faster on a card (docs/MODELS.md, Other formats)";

/// The file that is meant, others of the same card behind it, and the card that says so.
fn locate(given: &str) -> Result<(Vec<PathBuf>, Option<Card>), String> {
    let (card, quant) = match Reference::of(given) {
        Reference::File(path) => return Ok((vec![path], None)),
        Reference::CardFile(path) => {
            let card = Card::load(&path).map_err(|error| error.to_string())?;
            (card, None)
        }
        Reference::Card { id, quant } => (Catalogue::load().card(&id)?.clone(), quant),
    };
    if card.id == BUNDLED && card.repo.is_none() {
        return Ok((vec![bundled()?], None));
    }
    let wanted = match &quant {
        Some(quant) => vec![card.file(Some(quant))?],
        None => card.files.iter().collect(),
    };
    let found = wanted
        .iter()
        .filter_map(|file| catalogue::find(&card, file));
    let found: Vec<PathBuf> = found.collect();
    if found.is_empty() {
        return Err(missing(&card, &wanted[0].name, quant.as_deref()));
    }
    Ok((found, Some(card)))
}

fn missing(card: &Card, file: &str, quant: Option<&str>) -> String {
    let quant = quant.map_or_else(String::new, |quant| format!(" --quant {quant}"));
    let id = &card.id;
    match (&card.directory, &card.repo) {
        (Some(directory), None) => format!(
            "{file} of model {id} is not beside its card in {}",
            directory.display()
        ),
        _ => format!(
            "{file} of model {id} is not on this machine: fetch it with `smelt models pull {id}{quant}`, or put it into the data directory's models"
        ),
    }
}

#[cfg(feature = "mistralrs")]
pub(super) fn bundled() -> Result<PathBuf, String> {
    super::bundled::path()
}

/// It is part of the program only where something can run it.
#[cfg(not(feature = "mistralrs"))]
fn bundled() -> Result<PathBuf, String> {
    Err("this smelt carries no model: it was built without the mistralrs feature".to_owned())
}

/// Size and three samples: hashing 8 GB would cost more than many pages.
fn fingerprint(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut hash = Sha256::new();
    hash.update(size.to_le_bytes());
    for start in [0, size / 2, size.saturating_sub(SAMPLE)] {
        file.seek(SeekFrom::Start(start))?;
        let mut sample = Vec::new();
        (&mut file).take(SAMPLE).read_to_end(&mut sample)?;
        hash.update(&sample);
    }
    Ok(hex::encode(hash.finalize()))
}
