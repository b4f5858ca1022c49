//! What the console costs on a terminal: bytes and CPU while nothing, something and much happens, and how soon it answers.
//! Prints the rows of the table in docs/MEASURED.md.
#![allow(missing_docs, clippy::unwrap_used, clippy::cast_precision_loss)]

#[path = "../tests/support/pty.rs"]
mod pty;
#[path = "../tests/support/smelt.rs"]
mod smelt_program;

use std::thread;
use std::time::{Duration, Instant};

use pty::Pty;
use serde_json::json;
use smelt_program::{Bench, answer};

/// What is measured lasts so long.
const SPAN: Duration = Duration::from_secs(20);
/// Lines for the user have gone by then, and the first pages are read.
const SETTLED: Duration = Duration::from_secs(12);
const STARTS: usize = 15;
const KEYS: usize = 120;

fn main() {
    // `cargo test --benches` only wants to know whether it starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    println!("| what | bytes/s | CPU |\n|---|---|---|");
    for (what, size, engine, keys) in [
        ("idle, nobody looks, 80x24", (24, 80), None, "\u{1b}[O"),
        ("idle, gauges once a second, 80x24", (24, 80), None, ""),
        ("idle, gauges once a second, 120x40", (40, 120), None, ""),
        (
            "answers of 50 pieces a second, 80x24",
            (24, 80),
            Some(20),
            "",
        ),
        (
            "answers of 50 pieces a second, 120x40",
            (40, 120),
            Some(20),
            "",
        ),
    ] {
        let (bytes, cpu) = steady(size, engine, keys);
        println!("| {what} | {bytes:.0} | {:.2} % |", cpu * 100.0);
    }
    println!("\n| how soon | median | 99 of 100 | most |\n|---|---|---|---|");
    tell("first frame after the start, 120x40", starts());
    tell(
        "key to its effect on the screen, an answer running",
        keys(None),
    );
    // In turns: what else runs on the machine changes by the minute.
    for _ in 0..2 {
        tell("the same, two processes spinning beside it", keys(Some(0)));
        tell("the same, niceness 5 as a worker has", keys(Some(5)));
    }
    if cfg!(feature = "mistralrs") {
        for _ in 0..2 {
            tell("the same, the bundled model reading real pages", read());
        }
    }
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| {
        let place = (times.len() * percent / 100).min(times.len() - 1);
        times[place].as_secs_f64() * 1000.0
    };
    println!(
        "| {what} | {:.1} ms | {:.1} ms | {:.1} ms |",
        at(50),
        at(99),
        at(100)
    );
}

/// A bench whose engine needs so many milliseconds for a piece of a long answer.
fn bench(delay_ms: u64, pages: usize) -> Bench {
    let bench = Bench::new();
    let words = "<p>Words of the page about it.</p>".repeat(12);
    for number in 0..pages {
        bench.page(
            &format!("pages/{number:03}.html"),
            &format!("<h1>Job {number}</h1>{words}"),
        );
    }
    let reply =
        answer(&json!({"title": [1, "Job ".repeat(60)], "company": [2, "Words ".repeat(60)]}));
    bench.script(&json!({"rules": [{"contains": "", "delay_ms": delay_ms, "reply": reply}]}));
    bench
}

/// The console, and beside it two processes of this niceness that never rest.
fn open(bench: &Bench, (rows, cols): (u16, u16), has_engine: bool, beside: Option<u8>) -> Pty {
    let home = bench.path("smelt.db").parent().unwrap().to_owned();
    let engine = bench.engine();
    let mut arguments = vec!["--gpu-source", "simulated"];
    if has_engine {
        arguments.extend([engine[0].as_str(), engine[1].as_str(), "pages"]);
    } else {
        arguments.extend(["--engine", "none"]);
    }
    match beside {
        None => Pty::console(&arguments, &home, rows, cols),
        Some(nice) => {
            // In the console's own session, as the model's threads are: the kernel shares the cores between sessions
            // first. They end with it.
            let nice = nice.to_string();
            let script = r#"
                for _ in 1 2; do nice -n "$0" sh -c 'while kill -0 $PPID; do :; done' >/dev/null 2>&1 & done
                exec "$@""#;
            let mut all = vec!["-c", script, &nice, env!("CARGO_BIN_EXE_smelt")];
            all.extend(arguments);
            Pty::start("sh", &all, &home, rows, cols)
        }
    }
}

/// Bytes a second, and the share of one core.
fn steady(size: (u16, u16), delay_ms: Option<u64>, keys: &str) -> (f64, f64) {
    let bench = bench(delay_ms.unwrap_or(0), 400);
    let mut pty = open(&bench, size, delay_ms.is_some(), None);
    pty.wait_for("Queue");
    pty.send(keys);
    thread::sleep(SETTLED);
    let pid = pty.child.process_id().unwrap();
    let (bytes, used, began) = (pty.bytes().len(), used(pid), Instant::now());
    thread::sleep(SPAN);
    let span = began.elapsed().as_secs_f64();
    let written = pty.bytes().len() - bytes;
    let cpu = self::used(pid).saturating_sub(used);
    (written as f64 / span, cpu.as_secs_f64() / span)
}

/// Time on a core of all threads that live.
fn used(pid: u32) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let times = threads.filter_map(|thread| {
        let path = thread.ok()?.path().join("schedstat");
        let text = std::fs::read_to_string(path).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(times.sum())
}

fn starts() -> Vec<Duration> {
    let bench = bench(20, 1);
    (0..STARTS)
        .map(|_| {
            let began = Instant::now();
            let pty = open(&bench, (40, 120), true, None);
            pty.wait_for("Queue");
            began.elapsed()
        })
        .collect()
}

fn keys(beside: Option<u8>) -> Vec<Duration> {
    let bench = bench(20, 400);
    let mut pty = open(&bench, (40, 120), true, beside);
    pty.wait_for("question 1");
    presses(&mut pty)
}

/// The same with the real engine, whose threads take both cores while it reads and writes.
fn read() -> Vec<Duration> {
    let bench = Bench::new();
    let page = include_str!("../tests/fixtures/pages/18f-recruiter.html");
    for number in 0..400 {
        let own = format!("{page}<p>Advert {number} of this list.</p>");
        bench.page(&format!("pages/{number:03}.html"), &own);
    }
    let home = bench.path("smelt.db").parent().unwrap().to_owned();
    let mut pty = Pty::console(&["--gpu-source", "simulated", "pages"], &home, 40, 120);
    pty.wait_for("question 1");
    presses(&mut pty)
}

/// From a key to the row's number in the title of the queue.
fn presses(pty: &mut Pty) -> Vec<Duration> {
    pty.send("g");
    pty.wait_for("Queue 1/400");
    (0..KEYS)
        .map(|number| {
            let (key, title) = [("j", "Queue 2/400"), ("k", "Queue 1/400")][number % 2];
            // Not in step with its frames.
            thread::sleep(Duration::from_millis(20 + number as u64 % 37));
            let began = Instant::now();
            pty.send(key);
            pty.wait_for(title);
            began.elapsed()
        })
        .collect()
}
