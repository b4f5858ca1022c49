//! `smelt bench extract` as a user meets it: pages of their own, cut to size, recorded and given again, beside plain JSON.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/smelt.rs"]
mod smelt;

use serde_json::{Value, json};
use smelt::{Bench, answer};

const PAGE: &str = "<h1>Night Nurse</h1><p>Company: Mercy Hospital</p><p>We care for people at night, and we care well.</p><p>Apply soon.</p>";

fn bench(bench: &Bench, arguments: &[&str]) -> (Value, String, Option<i32>) {
    let output = bench
        .program()
        .args(["bench", "extract"])
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

fn mode<'a>(report: &'a Value, name: &str) -> &'a Value {
    let modes = report["modes"].as_array().unwrap();
    modes.iter().find(|row| row["mode"] == name).unwrap()
}

#[test]
fn pages_are_read_from_end_to_end_and_cut_where_they_reach_a_size() {
    let place = Bench::new();
    place.page("nurse.html", PAGE);
    place.script(&json!({"rules": [
        {"contains": "", "reply": answer(&json!({"title": [1, "Night Nurse"]}))},
    ]}));
    let (report, stderr, status) = bench(&place, &["nurse.html", "--runs", "2"]);
    assert_eq!(status, Some(0), "{stderr}");
    assert_eq!(report["engine"]["engine"], "scripted");
    let whole = &report["pages"][0];
    assert!(whole["usage"]["completion_tokens"].as_u64().unwrap() > 0);
    let seconds = |key: &str| whole["seconds"][key].as_f64().unwrap();
    assert!(seconds("min") > 0.0);
    assert!(seconds("min") <= seconds("median") && seconds("median") <= seconds("max"));

    let sizes = [
        "nurse.html",
        "--page-tokens",
        "16",
        "--page-tokens",
        "100000",
    ];
    let (report, _, _) = bench(&place, &sizes);
    let tokens = |page: usize| report["pages"][page]["page_tokens"].as_u64().unwrap();
    assert!(tokens(0) >= 16 && tokens(0) < tokens(1));
    assert_eq!(tokens(1), whole["page_tokens"].as_u64().unwrap());
}

#[test]
fn what_cannot_be_measured_is_named_and_the_rest_is_measured() {
    let place = Bench::new();
    place.page("nurse.html", PAGE);
    let (report, stderr, status) = bench(&place, &["missing.html", "nurse.html"]);
    assert_eq!(status, Some(0), "{stderr}");
    assert!(stderr.contains("missing.html"), "{stderr}");
    assert_eq!(report["pages"].as_array().unwrap().len(), 1);
    assert_eq!(report["engine"], Value::Null);

    let (_, stderr, status) = bench(&place, &["missing.html"]);
    assert_eq!(status, Some(4), "{stderr}");
    let (_, stderr, status) = bench(&place, &["nurse.html", "--page-tokens", "3"]);
    assert_eq!(status, Some(2), "{stderr}");
    let (_, stderr, status) = bench(&place, &["nurse.html", "--whole-json"]);
    assert_eq!(status, Some(5), "{stderr}");
    assert!(stderr.contains("with a model"), "{stderr}");
    let (_, stderr, status) = bench(&place, &["nurse.html", "--gpu-source", "toaster"]);
    assert_eq!(status, Some(2), "{stderr}");
    assert!(stderr.contains("toaster"), "{stderr}");
}

#[test]
fn several_pages_at_once_share_the_engine_and_say_what_that_gave() {
    let place = Bench::new();
    for number in 0..6 {
        place.page(&format!("{number}.html"), PAGE);
    }
    place.script(&json!({"cohort": 3, "rules": [
        {"contains": "", "reply": answer(&json!({"title": [1, "Night Nurse"]})), "delay_ms": 3},
    ]}));
    let few = ["--runs", "1", "--gpu-source", "simulated@50"];
    let pages = ["0.html", "1.html", "2.html", "3.html", "4.html", "5.html"];
    let (report, stderr, status) = bench(&place, &[&pages[..], &few].concat());
    assert_eq!(status, Some(0), "{stderr}");
    assert_eq!(report["jobs"], 6, "twice the cohort");
    let row = mode(&report, "select");
    assert_eq!(row["pages"], 6);
    let number = |key: &str| row[key].as_f64().unwrap();
    assert!(number("in_flight") > 1.5, "{row}");
    assert!(
        number("own_share") < 0.5 && number("idle_share") < 0.5,
        "{row}"
    );
    assert!(number("joules_page") > 0.0, "{row}");
    assert!(number("decode_tokens_s") > 0.0, "{row}");
    let first = row["first_field_s"]["median"].as_f64().unwrap();
    assert!(
        first < row["page_s"]["median"].as_f64().unwrap(),
        "the title comes first: {row}"
    );

    let (one, stderr, _) = bench(&place, &[&pages[..], &few, &["--jobs", "1"]].concat());
    let alone = mode(&one, "select")["in_flight"].as_f64().unwrap();
    assert!(alone <= 1.0, "{stderr}");
}

