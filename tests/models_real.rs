//! Verifying and using a model with the engine itself: the bundled model, and a card of the user's that leads to it.
#![cfg(feature = "mistralrs")]
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/smelt.rs"]
mod smelt;

use std::fs;
use std::process::Output;

use serde_json::Value;
use smelt::Bench;

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/demo/smelt-demo.gguf");
const CARD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/smelt-demo.toml");

fn models(bench: &Bench, arguments: &[&str]) -> Output {
    bench
        .program()
        .arg("models")
        .args(arguments)
        .output()
        .unwrap()
}

fn report(output: &Output) -> Value {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_bundled_model_is_verified_and_the_list_knows() {
    let bench = Bench::new();
    let verified = report(&models(
        &bench,
        &["verify", "smelt-demo", "--context", "1024"],
    ));
    let widths = verified["verified"].as_array().unwrap();
    assert_eq!(widths[0], 1);
    assert_eq!(verified["failed"], Value::Null, "{verified}");
    let list = report(&models(&bench, &["list"]));
    let demo = &list["models"][0];
    assert_eq!(demo["id"], "smelt-demo");
    assert_eq!(demo["files"][0]["verified"], verified["verified"]);
    // The same bytes under another name are the same model.
    let again = report(&models(
        &bench,
        &["verify", DEMO, "--context", "1024", "--most", "1"],
    ));
    assert_eq!(again["place"], verified["place"]);
    let kept = fs::read_to_string(bench.path(".local/share/smelt/profiles.json")).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(kept["entries"].as_array().unwrap().len(), 1);
}

#[test]
fn a_model_that_is_used_reads_when_none_is_named() {
    let bench = Bench::new();
    let card = fs::read_to_string(CARD)
        .unwrap()
        .replace("id = \"smelt-demo\"", "id = \"mine\"");
    bench.page(".config/smelt/models/mine.toml", &card);
    fs::copy(DEMO, bench.path(".config/smelt/models/smelt-demo.gguf")).unwrap();
    let used = models(&bench, &["use", "mine", "--force"]);
    assert_eq!(
        used.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&used.stderr)
    );
    bench.page(
        "page.txt",
        "Night Baker\nMill & Sons\nGraz, Austria\nFull-time\n\nWe bake bread.",
    );
    let output = bench.command(&["page.txt"]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(!stderr.contains("no model is configured"), "{stderr}");
    let record: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(record["model"]["id"], "mine");
    fs::remove_file(bench.path(".config/smelt/models/smelt-demo.gguf")).unwrap();
    let output = bench.command(&["page.txt", "--fresh"]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{stderr}");
    assert!(
        stderr.contains("chosen with `smelt models use`"),
        "{stderr}"
    );
}
