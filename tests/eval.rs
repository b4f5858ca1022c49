//! Evaluation as a user meets it: outcomes, agreement, intervals, the command's output and its comparison of two runs.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/smelt.rs"]
mod smelt;

use std::collections::HashMap;
use std::fs;

use ::smelt::eval::{Gold, Outcome, agree, changes, grounded, score, stats};
use ::smelt::posting::Field;
use proptest::prelude::*;
use serde_json::{Value, json};
use smelt::{Bench, answer};

fn label(gold: &Value, more: &Value) -> Gold {
    let mut label = json!({"id": "a", "source": "test", "gold": gold});
    for (key, value) in more.as_object().unwrap() {
        label[key] = value.clone();
    }
    serde_json::from_value(label).unwrap()
}

fn outcome(gold: &Value, more: &Value, posting: &Value) -> Outcome {
    let records = HashMap::from([(
        "a".to_owned(),
        json!({"status": "done", "posting": posting}),
    )]);
    score(&[label(gold, more)], &records).judged[0].outcome
}

#[test]
fn a_field_has_one_of_five_outcomes() {
    let none = json!({});
    let cook = json!({"title": "Cook"});
    assert_eq!(
        outcome(&cook, &none, &json!({"title": "COOK."})),
        Outcome::Right
    );
    assert_eq!(
        outcome(&cook, &none, &json!({"title": "Chef"})),
        Outcome::Wrong
    );
    assert_eq!(
        outcome(&cook, &none, &json!({"title": null})),
        Outcome::Missed
    );
    let nothing = json!({"title": null});
    assert_eq!(
        outcome(&nothing, &none, &json!({"title": null})),
        Outcome::Abstained
    );
    assert_eq!(
        outcome(&nothing, &none, &json!({"title": "Cook"})),
        Outcome::Hallucinated
    );
    assert_eq!(
        outcome(&json!({"benefits": null}), &none, &json!({"benefits": []})),
        Outcome::Abstained
    );
}

#[test]
fn alternatives_and_loose_names_count_and_unscored_fields_do_not() {
    let alternative = json!({"alt": {"title": ["Chef", null]}});
    let cook = json!({"title": "Cook"});
    assert_eq!(
        outcome(&cook, &alternative, &json!({"title": "chef"})),
        Outcome::Right
    );
    assert_eq!(
        outcome(&cook, &alternative, &json!({"title": null})),
        Outcome::Abstained
    );
    let only = json!({"alt": {"job_id": ["77"]}});
    assert_eq!(
        outcome(&json!({"job_id": null}), &only, &json!({"job_id": "77"})),
        Outcome::Right
    );
    let county = json!({"company": "King County"});
    let longer = json!({"company": "King County Elections, Inc."});
    assert_eq!(
        outcome(&county, &json!({"loose": ["company"]}), &longer),
        Outcome::Right
    );
    assert_eq!(outcome(&county, &json!({}), &longer), Outcome::Wrong);
    let unscored = label(&json!({"title": "Cook"}), &json!({"scored": []}));
    assert!(score(&[unscored], &HashMap::new()).judged.is_empty());
}

#[test]
fn each_field_is_compared_by_what_it_means() {
    let yes = |field, got: Value, gold: Value| agree::agree(field, &got, &gold, false);
    assert!(yes(Field::Company, json!("Acme, Inc."), json!("ACME")));
    assert!(!yes(Field::Company, json!("Acme Labs"), json!("Acme")));
    assert!(yes(
        Field::Location,
        json!("Boston, MA"),
        json!("Boston, Massachusetts")
    ));
    assert!(!yes(
        Field::Location,
        json!("Austin, TX"),
        json!("Boston, MA")
    ));
    assert!(yes(
        Field::Education,
        json!("B.S. or Bachelor's in CS"),
        json!("Bachelor's degree")
    ));
    assert!(!yes(
        Field::Education,
        json!("Master's degree"),
        json!("Bachelor's degree")
    ));
    let pay = |min: u32, currency: Value| json!({"min": min, "max": 9, "currency": currency, "period": "hourly"});
    assert!(yes(
        Field::Salary,
        pay(8, json!("USD")),
        pay(8, Value::Null)
    ));
    assert!(!yes(
        Field::Salary,
        pay(8, Value::Null),
        pay(8, json!("USD"))
    ));
    assert!(!yes(
        Field::Salary,
        pay(7, Value::Null),
        pay(8, Value::Null)
    ));
}