#[test]
fn a_recording_has_the_same_work_done_again_second_questions_too() {
    let place = Bench::new();
    place.page("nurse.html", PAGE);
    // The first answer is not in the page's words, so the model is asked again.
    place.script(&json!({"rules": [
        {"contains": "", "asked": "An earlier answer", "reply": {"location": [3, "at night"]}},
        {"contains": "", "reply": answer(&json!({"location": [3, "by day"]}))},
    ]}));
    let (first, stderr, status) = bench(
        &place,
        &["nurse.html", "--record", "answers.jsonl", "--runs", "1"],
    );
    assert_eq!(status, Some(0), "{stderr}");
    let lines = std::fs::read_to_string(place.path("answers.jsonl")).unwrap();
    let recorded = smelt::records(lines.as_bytes());
    assert_eq!(recorded.len(), 2, "{lines}");
    assert!(
        recorded
            .iter()
            .all(|line| line["key"].as_str().unwrap().len() == 64)
    );

    // A model that knows nothing.
    place.script(&json!({"rules": []}));
    let (again, stderr, status) = bench(&place, &["nurse.html", "--replay", "answers.jsonl"]);
    assert_eq!(status, Some(0), "{stderr}");
    assert_eq!(again["pages"][0]["usage"], first["pages"][0]["usage"]);
    let tokens: u64 = recorded
        .iter()
        .map(|line| line["tokens"].as_u64().unwrap())
        .sum();
    assert_eq!(again["pages"][0]["usage"]["completion_tokens"], tokens);

    // A page that is not in it, beside the one that is.
    place.page(
        "cook.html",
        "<h1>Cook</h1><p>Company: Salt</p><p>You cook well and like it here.</p>",
    );
    let (report, stderr, status) = bench(
        &place,
        &["cook.html", "nurse.html", "--replay", "answers.jsonl"],
    );
    assert_eq!(status, Some(3), "{stderr}");
    let complaints: Vec<&str> = stderr
        .lines()
        .filter(|line| line.contains("cook.html"))
        .collect();
    assert_eq!(complaints.len(), 1, "{stderr}");
    assert!(
        complaints[0].contains("answers.jsonl has no answer to the question"),
        "{stderr}"
    );
    assert_eq!(report["failed"][0]["page"], "cook.html");
    assert_eq!(report["pages"].as_array().unwrap().len(), 1);
}

#[test]
fn a_recording_that_cannot_be_used_is_named_with_its_line() {
    let place = Bench::new();
    place.page("nurse.html", PAGE);
    place.script(&json!({"rules": []}));
    let (_, stderr, status) = bench(&place, &["nurse.html", "--replay", "gone.jsonl"]);
    assert_eq!(status, Some(2), "{stderr}");
    assert!(
        stderr.contains("gone.jsonl") && stderr.lines().count() == 1,
        "{stderr}"
    );
    place.page(
        "bad.jsonl",
        "{\"key\": \"k\", \"answer\": \"{}\", \"tokens\": 1}\n{\"key\": 5}\n",
    );
    let (_, stderr, status) = bench(&place, &["nurse.html", "--replay", "bad.jsonl"]);
    assert_eq!(status, Some(2), "{stderr}");
    assert!(stderr.contains("bad.jsonl: line 2:"), "{stderr}");
    place.page("empty.jsonl", "");
    let (_, stderr, status) = bench(&place, &["nurse.html", "--replay", "empty.jsonl"]);
    assert_eq!(status, Some(2), "{stderr}");
    assert!(stderr.contains("holds no answer"), "{stderr}");
}

#[test]
fn the_whole_json_of_the_same_result_costs_more_tokens_and_more_time() {
    let place = Bench::new();
    let duty = "<li>Keep the machines of the whole ward in order by day and by night, and write down all of it.</li>";
    let page = format!("{PAGE}<h2>Your duties</h2><ul>{}</ul>", duty.repeat(12));
    place.page("nurse.html", &page);
    place.script(&json!({"rules": [
        {"contains": "", "delay_ms": 1, "reply": answer(&json!({
            "title": [1, "Night Nurse"], "responsibilities": [[6, 15]], "description": [[3, 4]],
        }))},
    ]}));
    let all = [
        "nurse.html",
        "--whole-json",
        "--without-grammar",
        "--runs",
        "2",
        "--jobs",
        "1",
    ];
    let (report, stderr, status) = bench(&place, &all);
    assert_eq!(status, Some(0), "{stderr}");
    let tokens = |name: &str| mode(&report, name)["output_tokens_page"].as_f64().unwrap();
    assert!(tokens("whole JSON") > 2.0 * tokens("select"), "{report}");
    assert!((tokens("select, no grammar") - tokens("select")).abs() < 1e-9);
    assert!((tokens("whole JSON, no grammar") - tokens("whole JSON")).abs() < 1e-9);
    let against = &report["against_whole_json"];
    let share = tokens("select") / tokens("whole JSON");
    assert!((against["output_tokens"].as_f64().unwrap() - share).abs() < 1e-9);
    assert!(against["pages_min"].as_f64().unwrap() > 1.0, "{against}");
    assert!(report["grammar"]["mask_us_token"].is_number(), "{report}");

    let (posting, _, _) = bench(
        &place,
        &["nurse.html", "--whole-json=posting", "--runs", "1"],
    );
    let alone = mode(&posting, "whole JSON")["output_tokens_page"]
        .as_f64()
        .unwrap();
    assert!(alone < tokens("whole JSON"), "the evidence is not in it");
}
