//! Reading GGUF headers: right values from a good file, one clear error from any other.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "support/tiny_gguf.rs"]
mod tiny_gguf;

use std::{fs, path::PathBuf, sync::OnceLock};

use proptest::prelude::*;
use smelt::engine::gguf::{GgufError, Header};
use tempfile::TempDir;
use tiny_gguf::{CORPUS, TensorKind, TinyModel};

/// The bytes of the default model, written once.
fn good() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let (_directory, path) = written(&TinyModel::default());
        fs::read(path).unwrap()
    })
}

fn written(model: &TinyModel) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.gguf");
    model.write(CORPUS, &path).unwrap();
    (directory, path)
}

fn open_bytes(bytes: &[u8]) -> Result<Header, GgufError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.gguf");
    fs::write(&path, bytes).unwrap();
    Header::open(&path)
}

/// A header with one metadata entry, ending in `value`.
fn one_entry(value: &[u8]) -> Vec<u8> {
    let mut bytes = b"GGUF".to_vec();
    bytes.extend(3_u32.to_le_bytes());
    bytes.extend(0_u64.to_le_bytes());
    bytes.extend(1_u64.to_le_bytes());
    bytes.extend(1_u64.to_le_bytes());
    bytes.push(b'k');
    bytes.extend(value);
    bytes
}

#[test]
fn a_good_file_tells_its_shape() {
    let header = open_bytes(good()).unwrap();
    header.check_supported().unwrap();
    assert_eq!(header.architecture(), "qwen3");
    assert_eq!(header.name(), Some("Tiny random Qwen3"));
    assert_eq!(header.context_length(), 4096);
    assert_eq!(header.block_count(), 2);
    assert_eq!(header.embedding_length(), 64);
    assert_eq!(header.head_count(), 2);
    assert_eq!(header.head_count_kv(), 1);
    assert_eq!(header.key_length(), 64);
    assert_eq!(header.vocab_size(), 1024);
    assert_eq!(header.eos_token_id(), Some(1021));
    assert!(header.has_chat_template());
    assert_eq!(header.quant(), "F32");
    let layer = 64 * 128 + 2 * 64 * 64 + 128 * 64 + 3 * 64 * 192 + 2 * 64 + 2 * 64;
    let parameters = 1024 * 64 + 2 * layer + 64;
    assert_eq!(header.parameter_count(), parameters);
    assert_eq!(header.tensor_bytes(), 4 * parameters);
}

#[test]
fn a_quantised_file_is_smaller_and_says_so() {
    let (_directory, path) = written(&TinyModel {
        kind: TensorKind::Q8_0,
        ..TinyModel::default()
    });
    let header = Header::open(&path).unwrap();
    header.check_supported().unwrap();
    assert_eq!(header.quant(), "Q8_0");
    assert!(header.tensor_bytes() < 4 * header.parameter_count() / 3);
}

#[test]
fn the_main_tensor_type_is_the_label_when_the_file_has_none() {
    let (_directory, path) = written(&TinyModel {
        kind: TensorKind::Q8_0,
        without_key: Some("general.file_type"),
        ..TinyModel::default()
    });
    assert_eq!(Header::open(&path).unwrap().quant(), "Q8_0");
}

#[test]
fn another_architecture_is_refused() {
    let (_directory, path) = written(&TinyModel {
        architecture: "llama",
        ..TinyModel::default()
    });
    let header = Header::open(&path).unwrap();
    let error = header.check_supported().unwrap_err();
    assert!(matches!(error, GgufError::Architecture { ref found, .. } if found == "llama"));
    let message =
        "is a \"llama\" model, only \"qwen3\" and \"qwen3moe\" are supported; choose a Qwen3 file";
    assert!(error.to_string().ends_with(message), "{error}");
}

#[test]
fn a_header_that_is_no_language_model_is_another_architecture() {
    let (_directory, path) = written(&TinyModel {
        architecture: "clip",
        without_key: Some("clip.context_length"),
        ..TinyModel::default()
    });
    let error = Header::open(&path).unwrap_err();
    assert!(matches!(error, GgufError::Architecture { .. }), "{error}");
}

