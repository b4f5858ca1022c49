//! The wire grammar under the real llguidance: what it admits, what it refuses, and that all it admits can be used.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/extract.rs"]
mod support;

use llguidance::api::TopLevelGrammar;
use llguidance::toktrie::{ApproximateTokEnv, TokEnv};
use llguidance::{Matcher, ParserFactory};
use serde_json::{Value, json};
use smelt::extract::answer::{self, Given};
use smelt::extract::expand::{Shown, expand};
use smelt::extract::normalise::Normaliser;
use smelt::extract::wire::{self, Ask, Shape};
use support::{answer, page, spell};

/// The grammar over single bytes: its tokens are the bytes of the answer.
struct Grammar {
    factory: ParserFactory,
}

impl Grammar {
    fn new() -> Self {
        let env: TokEnv = ApproximateTokEnv::single_byte_env();
        Self {
            factory: ParserFactory::new_simple(&env).unwrap(),
        }
    }

    fn matcher(&self, asks: &[Ask], first: u32, last: u32) -> Matcher {
        let grammar = TopLevelGrammar::from_json_schema(wire::grammar(asks, first, last));
        let mut matcher = Matcher::new(self.factory.create_parser(grammar));
        assert_eq!(matcher.get_error(), None);
        assert_eq!(matcher.grammar_warnings(), Vec::<String>::new());
        matcher
    }
}

fn admits(matcher: &Matcher, text: &str) -> bool {
    let mut matcher = matcher.deep_clone();
    let tokens: Vec<u32> = text.bytes().map(u32::from).collect();
    matcher.try_consume_tokens(&tokens).unwrap() == tokens.len() && matcher.is_accepting().unwrap()
}

/// A full and correct answer about a page of at least 12 lines.
fn correct() -> Value {
    json!({
        "title": [1, "Krankenpfleger (m/w/d) – Nacht"], "company": [2, "\"Mercy\" \\ Söhne"], "location": null,
        "salary": [12, "€ 3.200 brutto"], "posted": null, "deadline": [3, "1. Mai 2026"], "job_id": [3, "A-1"],
        "years": null, "education": null, "job_type": [4, "full_time"], "remote": "not_stated", "level": [5, "mid"],
        "skills": ["Rust", "C++"], "requirements": [4, [6, 9], 12], "responsibilities": [[1, 1]], "benefits": [],
        "description": [[2, 12]],
    })
}

fn changed(key: &str, value: &Value) -> String {
    let mut answer = correct();
    answer[key] = value.clone();
    spell(&answer)
}

#[test]
fn a_correct_answer_is_admitted_byte_for_byte() {
    let matcher = Grammar::new().matcher(&Ask::ALL, 1, 12);
    assert!(admits(&matcher, &spell(&correct())));
    assert!(admits(&matcher, &spell(&answer(&Ask::ALL, &Value::Null))));
    let keys: Vec<String> = correct().as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, Ask::ALL.map(|ask| ask.key().to_owned()));
}

#[test]
fn an_answer_is_complete_at_its_last_brace() {
    let mut matcher = Grammar::new().matcher(&[Ask::Title], 1, 12);
    let text = r#"{"title": null}"#;
    let tokens: Vec<u32> = text.bytes().map(u32::from).collect();
    matcher.consume_tokens(&tokens).unwrap();
    assert!(
        matcher.is_stopped(),
        "white space could follow, and a model could run on"
    );
}

