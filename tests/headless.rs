//! Batch mode as a user meets it: the real program, real files, a scripted engine in a real worker process.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/smelt.rs"]
mod smelt;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};
use smelt::{Bench, answer};

#[test]
fn a_page_becomes_a_record_with_evidence_and_a_second_run_asks_nothing() {
    let bench = Bench::new();
    bench.page(
        "nurse.html",
        "<h1>Night Nurse</h1><p>Company: Mercy Hospital</p><p>Salary: $30 - $35 per hour</p>",
    );
    bench.script(&json!({"rules": [{"contains": "", "reply": answer(&json!({
        "title": [1, "Night Nurse"], "company": [2, "Mercy Hospital"], "salary": [3, "$30 - $35 per hour"],
    }))}]}));
    let (first, status) = bench.run(&["nurse.html", "--with-text"]);
    assert_eq!(status, 0);
    let record = &first[0];
    assert_eq!(record["posting"]["title"], "Night Nurse");
    assert_eq!(
        record["posting"]["salary"],
        json!({"min": 30, "max": 35, "currency": null, "period": "hourly"})
    );
    assert_eq!(record["provenance"]["title"], "rule");
    assert_eq!(record["confidence"]["title"], 0.8);
    let text = record["text"].as_str().unwrap();
    let span = &record["evidence"]["company"][0];
    let at = |key: &str| usize::try_from(span[key].as_u64().unwrap()).unwrap();
    let bytes = at("start")..at("end");
    assert_eq!(&text[bytes], "Mercy Hospital");
    assert!(
        bench
            .stderr(&["nurse.html"])
            .contains("1 from the store, 0 model calls")
    );
    let (again, _) = bench.run(&["nurse.html", "--with-text"]);
    assert_eq!(first, again);
}

#[test]
fn what_the_page_does_not_say_is_dropped_and_asked_again_once() {
    let bench = Bench::new();
    bench.page("page.html", "<p>We look for a baker in Graz.</p>");
    bench.script(&json!({"rules": [
        {"contains": "", "asked": "An earlier answer", "reply": {"company": null}},
        {"contains": "", "reply": answer(&json!({"location": [1, "Graz"], "company": [1, "Invented Inc"]}))},
    ]}));
    let (records, _) = bench.run(&["page.html"]);
    assert_eq!(records[0]["posting"]["company"], Value::Null);
    assert_eq!(records[0]["posting"]["location"], "Graz");
    assert!(
        bench
            .stderr(&["page.html", "--fresh"])
            .contains("2 model calls")
    );
}

#[test]
fn bad_inputs_fail_by_name_and_the_rest_goes_on() {
    let bench = Bench::new();
    bench.page("good.txt", "Title: Baker\nLocation: Graz");
    bench.page("empty.html", "");
    fs::write(bench.path("binary.html"), b"\x7fELF\x02\x01\x01\0\0\0").unwrap();
    fs::write(bench.path("huge.html"), "<p>x</p>".repeat(7 << 20)).unwrap();
    fs::write(
        bench.path("deep.html"),
        format!("{}<p>Title: Welder</p>", "<div>".repeat(100_000)),
    )
    .unwrap();
    fs::write(
        bench.path("lines.jsonl"),
        "{\"id\": \"a\", \"text\": \"Title: Cook\"}\n{broken\n",
    )
    .unwrap();
    fs::write(
        bench.path("cut.jsonl.gz"),
        [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b],
    )
    .unwrap();
    fs::create_dir(bench.path("nothing")).unwrap();
    let utf16: Vec<u8> = "\u{feff}Title: Smith"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(bench.path("utf16.txt"), utf16).unwrap();
    fs::write(
        bench.path("latin1.txt"),
        b"Title: B\xe4cker\nLocation: K\xf6ln\n",
    )
    .unwrap();
    let inputs = [
        "good.txt",
        "empty.html",
        "binary.html",
        "huge.html",
        "deep.html",
        "lines.jsonl",
        "cut.jsonl.gz",
        "nothing",
        "utf16.txt",
        "latin1.txt",
        "missing.html",
    ];
    let output = bench
        .command(&inputs)
        .args(["--engine", "none", "--ordered"])
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    for line in [
        "empty.html: the input is empty",
        "binary.html: the input is binary (ELF)",
        "huge.html: the input has",
        "lines.jsonl: line 2: not a JSON object",
        "cut.jsonl.gz: ",
        "nothing: the directory holds no page",
        "missing.html: no such file",
    ] {
        assert!(stderr.contains(line), "{line} is missing in {stderr}");
    }
    let records = smelt::records(&output.stdout);
    let titles: Vec<_> = records
        .iter()
        .filter(|one| one["error"].is_null())
        .map(|one| &one["posting"]["title"])
        .collect();
    assert_eq!(titles, ["Baker", "Welder", "Cook", "Smith", "Bäcker"]);
    assert_eq!(records.len(), 12);
}

