//! A model card: what is known of one supported model, where its file comes from, and where it lies.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

/// A card as it stands in models/*.toml. A fact that is not known is left out, never guessed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Short name, as given on the command line.
    pub id: String,
    /// The name its makers use.
    pub name: String,
    /// `general.architecture` of the file.
    pub architecture: String,
    /// Where the file comes from.
    pub source: Source,
    /// Quantisation of the file, for example `Q4_K_M`.
    pub quant: String,
    /// Bytes of the file.
    pub file_bytes: Option<u64>,
    /// Tokens of prompt and answer the model was trained for, without any stretching.
    pub context_tokens: usize,
    /// The longest answer its makers recommend, in tokens.
    pub max_output_tokens: usize,
    /// Parameters; a tied output matrix counts once.
    pub parameters: u64,
    /// Bytes of the key-value cache for one token in BF16, as on CUDA; twice that in F32, as on the CPU.
    pub kv_bytes_per_token: u64,
    /// SPDX identifier of the weights' licence.
    pub licence: String,
    /// How its makers sample, and how that is used here.
    pub sampling: String,
    /// Speeds its makers, or the card's author, claim.
    #[serde(default)]
    pub claimed: Vec<Speed>,
    /// Speeds measured with this engine. None means not measured.
    #[serde(default)]
    pub measured: Vec<Speed>,
    /// The directory the card was read from.
    #[serde(skip)]
    directory: PathBuf,
}

/// The published file of a model.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Repository on the Hugging Face hub.
    pub repo: String,
    /// Name of the file in it, and on this machine.
    pub file: PathBuf,
    /// SHA-256 of the file, 64 hexadecimal digits.
    pub sha256: Option<String>,
}

/// One measurement, or claim, of speed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speed {
    /// The machine.
    pub hardware: String,
    /// The engine and its version.
    pub engine: String,
    /// Quantisation of the weights that ran.
    pub quant: String,
    /// Sequences decoded together.
    pub batch: usize,
    /// Tokens of each prompt.
    pub prompt_tokens: usize,
    /// Prompt tokens read in a second, all sequences together.
    pub prefill_tokens_per_second: f64,
    /// Tokens written in a second, all sequences together.
    pub decode_tokens_per_second: f64,
    /// What to know before comparing.
    pub note: Option<String>,
}

/// Why a card cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// The card itself cannot be read.
    #[error("the model card {} cannot be read: {source}; give --model a .gguf file or a models/*.toml card", path.display())]
    Unreadable {
        /// The card.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The card is not valid.
    #[error("the model card {} is not valid: {problem}; correct it there", path.display())]
    Invalid {
        /// The card.
        path: PathBuf,
        /// What is wrong, and where.
        problem: String,
    },
    /// The model's file is on none of the places searched.
    #[error("{} of model {id} is in none of {}; download it from https://huggingface.co/{repo} into one of them",
        file.display(), list(searched))]
    ModelMissing {
        /// The card's id.
        id: String,
        /// The repository that has the file.
        repo: String,
        /// The file's name.
        file: PathBuf,
        /// The directories searched, in order.
        searched: Vec<PathBuf>,
    },
}

fn list(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    paths.join(", ")
}

impl Card {
    /// Reads a card.
    ///
    /// # Errors
    /// When the file cannot be read, is not TOML, lacks a field or has an unknown one, or contradicts itself.
    pub fn load(path: &Path) -> Result<Self, CardError> {
        let text = fs::read_to_string(path).map_err(|source| CardError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        let invalid = |problem: String| CardError::Invalid {
            path: path.to_owned(),
            problem,
        };
        let mut card: Self =
            toml::from_str(&text).map_err(|error| invalid(error.to_string().trim().to_owned()))?;
        card.check()
            .map_err(|problem| invalid(problem.to_owned()))?;
        path.parent()
            .unwrap_or(Path::new(""))
            .clone_into(&mut card.directory);
        Ok(card)
    }

    fn check(&self) -> Result<(), &'static str> {
        let is_digest = |text: &String| hex::decode(text).is_ok_and(|bytes| bytes.len() == 32);
        if !self.source.sha256.as_ref().is_none_or(is_digest) {
            Err("source.sha256 must be 64 hexadecimal digits")
        } else if self.max_output_tokens > self.context_tokens {
            Err("max_output_tokens must not be more than context_tokens")
        } else {
            Ok(())
        }
    }

    /// Finds the model's file: beside the card, then in each directory of `search`, in that order.
    ///
    /// # Errors
    /// [`CardError::ModelMissing`] with the repository, the file and the places searched.
    pub fn resolve(&self, search: &[PathBuf]) -> Result<PathBuf, CardError> {
        let mut searched = vec![self.directory.clone()];
        searched.extend_from_slice(search);
        let mut candidates = searched
            .iter()
            .map(|directory| directory.join(&self.source.file));
        candidates
            .find(|candidate| candidate.is_file())
            .ok_or_else(|| CardError::ModelMissing {
                id: self.id.clone(),
                repo: self.source.repo.clone(),
                file: self.source.file.clone(),
                searched: searched.clone(),
            })
    }
}
