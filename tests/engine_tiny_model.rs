//! The generator of tiny models: a lossless tokenizer with sensible tokens, and the same file every time.

#![allow(clippy::unwrap_used)]

#[path = "support/tiny_gguf.rs"]
mod tiny_gguf;

use std::{collections::HashSet, fs, sync::OnceLock};

use proptest::prelude::*;
use tiny_gguf::{Bpe, CORPUS, TinyModel};

fn bpe() -> &'static Bpe {
    static BPE: OnceLock<Bpe> = OnceLock::new();
    BPE.get_or_init(|| Bpe::train(CORPUS, 1019))
}

#[test]
fn every_byte_has_a_token_and_no_token_is_there_twice() {
    let tokens = bpe().tokens();
    assert_eq!(tokens.len(), 1019);
    let distinct: HashSet<&String> = tokens.iter().collect();
    assert_eq!(distinct.len(), tokens.len());
    for byte in 0..=u8::MAX {
        assert_eq!(bpe().decode(&[u32::from(byte)]), [byte]);
    }
    assert!(
        tokens
            .iter()
            .all(|token| !token.contains(char::is_whitespace))
    );
}

#[test]
fn each_merge_joins_two_known_tokens_into_a_third() {
    let tokens: HashSet<String> = bpe().tokens().into_iter().collect();
    for merge in bpe().merges() {
        let (left, right) = merge.split_once(' ').unwrap();
        for token in [left, right, &format!("{left}{right}")] {
            assert!(tokens.contains(token), "{merge}");
        }
    }
}

#[test]
fn prose_takes_a_token_for_two_and_a_half_to_three_characters() {
    let unseen = "We are looking for a part-time data engineer in Denver, Colorado. You will maintain \
        pipelines, write documentation and support our analysts. Three years of experience with SQL and Python \
        are required; a degree is a plus. The salary is $90,000 to $110,000 per year, with health insurance.";
    let tokens = bpe().encode(unseen).len();
    assert!(
        unseen.len() * 10 > 22 * tokens,
        "{} / {tokens}",
        unseen.len()
    );
    assert!(unseen.len() < 4 * tokens, "{} / {tokens}", unseen.len());
}

#[test]
fn pieces_follow_the_pre_tokenizer_of_qwen2() {
    let pieces = bpe().split("It's  a 2-day\n\n  job;  \n x ");
    let expected = [
        "It", "'s", " ", " a", " ", "2", "-day", "\n\n", " ", " job", ";", "  \n", " x", " ",
    ];
    assert_eq!(pieces, expected);
}

#[test]
fn a_frequent_word_is_one_token() {
    assert_eq!(bpe().encode(" experience").len(), 1);
}

#[test]
fn a_short_corpus_gives_a_smaller_vocabulary() {
    let small = Bpe::train("aaaa aaaa", 1000);
    assert_eq!(small.decode(&small.encode("aaaa aaaa b")), b"aaaa aaaa b");
    assert!(small.tokens().len() < 270);
}

#[test]
fn the_same_seed_gives_the_same_file_and_another_seed_another() {
    let directory = tempfile::tempdir().unwrap();
    let bytes = |seed: u64| {
        let path = directory.path().join(format!("{seed}.gguf"));
        let model = TinyModel {
            seed,
            vocab_size: 300,
            ..TinyModel::default()
        };
        model.write(CORPUS, &path).unwrap();
        fs::read(path).unwrap()
    };
    assert_eq!(bytes(1), bytes(1));
    assert_ne!(bytes(1), bytes(2));
}

proptest! {
    #[test]
    fn any_text_survives_encoding_and_decoding(text in any::<String>()) {
        prop_assert_eq!(bpe().decode(&bpe().encode(&text)), text.as_bytes());
    }

    #[test]
    fn prose_survives_too(text in "[a-zA-Z0-9 .,;:'\"{}\n\t€äß-]{0,200}") {
        prop_assert_eq!(bpe().decode(&bpe().encode(&text)), text.as_bytes());
        prop_assert_eq!(bpe().split(&text).concat(), text);
    }
}
