//! `smelt models plan`: the arithmetic for every card, what is refused, and a file's own plan.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/smelt.rs"]
mod smelt;
#[path = "support/tiny_gguf.rs"]
mod tiny_gguf;

use serde_json::Value;
use smelt::Bench;
use tiny_gguf::{CORPUS, TinyModel};

/// Exit code, standard output and standard error.
fn plan(bench: &Bench, arguments: &[&str]) -> (i32, String, String) {
    let output = bench
        .program()
        .args(["models", "plan"])
        .args(arguments)
        .env("SMELT_NVML_LIB", "/nonexistent")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn every_card_is_planned_for_16_gb() {
    let (code, text, stderr) = plan(&Bench::new(), &["--vram", "16GB"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    insta::assert_snapshot!(text);
}

#[test]
fn without_a_card_16_gb_are_planned_and_it_is_said() {
    let (code, text, _) = plan(&Bench::new(), &["qwen3-8b"]);
    assert_eq!(code, 0);
    assert!(
        text.starts_with("Planned for 16.00 GB (15,258 MiB, no card is here"),
        "{text}"
    );
}

#[test]
fn the_parts_are_the_total_and_the_cache_is_the_formula() {
    let arguments = [
        "--vram",
        "16GB",
        "--context",
        "4096",
        "--cohort",
        "4",
        "--json",
    ];
    let (code, text, _) = plan(&Bench::new(), &arguments);
    assert_eq!(code, 0);
    let report: Value = serde_json::from_str(&text).unwrap();
    let models = report["models"].as_array().unwrap();
    assert_eq!(models.len(), 8);
    for model in models {
        let number = |value: &Value| value.as_u64().unwrap();
        for row in model["rows"].as_array().unwrap() {
            let parts = ["weights", "embedding", "cache", "activations", "runtime"];
            let sum: u64 = parts.iter().map(|part| number(&row[*part])).sum();
            assert_eq!(sum, number(&row["total"]));
            // Tokens of prompts and answers, and a few blocks.
            let per_token = number(&model["cache_per_token"]);
            let spare = number(&row["cache"]) - 4 * 4096 * per_token;
            assert!(spare <= 10 * 32 * per_token + (1 << 20));
            assert_eq!(
                number(&row["total"]) > 16_000_000_000,
                !row["refused"].is_null()
            );
        }
    }
}

#[test]
fn one_model_that_cannot_fit_is_refused_and_says_what_would() {
    let bench = Bench::new();
    let (code, text, stderr) = plan(
        &bench,
        &[
            "qwen3-30b-a3b-instruct-2507",
            "--vram",
            "16GB",
            "--quant",
            "Q4_K_M",
        ],
    );
    assert_eq!(code, 5);
    assert!(text.contains("Q4_K_M refused"), "{text}");
    assert!(
        stderr.contains("is refused: Q4_K_M: the model needs"),
        "{stderr}"
    );
    assert!(
        stderr.contains("choose a smaller model or a smaller quantisation"),
        "{stderr}"
    );
    let (code, _, stderr) = plan(
        &bench,
        &["qwen3-14b:Q4_K_M", "--vram", "16GB", "--context", "40960"],
    );
    assert_eq!(code, 5);
    assert!(stderr.contains("set a context of at most"), "{stderr}");
    let (code, _, stderr) = plan(
        &bench,
        &["qwen3-8b", "--vram", "80GB", "--context", "100000"],
    );
    assert_eq!(code, 5);
    assert!(stderr.contains("was made for 40960 tokens"), "{stderr}");
    let (code, ..) = plan(
        &bench,
        &["qwen3-8b", "qwen3-30b-a3b-instruct-2507", "--vram", "16GB"],
    );
    assert_eq!(code, 0, "of several, those that fit are the answer");
}

#[test]
fn what_is_not_known_is_one_line() {
    let bench = Bench::new();
    for (arguments, words) in [
        (
            vec!["qwen3-9b"],
            "no model card is called qwen3-9b (did you mean qwen3-8b?)",
        ),
        (vec!["qwen3-8b", "--quant", "Q1"], "has no file in Q1"),
        (vec!["--quant", "Q1"], "no card has a file in Q1"),
        (vec!["missing.gguf"], "missing.gguf does not exist"),
    ] {
        let (code, text, stderr) = plan(&bench, &arguments);
        assert_eq!((code, text.as_str()), (5, ""), "{arguments:?}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.contains(words), "{stderr}");
    }
}

#[test]
fn a_file_is_planned_by_what_its_header_says() {
    let bench = Bench::new();
    TinyModel::default()
        .write(CORPUS, &bench.path("tiny.gguf"))
        .unwrap();
    let (code, text, stderr) = plan(&bench, &["tiny.gguf", "--vram", "2GB"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(text.contains("Tiny random Qwen3: context 4,096, cache 2 x 2 layers x 1 heads x 64 x 2 bytes = 512 bytes a token"), "{text}");
}