#[test]
fn a_posting_without_a_record_misses_everything_but_its_nulls() {
    let label = label(&json!({"title": "Cook", "salary": null}), &json!({}));
    let failed = HashMap::from([(
        "a".to_owned(),
        json!({"status": "failed", "posting": {"title": "Cook"}}),
    )]);
    let report = score(&[label], &failed);
    let outcomes: Vec<_> = report.judged.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::Abstained, Outcome::Missed]);
    assert_eq!(report.sources["test"].failed, 1);
}

#[test]
fn lists_are_matched_item_by_item() {
    let gold = json!({"requirements": ["Five years of Rust", "A calm mind", "Night shifts"]});
    let got = json!({"requirements": ["five years of Rust.", "A very calm mind"]});
    let records = HashMap::from([("a".to_owned(), json!({"status": "done", "posting": got}))]);
    let report = score(&[label(&gold, &json!({}))], &records);
    let (exact, soft) = report.judged[0].f1.unwrap();
    assert!((exact - 0.4).abs() < 1e-9, "{exact}");
    assert!((soft - 0.8).abs() < 1e-9, "{soft}");
}

#[test]
fn evidence_that_does_not_support_its_value_is_counted_against_it() {
    let record = |company: &str, end: usize| {
        json!({
            "text": "Company: Müller\nPay: $5 - $6 per hour",
            "posting": {"company": company, "salary": {"min": 5.0, "max": 6.0}, "url": "x"},
            "provenance": {"company": "model", "salary": "rule", "url": "input"},
            "evidence": {"company": [{"block": 1, "start": 9, "end": end}], "salary": [{"block": 2, "start": 22, "end": 38}]},
        })
    };
    assert_eq!(grounded(&record("Müller", 16)).supported, 2);
    assert_eq!(grounded(&record("Möller", 16)).supported, 1);
    // An end in the middle of a letter is no span at all.
    assert_eq!(grounded(&record("Müller", 11)).supported, 1);
    assert_eq!(grounded(&record("Müller", 16)).values, 2);
}

proptest! {
    #[test]
    fn an_interval_holds_its_rate_and_narrows_with_the_sample(hits in 0usize..500, more in 0usize..500) {
        let n = hits + more;
        let Some(rate) = stats::rate(hits, n) else {
            prop_assert_eq!(n, 0);
            return Ok(());
        };
        prop_assert!(0.0 <= rate.low && rate.low <= rate.value && rate.value <= rate.high && rate.high <= 1.0);
        let larger = stats::rate(hits * 4, n * 4).unwrap();
        prop_assert!(larger.high - larger.low < rate.high - rate.low);
    }
}

/// Wilson (1927), as tabulated for 8 of 10.
#[test]
fn the_interval_is_wilsons() {
    let rate = stats::rate(8, 10).unwrap();
    assert!(
        (rate.low - 0.4902).abs() < 1e-3 && (rate.high - 0.9433).abs() < 1e-3,
        "{rate:?}"
    );
}

#[test]
fn the_command_scores_compares_and_says_what_changed() {
    let bench = Bench::new();
    bench.page("pages/cook.html", "<h1>Cook</h1><p>Location: Graz</p>");
    bench.page(
        "gold.jsonl",
        "{\"id\": \"cook\", \"source\": \"own\", \"page\": \"pages/cook.html\", \"gold\": {\"title\": \"Cook\", \"salary\": null}}\n\
         {\"id\": \"baker\", \"source\": \"other\", \"text\": \"Title: Baker\", \"gold\": {\"title\": \"Smith\"}}\n",
    );
    let run = |more: &[&str]| {
        let output = bench
            .program()
            .args(["eval", "--gold", "gold.jsonl", "--engine", "none"])
            .args(more)
            .output()
            .unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        output
    };
    let first = run(&[]);
    let report: Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!(report["sources"]["own"]["fields"]["title"]["right"], 1);
    assert_eq!(report["sources"]["own"]["fields"]["salary"]["abstained"], 1);
    assert_eq!(report["sources"]["other"]["fields"]["title"]["wrong"], 1);
    fs::write(bench.path("before.json"), &first.stdout).unwrap();
    let same = run(&["--compare", "before.json"]);
    assert!(String::from_utf8_lossy(&same.stderr).contains("no outcome and no value differs"));
    bench.page("pages/cook.html", "<h1>Chef</h1><p>Location: Graz</p>");
    let other = run(&["--compare", "before.json", "--source", "own"]);
    let told = String::from_utf8(other.stderr).unwrap();
    assert!(
        told.contains("own title: 1.000 -> 0.000 (-1.000)"),
        "{told}"
    );
    assert!(
        told.contains("cook title: right \"Cook\" -> wrong \"Chef\" (label \"Cook\")"),
        "{told}"
    );
    let (before, after) = (
        serde_json::from_slice(&first.stdout).unwrap(),
        serde_json::from_slice(&other.stdout).unwrap(),
    );
    assert!(changes(&before, &after).contains("cook title"));
}

