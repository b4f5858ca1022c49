//! Any page and any answer: a record holds only what stands on the page, within its bounds, and nothing makes it panic.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/extract.rs"]
mod support;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::{Value, json};
use smelt::extract::answer;
use smelt::extract::expand::{Shown, expand};
use smelt::extract::merge::merge;
use smelt::extract::normalise::Normaliser;
use smelt::extract::reading::{Candidate, Reading, Source};
use smelt::extract::wire::{Ask, Shape};
use smelt::extract::{Context, Extraction, extract, rules};
use smelt::page::Page;
use smelt::posting::{Field, validate};
use support::{Answers, page, spell};

/// Lines as a page room makes them: no control characters, no white space at their ends, never empty.
fn line() -> impl Strategy<Value = String> {
    let words = prop_oneof![
        4 => "\\PC{1,40}",
        1 => "\\PC{1,400}",
        1 => "(Salary|Company|Job title|Closing date|Experience|Job type|Location): \\PC{1,30}",
        1 => "(€|\\$|£) ?[0-9]{2,5}( - [0-9]{2,5})? (per|an) (hour|month|year)",
        1 => "[0-9]{1,2}( ?- ?[0-9]{1,2})? years of \\PC{1,20}",
        1 => "[0-9]{1,2}/[0-9]{1,2}/20[0-9]{2}",
        1 => "(Senior|Lead|Junior|Remote|Hybrid|Full-time|Part time|Intern)( \\PC{1,20})?",
        1 => "## (Requirements|Benefits|Your tasks)",
        1 => "- \\PC{1,60}",
    ];
    words.prop_map(|line| {
        let clean: String = line
            .chars()
            .map(|letter| if letter.is_whitespace() { ' ' } else { letter })
            .collect();
        match clean.trim() {
            "" | "#" | "##" | "-" => "x".to_owned(),
            line => line.to_owned(),
        }
    })
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(line(), 1..30)
}

/// What a model might do with one key: numbers that pick lines and words of them, or anything at all.
type Choice = (u8, usize, usize, usize, String);

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    let choice = (
        0..10_u8,
        any::<usize>(),
        any::<usize>(),
        any::<usize>(),
        "\\PC{1,12}",
    );
    prop::collection::vec(choice, Ask::ALL.len())
}

/// A legal answer: null, an honest quote, a quote of another line, or words that stand nowhere.
fn legal(page: &Page, choices: &[Choice]) -> Value {
    let mut answer = json!({});
    for (ask, (kind, one, two, three, words)) in Ask::ALL.iter().zip(choices) {
        let count = page.blocks.len();
        let line = |number: &usize| page.blocks[number % count].id;
        let quote = |most: usize| -> String {
            let text = page.text_of(&page.blocks[two % count]);
            let length = text.chars().count();
            let from = three % length;
            let quoted: String = text
                .chars()
                .skip(from)
                .take(most.min(1 + one % 60))
                .collect();
            if *kind < 8 { quoted } else { words.clone() }
        };
        let named = if *kind == 7 { line(one) } else { line(two) };
        answer[ask.key()] = match ask.shape() {
            Shape::Quote(_) if *kind == 0 => Value::Null,
            Shape::Quote(most) => json!([named, quote(most)]),
            Shape::Enum(_) if *kind == 0 => json!("not_stated"),
            Shape::Enum(members) => json!([named, members[three % members.len()]]),
            Shape::Words(_) => json!([quote(40), words]),
            Shape::Lines(_) if *kind == 0 => json!([]),
            Shape::Lines(_) => json!([line(one), [line(two), line(three)], line(two)]),
        };
    }
    answer
}

/// All that must be true of a record whatever was answered.
fn check(page: &Page, extraction: &Extraction) -> TestCaseResult {
    let merged = &extraction.merged;
    let breaches = validate::check(&merged.posting, None);
    prop_assert!(
        breaches
            .iter()
            .all(|flag| !flag.as_str().starts_with("bounds:")),
        "{:?}",
        breaches
    );
    let values = serde_json::to_value(&merged.posting).unwrap();
    let keys: Vec<&str> = values
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    prop_assert_eq!(keys, Field::KEYS);
    for field in Field::ALL {
        let value = &values[field.key()];
        let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        let spans = merged
            .evidence
            .get(&field)
            .map(Vec::as_slice)
            .unwrap_or_default();
        prop_assert_eq!(
            is_empty,
            spans.is_empty(),
            "{}: {} from {:?}",
            field,
            value,
            spans
        );
        prop_assert_eq!(is_empty, !merged.provenance.contains_key(&field));
        prop_assert_eq!(is_empty, !merged.confidence.contains_key(&field));
        let mut texts = Vec::new();
        for span in spans {
            let block = &page.blocks[span.block as usize - 1];
            prop_assert!(
                block.span.start <= span.start
                    && span.start < span.end
                    && span.end <= block.span.end
            );
            texts.push(page.text.get(span.start..span.end).unwrap());
        }
        match field {
            _ if is_empty => {}
            Field::Title | Field::Company | Field::Location | Field::Education | Field::JobId => {
                prop_assert_eq!(value, &json!(texts[0]));
            }
            Field::Skills | Field::Requirements | Field::Responsibilities | Field::Benefits => {
                prop_assert_eq!(value, &json!(texts));
            }
            Field::Description => prop_assert_eq!(value, &json!(texts.join("\n"))),
            _ => prop_assert_eq!(spans.len(), 1),
        }
    }
    Ok(())
}

