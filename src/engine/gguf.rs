//! Reads the header of a GGUF model file, without its tensors, and says whether the engine can run it.
//!
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>, versions 2 and 3, little-endian.
//! The file is not trusted: every length is checked against the file's size before it is used, and what is
//! kept in memory is bounded.

mod error;
mod reader;
mod supported;
mod tensor;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

pub use error::GgufError;
use reader::Reader;
pub use tensor::{TensorInfo, TensorType};

/// The architectures (`general.architecture`) the engine runs: dense, and a mixture of experts.
pub const SUPPORTED_ARCHITECTURES: [&str; 2] = ["qwen3", MIXTURE];

/// The one that mistral.rs 0.8.1 runs on CUDA only: on the CPU its experts end in a panic (`indexed_moe_forward`, candle).
const MIXTURE: &str = "qwen3moe";

/// Metadata entries and tensors a header may have; real models stay below 100 and 1,000.
const MAX_ENTRIES: u64 = 1 << 16;

/// Alignment of the tensor data when `general.alignment` is absent (GGUF specification).
const DEFAULT_ALIGNMENT: u64 = 32;

/// One metadata value. Of arrays only the length is kept: a vocabulary has 150,000 strings.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Any unsigned integer.
    Unsigned(u64),
    /// Any signed integer.
    Signed(i64),
    /// A float of 32 or 64 bits.
    Float(f64),
    /// A boolean.
    Bool(bool),
    /// A string; invalid UTF-8 is replaced and trailing NULs are dropped, as the engine does.
    Text(String),
    /// The number of elements of an array.
    Array(u64),
}

/// The numbers that give the model its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape {
    context_length: usize,
    block_count: usize,
    embedding_length: usize,
    head_count: usize,
    head_count_kv: usize,
    key_length: usize,
    value_length: usize,
    vocab_size: usize,
    experts: Option<Experts>,
}

/// The experts of each layer of a mixture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Experts {
    /// How many there are.
    pub count: u64,
    /// How many read each token.
    pub used: u64,
    /// Inner width of one.
    pub feed_forward: u64,
}

/// The header of a GGUF file whose tensors are known to lie within the file.
#[derive(Debug, Clone)]
pub struct Header {
    path: PathBuf,
    architecture: String,
    metadata: BTreeMap<String, Value>,
    tensors: Vec<TensorInfo>,
    shape: Shape,
}

impl Header {
    /// Reads the header of the GGUF file at `path`.
    ///
    /// # Errors
    /// When there is no such file, it cannot be read, is not GGUF version 2 or 3, is shorter than its header
    /// says, or lacks a key that gives the model its shape. A complete header of another architecture is read;
    /// [`Header::check_supported`] refuses it.
    pub fn open(path: &Path) -> Result<Self, GgufError> {
        let mut reader = Reader::open(path)?;
        let tensor_count = reader.count("tensor count", MAX_ENTRIES)?;
        let metadata_count = reader.count("metadata count", MAX_ENTRIES)?;
        let mut metadata = BTreeMap::new();
        for _ in 0..metadata_count {
            let key = reader.text("metadata key")?;
            let value = reader.value(&key)?;
            metadata.insert(key, value);
        }
        let mut tensors = Vec::new();
        for _ in 0..tensor_count {
            tensors.push(tensor::read(&mut reader)?);
        }
        let lookup = Lookup {
            path,
            metadata: &metadata,
        };
        let data_offset = reader
            .position()
            .checked_next_multiple_of(lookup.alignment()?);
        tensor::check_extent(&reader, data_offset, &tensors)?;
        let architecture = lookup.text("general.architecture")?.to_owned();
        let shape = lookup.shape(&architecture).map_err(|error| {
            if SUPPORTED_ARCHITECTURES.contains(&architecture.as_str()) {
                error
            } else {
                GgufError::architecture(path, &architecture)
            }
        })?;
        Ok(Self {
            path: path.to_owned(),
            architecture,
            metadata,
            tensors,
            shape,
        })
    }

    /// Where the file lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// `general.architecture`, for example `qwen3`.
    #[must_use]
    pub fn architecture(&self) -> &str {
        &self.architecture
    }