#[test]
fn values_outside_the_page_or_their_bounds_are_refused() {
    let matcher = Grammar::new().matcher(&Ask::ALL, 1, 12);
    let title = |text: &str| json!([1, text]);
    let admitted = [
        ("title", title(&"ü".repeat(200))),
        ("salary", json!([12, "x".repeat(120)])),
        ("skills", json!(vec!["x".repeat(40); 20])),
        ("benefits", json!(vec![[12, 12]; 10])),
    ];
    for (key, value) in &admitted {
        assert!(admits(&matcher, &changed(key, value)), "{key}: {value}");
    }
    let refused = [
        ("title", json!([0, "a"])),
        ("title", json!([13, "a"])),
        ("title", json!([120, "a"])),
        ("title", json!([-1, "a"])),
        ("title", json!([1.0, "a"])),
        ("title", json!(["1", "a"])),
        ("title", json!([1, null])),
        ("title", json!([1])),
        ("title", json!([1, "a", "b"])),
        ("title", json!("a")),
        ("title", json!("not_stated")),
        ("title", title("")),
        ("title", title(&"ü".repeat(201))),
        ("salary", json!([12, "x".repeat(121)])),
        ("salary", json!([12, 30_000])),
        ("job_type", Value::Null),
        ("job_type", json!([1, "not_stated"])),
        ("job_type", json!([1, "volunteer"])),
        ("job_type", json!("full_time")),
        ("job_type", json!([13, "full_time"])),
        ("skills", Value::Null),
        ("skills", json!([1])),
        ("skills", json!([""])),
        ("skills", json!(["x".repeat(41)])),
        ("skills", json!(vec!["x"; 21])),
        ("benefits", Value::Null),
        ("benefits", json!([0])),
        ("benefits", json!([13])),
        ("benefits", json!([[1, 13]])),
        ("benefits", json!([[1, 2, 3]])),
        ("benefits", json!([[1]])),
        ("benefits", json!(["1"])),
        ("benefits", json!(vec![1; 11])),
    ];
    for (key, value) in &refused {
        assert!(!admits(&matcher, &changed(key, value)), "{key}: {value}");
    }
}

#[test]
fn missing_extra_and_unordered_keys_are_refused() {
    let matcher = Grammar::new().matcher(&Ask::ALL, 1, 12);
    for ask in Ask::ALL {
        let mut answer = correct();
        answer.as_object_mut().unwrap().shift_remove(ask.key());
        assert!(!admits(&matcher, &spell(&answer)), "without {}", ask.key());
    }
    assert!(!admits(
        &matcher,
        &changed("url", &json!([1, "http://a.b"]))
    ));
    let mut answer = correct();
    let title = answer.as_object_mut().unwrap().shift_remove("title");
    answer["title"] = title.unwrap();
    assert!(!admits(&matcher, &spell(&answer)));
}

#[test]
fn other_spellings_of_the_same_json_are_refused() {
    let matcher = Grammar::new().matcher(&[Ask::Title, Ask::Benefits], 1, 12);
    let text = r#"{"title": [1, "a b"], "benefits": [1, [2, 3]]}"#;
    assert!(admits(&matcher, text));
    for (from, to) in [
        (": ", ":"),
        (": ", ":  "),
        (": ", " : "),
        (", ", ","),
        (", ", " , "),
        (", ", ",\n"),
        ("{", "{ "),
        ("}", " }"),
        ("{", "\n{"),
        ("}", "}\n"),
        ("[2", "[ 2"),
        ("[1", "[01"),
        ("[1", "[1.0"),
        ("[1", "[1e0"),
        ("[1", "[+1"),
        ("[1", "[1000000000000000000000"),
        ("a b", "a\\u0020b"),
        ("a b", "\\u0061 b"),
        ("a b", "a\\nb"),
        ("a b", "a\\tb"),
        ("a b", "a\\/b"),
        ("a b", "a\nb"),
        ("a b", "a\u{1}b"),
        ("title", "\\u0074itle"),
    ] {
        let other = text.replacen(from, to, 1);
        assert!(!admits(&matcher, &other), "{other}");
    }
}

#[test]
fn every_line_of_the_page_can_be_named_and_no_other() {
    let grammar = Grammar::new();
    for (first, last) in [
        (1, 1),
        (1, 9),
        (1, 10),
        (1, 99),
        (1, 100),
        (57, 99),
        (98, 102),
        (1, 5000),
        (4321, 5000),
    ] {
        let matcher = grammar.matcher(&[Ask::Description], first, last);
        let admits = |id: u32| admits(&matcher, &format!(r#"{{"description": [{id}]}}"#));
        for id in [first, first + (last - first) / 2, last] {
            assert!(admits(id), "{id} of {first}..={last}");
        }
        for id in [0, first - 1, last + 1, last * 10, u32::MAX] {
            assert!(!admits(id), "{id} of {first}..={last}");
        }
    }
}

/// The longest answer the grammar admits.
fn longest(asks: &[Ask], last: u32) -> Value {
    let mut answer = json!({});
    for ask in asks {
        answer[ask.key()] = match ask.shape() {
            Shape::Quote(most) => json!([last, "🦀".repeat(most)]),
            Shape::Enum(members) => {
                json!([last, members.iter().max_by_key(|member| member.len())])
            }
            Shape::Words(most) => json!(vec!["🦀".repeat(40); most]),
            Shape::Lines(most) => json!(vec![[last, last]; most]),
        };
    }
    answer
}

#[test]
fn the_output_budget_holds_the_longest_answer_even_at_a_byte_a_token() {
    let grammar = Grammar::new();
    for last in [1, 12, 5000] {
        for asks in [&Ask::ALL[..], &[Ask::Skills], &[Ask::Level, Ask::Benefits]] {
            let text = spell(&longest(asks, last));
            assert!(admits(&grammar.matcher(asks, 1, last), &text));
            let budget = wire::longest(asks, last);
            assert!(text.len() <= budget, "{} of {budget}", text.len());
            assert!(
                budget - text.len() <= 12 * asks.len(),
                "{} of {budget}",
                text.len()
            );
        }
    }
}

/// Steps of a generator that is the same on every run (Marsaglia's xorshift64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % bound
    }
}

