//! Signals as a user sends them: the first finishes what runs, the second gives it back, and then smelt dies by it.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/smelt.rs"]
mod smelt;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Lines};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGSTOP, SIGTERM};
use smelt::{Bench, answer};

const PAGES: usize = 12;

/// Pages that take `delay_ms` a token to answer.
fn bench(delay_ms: u64) -> Bench {
    let bench = Bench::new();
    for number in 0..PAGES {
        bench.page(
            &format!("pages/{number:02}.html"),
            &format!("<h1>Job {number}</h1>"),
        );
    }
    bench.script(
        &json!({"rules": [{"contains": "", "delay_ms": delay_ms, "reply": answer(&json!({}))}]}),
    );
    bench
}

fn start(bench: &Bench) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = bench
        .command(&["pages"])
        .args(bench.engine())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

fn send(child: &Child, signal: i32) {
    send_to(child.id(), signal);
}

fn send_to(process: u32, signal: i32) {
    let status = Command::new("kill")
        .args([format!("-{signal}"), process.to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

/// Whichever of its threads started it.
fn only_child(parent: &Child) -> u32 {
    let threads = std::fs::read_dir(format!("/proc/{}/task", parent.id())).unwrap();
    let children = threads.map(|thread| {
        let list = thread.unwrap().path().join("children");
        std::fs::read_to_string(list).unwrap()
    });
    children.collect::<String>().trim().parse().unwrap()
}

/// Two signals at once are one signal to the kernel; so the first must have been heard.
fn wait_until_stopping(child: &mut Child) {
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let heard = stderr
        .lines()
        .any(|line| line.unwrap().contains("stopping"));
    assert!(heard);
}

fn ids(records: &[Value]) -> BTreeSet<&str> {
    records
        .iter()
        .map(|record| record["id"].as_str().unwrap())
        .collect()
}

#[test]
fn one_signal_finishes_what_runs_and_a_second_run_does_the_rest() {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let bench = bench(2);
        let (mut child, mut lines) = start(&bench);
        lines.next().unwrap().unwrap();
        send(&child, signal);
        let handed_out = 1 + lines.count();
        assert_eq!(child.wait().unwrap().signal(), Some(signal));
        assert!(handed_out < PAGES, "{handed_out}");
        // What was running was finished, not lost: everything in the store has been handed out.
        assert_eq!(bench.export().len(), handed_out);
        let (records, status) = bench.run(&["pages"]);
        assert_eq!((ids(&records).len(), status), (PAGES, 0));
    }
}

#[test]
fn a_second_signal_gives_back_what_runs() {
    let bench = bench(2);
    let (mut child, mut lines) = start(&bench);
    lines.next().unwrap().unwrap();
    send(&child, SIGINT);
    wait_until_stopping(&mut child);
    send(&child, SIGINT);
    assert!(lines.by_ref().count() < PAGES);
    assert_eq!(child.wait().unwrap().signal(), Some(SIGINT));
    let (records, status) = bench.run(&["pages"]);
    assert_eq!((ids(&records).len(), status), (PAGES, 0));
    assert_eq!(bench.export().len(), PAGES);
}

#[test]
fn a_stalled_answer_does_not_outlive_a_second_signal() {
    let bench = Bench::new();
    bench.page("fast.html", "<h1>Baker</h1>");
    bench.page("slow.html", "<h1>Smith</h1>");
    bench.script(&json!({"rules": [{"contains": "Smith", "fail": "stall"}, {"contains": "", "reply": answer(&json!({}))}]}));
    let mut child = bench
        .command(&["fast.html", "slow.html", "--jobs", "1"])
        .args(bench.engine())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    send(&child, SIGTERM);
    wait_until_stopping(&mut child);
    send(&child, SIGTERM);
    assert_eq!(child.wait().unwrap().signal(), Some(SIGTERM));
    bench.script(&json!({"rules": [{"contains": "", "reply": answer(&json!({}))}]}));
    let (records, status) = bench.run(&[]);
    assert_eq!((records.len(), status), (1, 0));
}

#[test]
fn a_second_signal_does_not_wait_for_a_model_that_loads() {
    let bench = Bench::new();
    bench.page("page.html", "<h1>Baker</h1>");
    bench.script(&json!({"load_ms": 600_000, "rules": []}));
    let mut child = bench
        .command(&["page.html"])
        .args(bench.engine())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while bench.claimed() == 0 {
        std::thread::yield_now();
    }
    send(&child, SIGTERM);
    wait_until_stopping(&mut child);
    send(&child, SIGTERM);
    assert_eq!(child.wait().unwrap().signal(), Some(SIGTERM));
}

#[test]
fn a_run_that_was_stopped_for_longer_than_the_watchdog_waits_goes_on_where_it_was() {
    let bench = Bench::new();
    bench.page("page.html", "<h1>Baker</h1>");
    bench.script(
        &json!({"rules": [{"contains": "", "delay_ms": 150, "reply": answer(&json!({}))}]}),
    );
    let child = bench
        .command(&["page.html", "--watchdog", "2"])
        .args(bench.engine())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while bench.claimed() == 0 {
        std::thread::yield_now();
    }
    // The question is out by then, and its answer is not; the stop is what is tested, and it takes its time.
    std::thread::sleep(Duration::from_millis(300));
    let worker = only_child(&child);
    send_to(worker, SIGSTOP);
    send(&child, SIGSTOP);
    std::thread::sleep(Duration::from_millis(2500));
    send(&child, SIGCONT);
    // For a moment the worker is silent still.
    std::thread::sleep(Duration::from_millis(200));
    send_to(worker, SIGCONT);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("1 model calls"), "{said}");
    assert!(output.status.success());
}

#[test]
fn a_signal_that_was_shut_out_stays_shut_out() {
    let bench = bench(2);
    let mut program = Command::new("nohup");
    program
        .arg(env!("CARGO_BIN_EXE_smelt"))
        .current_dir(bench.path("."))
        .env("HOME", bench.path("."))
        .env("SMELT_STORE", bench.path("smelt.db"))
        .args(["--headless", "pages"])
        .args(bench.engine())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = program.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    send(&child, SIGHUP);
    assert_eq!(lines.count(), PAGES - 1);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