/// The page states its title as data and its employer behind a label; the model knows neither as well.
#[test]
fn the_model_alone_is_scored_apart_from_the_other_readers() {
    let bench = Bench::new();
    bench.page(
        "cook.html",
        r#"<script type="application/ld+json">{"@type": "JobPosting", "title": "Cook"}</script>
        <h1>Head cook</h1><p>Company: Mercy</p>"#,
    );
    bench.page(
        "gold.jsonl",
        r#"{"id": "cook", "source": "own", "page": "cook.html", "gold": {"title": "Cook", "company": "Mercy"}}"#,
    );
    bench.script(&json!({"rules": [
        {"contains": "Only these keys", "reply": answer(&json!({}))},
        {"contains": "", "reply": answer(&json!({"title": [1, "Head cook"]}))},
    ]}));
    let eval = |more: &[&str]| {
        let mut command = bench.program();
        command.args(["eval", "--gold", "gold.jsonl"]).args(more);
        command.output().unwrap()
    };
    let [engine, scripted] = bench.engine();
    let run = |more: &[&str]| -> Value {
        let output = eval(&[&[engine.as_str(), &scripted], more].concat());
        assert_eq!(output.status.code(), Some(0));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    // Twice each, in turns: no record of one is ever taken for the other's.
    for calls in [1, 0] {
        let all = run(&[]);
        let fields = &all["sources"]["own"]["fields"];
        assert_eq!(fields["title"]["right"], 1);
        assert_eq!(fields["company"]["right"], 1);
        assert_eq!(all["run"]["readers"], "all");
        assert_eq!(all["run"]["model_calls"], calls);
        let alone = run(&["--model-alone"]);
        let fields = &alone["sources"]["own"]["fields"];
        assert_eq!(fields["title"]["wrong"], 1);
        assert_eq!(fields["company"]["missed"], 1);
        assert_eq!(alone["run"]["readers"], "model");
        assert_eq!(alone["run"]["model_calls"], calls);
    }
    let none = eval(&["--model-alone", "--engine", "none"]);
    let stderr = String::from_utf8(none.stderr).unwrap();
    assert_eq!(none.status.code(), Some(5), "{stderr}");
    assert!(stderr.contains("no model to read with"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1);
}

#[test]
fn labels_that_cannot_be_used_are_named_before_any_page_is_read() {
    let bench = Bench::new();
    bench.page("bad.jsonl", "{\"id\": \"a\"}\n");
    bench.page(
        "good.jsonl",
        "{\"id\": \"a\", \"source\": \"s\", \"text\": \"x\", \"gold\": {}}\n",
    );
    let label = |id: &str, field: &str| {
        let label = json!({"id": id, "source": "s", "text": "x", "gold": {(field): null}});
        format!("{label}\n")
    };
    bench.page(
        "slip.jsonl",
        &[label("a", "title"), label("b", "titel")].concat(),
    );
    bench.page(
        "twice.jsonl",
        &[label("a", "title"), label("a", "title")].concat(),
    );
    for (arguments, line) in [
        (
            vec!["slip.jsonl"],
            "slip.jsonl: line 2: titel is no field of a record: title, ",
        ),
        (
            vec!["twice.jsonl"],
            "twice.jsonl: line 2: the id a stands on an earlier line too",
        ),
        (vec!["bad.jsonl"], "bad.jsonl: line 1: not a label"),
        (vec!["missing.jsonl"], "missing.jsonl"),
        (
            vec!["good.jsonl", "--compare", "bad.jsonl"],
            "bad.jsonl: not the JSON of an evaluation",
        ),
        (
            vec!["good.jsonl", "--source", "t"],
            "no label is of a source",
        ),
    ] {
        let output = bench
            .program()
            .args(["eval", "--gold"])
            .args(arguments)
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(line), "{stderr}");
        assert_eq!(stderr.lines().count(), 1);
    }
}
