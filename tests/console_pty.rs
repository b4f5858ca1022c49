//! Real sessions on a terminal in memory: opened and left, hung up, suspended, resized, not read from, and with an engine
//! that is killed.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/nvml.rs"]
mod nvml;
#[path = "support/power.rs"]
mod power;
#[path = "support/pty.rs"]
mod pty;
#[path = "support/smelt.rs"]
mod smelt_program;

use std::process::Command;
use std::time::{Duration, Instant};

use power::Machine;
use pty::Pty;
use serde_json::json;
use smelt::store::{Counts, Store};
use smelt_program::{Bench, answer};

const ROWS: u16 = 30;
const COLS: u16 = 110;

fn home(bench: &Bench) -> std::path::PathBuf {
    bench.path("smelt.db").parent().unwrap().to_owned()
}

fn open(bench: &Bench, inputs: &[&str]) -> Pty {
    let engine = bench.engine();
    let mut arguments = vec![engine[0].as_str(), engine[1].as_str()];
    arguments.extend(["--gpu-source", "simulated"]);
    arguments.extend(inputs);
    Pty::console(&arguments, &home(bench), ROWS, COLS)
}

fn counts(bench: &Bench) -> Counts {
    Store::open(&bench.path("smelt.db"))
        .unwrap()
        .counts()
        .unwrap()
}

/// Pages whose answers take so many milliseconds a piece.
fn pages(count: usize, delay_ms: u64) -> Bench {
    let bench = Bench::new();
    for number in 0..count {
        bench.page(
            &format!("pages/{number:03}.html"),
            &format!("<h1>Job {number}</h1><p>Words of it.</p>"),
        );
    }
    let reply = answer(&json!({"company": [1, "Job"]}));
    bench.script(&json!({"rules": [{"contains": "", "delay_ms": delay_ms, "reply": reply}]}));
    bench
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_mins(1), "no {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn has(bytes: &[u8], wanted: &str) -> bool {
    bytes
        .windows(wanted.len())
        .any(|window| window == wanted.as_bytes())
}

#[test]
fn it_opens_on_an_empty_store_and_leaves_the_terminal_as_it_was() {
    let bench = Bench::new();
    let mut pty = open(&bench, &[]);
    pty.wait_for("The queue is empty.");
    pty.wait_for("no model: data and rules only");
    pty.send("q");
    let (status, _) = pty.wait();
    pty.wait_for_last_byte();
    assert!(status.success(), "{status}");
    let bytes = pty.bytes();
    for mode in ["1049", "2004", "1004"] {
        assert!(has(&bytes, &format!("\x1b[?{mode}h")), "{mode}");
        assert!(has(&bytes, &format!("\x1b[?{mode}l")), "{mode}");
    }
    assert!(has(&bytes, "\x1b[22;0t") && has(&bytes, "\x1b[23;0t"));
    assert!(pty.screen(|screen| !screen.alternate_screen() && !screen.hide_cursor()));
}

#[test]
fn inputs_are_queued_read_and_shown() {
    let bench = pages(3, 0);
    let mut pty = open(&bench, &["pages"]);
    pty.wait_for("3 queued");
    wait_until("finished jobs", || {
        counts(&bench).of(smelt::store::States::RECORDED) == 3
    });
    pty.wait_for("0 waiting");
    pty.send("R");
    pty.wait_for("company");
    pty.send("J");
    pty.wait_for("\"posting\": {");
    pty.send("q");
    assert!(pty.wait().0.success());
}

#[test]
fn the_demonstration_reads_its_own_pages_and_leaves_nothing_behind() {
    let bench = Bench::new();
    let mut pty = Pty::console(&["--demo", "--engine", "none"], &home(&bench), ROWS, COLS);
    pty.wait_for("5 queued");
    pty.wait_for("Contract Specialist");
    pty.wait_for("simulated RTX");
    pty.wait_for("automatic below performance, 140 W");
    pty.send("1");
    pty.wait_for("quiet, 100 W");
    let demo = std::env::temp_dir().join(format!("smelt-demo-{}", pty.child.process_id().unwrap()));
    assert!(demo.exists());
    // While one is still being read, leaving asks first.
    pty.wait_for(" 5 done");
    pty.send("q");
    assert!(pty.wait().0.success());
    assert!(!demo.exists() && !bench.path("smelt.db").exists());
}