/// Allowed tokens at random until the grammar stops; one in `patience` ends a string where it may end.
fn walk(mut matcher: Matcher, random: &mut Random, patience: usize) -> String {
    let mut bytes = Vec::new();
    while !matcher.is_stopped() {
        let mask = matcher.compute_mask().unwrap();
        let allowed: Vec<u32> = (0..256).filter(|token| mask.is_allowed(*token)).collect();
        let ends = allowed.contains(&u32::from(b'"')) && random.below(patience) == 0;
        let token = if ends {
            u32::from(b'"')
        } else {
            allowed[random.below(allowed.len())]
        };
        matcher.consume_token(token).unwrap();
        bytes.push(u8::try_from(token).unwrap());
    }
    String::from_utf8(bytes).unwrap()
}

fn lines_named(given: &Given) -> Vec<u32> {
    match given {
        Given::Quote(id, _) => vec![*id],
        Given::Lines(ranges) => ranges.iter().flat_map(|range| [range.0, range.1]).collect(),
        Given::NotStated | Given::Words(_) => Vec::new(),
    }
}

/// Whatever the grammar admits parses, names lines of the page, and expands to values of the page.
#[test]
fn random_walks_through_the_grammar_end_in_usable_answers() {
    let grammar = Grammar::new();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for blocks in [1_u32, 2, 9, 10, 99, 100, 5000] {
        let lines: Vec<String> = (1..=blocks)
            .map(|n| format!("Line {n}: Senior a b c"))
            .collect();
        let page = page(&lines);
        let matcher = grammar.matcher(&Ask::ALL, 1, blocks);
        for round in 0..100 {
            let patience = if round % 25 == 0 { 400 } else { 4 };
            let text = walk(matcher.deep_clone(), &mut random, patience);
            assert!(text.len() <= wire::longest(&Ask::ALL, blocks));
            serde_json::from_str::<Value>(&text).unwrap();
            let answer = answer::parse(&text, &Ask::ALL);
            assert_eq!(answer.len(), Ask::ALL.len(), "{text}");
            for id in answer.values().flat_map(lines_named) {
                assert!((1..=blocks).contains(&id), "{id} in {text}");
            }
            let expansion = expand(
                Shown::all(&page),
                &answer,
                &Ask::ALL,
                &Normaliser::default(),
            );
            for candidate in expansion.reading.values.values() {
                assert!(!candidate.spans.is_empty(), "{text}");
            }
        }
    }
}

/// A cut answer gives what it had finished, and nothing else.
#[test]
fn an_answer_cut_at_any_byte_keeps_its_finished_keys() {
    let grammar = Grammar::new();
    let mut random = Random(42);
    let mut answers = vec![spell(&correct())];
    let matcher = grammar.matcher(&Ask::ALL, 1, 12);
    answers.extend((0..10).map(|_| walk(matcher.deep_clone(), &mut random, 4)));
    for text in answers {
        let whole = answer::parse(&text, &Ask::ALL);
        let mut before = 0;
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let cut = answer::parse(&text[..end], &Ask::ALL);
            assert!(cut.iter().all(|(ask, given)| whole.get(ask) == Some(given)));
            assert!(cut.len() >= before, "{}", &text[..end]);
            before = cut.len();
        }
        assert_eq!(before, Ask::ALL.len() - 1, "all but the key that was cut");
    }
}
