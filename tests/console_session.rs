//! One session on a real pseudo-terminal, screen by screen: the demonstration is opened, looked at, held, and left.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/pty.rs"]
mod pty;

use std::fmt::Write;

use pty::Pty;

/// What is pressed, why, and what is then on the screen.
const STEPS: [(&str, &str, &str); 9] = [
    ("", "smelt --demo --engine none", "5 done"),
    ("g", "the first posting", "Queue 1/5"),
    ("R", "its record", "J raw JSON"),
    ("o", "it is right", "approved 1 of"),
    ("u", "or was it?", "undone:"),
    ("1", "the card: the quiet profile", "quiet, 100 W"),
    (
        "4",
        "more than is usual goes back by itself",
        " W go back in",
    ),
    ("?", "the keys", "Keys"),
    ("\u{1b}", "the help is closed", "raw JSON"),
];

#[test]
fn a_session() {
    let home = tempfile::tempdir().unwrap();
    let arguments = ["--demo", "--engine", "none"];
    let mut pty = Pty::console(&arguments, home.path(), 24, 80);
    pty.wait_for("simulated RTX");
    let mut log = String::new();
    for (keys, why, wanted) in STEPS {
        pty.send(keys);
        pty.wait_for(wanted);
        let key = keys.replace('\u{1b}', "esc");
        writeln!(log, "--- {key:<4}{why}").unwrap();
        for line in pty.contents().lines() {
            writeln!(log, "{}", line.trim_end()).unwrap();
        }
    }
    pty.send("q");
    let (status, _) = pty.wait();
    assert!(status.success(), "{status}");
    if let Ok(path) = std::env::var("SMELT_SESSION") {
        std::fs::write(path, log).unwrap();
    }
}
