//! Models as a user meets them: files that cannot work are refused in one line, and the real engine reads real pages.
#![cfg(feature = "mistralrs")]
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/smelt.rs"]
mod smelt;
#[path = "support/tiny_gguf.rs"]
mod tiny_gguf;

use std::fs;

use smelt::Bench;
use tiny_gguf::{CORPUS, TensorKind, TinyModel};

/// One page, one model file, and what is said about it.
fn refused(bench: &Bench, model: &str, more: &[&str]) -> String {
    let output = bench
        .command(&["page.txt", "--model", model])
        .args(more)
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(5), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains(model), "{stderr}");
    assert!(output.stdout.is_empty());
    stderr
}

#[test]
fn a_model_file_that_cannot_work_is_refused_before_any_page_is_touched() {
    let bench = Bench::new();
    bench.page("page.txt", "Title: Baker");
    let write = |model: TinyModel, name: &str| model.write(CORPUS, &bench.path(name)).unwrap();
    bench.page("html.gguf", "<html>");
    assert!(refused(&bench, "html.gguf", &[]).contains("GGUF"));
    assert!(refused(&bench, "missing.gguf", &[]).contains("missing.gguf"));
    write(TinyModel::default(), "good.gguf");
    let whole = fs::read(bench.path("good.gguf")).unwrap();
    fs::write(bench.path("cut.gguf"), &whole[..whole.len() / 2]).unwrap();
    assert!(refused(&bench, "cut.gguf", &[]).contains("cut short"));
    let other = TinyModel {
        architecture: "llama",
        ..TinyModel::default()
    };
    write(other, "llama.gguf");
    assert!(refused(&bench, "llama.gguf", &[]).contains("llama"));
    let long = TinyModel {
        context_length: 8_000_000,
        ..TinyModel::default()
    };
    write(long, "long.gguf");
    let line = refused(&bench, "long.gguf", &["--context", "8000000"]);
    assert!(line.contains("GiB are free"), "{line}");
    assert_eq!(bench.export().len(), 0);
}

/// A card of two quantisations of which only the smaller fits.
fn two_files(bench: &Bench) {
    let large = TinyModel {
        context_length: 8_000_000,
        layers: 3,
        kind: TensorKind::F32,
        ..TinyModel::default()
    };
    let small = TinyModel {
        kind: TensorKind::Q8_0,
        ..TinyModel::default()
    };
    bench.page(".config/smelt/models/two.toml", &card());
    for (model, name) in [(large, "two-F32.gguf"), (small, "two-Q8_0.gguf")] {
        let path = bench.path(&format!(".config/smelt/models/{name}"));
        model.write(CORPUS, &path).unwrap();
    }
}

fn card() -> String {
    let built_in = include_str!("../models/smelt-demo.toml");
    let head = built_in.split("[[files]]").next().unwrap();
    let files = ["F32", "Q8_0"]
        .map(|quant| format!("[[files]]\nname = \"two-{quant}.gguf\"\nquant = \"{quant}\"\n"));
    let head = head.replace("id = \"smelt-demo\"", "id = \"two\"");
    head + &files.concat()
}

#[test]
fn where_a_card_s_first_file_does_not_fit_a_smaller_one_reads() {
    let bench = Bench::new();
    two_files(&bench);
    bench.page("page.txt", "Title: Baker");
    let with = |model: &str| {
        let arguments = ["page.txt", "--model", model, "--context", "8000000"];
        bench.command(&arguments).output().unwrap()
    };
    let output = with("two");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("GiB are free") && stderr.contains("Q8_0 reads"),
        "{stderr}"
    );
    assert_ne!(output.status.code(), Some(5), "{stderr}");
    // What was named is meant, and so is a number of questions: it was found out with the first file.
    let arguments = ["page.txt", "--model", "two", "--context", "8000000"];
    let output = bench.command(&arguments).args(["--cohort", "2"]).output();
    assert_eq!(output.unwrap().status.code(), Some(5));
    let output = with("two:F32");
    assert_eq!(output.status.code(), Some(5));
}

