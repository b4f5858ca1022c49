//! The whole JSON that selecting by number is measured against: its grammar under the real llguidance admits each answer.
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;

use llguidance::api::TopLevelGrammar;
use llguidance::toktrie::{ApproximateTokEnv, TokEnv};
use llguidance::{Matcher, ParserFactory};
use serde_json::{Value, json};
use smelt::bench::whole::{answer, grammar, spell};
use smelt::cli::WholeJson;
use smelt::extract::reading::Span;
use smelt::extract::{Context, Extraction, extract};
use smelt::page::{self, Format, Limits, Page};
use smelt::posting::Field;

fn matcher(what: WholeJson) -> Matcher {
    let env: TokEnv = ApproximateTokEnv::single_byte_env();
    let factory = ParserFactory::new_simple(&env).unwrap();
    let grammar = TopLevelGrammar::from_json_schema(grammar(what));
    let mut matcher = Matcher::new(factory.create_parser(grammar));
    assert_eq!(matcher.get_error(), None);
    assert_eq!(matcher.grammar_warnings(), Vec::<String>::new());
    matcher
}

fn admits(matcher: &Matcher, text: &str) -> bool {
    let mut matcher = matcher.deep_clone();
    let tokens: Vec<u32> = text.bytes().map(u32::from).collect();
    matcher.try_consume_tokens(&tokens).unwrap() == tokens.len() && matcher.is_accepting().unwrap()
}

/// The pages that ship here, with what data and rules read of them.
fn pages() -> Vec<(Page, Extraction)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pages");
    let files = std::fs::read_dir(folder).unwrap();
    let pages = files.map(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let page = page::read(&bytes, Format::Html, &Limits::default()).unwrap();
        let extraction = extract(&page, &Context::default()).unwrap();
        (page, extraction)
    });
    pages.collect()
}

#[test]
fn every_whole_answer_is_admitted_and_is_the_record() {
    let pages = pages();
    assert!(pages.len() >= 5);
    for what in [WholeJson::Posting, WholeJson::Record] {
        let matcher = matcher(what);
        for (page, extraction) in &pages {
            let answer = answer(page, &extraction.merged, what);
            assert!(admits(&matcher, &answer), "{answer}");
            let whole: Value = serde_json::from_str(&answer).unwrap();
            let posting = serde_json::to_value(&extraction.merged.posting).unwrap();
            let read = if what == WholeJson::Record {
                &whole["posting"]
            } else {
                &whole
            };
            assert_eq!(read, &posting);
        }
    }
}

#[test]
fn words_are_quoted_for_values_that_are_not_these_words_and_only_for_those() {
    let text = "Night Nurse\nPay: 45k to 50k\nFull time";
    let page = page::read(text.as_bytes(), Format::Text, &Limits::default()).unwrap();
    let mut extraction = Extraction::default();
    let merged = &mut extraction.merged;
    merged.posting.title = Some("Night Nurse".to_owned());
    merged.posting.job_type = Some(smelt::posting::JobType::FullTime);
    let span = |words: &str| {
        let start = page.text.find(words).unwrap();
        Span {
            block: 1,
            start,
            end: start + words.len(),
        }
    };
    merged
        .evidence
        .insert(Field::Title, vec![span("Night Nurse")]);
    merged
        .evidence
        .insert(Field::JobType, vec![span("Full time")]);
    let whole: Value = serde_json::from_str(&answer(&page, merged, WholeJson::Record)).unwrap();
    assert_eq!(whole["evidence"], json!({"job_type": ["Full time"]}));
}

#[test]
fn other_spellings_and_other_keys_are_refused() {
    let matcher = matcher(WholeJson::Posting);
    let (page, extraction) = pages().remove(0);
    let right = answer(&page, &extraction.merged, WholeJson::Posting);
    assert!(!admits(&matcher, &right.replacen(": ", ":", 1)));
    assert!(!admits(
        &matcher,
        &right.replacen("\"title\"", "\"name\"", 1)
    ));
    assert_eq!(
        spell(&json!({"a": [1, "b, c"], "d": {}})),
        r#"{"a": [1, "b, c"], "d": {}}"#
    );
}
