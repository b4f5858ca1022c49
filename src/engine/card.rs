//! A model card: what is known of one supported model, and where its files come from.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::blueprint::Blueprint;
use super::gguf::SUPPORTED_ARCHITECTURES;
use super::memory::{Target, kv_bytes_per_token};
use super::recipe::Shape;

/// A card as it stands in models/*.toml. A fact that is not known is left out, never guessed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Short name, as given on the command line.
    pub id: String,
    /// The name its makers use.
    pub name: String,
    /// `general.architecture` of the files.
    pub architecture: String,
    /// Tokens of prompt and answer the model was trained for, without any stretching.
    pub context_tokens: usize,
    /// The longest answer its makers recommend, in tokens.
    pub max_output_tokens: usize,
    /// Parameters; a tied output matrix counts once.
    pub parameters: u64,
    /// Bytes of the key-value cache for one token in BF16, as on CUDA; twice that in F32, as on the CPU.
    pub kv_bytes_per_token: u64,
    /// Whether it thinks before it answers. Inside a grammar none does, which holds from the first token on; `--second-look`
    /// lets it.
    pub thinking: Thinking,
    /// SPDX identifier of the weights' licence.
    pub licence: String,
    /// How its makers sample, and how that is used here.
    pub sampling: String,
    /// Layers, widths and heads.
    pub shape: Shape,
    /// Repository on the Hugging Face hub; the bundled model has none.
    pub repo: Option<String>,
    /// Its files, the one to take first before the others.
    pub files: Vec<ModelFile>,
    /// Speeds that others claim.
    #[serde(default)]
    pub claimed: Vec<Claim>,
    /// Speeds measured with this engine. None means not measured.
    #[serde(default)]
    pub measured: Vec<Speed>,
    /// The directory the card was read from; cards that smelt carries have none.
    #[serde(skip)]
    pub directory: Option<PathBuf>,
}

/// Whether a model thinks before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Thinking {
    /// Never.
    None,
    /// Unless it is told not to.
    Switchable,
    /// Always, where it is free to.
    Always,
}

/// A published file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Quantisation, for example `Q4_K_M`.
    pub quant: String,
    /// Name of the file in the repository, and on this machine.
    pub name: String,
    /// Its bytes.
    pub bytes: Option<u64>,
    /// SHA-256 of the file, 64 hexadecimal digits.
    pub sha256: Option<String>,
}

/// A speed that somebody claims.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Who claims it.
    pub by: String,
    /// The machine.
    pub hardware: String,
    /// The weights it is claimed for, by the claim's own name.
    pub quant: String,
    /// Bits that such weights have at least, each.
    pub bits: f64,
    /// Tokens written in a second, from and to. How many sequences were decoded together is not said.
    pub tokens_per_second: [f64; 2],
}

/// One measurement of speed.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
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
    #[error("the model card {} cannot be read: {source}; give --model a .gguf file, a card's id or a models/*.toml card", path.display())]
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
}

/// What is wrong, and in which line; the library's own words draw a picture of it.
fn one_line(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.bytes().take(start).filter(|byte| *byte == b'\n');
    let what = error.message().trim().replace('\n', ", ");
    format!("line {}: {what}", 1 + before.count())
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
        let mut card = Self::parse(&text).map_err(|problem| CardError::Invalid {
            path: path.to_owned(),
            problem,
        })?;
        card.directory = Some(path.parent().unwrap_or(Path::new("")).to_owned());
        Ok(card)
    }

    /// Reads the text of a card.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let card: Self = toml::from_str(text).map_err(|error| one_line(text, &error))?;
        card.check()?;
        Ok(card)
    }

    /// The file of that quantisation, or the first one.
    ///
    /// # Errors
    /// One line with the quantisations there are.
    pub fn file(&self, quant: Option<&str>) -> Result<&ModelFile, String> {
        let wanted =
            |file: &&ModelFile| quant.is_none_or(|quant| file.quant.eq_ignore_ascii_case(quant));
        self.files.iter().find(wanted).ok_or_else(|| {
            let known: Vec<&str> = self.files.iter().map(|file| file.quant.as_str()).collect();
            format!(
                "{} has no file in {}; there are {}",
                self.id,
                quant.unwrap_or_default(),
                known.join(", ")
            )
        })
    }

    /// The model as far as memory and speed depend on it, without its file.
    #[must_use]
    pub fn blueprint(&self, file: &ModelFile) -> Option<Blueprint> {
        self.shape.blueprint(&file.quant)
    }

    fn check(&self) -> Result<(), String> {
        let is_word = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
        if self.id.is_empty() || !self.id.chars().all(is_word) {
            return Err("id must consist of letters, digits and - . _".to_owned());
        }
        if !SUPPORTED_ARCHITECTURES.contains(&self.architecture.as_str()) {
            let known = SUPPORTED_ARCHITECTURES.join(" and ");
            return Err(format!("architecture must be one the engine runs: {known}"));
        }
        if self.shape.experts.is_some() != (self.architecture == SUPPORTED_ARCHITECTURES[1]) {
            return Err("shape.experts belongs to qwen3moe, and to it only".to_owned());
        }
        if self.max_output_tokens > self.context_tokens {
            return Err("max_output_tokens must not be more than context_tokens".to_owned());
        }
        self.check_numbers()?;
        self.check_files()
    }

    /// What can be computed from the shape must be what the card says.
    fn check_numbers(&self) -> Result<(), String> {
        let shape = &self.shape;
        let bytes = Target::Cuda.cache_element_bytes();
        let cache = kv_bytes_per_token(shape.layers, shape.kv_heads, shape.head_length, bytes);
        if cache != self.kv_bytes_per_token {
            return Err(format!(
                "kv_bytes_per_token is {}, and the shape gives {cache}",
                self.kv_bytes_per_token
            ));
        }
        let parameters = shape.blueprint("F32").map_or(0, |model| model.parameters());
        if parameters != self.parameters {
            return Err(format!(
                "parameters is {}, and the shape gives {parameters}",
                self.parameters
            ));
        }
        Ok(())
    }

    fn check_files(&self) -> Result<(), String> {
        if self.files.is_empty() {
            return Err("a card needs at least one [[files]]".to_owned());
        }
        if let Some(repo) = &self.repo {
            let parts: Vec<&str> = repo.split('/').collect();
            if parts.len() != 2
                || parts
                    .iter()
                    .any(|part| part.is_empty() || part.starts_with('.'))
            {
                return Err("repo must be OWNER/NAME".to_owned());
            }
        }
        for file in &self.files {
            let mut parts = Path::new(&file.name).components();
            if file.name.is_empty() || !parts.all(|part| matches!(part, Component::Normal(_))) {
                return Err(format!(
                    "the file name {:?} leads out of its repository",
                    file.name
                ));
            }
            let is_digest = |text: &String| hex::decode(text).is_ok_and(|bytes| bytes.len() == 32);
            if !file.sha256.as_ref().is_none_or(is_digest) {
                return Err(format!(
                    "sha256 of {} must be 64 hexadecimal digits",
                    file.name
                ));
            }
            if self.blueprint(file).is_none() {
                return Err(format!(
                    "no memory plan is known for quant {:?} in this shape",
                    file.quant
                ));
            }
        }
        Ok(())
    }
}
