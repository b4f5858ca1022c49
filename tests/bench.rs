//! `smelt bench` as a user meets it: pages of their own, cut to size, and figures that belong together.
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
}
