//! Reading a page in parts: what each part is asked, how the answers are merged, and what happens at the limits.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

#[path = "support/extract.rs"]
mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use smelt::engine::{Completion, Engine, EngineError, EngineInfo, Request};
use smelt::extract::reading::Source;
use smelt::extract::record::Status;
use smelt::extract::wire::{self, Ask};
use smelt::extract::{Context, Extraction, extract};
use smelt::page::Page;
use smelt::posting::Field;
use support::{Answers, flags, page, run};

/// A page of so many lines of 100 bytes, read in parts by a context of 4096 tokens.
fn long_page(lines: usize, change: impl Fn(usize) -> Option<&'static str>) -> Page {
    let lines: Vec<String> = (1..=lines)
        .map(|n| {
            change(n).map_or_else(|| format!("{n:04} {}", "filler ".repeat(14)), str::to_owned)
        })
        .collect();
    page(&lines)
}

fn parts(engine: &Answers) -> Vec<(u32, u32)> {
    let asked = engine.asked.lock().unwrap();
    let number = |line: &str| line[1..].split(']').next().unwrap().parse().unwrap();
    let part = |user: &String| {
        let mut lines = user.lines().filter(|line| line.starts_with('['));
        let first = lines.next().map(number).unwrap();
        (first, lines.next_back().map_or(first, number))
    };
    asked.iter().map(|request| part(&request.user)).collect()
}

#[test]
fn a_long_page_is_read_in_parts_that_cover_it_and_share_its_head() {
    let page = long_page(200, |n| (n == 1).then_some("# Night Baker"));
    let mut engine = Answers::of([]);
    engine.context_tokens = 4096;
    let extraction = run(&page, &engine);
    let parts = parts(&engine);
    assert!(parts.len() > 1);
    assert_eq!(extraction.usage.chunks, parts.len());
    assert_eq!((parts[0].0, parts[parts.len() - 1].1), (1, 200));
    for pair in parts.windows(2) {
        assert_eq!(pair[1].0, pair[0].1 - 1, "two lines of overlap");
    }
    let asked = engine.asked.lock().unwrap();
    let digest = "Part of a longer posting that begins: Night Baker / 0002 filler";
    assert!(!asked[0].user.contains("Part of a longer posting"));
    assert!(
        asked[1..]
            .iter()
            .all(|request| request.user.contains(digest))
    );
    for (request, (first, last)) in asked.iter().zip(&parts) {
        // The heading states the title.
        assert_eq!(
            request.grammar,
            wire::grammar(&Ask::ALL[1..], *first, *last)
        );
    }
}

/// What three parts of a page say, one answer each; the parts are found out first.
fn merged(page: &Page, answers: impl Fn(&[(u32, u32)]) -> Vec<Value>) -> (Extraction, Answers) {
    let mut probe = Answers::of([]);
    probe.context_tokens = 4096;
    run(page, &probe);
    let parts = parts(&probe);
    let answers = answers(&parts);
    assert_eq!(parts.len(), answers.len(), "{parts:?}");
    let mut engine = Answers::of(&answers);
    engine.context_tokens = 4096;
    (run(page, &engine), engine)
}

#[test]
fn parts_agree_by_places_then_other_readers_then_order() {
    let page = long_page(100, |n| match n {
        1 => Some("# Baker"),
        2 => Some("Graz Bread"),
        5 => Some("Wien"),
        90 => Some("Linz"),
        95 => Some("Linz, or near it, for 6 years"),
        _ => None,
    });
    let (extraction, engine) = merged(&page, |parts| {
        let [(_, first), .., (last, _)] = parts else {
            panic!("{parts:?}")
        };
        let all = json!({"title": [1, "Baker"], "location": [5, "Wien"], "education": [5, "Wien"], "requirements": [3, [7, 8]]});
        // The head of the page has no numbers in later parts, and what stands there is no mistake.
        let mut later = vec![json!({"title": [first, "Baker"]}); parts.len() - 1];
        later[parts.len() - 2] = json!({
            "title": [last, "Baker"], "company": [last, "Graz Bread"], "location": [95, "Linz, or near it"], "education": [90, "Linz"],
            "requirements": [98], "years": [95, "6 years"],
        });
        [vec![all], later].concat()
    });
    assert_eq!(
        engine.count(),
        extraction.usage.chunks,
        "nothing was asked again"
    );
    let posting = &extraction.merged.posting;
    assert_eq!(posting.title.as_deref(), Some("Baker"));
    assert_eq!(posting.company.as_deref(), Some("Graz Bread"));
    assert_eq!(
        posting.location.as_deref(),
        Some("Wien"),
        "one place each: the earlier"
    );
    assert_eq!(posting.experience_years_min, Some(6));
    let lines: Vec<u32> = extraction.merged.evidence[&Field::Requirements]
        .iter()
        .map(|span| span.block)
        .collect();
    assert_eq!(lines, [3, 7, 8, 98]);
    assert_eq!(
        flags(&extraction),
        ["conflict:education", "conflict:location"]
    );
    assert_eq!(extraction.status(), Status::NeedsReview);
}

