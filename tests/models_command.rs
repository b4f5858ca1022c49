//! `smelt models list`, `use` and `verify` as a user meets them, without a real engine.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/smelt.rs"]
mod smelt;
#[path = "support/tiny_gguf.rs"]
mod tiny_gguf;

use std::fs;

use serde_json::{Value, json};
use smelt::Bench;
use tiny_gguf::{CORPUS, TinyModel};

/// Exit code, standard output and standard error.
fn models(bench: &Bench, arguments: &[&str]) -> (i32, String, String) {
    let mut command = bench.program();
    for name in ["HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"] {
        command.env_remove(name);
    }
    let output = command.arg("models").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn list(bench: &Bench) -> Value {
    let (code, text, stderr) = models(bench, &["list"]);
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_str(&text).unwrap()
}

fn listed<'a>(list: &'a Value, id: &str) -> &'a Value {
    let models = list["models"].as_array().unwrap();
    models.iter().find(|model| model["id"] == id).unwrap()
}

fn tiny(bench: &Bench, name: &str) {
    let path = bench.path(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    TinyModel::default().write(CORPUS, &path).unwrap();
}

/// Where the hub's tools would have put the file of a card.
const IN_CACHE: &str =
    ".cache/huggingface/hub/models--Qwen--Qwen3-8B-GGUF/snapshots/abc/Qwen3-8B-Q5_K_M.gguf";

#[test]
fn the_list_says_what_is_known_here_and_in_use() {
    let bench = Bench::new();
    let before = list(&bench);
    assert_eq!(before["in_use"], "smelt-demo");
    assert_eq!(listed(&before, "smelt-demo")["in_use"], true);
    let big = listed(&before, "qwen3-8b");
    assert_eq!(big["files"][1]["path"], Value::Null);
    assert_eq!(
        big["claimed"][0]["tokens_per_second"],
        json!([180.0, 220.0])
    );
    tiny(&bench, IN_CACHE);
    tiny(&bench, ".local/share/smelt/models/Qwen3-14B-Q4_K_M.gguf");
    let after = list(&bench);
    let path = |id: &str, at: usize| {
        listed(&after, id)["files"][at]["path"]
            .as_str()
            .map(str::to_owned)
    };
    assert!(path("qwen3-8b", 1).unwrap().ends_with(IN_CACHE));
    assert_eq!(path("qwen3-8b", 0), None);
    assert!(
        path("qwen3-14b", 0)
            .unwrap()
            .ends_with("models/Qwen3-14B-Q4_K_M.gguf")
    );
}

#[test]
fn a_card_that_is_used_is_in_use_until_the_bundled_one_is_again() {
    let bench = Bench::new();
    let (code, _, stderr) = models(&bench, &["use", "qwen3-8b"]);
    assert_eq!(code, 5);
    assert!(stderr.contains("smelt models pull qwen3-8b"), "{stderr}");
    tiny(&bench, IN_CACHE);
    let (code, _, stderr) = models(&bench, &["use", "qwen3-8b"]);
    assert_eq!(code, 0, "{stderr}");
    let used = list(&bench);
    assert_eq!(listed(&used, "qwen3-8b")["in_use"], true);
    assert_eq!(listed(&used, "qwen3-8b")["files"][1]["in_use"], true);
    assert_eq!(listed(&used, "qwen3-8b")["files"][0]["in_use"], false);
    assert_eq!(listed(&used, "smelt-demo")["in_use"], false);
    let (code, ..) = models(&bench, &["use", "smelt-demo"]);
    assert_eq!(code, 0);
    assert_eq!(list(&bench)["in_use"], "smelt-demo");
    let (code, ..) = models(&bench, &["use", "smelt-demo"]);
    assert_eq!(code, 0, "going back twice is no failure");
}

#[test]
fn a_file_is_kept_by_a_path_that_holds_everywhere() {
    let bench = Bench::new();
    tiny(&bench, "tiny.gguf");
    let (code, _, stderr) = models(&bench, &["use", "tiny.gguf"]);
    assert_eq!(code, 0, "{stderr}");
    let kept = fs::read_to_string(bench.path(".config/smelt/model.toml")).unwrap();
    let path = bench.path("tiny.gguf");
    assert!(kept.contains(path.to_str().unwrap()), "{kept}");
    assert_eq!(list(&bench)["in_use"], path.to_str().unwrap());
}

#[test]
fn what_cannot_run_is_not_used() {
    let bench = Bench::new();
    bench.page("page.gguf", "<html>");
    bench.page("qwen-gptq/model.safetensors", "");
    TinyModel {
        architecture: "llama",
        ..TinyModel::default()
    }
    .write(CORPUS, &bench.path("llama.gguf"))
    .unwrap();
    for (name, words) in [
        ("page.gguf", "is not a GGUF file"),
        (
            "qwen-gptq/",
            "safetensors (BF16, FP8, GPTQ, AWQ) are refused",
        ),
        (
            "qwen-gptq/model.safetensors",
            "none was both sound and faster",
        ),
        ("llama.gguf", "\"llama\" model"),
        ("nothing.gguf", "does not exist"),
        ("qwen9", "no model card is called qwen9"),
        ("qwen3-8b:Q1", "has no file in Q1"),
    ] {
        let (code, _, stderr) = models(&bench, &["use", name]);
        assert_eq!(code, 5, "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.contains(words), "{stderr}");
    }
    assert!(!bench.path(".config/smelt/model.toml").exists());
}

#[test]
fn settings_that_say_something_else_are_told_with_their_line() {
    let bench = Bench::new();
    bench.page(".config/smelt/model.toml", "# mine\nmodle = \"qwen3-8b\"\n");
    let (code, _, stderr) = models(&bench, &["list"]);
    assert_eq!(code, 5);
    assert!(
        stderr.contains("model.toml:2: there is no setting modle here"),
        "{stderr}"
    );
    bench.page(".config/smelt/models/bad.toml", "id = 7");
    bench.page(".config/smelt/model.toml", "model = \"qwen3-8b\"\n");
    let (code, text, stderr) = models(&bench, &["list"]);
    assert_eq!((code, stderr.lines().count()), (0, 1), "{stderr}");
    assert!(stderr.contains("bad.toml"), "{stderr}");
    let text: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(text["in_use"], "qwen3-8b");
}

const LINE: &str = "We bake bread from four in the morning and look for a night baker in Graz.\n";

fn sound() -> Value {
    json!({"posting": true, "words": ["bread", "baker", "night", "none"]})
}

/// Verifies a scripted engine.
fn verify(bench: &Bench, more: &[&str]) -> (i32, Value, String) {
    let engine = format!("scripted:{}", bench.path("script.json").display());
    let arguments = [&["verify", "--engine", &engine], more].concat();
    let (code, text, stderr) = models(bench, &arguments);
    (
        code,
        serde_json::from_str(&text).unwrap_or_default(),
        stderr,
    )
}

#[test]
fn an_engine_that_answers_soundly_is_remembered() {
    let bench = Bench::new();
    bench.script(&json!({"cohort": 4, "rules": [{"contains": "", "reply": sound()}]}));
    let (code, report, stderr) = verify(&bench, &[]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(report["verified"], json!([1, 2, 4, 8]));
    assert_eq!(report["failed"], Value::Null);
    assert_eq!(report["stopped"], Value::Null);
    assert!(stderr.contains("4 questions together: sound"), "{stderr}");
    let kept = fs::read_to_string(bench.path(".local/share/smelt/profiles.json")).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(kept["entries"][0]["verified"], json!([1, 2, 4, 8]));
    let (_, report, _) = verify(&bench, &["--most", "2"]);
    assert_eq!(report["verified"], json!([1, 2]));
}

#[test]
fn the_first_number_that_fails_ends_it_and_says_why() {
    // Of the short prompts only the longer of two of different lengths has four lines, and none twenty.
    for (failure, lines, words, which) in [
        (
            json!({"fail": "length"}),
            4,
            "did not end by itself",
            "of different lengths",
        ),
        (
            json!({"fail": "exit"}),
            4,
            "exit status: 9",
            "of different lengths",
        ),
        (
            json!({"fail": "refuse"}),
            4,
            "refused",
            "of different lengths",
        ),
        (
            json!({"fail": "out_of_memory"}),
            20,
            "memory",
            "that fill the context",
        ),
    ] {
        let bench = Bench::new();
        let mut rule = json!({
            "contains": "", "asked": LINE.repeat(lines), "from_cohort": 2, "times": 1,
        });
        for (key, value) in failure.as_object().unwrap() {
            rule[key] = value.clone();
        }
        bench.script(&json!({"rules": [rule, {"contains": "", "reply": sound()}]}));
        let (code, report, stderr) = verify(&bench, &[]);
        assert_eq!(code, 0, "{stderr}");
        assert_eq!(report["verified"], json!([1]), "{stderr}");
        assert_eq!(report["failed"]["cohort"], 2);
        let why = report["failed"]["why"].as_str().unwrap();
        assert!(why.contains(words) && why.contains(which), "{why}");
        assert!(stderr.contains("2 questions together: FAILED"), "{stderr}");
    }
}

#[test]
fn a_model_that_fails_alone_does_not_work_and_one_that_does_not_load_is_not_judged() {
    let bench = Bench::new();
    bench.script(&json!({"rules": [{"contains": "", "reply": sound(), "fail": "length"}]}));
    let (code, report, stderr) = verify(&bench, &[]);
    assert_eq!(code, 5);
    assert_eq!(report["failed"]["cohort"], 1);
    assert!(stderr.contains("scripted does not work here"), "{stderr}");
    let bench = Bench::new();
    bench.page("script.json", "no script");
    let (code, report, stderr) = verify(&bench, &[]);
    assert_eq!((code, report), (5, Value::Null));
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(!bench.path(".local/share/smelt/profiles.json").exists());
}