#[test]
fn each_key_the_engine_needs_is_missed_by_name() {
    for key in [
        "general.architecture",
        "qwen3.context_length",
        "qwen3.attention.head_count_kv",
        "qwen3.attention.layer_norm_rms_epsilon",
        "tokenizer.ggml.model",
        "tokenizer.ggml.tokens",
        "tokenizer.ggml.merges",
        "tokenizer.ggml.eos_token_id",
    ] {
        let (_directory, path) = written(&TinyModel {
            vocab_size: 300,
            without_key: Some(key),
            ..TinyModel::default()
        });
        let error = Header::open(&path)
            .and_then(|header| header.check_supported())
            .unwrap_err();
        assert!(
            matches!(error, GgufError::MissingKey { key: ref missing, .. } if missing == key),
            "{error}"
        );
    }
}

#[test]
fn a_web_page_is_not_a_model() {
    let error = open_bytes(b"<!doctype html>").unwrap_err();
    let message = "is not a GGUF file (it starts with 3C 21 64 6F); give --model a .gguf file or a models/*.toml card";
    assert!(error.to_string().ends_with(message), "{error}");
    let error = open_bytes(b"").unwrap_err();
    assert!(error.to_string().contains("(it is empty)"), "{error}");
}

#[test]
fn a_missing_path_and_a_directory_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let error = Header::open(&directory.path().join("none.gguf")).unwrap_err();
    assert!(matches!(error, GgufError::NotFound { .. }), "{error}");
    let error = Header::open(directory.path()).unwrap_err();
    assert!(matches!(error, GgufError::Unreadable { .. }), "{error}");
}

#[test]
fn other_versions_are_refused() {
    for version in [1_u32, 4, 3_u32.swap_bytes()] {
        let mut bytes = good().to_vec();
        bytes[4..8].copy_from_slice(&version.to_le_bytes());
        let error = open_bytes(&bytes).unwrap_err();
        assert!(matches!(error, GgufError::Version { found, .. } if found == version));
    }
    let mut version_2 = good().to_vec();
    version_2[4] = 2;
    open_bytes(&version_2).unwrap();
}

#[test]
fn a_missing_last_byte_is_reported_with_both_sizes() {
    let length = good().len();
    match open_bytes(&good()[..length - 1]).unwrap_err() {
        GgufError::Truncated { have, need, .. } => {
            assert_eq!((have, need), (length as u64 - 1, length as u64));
        }
        other => panic!("{other}"),
    }
}

#[test]
fn hostile_lengths_are_refused_without_taking_memory() {
    let length = u64::MAX.to_le_bytes();
    let string = [&8_u32.to_le_bytes(), length.as_slice()].concat();
    let strings = [
        &9_u32.to_le_bytes(),
        &8_u32.to_le_bytes(),
        length.as_slice(),
    ]
    .concat();
    let numbers = [
        &9_u32.to_le_bytes(),
        &10_u32.to_le_bytes(),
        length.as_slice(),
    ]
    .concat();
    let nested: Vec<u8> = (0..40)
        .flat_map(|_| [9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
        .collect();
    let nested = [9_u32.to_le_bytes().as_slice(), &nested].concat();
    for value in [string, strings, numbers, nested] {
        let error = open_bytes(&one_entry(&value)).unwrap_err();
        let expected = matches!(
            error,
            GgufError::Truncated { .. } | GgufError::BadValue { .. }
        );
        assert!(expected, "{error}");
    }
}

#[test]
fn messages_are_one_line() {
    for bytes in [b"GGUF".as_slice(), b"\n\n\n\n", &good()[..100]] {
        let message = open_bytes(bytes).unwrap_err().to_string();
        assert!(!message.contains('\n'), "{message}");
        assert!(message.contains("; "), "{message}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn cut_anywhere_it_is_cut_short_or_no_model(position in 0.0..1.0_f64, early in 0_usize..64) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
        let anywhere = (good().len() as f64 * position) as usize;
        for cut in [anywhere, early] {
            match open_bytes(&good()[..cut]).unwrap_err() {
                GgufError::NotGguf { .. } => prop_assert!(cut < 4),
                GgufError::Truncated { have, need, .. } => {
                    prop_assert_eq!(have, cut as u64);
                    prop_assert!(need > have && need <= good().len() as u64);
                }
                other => prop_assert!(false, "{}", other),
            }
        }
    }

    #[test]
    fn random_bytes_after_the_magic_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        let _ = open_bytes(&bytes);
        let _ = open_bytes(&[b"GGUF\x03\0\0\0".as_slice(), &bytes].concat());
    }

    #[test]
    fn a_damaged_header_never_panics(at in 4_usize..24_000, byte: u8) {
        let mut bytes = good().to_vec();
        bytes[at] = byte;
        if let Ok(header) = open_bytes(&bytes) {
            let _ = header.check_supported();
            let _ = (header.quant(), header.parameter_count());
        }
    }
}