#[test]
fn parts_that_differ_are_settled_by_a_labelled_line() {
    let page = long_page(100, |n| match n {
        5 => Some("Bakers from Wien"),
        95 => Some("Location: Linz"),
        _ => None,
    });
    let (extraction, _) = merged(&page, |parts| {
        let mut answers = vec![json!({}); parts.len()];
        answers[0] = json!({"location": [5, "Wien"]});
        answers[parts.len() - 1] = json!({"location": [95, "Linz"]});
        answers
    });
    let posting = &extraction.merged.posting;
    assert_eq!(posting.location.as_deref(), Some("Linz"));
    assert_eq!(extraction.merged.provenance[&Field::Location], Source::Rule);
    assert_eq!(flags(&extraction), [""; 0]);
}

#[test]
fn a_place_in_the_overlap_of_two_parts_counts_once() {
    let page = long_page(200, |n| match n {
        5 => Some("Wien"),
        160 => Some("Linz"),
        _ => None,
    });
    let (extraction, _) = merged(&page, |parts| {
        assert!(parts[1].1 >= 160 && parts[2].0 <= 160, "{parts:?}");
        let mut answers = vec![json!({}); parts.len()];
        answers[0] = json!({"location": [5, "Wien"]});
        answers[1] = json!({"location": [160, "Linz"]});
        answers[2] = answers[1].clone();
        answers
    });
    let location = extraction.merged.posting.location.as_deref();
    assert_eq!(location, Some("Wien"), "one place each: the earlier");
}

#[test]
fn bounds_of_two_parts_make_no_range() {
    let page = long_page(100, |n| match n {
        5 => Some("6 years as a baker"),
        95 => Some("2-4 years as a smith"),
        _ => None,
    });
    let (extraction, _) = merged(&page, |parts| {
        let mut answers = vec![json!({}); parts.len()];
        answers[0] = json!({"years": [5, "6 years"]});
        answers[parts.len() - 1] = json!({"years": [95, "2-4 years"]});
        answers
    });
    let posting = &extraction.merged.posting;
    let years = (posting.experience_years_min, posting.experience_years_max);
    assert_eq!(years, (Some(6), None));
    assert_eq!(flags(&extraction), ["conflict:experience_years_min"]);
}

#[test]
fn a_range_that_leaves_its_part_is_not_used() {
    let page = long_page(100, |_| None);
    let whole = json!({"requirements": [[1, 100]], "benefits": [[1, 100], 98]});
    let (extraction, _) = merged(&page, |parts| {
        let mut answers = vec![json!({}); parts.len() - 1];
        answers.push(whole.clone());
        answers
    });
    assert_eq!(extraction.merged.posting.requirements, Vec::<String>::new());
    let lines = &extraction.merged.evidence[&Field::Benefits];
    assert_eq!((lines.len(), lines[0].block), (1, 98));
    assert_eq!(flags(&extraction), ["unsupported_range:benefits"]);
    assert_eq!(extraction.status(), Status::NeedsReview);
}

