//! `smelt bench batch` and `smelt bench decode`: a fresh engine for each number of questions answered together.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/smelt.rs"]
mod smelt;

use serde_json::{Value, json};
use smelt::{Bench, answer};

const PAGE: &str = "<h1>Night Nurse</h1><p>Company: Mercy Hospital</p><p>We care for people at night, and we care well.</p>";
const COOK: &str =
    "<h1>Cook</h1><p>Company: Salt</p><p>You cook well and like it here, with Salt.</p>";

fn bench(bench: &Bench, what: &str, arguments: &[&str]) -> (Value, String, Option<i32>) {
    let output = bench
        .program()
        .args(["bench", what])
        .args(arguments)
        .args(bench.engine())
        .output()
        .unwrap();
    (
        serde_json::from_slice(&output.stdout).unwrap_or_default(),
        String::from_utf8(output.stderr).unwrap(),
        output.status.code(),
    )
}

/// Answers that take a while, and what goes wrong besides.
fn script(place: &Bench, wrong: &Value) {
    let reply = answer(&json!({"title": [1, "Night Nurse"]}));
    let mut rules: Vec<Value> = wrong.as_array().unwrap().clone();
    rules.push(json!({"contains": "", "reply": reply, "delay_ms": 2}));
    place.script(&json!({ "rules": rules }));
}

#[test]
fn wider_is_faster_until_it_breaks_and_what_breaks_is_told() {
    let place = Bench::new();
    let pages: Vec<String> = (0..8).map(|number| format!("{number}.html")).collect();
    for page in &pages {
        place.page(page, PAGE);
    }
    // Out of memory with four: the worker ends while it answers.
    script(
        &place,
        &json!([{"contains": "", "fail": "exit", "from_cohort": 4}]),
    );
    let mut arguments: Vec<&str> = pages.iter().map(String::as_str).collect();
    arguments.extend(["--widths", "4,1,2"]);
    let (report, stderr, status) = bench(&place, "batch", &arguments);
    assert_eq!(status, Some(0), "{stderr}");
    let widths = report["widths"].as_array().unwrap();
    let of = |key: &str| -> Vec<&Value> { widths.iter().map(|width| &width[key]).collect() };
    assert_eq!(of("width"), [&json!(1), &json!(2), &json!(4)]);
    assert_eq!(widths[0]["ratio"], 1.0);
    assert!(widths[1]["ratio"].as_f64().unwrap() > 1.2, "{report}");
    assert!(
        widths[2]["error"]
            .as_str()
            .unwrap()
            .contains("the engine failed"),
        "{report}"
    );
    assert!(stderr.contains("4 together: the engine failed"), "{stderr}");
    assert_eq!(report["best"]["width"], 2);
    assert_eq!(widths[0]["pages"], 8);
    assert_eq!(widths[1]["pages"], 8);
}

#[test]
fn a_width_that_hangs_costs_its_watchdog_and_no_more() {
    let place = Bench::new();
    place.page("nurse.html", PAGE);
    script(
        &place,
        &json!([{"contains": "", "fail": "stall", "from_cohort": 2}]),
    );
    let arguments = ["nurse.html", "--widths", "1,2", "--watchdog", "1"];
    let (report, stderr, status) = bench(&place, "batch", &arguments);
    assert_eq!(status, Some(0), "{stderr}");
    let error = report["widths"][1]["error"].as_str().unwrap();
    assert!(error.contains("no token for 1 s"), "{error}");
    assert_eq!(report["best"]["width"], 1);

    script(&place, &json!([{"contains": "", "fail": "exit"}]));
    let (report, stderr, status) = bench(&place, "batch", &["nurse.html", "--widths", "1,2"]);
    assert_eq!(status, Some(5), "{stderr}");
    assert_eq!(report["best"], Value::Null);
}

#[test]
fn the_work_of_every_width_can_be_given_again_and_unknown_pages_are_left_out_of_all() {
    let place = Bench::new();
    place.page("nurse.html", PAGE);
    place.page("cook.html", COOK);
    script(&place, &json!([]));
    let (_, stderr, status) = bench(
        &place,
        "extract",
        &["nurse.html", "--runs", "1", "--record", "a.jsonl"],
    );
    assert_eq!(status, Some(0), "{stderr}");
    place.script(&json!({"rules": []}));
    let arguments = [
        "nurse.html",
        "cook.html",
        "--replay",
        "a.jsonl",
        "--widths",
        "1,2",
        "--runs",
        "2",
    ];
    let (report, stderr, status) = bench(&place, "batch", &arguments);
    assert_eq!(status, Some(0), "{stderr}");
    let left_out = report["left_out"].as_array().unwrap();
    assert_eq!(left_out.len(), 1, "{report}");
    assert_eq!(left_out[0]["page"], "cook.html");
    let why = left_out[0]["error"].as_str().unwrap();
    assert!(why.contains("has no answer to the question"), "{why}");
    assert_eq!(report["partial"], false);
    assert_eq!(
        stderr
            .lines()
            .filter(|line| line.contains("cook.html"))
            .count(),
        1,
        "{stderr}"
    );
    for width in report["widths"].as_array().unwrap() {
        assert_eq!(width["pages"], 2, "one page, two runs: {report}");
    }
}