mod real {
    use std::collections::BTreeMap;
    use std::ffi::OsString;
    use std::path::{Path, PathBuf};
    use std::process::Stdio;

    use serde_json::Value;
    use smelt::engine::supervisor::{Load, Supervised, Watchdog, WorkerSpec};
    use smelt::engine::{Engine, Finish, Request};
    use smelt::extract::wire::{Ask, Shape, grammar};
    use smelt::extract::{chunk, prompt};
    use smelt::page::{Format, Limits, Page, read};

    use super::{Bench, CORPUS, TinyModel, fs};

    /// Blocks per question: a few tokens of context more than the answer's room.
    const TOKENS: usize = 600;
    /// Longer than any legal answer of a byte-level tokenizer would be worth waiting for.
    const MOST: usize = 1536;

    fn engine(model: &Path, cohort: usize) -> Supervised {
        let args = ["engine-worker", "--model"];
        let mut args: Vec<OsString> = args.into_iter().map(OsString::from).collect();
        args.push(model.into());
        let program = PathBuf::from(env!("CARGO_BIN_EXE_smelt"));
        Supervised::new(
            WorkerSpec {
                program,
                args,
                env: Vec::new(),
                load: Load {
                    context: 4096,
                    cohort,
                },
            },
            Watchdog::default(),
        )
    }

    fn pages() -> Vec<(String, Page)> {
        let mut paths: Vec<PathBuf> = fs::read_dir("tests/fixtures/pages")
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        let page = |path: PathBuf| {
            let bytes = fs::read(&path).unwrap();
            let page = read(&bytes, Format::Html, &Limits::default()).unwrap();
            (path.display().to_string(), page)
        };
        paths.into_iter().map(page).collect()
    }

    /// Every id of an answer, wherever it stands: a line of a fact, of an enumeration, or of a list of lines.
    fn check(answer: &Value, first: u32, last: u32) {
        let answer: BTreeMap<String, Value> = serde_json::from_value(answer.clone()).unwrap();
        assert_eq!(answer.len(), Ask::ALL.len());
        let line = |id: &Value| {
            let id = u32::try_from(id.as_u64().unwrap()).unwrap();
            assert!((first..=last).contains(&id), "{id} of {first}..={last}");
        };
        for ask in Ask::ALL {
            let value = &answer[ask.key()];
            match (ask.shape(), value) {
                (Shape::Quote(_), Value::Null) => {}
                (Shape::Enum(_), Value::String(word)) => assert_eq!(word, "not_stated"),
                (Shape::Quote(most), Value::Array(pair)) => {
                    line(&pair[0]);
                    let length = pair[1].as_str().unwrap().chars().count();
                    assert!((1..=most).contains(&length));
                }
                (Shape::Enum(members), Value::Array(pair)) => {
                    line(&pair[0]);
                    assert!(members.contains(&pair[1].as_str().unwrap()));
                }
                (Shape::Words(most), Value::Array(words)) => assert!(words.len() <= most),
                (Shape::Lines(most), Value::Array(lines)) => {
                    assert!(lines.len() <= most);
                    for one in lines {
                        one.as_array()
                            .map_or_else(|| line(one), |pair| pair.iter().for_each(line));
                    }
                }
                (shape, value) => unreachable!("{ask:?}: {value} is no {shape:?}"),
            }
        }
    }

    #[test]
    fn random_weights_answer_every_page_validly_and_point_only_at_its_blocks() {
        let directory = tempfile::tempdir().unwrap();
        let model = directory.path().join("tiny.gguf");
        TinyModel::default().write(CORPUS, &model).unwrap();
        let engine = engine(&model, 1);
        for (name, page) in pages() {
            let lines: Vec<String> = page
                .blocks
                .iter()
                .map(|block| prompt::line(&page, block))
                .collect();
            let tokens = engine.count_tokens(&lines).unwrap();
            let range = chunk::plan(&tokens, TOKENS).remove(0);
            let blocks = &page.blocks[range];
            let (first, last) = (blocks[0].id, blocks.last().unwrap().id);
            let request = Request {
                system: prompt::SYSTEM.to_owned(),
                user: prompt::user(&page, blocks, ""),
                grammar: grammar(&Ask::ALL, first, last),
                max_tokens: MOST,
                thinking: false,
                replay: None,
            };
            let completion = engine.generate(&request, &mut |_| {}).unwrap();
            assert_eq!(
                completion.finish,
                Finish::Stop,
                "{name}: {}",
                completion.text
            );
            check(
                &serde_json::from_str(&completion.text).unwrap(),
                first,
                last,
            );
            assert!(completion.usage.prompt_tokens > 300);
        }
    }