#[test]
fn leaving_while_work_runs_asks_and_gives_it_back() {
    let bench = pages(4, 100);
    let mut pty = open(&bench, &["pages"]);
    pty.wait_for("question 1");
    pty.send("q");
    pty.wait_for("finish what runs");
    pty.send("s");
    pty.wait_until("an end of the question", |screen| {
        !screen.contents().contains("finish what runs")
    });
    pty.send("qb");
    assert!(pty.wait().0.success());
    let counts = counts(&bench);
    assert_eq!((counts.running, counts.waiting), (0, 4));
    let mut pty = open(&bench, &[]);
    pty.wait_for("resumed: 4 queued");
    // Before that nothing runs, and leaving asks nothing.
    pty.wait_for("question 1");
    pty.send("q");
    pty.wait_for("finish what runs");
    pty.send("b");
    assert!(pty.wait().0.success());
}

#[test]
fn a_lost_connection_ends_it_quickly_with_everything_saved() {
    let bench = pages(4, 200);
    let mut pty = open(&bench, &["pages"]);
    pty.wait_for("question 1");
    pty.hang_up();
    let (_, took) = pty.wait();
    assert!(took < Duration::from_secs(2), "{took:?}");
    let counts = counts(&bench);
    assert_eq!((counts.running, counts.waiting), (0, 4));
}

#[test]
fn a_lost_connection_is_noticed_without_the_signal_too() {
    let bench = pages(2, 200);
    let engine = bench.engine();
    let script = format!(
        "trap '' HUP; {} {} {} pages",
        env!("CARGO_BIN_EXE_smelt"),
        engine[0],
        engine[1]
    );
    let mut pty = Pty::start("sh", &["-c", &script], &home(&bench), ROWS, COLS);
    pty.wait_for("question 1");
    pty.hang_up();
    let (_, took) = pty.wait();
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert_eq!(counts(&bench).running, 0);
}

#[test]
fn it_is_suspended_and_comes_back() {
    let bench = Bench::new();
    let script = format!(
        "set -m; {} --engine none --gpu-source simulated; echo AWAY; read x; fg; echo BACK",
        env!("CARGO_BIN_EXE_smelt")
    );
    let mut pty = Pty::start("sh", &["-c", &script], &home(&bench), ROWS, COLS);
    pty.wait_for("The queue is empty.");
    let modes = pty.modes();
    pty.send("\u{1a}");
    pty.wait_for("AWAY");
    assert!(pty.screen(|screen| !screen.alternate_screen() && !screen.hide_cursor()));
    assert_ne!(pty.modes(), modes);
    pty.send("\n");
    pty.wait_until("the console again", |screen| {
        screen.alternate_screen() && screen.contents().contains("The queue is empty.")
    });
    assert_eq!(pty.modes(), modes);
    pty.send("q");
    pty.wait_for("BACK");
}

#[test]
fn the_model_is_stopped_while_the_console_is_suspended() {
    let bench = pages(2, 60);
    let script = format!(
        "set -m; {} {} --gpu-source simulated pages; echo AWAY; read x; fg; echo BACK",
        env!("CARGO_BIN_EXE_smelt"),
        bench.engine().join(" ")
    );
    let mut pty = Pty::start("sh", &["-c", &script], &home(&bench), ROWS, COLS);
    pty.wait_for("question 1");
    let console = worker_of(pty.child.process_id().unwrap());
    let worker = worker_of(console.parse().unwrap());
    // The state stands behind the name in brackets; the priority is the 17th after it.
    let stat = |process: &str| {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
        let fields = stat.rsplit(')').next().unwrap().split_whitespace();
        fields.map(str::to_owned).collect::<Vec<_>>()
    };
    let niceness = |process| stat(process)[16].parse::<i32>().unwrap();
    // A worker gives way to the console.
    assert_eq!(niceness(&worker), (niceness(&console) + 5).min(19));
    pty.send("\u{1a}");
    pty.wait_for("AWAY");
    wait_until("stopped worker", || stat(&worker)[0] == "T");
    pty.send("\n");
    wait_until("finished jobs", || {
        counts(&bench).of(smelt::store::States::RECORDED) == 2
    });
    pty.send("q");
    pty.wait_for("BACK");
}

#[test]
fn any_size_is_survived_and_the_last_one_is_drawn() {
    let bench = pages(30, 5);
    let mut pty = open(&bench, &["pages"]);
    pty.wait_for("Queue");
    let mut seed = 7_u32;
    for _ in 0..200 {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let rows = u16::try_from(seed >> 24).unwrap();
        let cols = u16::try_from(seed >> 16 & 255).unwrap();
        pty.resize(rows % 70, cols);
    }
    pty.resize(0, 0);
    pty.resize(5, 20);
    pty.wait_for("needs 40x10");
    pty.resize(24, 80);
    pty.wait_for("Hardware");
    pty.send("\u{c}");
    pty.send("Q");
    pty.wait_until("the whole screen", |screen| {
        let lines: Vec<String> = screen.rows(0, 80).collect();
        lines[0].contains("smelt") && lines[23].contains("help") && lines[1].contains("Queue")
    });
    pty.send("qb");
    pty.wait();
}