fn read(page: &Page, answers: Vec<String>, context_tokens: usize) -> Extraction {
    let mut engine = Answers::raw(answers);
    engine.context_tokens = context_tokens;
    let context = Context {
        engine: Some(&engine),
        max_output_tokens: 4096,
        ..Context::default()
    };
    extract(page, &context).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_legal_answer_gives_a_record_that_is_evidenced_and_within_bounds(
        lines in lines(), first in choices(), second in choices(),
    ) {
        let page = page(&lines);
        let answers = vec![spell(&legal(&page, &first)), spell(&legal(&page, &second))];
        check(&page, &read(&page, answers, 32_768))?;
    }

    #[test]
    fn so_does_one_answer_for_each_part_of_a_long_page(
        lines in prop::collection::vec(line(), 60..120), all in prop::collection::vec(choices(), 8),
    ) {
        let page = page(&lines);
        let answers = all.iter().map(|choices| spell(&legal(&page, choices))).collect();
        check(&page, &read(&page, answers, 2048))?;
    }

    #[test]
    fn garbage_invents_nothing(lines in lines(), answers in prop::collection::vec("\\PC{0,200}|[\\[\\]{}\",:0-9a-z ]{0,200}", 2)) {
        let page = page(&lines);
        let with = read(&page, answers.clone(), 32_768);
        check(&page, &with)?;
        let without = Context::default();
        let without = extract(&page, &without).unwrap();
        if answers.iter().all(|text| answer::parse(text, &Ask::ALL).is_empty()) {
            prop_assert_eq!(&with.merged.posting, &without.merged.posting);
        }
    }

    #[test]
    fn json_of_the_wrong_form_invents_nothing(
        lines in lines(), ids in prop::collection::vec(any::<u64>(), 3), words in "\\PC{0,20}", key in 0..Ask::ALL.len(),
    ) {
        let page = page(&lines);
        let key = Ask::ALL[key].key();
        for value in [
            json!(ids), json!([ids[0], words]), json!([[ids[0], ids[1]]]), json!([[1, u64::MAX]]), json!([[1, u32::MAX], 1]),
            json!({"line": ids[0]}), json!([words, ids[0]]), json!(words), json!([-1.5, null]), json!([[[1]]]),
            json!(vec![words.clone(); 100]), json!([1, "x".repeat(10_000)]),
        ] {
            let text = json!({key: value, "url": [1, "https://evil.example"]}).to_string();
            check(&page, &read(&page, vec![text.clone(), text], 32_768))?;
        }
    }

    #[test]
    fn a_cut_answer_adds_nothing_to_the_whole_one(lines in lines(), choices in choices(), at in 0.0..1.0_f64) {
        let page = page(&lines);
        let whole = spell(&legal(&page, &choices));
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let end = whole.floor_char_boundary((whole.len() as f64 * at) as usize);
        let expansion = |text: &str| {
            let answer = answer::parse(text, &Ask::ALL);
            expand(Shown::all(&page), &answer, &Ask::ALL, &Normaliser::default())
        };
        let (cut, whole) = (expansion(&whole[..end]), expansion(&whole));
        for (field, candidate) in &cut.reading.values {
            prop_assert_eq!(Some(candidate), whole.reading.values.get(field));
        }
        check(&page, &read(&page, vec![spell(&legal(&page, &choices))[..end].to_owned()], 32_768))?;
    }

    #[test]
    fn ranges_are_expanded_without_repetition_and_in_page_order(
        lines in lines(), ranges in prop::collection::vec((0..40_usize, 0..40_usize), 0..10),
    ) {
        let page = page(&lines);
        let line = |number: usize| 1 + number % page.blocks.len();
        let ranges: Vec<Value> = ranges.iter().map(|(one, two)| {
            if one % 3 == 0 { json!(line(*one)) } else { json!([line(*one), line(*two)]) }
        }).collect();
        let answer = answer::parse(&json!({"requirements": ranges}).to_string(), &[Ask::Requirements]);
        let expansion = expand(Shown::all(&page), &answer, &[Ask::Requirements], &Normaliser::default());
        if let Some(candidate) = expansion.reading.values.get(&Field::Requirements) {
            let blocks: Vec<u32> = candidate.spans.iter().map(|span| span.block).collect();
            prop_assert!(blocks.is_sorted_by(|one, other| one < other), "{:?}", blocks);
        }
    }

    #[test]
    fn readers_may_be_merged_in_any_order(lines in lines(), choices in choices(), turn in 0..6_usize) {
        let page = page(&lines);
        let normaliser = Normaliser::default();
        let answer = answer::parse(&spell(&legal(&page, &choices)), &Ask::ALL);
        let model = expand(Shown::all(&page), &answer, &Ask::ALL, &normaliser).reading;
        let rules = rules::read(&page, &normaliser);
        let stated = restated(&model, Source::JsonLd);
        let mut readings = [stated, rules, model];
        let straight = merge(&readings);
        readings.rotate_left(turn % 3);
        if turn > 2 {
            readings.swap(0, 1);
        }
        let turned = merge(&readings);
        prop_assert_eq!(straight.posting, turned.posting);
        prop_assert_eq!(straight.evidence, turned.evidence);
        prop_assert_eq!(straight.provenance, turned.provenance);
        prop_assert_eq!(straight.confidence, turned.confidence);
        prop_assert_eq!(straight.flags, turned.flags);
    }
}

/// Half of what a reader found, as another reader would have it.
fn restated(reading: &Reading, source: Source) -> Reading {
    let mut restated = Reading::default();
    for (field, candidate) in reading.values.iter().step_by(2) {
        let candidate = Candidate {
            source,
            spans: Vec::new(),
            ..candidate.clone()
        };
        restated.put(*field, candidate);
    }
    restated
}
