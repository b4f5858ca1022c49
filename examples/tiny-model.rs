//! Writes a tiny random Qwen3 model: `cargo run --example tiny-model -- OUT.gguf [--seed N] [--corpus FILE]`.

#[path = "../tests/support/tiny_gguf.rs"]
mod tiny_gguf;

use std::{fs, io, path::PathBuf};

use clap::Parser;
use tiny_gguf::{CORPUS, TensorKind, TinyModel};

/// Write a tiny Qwen3 model with random weights and a tokenizer trained on a corpus.
#[derive(Parser)]
struct Arguments {
    /// The .gguf file to write.
    out: PathBuf,
    /// Seed of the weights.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Text to train the tokenizer on instead of the built-in one.
    #[arg(long)]
    corpus: Option<PathBuf>,
    /// Store the matrices as `Q8_0` instead of `F32`.
    #[arg(long)]
    q8: bool,
    /// Shape; speed is measured on random weights of a real model's shape.
    #[arg(
        long,
        value_name = "VOCAB,HIDDEN,LAYERS,HEADS,KV_HEADS,HEAD_DIM,FFN",
        value_delimiter = ','
    )]
    shape: Vec<usize>,
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let corpus = match &arguments.corpus {
        Some(path) => fs::read_to_string(path)?,
        None => CORPUS.to_owned(),
    };
    let kind = if arguments.q8 {
        TensorKind::Q8_0
    } else {
        TensorKind::F32
    };
    let plain = TinyModel {
        seed: arguments.seed,
        kind,
        ..TinyModel::default()
    };
    let model = match *arguments.shape.as_slice() {
        [] => plain,
        [vocab_size, hidden, layers, heads, kv_heads, head_dim, ffn] => TinyModel {
            vocab_size,
            hidden,
            layers,
            heads,
            kv_heads,
            head_dim,
            ffn,
            ..plain
        },
        _ => return Err(io::Error::other("--shape takes seven numbers")),
    };
    model.write(&corpus, &arguments.out)
}