    #[test]
    fn the_whole_way_with_a_random_model_is_valid_evidenced_and_asked_once() {
        let bench = Bench::new();
        TinyModel::default()
            .write(CORPUS, &bench.path("tiny.gguf"))
            .unwrap();
        bench.page("page.txt", "Title: Baker\nCompany: Mill & Sons\nLocation: Graz\nWe bake bread from four in the morning.");
        let arguments = ["page.txt", "--model", "tiny.gguf", "--with-text"];
        let output = bench.command(&arguments).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        let record: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(record["model"]["engine"], ::smelt::engine::MISTRALRS);
        assert!(record["usage"]["completion_tokens"].as_u64().unwrap() > 0);
        let text = record["text"].as_str().unwrap();
        for spans in record["evidence"].as_object().unwrap().values() {
            for span in spans.as_array().unwrap() {
                let at = |key: &str| usize::try_from(span[key].as_u64().unwrap()).unwrap();
                assert!(
                    text.get(at("start")..at("end"))
                        .is_some_and(|slice| !slice.is_empty())
                );
            }
        }
        let again = bench.command(&arguments).output().unwrap();
        assert!(String::from_utf8_lossy(&again.stderr).contains("1 from the store, 0 model calls"));
        assert_eq!(again.stdout, output.stdout);
    }

    #[test]
    fn without_a_configured_model_the_bundled_one_reads_and_is_kept_beside_the_store() {
        let bench = Bench::new();
        bench.page(
            "page.txt",
            "Night Baker\nMill & Sons\nGraz, Austria\nFull-time\n\nWe bake bread. You bring 3 years of experience.\n\
             The pay is $20.50 per hour.",
        );
        let output = bench
            .command(&["page.txt"])
            .env("XDG_DATA_HOME", bench.path("data"))
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        assert!(stderr.contains("the small bundled one reads"), "{stderr}");
        let record: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(record["model"]["id"], "smelt demo");
        assert_eq!(record["posting"]["title"], "Night Baker");
        assert_eq!(record["posting"]["company"], "Mill & Sons");
        assert_eq!(record["posting"]["location"], "Graz, Austria");
        let kept = fs::read_dir(bench.path("data/smelt/models")).unwrap();
        assert_eq!(kept.count(), 1);
    }

    #[test]
    fn the_worker_does_not_outlive_a_killed_smelt() {
        let bench = Bench::new();
        TinyModel::default()
            .write(CORPUS, &bench.path("tiny.gguf"))
            .unwrap();
        bench.page("page.txt", "Title: Baker");
        let mut child = bench
            .command(&["page.txt", "--model", "tiny.gguf"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Threads start processes; the kernel lists each under the thread that did.
        let worker = loop {
            let tasks = fs::read_dir(format!("/proc/{}/task", child.id())).unwrap();
            let children: String = tasks
                .filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok())
                .collect();
            if let Some(worker) = children.split_whitespace().next() {
                break worker.to_owned();
            }
            std::thread::yield_now();
        };
        child.kill().unwrap();
        child.wait().unwrap();
        let gone = || {
            let stat = fs::read_to_string(format!("/proc/{worker}/stat")).unwrap_or_default();
            // Whoever inherits the orphan may not have collected it yet.
            stat.is_empty() || stat.contains(") Z ")
        };
        while !gone() {
            std::thread::yield_now();
        }
    }
}
