//! Real sessions in which others have a say: another process at the same store, an emergency of the card, the mouse.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/pty.rs"]
mod pty;
#[path = "support/smelt.rs"]
mod smelt_program;

use std::time::{Duration, Instant};

use pty::Pty;
use serde_json::json;
use smelt::store::{Counts, States, Store};
use smelt_program::{Bench, answer};

/// Pages whose answers take so many milliseconds a piece.
fn pages(count: usize, delay_ms: u64) -> Bench {
    let bench = Bench::new();
    for number in 0..count {
        let text = format!("<h1>Job {number}</h1><p>Words of it.</p>");
        bench.page(&format!("pages/{number:03}.html"), &text);
    }
    let reply = answer(&json!({"company": [1, "Job"]}));
    bench.script(&json!({"rules": [{"contains": "", "delay_ms": delay_ms, "reply": reply}]}));
    bench
}

fn open(bench: &Bench, more: &[&str]) -> Pty {
    let engine = bench.engine();
    let mut arguments = vec![engine[0].as_str(), engine[1].as_str()];
    arguments.extend(more);
    let home = bench.path("smelt.db").parent().unwrap().to_owned();
    Pty::console(&arguments, &home, 30, 110)
}

fn counts(bench: &Bench) -> Counts {
    let store = Store::open(&bench.path("smelt.db")).unwrap();
    store.counts().unwrap()
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_mins(1), "no {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// In a process of its own.
fn add(bench: &Bench) {
    let added = bench.program().args(["add", "pages"]).output().unwrap();
    assert!(added.status.success(), "{added:?}");
}

fn leave(mut pty: Pty) {
    pty.send("q");
    assert!(pty.wait().0.success());
}

#[test]
fn what_another_process_adds_is_seen_and_read() {
    let bench = pages(2, 1);
    let mut pty = open(&bench, &["--gpu-source", "simulated"]);
    pty.wait_for("The queue is empty.");
    pty.send("w");
    pty.wait_for("nothing is left to review");
    add(&bench);
    pty.wait_until("two jobs that were read", |screen| {
        let text = screen.contents();
        text.contains("Queue 2/2") || text.contains("Queue 1/2")
    });
    wait_until("records", || counts(&bench).of(States::RECORDED) == 2);
    pty.wait_for("0 waiting");
    leave(pty);
}

#[test]
fn an_emergency_gives_back_what_runs_and_work_goes_on_when_it_is_over() {
    let bench = pages(2, 30);
    let mut pty = open(
        &bench,
        &["--gpu-source", "simulated@50", "--jobs", "1", "pages"],
    );
    pty.wait_for("question 1");
    pty.send("C");
    pty.wait_for("there is no emergency to go on from");
    pty.send("!");
    pty.wait_for("emergency stop: C goes on");
    wait_until("job that was given back", || {
        let counts = counts(&bench);
        (counts.running, counts.waiting + counts.retrying) == (0, 2)
    });
    // It does not count against the page, and nothing is begun by itself.
    assert_eq!(counts(&bench).waiting, 2);
    pty.send("C");
    pty.wait_for("goes on when the GPU was below 75 °C for a minute");
    wait_until("records", || counts(&bench).of(States::RECORDED) == 2);
    pty.wait_until("no more of the emergency", |screen| {
        !screen.contents().contains("emergency stop")
    });
    leave(pty);
}

#[test]
fn a_simulated_card_is_busy_only_while_pages_are_read() {
    let bench = pages(1, 150);
    let mut pty = open(&bench, &["--gpu-source", "simulated"]);
    pty.wait_for("load        0 %");
    pty.send("A");
    pty.wait_for("Add to the queue");
    pty.send("pages\r");
    pty.wait_for("load       97 %");
    wait_until("record", || counts(&bench).of(States::RECORDED) == 1);
    pty.wait_for("load        0 %");
    leave(pty);
}

#[test]
fn a_posting_that_is_called_off_says_whether_it_has_a_record() {
    let bench = pages(1, 1);
    let engine = bench.engine();
    let mut read = bench.program();
    read.arg("--headless").args(&engine).arg("pages");
    assert!(read.output().unwrap().status.success());
    let mut pty = open(&bench, &["--gpu-source", "simulated"]);
    pty.wait_for("Queue 1/1");
    pty.send("s");
    pty.wait_for("work paused");
    // It asks for no model, so what a model read is to be read again.
    add(&bench);
    pty.wait_for("1 waiting");
    pty.send("x");
    pty.wait_for("cancelled; it keeps the record it had");
    assert_eq!(counts(&bench).of(States::RECORDED), 1);
    leave(pty);
}

#[test]
fn the_mouse_is_caught_only_when_it_is_wanted() {
    let bench = pages(3, 1);
    let catches = |pty: &Pty| {
        let bytes = pty.bytes();
        bytes.windows(8).any(|window| window == b"\x1b[?1000h")
    };
    let mut pty = open(&bench, &["--gpu-source", "simulated", "pages"]);
    pty.wait_for("3 done");
    assert!(!catches(&pty));
    pty.send("m");
    pty.wait_for("the mouse selects and scrolls");
    assert!(catches(&pty));
    // A click on the second row of the queue, then the wheel down over it.
    pty.send("\u{1b}[<0;5;4M\u{1b}[<0;5;4m");
    pty.wait_for("Queue 2/3");
    pty.send("\u{1b}[<65;5;4M");
    pty.wait_for("Queue 3/3");
    pty.send("m");
    pty.wait_for("the mouse is the terminal's again");
    leave(pty);
    let pty = open(&bench, &["--gpu-source", "simulated", "--mouse"]);
    pty.wait_for("Queue");
    assert!(catches(&pty));
    leave(pty);
}