#[test]
fn items_that_repeat_another_are_joined_and_others_are_not() {
    let page = long_page(100, |n| match n {
        5 => Some("3 years of experience with AWS"),
        6 => Some("A driving licence"),
        92 => Some("5 years of experience with AWS"),
        93 => Some("3 years of experience with GCP"),
        94 => Some("A driving license."),
        95 => Some("Rust and SQL, rust again"),
        _ => None,
    });
    let (extraction, _) = merged(&page, |parts| {
        let mut answers = vec![json!({}); parts.len()];
        answers[0] = json!({"requirements": [5, 6], "skills": ["AWS"]});
        answers[parts.len() - 1] =
            json!({"requirements": [[92, 94]], "skills": ["Rust", "AWS", "rust", "SQL"]});
        answers
    });
    let lines = &extraction.merged.evidence[&Field::Requirements];
    let lines: Vec<u32> = lines.iter().map(|span| span.block).collect();
    assert_eq!(lines, [5, 6, 92, 93]);
    assert_eq!(extraction.merged.posting.skills, ["AWS", "Rust", "SQL"]);
}

#[test]
fn a_context_too_small_for_a_line_is_an_error_and_not_a_shorter_page() {
    let page = page(&["# Baker".to_owned(), "x".repeat(8000)]);
    let error = |context_tokens| {
        let mut engine = Answers::of([]);
        engine.context_tokens = context_tokens;
        let context = Context {
            engine: Some(&engine),
            max_output_tokens: 1000,
            ..Context::default()
        };
        extract(&page, &context).unwrap_err()
    };
    assert!(matches!(error(3000), EngineError::Refused(_)));
    assert!(matches!(error(500), EngineError::Unavailable(_)));
}

#[test]
fn a_cut_answer_keeps_its_finished_keys_and_the_rest_is_asked_again() {
    let lines: Vec<String> = (0..30)
        .map(|n| format!("{n} {}", "wort ".repeat(30)))
        .collect();
    let page = page(&lines);
    let words = lines[3].trim();
    let given = json!({
        "title": [4, words.chars().take(151).collect::<String>().trim()], "company": [5, "4 wort wort wort"],
        "location": [6, "5 wort wort"], "skills": ["wort"], "benefits": [7],
    });
    let whole = support::spell(&support::answer(&Ask::ALL, &given));
    let engine = Answers::raw([whole, r#"{"benefits": [7], "description": []}"#.to_owned()]);
    let context = Context {
        engine: Some(&engine),
        max_output_tokens: 480,
        ..Context::default()
    };
    let extraction = extract(&page, &context).unwrap();
    let posting = &extraction.merged.posting;
    assert!(posting.title.is_some() && posting.location.is_some());
    assert_eq!(engine.count(), 2);
    assert_eq!(engine.keys(1).last().unwrap(), "description");
    assert!(!engine.keys(1).contains(&"title".to_owned()));
    assert_eq!(posting.benefits, [page.text_of(&page.blocks[6])]);
    assert!(flags(&extraction).contains(&"answer_cut"));
    assert_eq!(extraction.status(), Status::NeedsReview);
}

/// Has half the context from the second question on, as after the card's memory ran out over another page.
struct Shrinking {
    answers: Answers,
    asked: AtomicUsize,
}

impl Engine for Shrinking {
    fn info(&self) -> Result<EngineInfo, EngineError> {
        let mut info = self.answers.info()?;
        if self.asked.load(Ordering::SeqCst) > 1 {
            info.context_tokens /= 2;
        }
        Ok(info)
    }

    fn count_tokens(&self, texts: &[String]) -> Result<Vec<usize>, EngineError> {
        self.answers.count_tokens(texts)
    }

    fn generate(
        &self,
        request: &Request,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Completion, EngineError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let prompt = (request.system.len() + request.user.len()).div_ceil(4);
        if prompt + request.max_tokens > self.info()?.context_tokens {
            return Err(EngineError::Refused("it does not fit".to_owned()));
        }
        self.answers.generate(request, on_text)
    }
}

#[test]
fn a_context_that_shrinks_under_way_is_no_fault_of_the_page_which_is_read_in_smaller_parts_then() {
    let page = long_page(400, |n| (n == 1).then_some("# Night Baker"));
    let mut answers = Answers::of([]);
    answers.context_tokens = 8192;
    let engine = Shrinking {
        answers,
        asked: AtomicUsize::new(0),
    };
    let context = Context {
        engine: Some(&engine),
        max_output_tokens: 1000,
        ..Context::default()
    };
    let error = extract(&page, &context).unwrap_err();
    assert_eq!(
        error,
        EngineError::OutOfMemory("it does not fit".to_owned())
    );
    let extraction = extract(&page, &context).unwrap();
    assert!(extraction.usage.chunks > 4, "{:?}", extraction.usage);
}