#[test]
fn a_terminal_that_takes_nothing_does_not_slow_the_work() {
    let bench = pages(40, 1);
    let mut pty = open(&bench, &["pages"]);
    pty.wait_for("question 1");
    pty.pause(true);
    // Each asks for a whole screen, so that the terminal is soon full.
    for _ in 0..200 {
        pty.send("\u{c}");
    }
    wait_until("finished jobs", || {
        counts(&bench).of(smelt::store::States::RECORDED) == 40
    });
    pty.pause(false);
    pty.wait_for("0 waiting");
    pty.send("q");
    pty.wait();
}

#[test]
fn a_terminal_that_takes_nothing_is_left_on_a_signal() {
    let bench = pages(40, 100);
    let mut pty = open(&bench, &["pages"]);
    pty.wait_for("question 1");
    pty.pause(true);
    for _ in 0..200 {
        pty.send("\u{c}");
    }
    let pid = pty.child.process_id().unwrap().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    let (_, took) = pty.wait();
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert_eq!(counts(&bench).running, 0);
    pty.pause(false);
}

#[test]
fn a_signal_puts_the_card_back_though_the_terminal_takes_nothing() {
    let machine = Machine::new("rtx4090-desktop");
    let smelt = machine.smelt();
    let variables = smelt.get_envs().filter_map(|(name, value)| {
        let value = value.map(|value| value.to_str().unwrap())?;
        Some(format!("{}={value}", name.to_str().unwrap()))
    });
    let mut arguments: Vec<String> = variables.collect();
    arguments.push(smelt.get_program().to_str().unwrap().to_owned());
    arguments.extend(["--engine", "none", "--power", "300"].map(str::to_owned));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut pty = Pty::start("/usr/bin/env", &arguments, &machine.path("."), ROWS, COLS);
    let limit = |watts: u32| format!("nvmlDeviceSetPowerManagementLimit({watts}000)=0");
    machine.wait_for_write(&limit(300));
    pty.wait_for("The queue is empty.");
    pty.pause(true);
    // A frame each, so that the terminal is full and the thread that draws waits for it.
    for _ in 0..60 {
        pty.send("\u{c}");
        std::thread::sleep(Duration::from_millis(20));
    }
    let pid = pty.child.process_id().unwrap().to_string();
    let told = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert!(told.success());
    let (_, took) = pty.wait();
    assert!(took > Duration::from_secs(1), "it was not stuck: {took:?}");
    assert_eq!(machine.last_write(), limit(450));
    assert!(!machine.ledger().exists());
}

#[test]
fn a_killed_engine_costs_an_attempt_and_the_screen_nothing() {
    let bench = pages(2, 60);
    let mut pty = open(&bench, &["pages"]);
    pty.wait_for("question 1");
    let parent = pty.child.process_id().unwrap();
    let worker = worker_of(parent);
    assert!(
        Command::new("kill")
            .args(["-9", &worker])
            .status()
            .unwrap()
            .success()
    );
    pty.wait_for("goes back into the queue");
    wait_until("finished jobs", || {
        counts(&bench).of(smelt::store::States::RECORDED) == 2
    });
    pty.wait_for("0 waiting");
    assert!(pty.screen(vt100::Screen::alternate_screen));
    pty.send("q");
    assert!(pty.wait().0.success());
}

/// The engine's process: the one whose parent is the console.
fn worker_of(parent: u32) -> String {
    let processes = std::fs::read_dir("/proc").unwrap();
    let mut found = processes.filter_map(|process| {
        let name = process.ok()?.file_name().into_string().ok()?;
        let stat = std::fs::read_to_string(format!("/proc/{name}/stat")).ok()?;
        let (_, after) = stat.rsplit_once(')')?;
        let of = after.split_whitespace().nth(1)?;
        (of == parent.to_string()).then_some(name)
    });
    found.next().unwrap()
}

#[test]
fn a_store_that_cannot_be_opened_is_told_after_the_screen_is_gone() {
    let bench = Bench::new();
    bench.page(
        "smelt.db",
        "this is no database, but it is long enough to be taken for one by nobody",
    );
    let mut pty = open(&bench, &[]);
    let (status, _) = pty.wait();
    pty.wait_for_last_byte();
    assert_eq!(status.exit_code(), 7);
    assert!(
        pty.contents().contains("cannot be read"),
        "{}",
        pty.contents()
    );
}
