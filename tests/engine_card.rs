//! Model cards: the ones that ship are right, wrong ones are refused, and files are found.

#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

use smelt::engine::{
    card::{Card, CardError},
    gguf::SUPPORTED_ARCHITECTURE,
    memory::{Target, kv_bytes_per_token},
};

/// The published shape of each model: card, hidden width, feed-forward width, layers, query heads, output matrix of
/// its own. All have 8 key-value heads of 128 and a vocabulary of 151,936.
const SHAPES: [(&str, u64, u64, u64, u64, bool); 4] = [
    ("qwen3-0.6b", 1024, 3072, 28, 16, false),
    ("qwen3-1.7b", 2048, 6144, 28, 16, false),
    ("qwen3-4b-instruct-2507", 2560, 9728, 36, 32, false),
    ("qwen3-8b", 4096, 12_288, 36, 32, true),
];

fn shipped(id: &str) -> Card {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    Card::load(&models.join(format!("{id}.toml"))).unwrap()
}

#[test]
fn every_shipped_card_loads_and_is_named_after_its_model() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let mut cards = 0;
    for entry in fs::read_dir(models).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let card = Card::load(&path).unwrap();
            assert_eq!(card.id, path.file_stem().unwrap().to_str().unwrap());
            assert_eq!(card.architecture, SUPPORTED_ARCHITECTURE);
            cards += 1;
        }
    }
    assert!(cards >= SHAPES.len());
}

#[test]
fn shipped_cards_agree_with_the_published_shapes() {
    for (id, hidden, feed_forward, layers, heads, untied) in SHAPES {
        let card = shipped(id);
        let per_token = kv_bytes_per_token(layers, 8, 128, Target::Cuda.cache_element_bytes());
        assert_eq!(card.kv_bytes_per_token, per_token, "{id}");
        let attention = 2 * hidden * heads * 128 + 2 * hidden * 8 * 128 + 2 * 128;
        let layer = attention + 3 * hidden * feed_forward + 2 * hidden;
        let embeddings = 151_936 * hidden * if untied { 2 } else { 1 };
        assert_eq!(
            card.parameters,
            embeddings + layers * layer + hidden,
            "{id}"
        );
    }
}

#[test]
fn measured_speeds_say_that_the_weights_were_random() {
    let measured = shipped("qwen3-8b").measured;
    assert!(!measured.is_empty());
    for speed in measured {
        assert!(speed.note.unwrap().contains("random weights"));
    }
    assert!(shipped("qwen3-0.6b").measured.is_empty());
}

/// A minimal card in a directory of its own, with more TOML lines before its source.
fn card_with(lines: &str, sha256: &str) -> (tempfile::TempDir, Result<Card, CardError>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("card.toml");
    let text = format!(
        r#"
id = "tiny"
name = "Tiny"
architecture = "qwen3"
quant = "F32"
context_tokens = 4096
max_output_tokens = 1024
parameters = 1
kv_bytes_per_token = 1
licence = "MIT"
sampling = "greedy"
{lines}
[source]
repo = "someone/tiny"
file = "tiny.gguf"
{sha256}
"#
    );
    fs::write(&path, text).unwrap();
    let card = Card::load(&path);
    (directory, card)
}

#[test]
fn unknown_fields_and_contradictions_are_refused() {
    let error = card_with("colour = \"blue\"", "").1.unwrap_err();
    assert!(error.to_string().contains("colour"), "{error}");
    let error = card_with("", "sha256 = \"abc\"").1.unwrap_err();
    assert!(
        error.to_string().contains("64 hexadecimal digits"),
        "{error}"
    );
    let error = card_with("[claimed]", "").1.unwrap_err();
    assert!(matches!(error, CardError::Invalid { .. }), "{error}");
    let error = Card::load(Path::new("no-such-card.toml")).unwrap_err();
    assert!(matches!(error, CardError::Unreadable { .. }), "{error}");
}

#[test]
fn claims_are_kept_apart_from_measurements() {
    let claim = r#"
[[claimed]]
hardware = "RTX 4090 Laptop"
engine = "any"
quant = "F32"
batch = 1
prompt_tokens = 100
prefill_tokens_per_second = 1.0
decode_tokens_per_second = 2.0
"#;
    let card = card_with(claim, "").1.unwrap();
    assert_eq!(card.claimed.len(), 1);
    assert!(card.measured.is_empty());
}

#[test]
fn the_file_is_found_beside_the_card_first_then_in_the_models_directories() {
    let (directory, card) = card_with("", "");
    let card = card.unwrap();
    let models = tempfile::tempdir().unwrap();
    let elsewhere = models.path().join("tiny.gguf");
    let search = [models.path().to_owned()];

    let error = card.resolve(&search).unwrap_err().to_string();
    for part in [
        "tiny.gguf",
        "huggingface.co/someone/tiny",
        directory.path().to_str().unwrap(),
        models.path().to_str().unwrap(),
    ] {
        assert!(error.contains(part), "{error}");
    }

    fs::write(&elsewhere, "").unwrap();
    assert_eq!(card.resolve(&search).unwrap(), elsewhere);
    let beside = directory.path().join("tiny.gguf");
    fs::write(&beside, "").unwrap();
    assert_eq!(card.resolve(&search).unwrap(), beside);
}