    /// The value of a metadata key, whatever its type.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.metadata.get(key)
    }

    /// All tensors, in the order of the file.
    #[must_use]
    pub fn tensors(&self) -> &[TensorInfo] {
        &self.tensors
    }

    /// The tensor of that name.
    #[must_use]
    pub fn tensor(&self, name: &str) -> Option<&TensorInfo> {
        self.tensors.iter().find(|tensor| tensor.name == name)
    }

    /// The most tokens, prompt and answer together, the model was made for.
    #[must_use]
    pub fn context_length(&self) -> usize {
        self.shape.context_length
    }

    /// Transformer layers.
    #[must_use]
    pub fn block_count(&self) -> usize {
        self.shape.block_count
    }

    /// Width of the residual stream ("hidden size").
    #[must_use]
    pub fn embedding_length(&self) -> usize {
        self.shape.embedding_length
    }

    /// Query heads of a layer.
    #[must_use]
    pub fn head_count(&self) -> usize {
        self.shape.head_count
    }

    /// Key and value heads of a layer (grouped-query attention).
    #[must_use]
    pub fn head_count_kv(&self) -> usize {
        self.shape.head_count_kv
    }

    /// Dimensions of one key head; `embedding_length / head_count` when the file does not say, as the engine assumes.
    #[must_use]
    pub fn key_length(&self) -> usize {
        self.shape.key_length
    }

    /// Tokens of the vocabulary (length of `tokenizer.ggml.tokens`).
    #[must_use]
    pub fn vocab_size(&self) -> usize {
        self.shape.vocab_size
    }

    /// Its experts, if it is a mixture of such.
    #[must_use]
    pub fn experts(&self) -> Option<Experts> {
        self.shape.experts
    }

    /// `general.name`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.text("general.name")
    }

    /// Id of the token that ends an answer (`tokenizer.ggml.eos_token_id`).
    #[must_use]
    pub fn eos_token_id(&self) -> Option<u32> {
        match self.value("tokenizer.ggml.eos_token_id")? {
            Value::Unsigned(id) => u32::try_from(*id).ok(),
            _ => None,
        }
    }

    /// Whether the file brings the chat template without which the engine refuses chat requests.
    #[must_use]
    pub fn has_chat_template(&self) -> bool {
        self.text("tokenizer.chat_template").is_some()
    }

    /// Bytes of all tensors as they lie in the file.
    #[must_use]
    pub fn tensor_bytes(&self) -> u64 {
        self.tensors.iter().map(|tensor| tensor.bytes).sum()
    }

    /// Elements of all tensors; a tied output matrix counts once.
    #[must_use]
    pub fn parameter_count(&self) -> u64 {
        self.tensors.iter().map(|tensor| tensor.elements).sum()
    }

    /// The quantisation as its makers name it, for example `Q4_K_M`: from `general.file_type`, else the tensor type
    /// that takes most of the bytes.
    #[must_use]
    pub fn quant(&self) -> &'static str {
        let named = match self.value("general.file_type") {
            Some(Value::Unsigned(file_type)) => tensor::file_type_label(*file_type),
            _ => None,
        };
        named.unwrap_or_else(|| tensor::dominant_label(&self.tensors))
    }

    fn text(&self, key: &str) -> Option<&str> {
        match self.value(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Typed look-ups in the metadata, with errors that name the file and the key.
struct Lookup<'a> {
    path: &'a Path,
    metadata: &'a BTreeMap<String, Value>,
}

impl<'a> Lookup<'a> {
    fn required(&self, key: &str) -> Result<&'a Value, GgufError> {
        self.metadata
            .get(key)
            .ok_or_else(|| GgufError::missing(self.path, key))
    }

    fn text(&self, key: &str) -> Result<&'a str, GgufError> {
        match self.required(key)? {
            Value::Text(text) => Ok(text),
            other => Err(GgufError::bad(
                self.path,
                key,
                format!("{other:?} is not a string"),
            )),
        }
    }

    /// A positive number that fits 32 bits, so that products of a few stay far from overflow.
    fn size(&self, key: &str) -> Result<usize, GgufError> {
        match self.required(key)? {
            Value::Unsigned(number) if (1..=u64::from(u32::MAX)).contains(number) => {
                usize::try_from(*number)
                    .map_err(|error| GgufError::bad(self.path, key, error.to_string()))
            }
            other => Err(GgufError::bad(
                self.path,
                key,
                format!("{other:?} is not a size"),
            )),
        }
    }

    fn alignment(&self) -> Result<u64, GgufError> {
        let key = "general.alignment";
        if self.metadata.contains_key(key) {
            self.size(key).map(|alignment| alignment as u64)
        } else {
            Ok(DEFAULT_ALIGNMENT)
        }
    }

    fn shape(&self, architecture: &str) -> Result<Shape, GgufError> {
        let key = |name: &str| format!("{architecture}.{name}");
        let size = |name: &str| self.size(&key(name));
        let embedding_length = size("embedding_length")?;
        let head_count = size("attention.head_count")?;
        let head_length = |name: &str| {
            if self.metadata.contains_key(&key(name)) {
                size(name)
            } else {
                Ok(embedding_length / head_count)
            }
        };
        let tokens = "tokenizer.ggml.tokens";
        let vocab_size = match self.required(tokens)? {
            Value::Array(length) => usize::try_from(*length)
                .map_err(|error| GgufError::bad(self.path, tokens, error.to_string()))?,
            other => {
                let problem = format!("{other:?} is not an array");
                return Err(GgufError::bad(self.path, tokens, problem));
            }
        };
        Ok(Shape {
            context_length: size("context_length")?,
            block_count: size("block_count")?,
            embedding_length,
            head_count,
            head_count_kv: size("attention.head_count_kv")?,
            key_length: head_length("attention.key_length")?,
            value_length: head_length("attention.value_length")?,
            vocab_size,
            experts: (architecture == MIXTURE)
                .then(|| self.experts(architecture))
                .transpose()?,
        })
    }

    fn experts(&self, architecture: &str) -> Result<Experts, GgufError> {
        let size = |name: &str| {
            self.size(&format!("{architecture}.{name}"))
                .map(|size| size as u64)
        };
        Ok(Experts {
            count: size("expert_count")?,
            used: size("expert_used_count")?,
            feed_forward: size("expert_feed_forward_length")?,
        })
    }
}
