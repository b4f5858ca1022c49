//! Writes tiny random Qwen3 models as GGUF files, with a tokenizer trained on the spot, for tests.

// Each test binary that includes this module uses another part of it.
#![allow(dead_code, unused_imports, missing_docs)]
#![allow(clippy::unwrap_used)]

#[path = "tiny_gguf/bpe.rs"]
pub mod bpe;
#[path = "tiny_gguf/model.rs"]
pub mod model;
#[path = "tiny_gguf/writer.rs"]
pub mod writer;

pub use bpe::Bpe;
pub use model::{TensorKind, TinyModel};

/// A corpus of job-posting prose, markup-free: own text and three public-domain (CC0) postings of 18F.
pub const CORPUS: &str = include_str!("../fixtures/corpus.txt");