#[test]
fn what_is_measured_is_decided_before_the_first_number() {
    let place = Bench::new();
    place.page("nurse.html", PAGE);
    place.page("cook.html", COOK);
    // Refused once: left out all the same, or the first number had one page and the others two.
    script(
        &place,
        &json!([{"contains": "Salt", "fail": "refuse", "times": 1}]),
    );
    let arguments = ["nurse.html", "cook.html", "--widths", "1,2"];
    let (report, stderr, status) = bench(&place, "batch", &arguments);
    assert_eq!(status, Some(0), "{stderr}");
    assert_eq!(report["left_out"][0]["page"], "cook.html");
    assert!(
        stderr.contains("cook.html is left out of every number: the engine refused"),
        "{stderr}"
    );
    for width in report["widths"].as_array().unwrap() {
        assert_eq!(width["pages"], 1, "{report}");
    }
}

#[test]
fn a_page_that_only_fewer_together_can_read_ends_a_number_and_not_the_others() {
    let place = Bench::new();
    place.page("nurse.html", PAGE);
    place.page("cook.html", COOK);
    script(
        &place,
        &json!([{"contains": "Salt", "fail": "refuse", "from_cohort": 2}]),
    );
    // With one page nothing is left to read at the second number.
    for (pages, read) in [(vec!["cook.html"], 1), (vec!["nurse.html", "cook.html"], 2)] {
        let mut arguments = pages;
        arguments.extend(["--widths", "1,2"]);
        let (report, stderr, status) = bench(&place, "batch", &arguments);
        assert_eq!(status, Some(3), "{stderr}");
        let told: Vec<&str> = stderr.lines().collect();
        assert_eq!(told.len(), 1, "{stderr}");
        assert!(told[0].contains("2 together: cook.html: "), "{stderr}");
        assert_eq!(report["widths"][0]["pages"], read, "{report}");
        assert!(report["widths"][1]["error"].is_string(), "{report}");
        assert_eq!(
            (&report["best"]["width"], &report["partial"]),
            (&json!(1), &json!(true))
        );
        assert_eq!(report["left_out"], json!([]));
    }
}

#[test]
fn where_every_page_is_refused_there_is_nothing_to_measure() {
    let place = Bench::new();
    place.page("cook.html", COOK);
    script(&place, &json!([{"contains": "", "fail": "refuse"}]));
    let (_, stderr, status) = bench(&place, "batch", &["cook.html", "--widths", "1,2"]);
    assert_eq!(status, Some(4), "{stderr}");
    assert!(stderr.contains("cook.html is left out"), "{stderr}");
}

#[test]
fn filler_has_as_many_tokens_as_asked_for_and_is_answered_together() {
    let place = Bench::new();
    script(
        &place,
        &json!([{"contains": "", "fail": "exit", "from_cohort": 8}]),
    );
    let arguments = ["--prompt-tokens", "200", "--out", "40", "--runs", "1"];
    let (report, stderr, status) = bench(&place, "decode", &arguments);
    assert_eq!(status, Some(0), "{stderr}");
    let widths = report["widths"].as_array().unwrap();
    assert_eq!(widths.len(), 4);
    for width in &widths[..3] {
        assert_eq!(
            (&width["prompt_tokens"], &width["output_tokens"]),
            (&json!(200.0), &json!(40.0))
        );
        assert!(width["decode_tokens_s"].as_f64().unwrap() > 0.0, "{report}");
    }
    let rate = |width: usize| widths[width]["decode_tokens_s"].as_f64().unwrap();
    assert!(rate(2) > 1.5 * rate(0), "{report}");
    assert!(widths[3]["error"].is_string(), "{report}");
    assert_eq!(report["step_bytes"], Value::Null);

    let (report, stderr, status) = bench(
        &place,
        "batch",
        &["--widths", "1", "--prompt-tokens", "64", "--out", "8"],
    );
    assert_eq!(status, Some(0), "{stderr}");
    assert_eq!(report["widths"][0]["prompt_tokens_page"], 64.0);
    assert_eq!(report["widths"][0]["pages"], 4, "{report}");
    // As many for the one number that was asked for in this other way, and not for the widest there could be.
    let arguments = ["--cohort", "2", "--prompt-tokens", "64", "--out", "8"];
    let (report, stderr, status) = bench(&place, "batch", &arguments);
    assert_eq!(status, Some(0), "{stderr}");
    assert_eq!(report["widths"][0]["width"], 2);
    assert_eq!(report["widths"][0]["pages"], 8, "{report}");

    let (_, stderr, status) = bench(
        &place,
        "decode",
        &["--prompt-tokens", "9000", "--cohort", "1"],
    );
    assert_eq!(status, Some(5), "{stderr}");
    assert!(
        stderr.contains("do not fit the context of 8192"),
        "{stderr}"
    );
    let (_, stderr, status) = bench(&place, "decode", &["--bandwidth", "fast"]);
    assert_eq!(status, Some(2), "{stderr}");
}

#[test]
fn without_a_model_there_is_nothing_to_find_out() {
    let place = Bench::new();
    for what in ["batch", "decode"] {
        let (_, stderr, status) = bench(&place, what, &[]);
        assert_eq!(status, Some(5), "{stderr}");
        assert!(stderr.contains("with a model"), "{stderr}");
    }
}