#[test]
fn a_panic_or_a_dead_worker_costs_one_attempt_and_three_fail_the_page() {
    for failure in ["panic", "exit"] {
        let bench = Bench::new();
        bench.page("page.html", "<h1>Smith</h1>");
        bench.page("other.html", "<h1>Baker</h1>");
        bench.script(&json!({"rules": [
            {"contains": "Smith", "fail": failure, "times": 1},
            {"contains": "", "reply": answer(&json!({}))},
        ]}));
        let (records, status) = bench.run(&["page.html", "other.html"]);
        assert_eq!((records.len(), status), (2, 0), "{failure}");
        bench.script(&json!({"rules": [{"contains": "Smith", "fail": failure}, {"contains": "", "reply": answer(&json!({}))}]}));
        let (records, status) = bench.run(&["page.html", "other.html", "--fresh"]);
        assert_eq!(status, 3);
        let failed: Vec<_> = records
            .iter()
            .filter(|one| one["status"] == "failed")
            .collect();
        assert_eq!(failed.len(), 1);
        assert_eq!(failed[0]["error"]["kind"], "engine");
    }
}

#[test]
fn a_page_that_always_breaks_the_engine_fails_alone() {
    let bench = Bench::new();
    let reply = answer(&json!({"title": [1, "Baker"]}));
    // Slow enough that all are with the worker when it breaks.
    bench.script(&json!({"cohort": 8, "rules": [
        {"contains": "Poison", "fail": "exit", "delay_ms": 400},
        {"contains": "", "reply": reply, "delay_ms": 40},
    ]}));
    bench.page("8.txt", "Baker\nPoison");
    for page in 1..8 {
        bench.page(&format!("{page}.txt"), &format!("Baker\nNumber {page}"));
    }
    let (records, status) = bench.run(&["*.txt", "--jobs", "8"]);
    assert_eq!((records.len(), status), (8, 3));
    for record in records {
        let is_poison = record["source"]["path"] == "8.txt";
        let status = if is_poison { "failed" } else { "done" };
        assert_eq!(record["status"], status, "{record}");
    }
}

#[test]
fn a_stalled_worker_is_killed_by_the_watchdog() {
    let bench = Bench::new();
    bench.page("page.html", "<h1>Smith</h1>");
    bench.script(&json!({"rules": [{"contains": "", "fail": "stall", "times": 1}, {"contains": "", "reply": answer(&json!({}))}]}));
    let (records, status) = bench.run(&["page.html", "--watchdog", "1"]);
    assert_eq!((records.len(), status), (1, 0));
}

#[test]
fn a_cut_off_answer_keeps_what_it_had() {
    let bench = Bench::new();
    bench.page("page.html", "<p>Baker wanted in Graz</p>");
    bench.script(&json!({"rules": [
        {"contains": "", "asked": "An earlier answer", "reply": {}},
        {"contains": "", "fail": "length", "reply": answer(&json!({"title": [1, "Baker"], "location": [1, "Graz"]}))},
    ]}));
    let (records, _) = bench.run(&["page.html"]);
    assert_eq!(records[0]["posting"]["title"], "Baker");
    assert!(
        records[0]["flags"]
            .as_array()
            .unwrap()
            .contains(&json!("answer_cut"))
    );
}

#[test]
fn killed_in_mid_run_and_started_again_every_page_has_one_record() {
    let bench = Bench::new();
    for number in 0..30 {
        bench.page(
            &format!("pages/{number:02}.html"),
            &format!("<h1>Job {number}</h1>"),
        );
    }
    bench.script(&json!({"rules": [{"contains": "", "delay_ms": 2, "reply": answer(&json!({}))}]}));
    let mut child = bench
        .command(&["pages"])
        .args(bench.engine())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..5 {
        lines.next().unwrap().unwrap();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (records, status) = bench.run(&["pages"]);
    assert_eq!(status, 0);
    let ids: BTreeSet<_> = records
        .iter()
        .map(|record| record["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!((records.len(), ids.len()), (30, 30));
    assert_eq!(bench.export().len(), 30);
}

#[test]
fn added_work_is_done_by_a_run_without_inputs_and_standard_input_is_a_page() {
    let bench = Bench::new();
    bench.page("page.txt", "Title: Baker");
    let mut add = bench.program();
    assert_eq!(
        add.args(["add", "page.txt"])
            .output()
            .unwrap()
            .status
            .code(),
        Some(0)
    );
    assert_eq!(bench.export().len(), 0);
    let (records, status) = bench.run(&[]);
    assert_eq!((records.len(), status), (1, 0));
    assert_eq!(bench.run(&[]).1, 4);
    let mut child = bench
        .command(&["-"])
        .args(["--engine", "none"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"<h1>Welder</h1>")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        smelt::records(&output.stdout)[0]["posting"]["title"],
        "Welder"
    );
    assert_eq!(bench.export().len(), 2);
}

#[test]
fn a_closed_stdout_is_a_quiet_stop_and_wrong_words_are_usage() {
    let bench = Bench::new();
    for number in 0..50 {
        bench.page(
            &format!("pages/{number:02}.txt"),
            &format!("Title: Job {number}"),
        );
    }
    let mut child = bench
        .command(&["pages"])
        .args(["--engine", "none"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stderr, "");
    assert_eq!(
        bench
            .program()
            .arg("--no-such-flag")
            .output()
            .unwrap()
            .status
            .code(),
        Some(2)
    );
    fs::write(bench.path("page.txt"), "Title: x").unwrap();
    fs::write(bench.path("no.gguf"), "<html>").unwrap();
    let output = bench
        .command(&["page.txt"])
        .args(["--model", "no.gguf"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(5));
    assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1);
}
