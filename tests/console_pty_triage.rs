//! A real session of triage on a terminal in memory, and what the store holds afterwards.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

#[path = "support/pty.rs"]
mod pty;
#[path = "support/smelt.rs"]
mod smelt_program;

use std::time::{Duration, Instant};

use pty::Pty;
use serde_json::json;
use smelt::store::{States, Store};
use smelt_program::{Bench, answer, records};

const CLEAR: &str = "\u{15}";
const ACCEPT: &str = "\u{4}";

fn bench() -> Bench {
    let bench = Bench::new();
    for name in [
        "pages/1.html",
        "pages/2.html",
        "pages/3.html",
        "more/late.html",
    ] {
        bench.page(name, &format!("<h1>Job {name}</h1><p>Words of it.</p>"));
    }
    let reply = answer(&json!({"company": [1, "Job"]}));
    bench.script(&json!({"rules": [{"contains": "", "reply": reply}]}));
    bench
}

fn open(bench: &Bench, more: &[&str]) -> Pty {
    let engine = bench.engine();
    let mut arguments = vec![engine[0].as_str(), engine[1].as_str(), "--by", "ada"];
    arguments.extend(["--gpu-source", "simulated"]);
    arguments.extend(more);
    let home = bench.path("smelt.db").parent().unwrap().to_owned();
    Pty::console(&arguments, &home, 30, 110)
}

fn wait_for_records(bench: &Bench, count: u64) {
    let began = Instant::now();
    let store = Store::open(&bench.path("smelt.db")).unwrap();
    while store.counts().unwrap().of(States::RECORDED) < count {
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "no {count} records"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn approve_all(pty: &mut Pty) {
    pty.send("O");
    pty.wait_for("from how many percent on?");
    pty.send(CLEAR);
    pty.send("1\r");
    pty.wait_for("Approves 3 records unseen");
    pty.send("y");
    pty.wait_for("approved 3 at once");
}

#[test]
fn records_are_judged_and_postings_added_and_the_store_says_so_afterwards() {
    let bench = bench();
    let mut pty = open(&bench, &["pages"]);
    pty.wait_for("3 queued");
    wait_for_records(&bench, 3);
    pty.wait_for("0 waiting");
    pty.send("w");
    pty.wait_for("this one: ");
    pty.wait_for("o approve");

    pty.send("/deadline\r");
    pty.send("e");
    pty.wait_for("accept");
    pty.send("soon");
    pty.wait_for("no day is named");
    pty.send("\r");
    pty.send(CLEAR);
    pty.send("2030-01-31");
    pty.wait_for("= \"2030-01-31\"");
    pty.send("\r");
    pty.wait_for("deadline = 2030-01-31");
    pty.wait_for("by hand: deadline");
    pty.send("o");
    pty.wait_for("approved 1 of 3, next: ");
    pty.send("u");
    pty.wait_for("undone: the approval of ");
    approve_all(&mut pty);
    pty.send("u");
    pty.wait_for("undone: 3 decisions");
    approve_all(&mut pty);

    pty.send("A");
    pty.wait_for("Add to the queue");
    pty.send("nosuch.html\r");
    pty.wait_for("nosuch.html: no such file");
    pty.send("A");
    pty.wait_for("Add to the queue");
    pty.send("more/*.html\r");
    pty.wait_for("1 queued");
    wait_for_records(&bench, 4);
    pty.send("c");
    pty.wait_for("A posting");
    pty.send("\u{1b}[200~Night Nurse\r\nCompany: Example Hospital\u{1b}[201~");
    pty.wait_for("5 words");
    pty.send(ACCEPT);
    pty.wait_until("a box that is closed", |screen| {
        !screen.contents().contains("5 words")
    });
    wait_for_records(&bench, 5);

    pty.send("Q/late");
    pty.wait_for("Queue 1/1  /late");
    pty.send("\r");
    pty.send("\u{1b}");
    pty.wait_until("all rows again", |screen| {
        let seen = screen.contents();
        seen.contains("Queue 5/6") && !seen.contains("  /late")
    });
    pty.send("fo");
    pty.wait_for("/3  approved");
    pty.send("q");
    assert!(pty.wait().0.success());

    let listed = |state: &str| {
        let arguments = ["review", "list", "--state", state];
        let output = bench.program().args(arguments).output().unwrap();
        records(&output.stdout).len()
    };
    assert_eq!(
        (listed("approved"), listed("failed"), listed("all")),
        (3, 1, 6)
    );
    let exported = bench.export();
    let edited: Vec<_> = exported
        .iter()
        .filter(|record| record["posting"]["deadline"] == "2030-01-31")
        .collect();
    let [edited] = edited.as_slice() else {
        panic!("{exported:?}");
    };
    assert_eq!(edited["provenance"]["deadline"], "human");
    assert_eq!(edited["review"]["decision"], "approved");
    assert_eq!(edited["review"]["by"], "ada");
    let typed = exported.iter().filter(|record| {
        let path = record["source"]["path"].as_str();
        path.is_some_and(|path| path.starts_with("typed "))
    });
    assert_eq!(typed.count(), 1);
}

#[test]
fn undo_reaches_behind_a_restart_and_readonly_changes_nothing() {
    let bench = bench();
    bench.run(&["pages"]);
    let mut pty = open(&bench, &[]);
    pty.wait_for("Queue 1/3");
    pty.send("w");
    pty.wait_for("this one: ");
    pty.wait_for("o approve");
    pty.send("d");
    pty.wait_for("Reject: why?");
    // The key that leaves comes while the rejection is still being written.
    pty.send("a test page\r");
    pty.send("q");
    assert!(pty.wait().0.success());
    let rejected = || {
        let store = Store::open(&bench.path("smelt.db")).unwrap();
        store.counts().unwrap().rejected
    };
    assert_eq!(rejected(), 1);
    let mut pty = open(&bench, &["--readonly"]);
    pty.wait_for("Queue 1/3");
    pty.send("Ru");
    pty.wait_for("nothing is changed: smelt was started with --readonly");
    pty.send("q");
    pty.wait();
    assert_eq!(rejected(), 1);
    let mut pty = open(&bench, &[]);
    pty.wait_for("Queue 1/3");
    pty.send("Ru");
    pty.wait_for("undone: the rejection of ");
    pty.send("q");
    pty.wait();
    assert_eq!(rejected(), 0);
}
