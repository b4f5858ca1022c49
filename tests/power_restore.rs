//! What is set goes back, however its process ends: real processes, and the calls the card saw.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

#[path = "support/nvml.rs"]
mod nvml;
#[path = "support/power.rs"]
mod power;

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use power::{Machine, Running, told};
use signal_hook::consts::{SIGHUP, SIGINT, SIGKILL, SIGTERM};
use smelt::cli::CardArgs;
use smelt::power::actuator::Outcome;
use smelt::power::session::Session;
use smelt::power::setup::Setup;

const UNLOCKED: &str = "nvmlDeviceResetGpuLockedClocks()=0";
const LOCKED: &str = "nvmlDeviceSetGpuLockedClocks(210,1650)=0";
/// Set for a child process that holds the card and then does what this says.
const CHILD: &str = "SMELT_TEST_POWER_CHILD";

/// Something that holds the card, once it does.
fn hold(machine: &Machine) -> Running {
    let running = machine.start(&["profile", "quiet", "--hold"], "holding it");
    assert_eq!(machine.last_write(), LOCKED);
    assert!(machine.ledger().exists());
    running
}

#[test]
fn int_term_and_hup_put_it_back_and_are_died_by() {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let machine = Machine::new("rtx4090-laptop");
        let mut running = hold(&machine);
        running.send(signal);
        let (said, status) = running.end();
        assert_eq!(status.signal(), Some(signal), "{said:?}");
        assert!(
            said.last().unwrap().contains("as they were found"),
            "{said:?}"
        );
        assert_eq!(machine.last_write(), UNLOCKED);
        assert!(!machine.ledger().exists());
    }
}

#[test]
fn the_governor_puts_it_back_as_well() {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let machine = Machine::new("rtx4090-desktop");
        let mut running = Running::silent(machine.command(&["auto", "300"]));
        let mut events = BufReader::new(running.child.stdout.take().unwrap());
        events.read_line(&mut String::new()).unwrap();
        // Whoever read its events goes; the card is held all the same.
        drop(events);
        running.send(signal);
        let (said, status) = running.end();
        assert_eq!(status.signal(), Some(signal), "{said:?}");
        assert_eq!(
            machine.last_write(),
            "nvmlDeviceSetPowerManagementLimit(450000)=0"
        );
        assert!(!machine.ledger().exists());
    }
}

#[test]
fn hup_that_was_shut_out_leaves_it_held() {
    let machine = Machine::new("rtx4090-laptop");
    let held = machine.command(&["profile", "quiet", "--hold"]);
    let mut nohup = Command::new("/usr/bin/nohup");
    nohup.arg(held.get_program()).args(held.get_args());
    for (name, value) in held.get_envs() {
        match value {
            Some(value) => nohup.env(name, value),
            None => nohup.env_remove(name),
        };
    }
    nohup.current_dir(machine.path("."));
    let mut running = Running::of(nohup, "holding it");
    running.send(SIGHUP);
    running.send(SIGTERM);
    let (_, status) = running.end();
    assert_eq!(
        status.signal(),
        Some(SIGTERM),
        "it lived through the hang-up"
    );
    assert_eq!(machine.last_write(), UNLOCKED);
}

/// Not a test of its own: holds the card as a part of smelt does, and ends as it is told.
#[test]
fn child() {
    let Ok(end) = std::env::var(CHILD) else {
        return;
    };
    let card = CardArgs {
        gpu: None,
        helper_socket: "nowhere".into(),
    };
    let setup = Setup::of(&card).unwrap();
    let mut session = Session::open(&setup, "a test", "").unwrap();
    assert_eq!(session.paths.hold(100.0), Outcome::Applied(None));
    match end.as_str() {
        "panic" => panic!("while the card is held"),
        "thread" => {
            let panicked = std::thread::spawn(move || {
                session.paths.beat().unwrap();
                panic!("in another thread, while it holds the card");
            });
            assert!(panicked.join().is_err());
        }
        _ => {}
    }
}

#[test]
fn a_panic_and_a_plain_end_put_it_back() {
    for (end, code) in [("panic", 101), ("thread", 0), ("return", 0)] {
        let machine = Machine::new("rtx4090-laptop");
        let smelt = machine.smelt();
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "child"]).env(CHILD, end);
        for (name, value) in smelt.get_envs() {
            if let Some(value) = value {
                child.env(name, value);
            }
        }
        let (_, err, got) = told(&child.output().unwrap());
        assert_eq!(got, code, "{end}: {err}");
        assert!(machine.writes().contains(&LOCKED.to_owned()), "{end}");
        assert_eq!(machine.last_write(), UNLOCKED, "{end}");
        assert!(!machine.ledger().exists(), "{end}");
    }
}

#[test]
fn what_a_killed_process_left_is_put_back_by_the_next_start_of_anything() {
    for next in [&["power", "get"][..], &["power", "set", "120"], &["export"]] {
        let machine = Machine::new("rtx4090-laptop");
        let mut running = hold(&machine);
        running.send(SIGKILL);
        running.end();
        assert_eq!(machine.last_write(), LOCKED, "nobody was there to do it");
        assert!(machine.ledger().exists());
        machine.fake.forget_calls();
        let (_, err, _) = told(&machine.smelt().args(next).output().unwrap());
        assert!(err.contains("ended without putting"), "{next:?}: {err}");
        assert_eq!(machine.writes()[0], UNLOCKED, "{next:?}");
    }
}

#[test]
fn what_was_left_before_a_restart_is_gone_with_it() {
    let machine = Machine::new("rtx4090-laptop");
    let mut running = hold(&machine);
    running.send(SIGKILL);
    running.end();
    let ledger = std::fs::read_to_string(machine.ledger()).unwrap();
    let boot = smelt::process::boot();
    std::fs::write(machine.ledger(), ledger.replace(&boot, "another start")).unwrap();
    machine.fake.forget_calls();
    assert_eq!(machine.get()["requested_w"], serde_json::Value::Null);
    let (_, err, code) = machine.run(&["reset"]);
    assert_eq!((code, err.as_str()), (0, "smelt: nothing is set\n"));
    assert_eq!(machine.writes(), Vec::<String>::new());
    assert!(!machine.ledger().exists());
}

#[test]
fn what_cannot_be_put_back_now_is_put_back_later() {
    let machine = Machine::new("gpu-lost@100..200");
    machine.fake.set("clock", "0");
    let mut running = hold(&machine);
    machine.fake.set("clock", "150");
    running.send(SIGTERM);
    let (said, _) = running.end();
    assert!(
        said.iter().any(|line| line.contains("tries again")),
        "{said:?}"
    );
    assert!(machine.ledger().exists());
    machine.fake.set("clock", "250");
    machine.fake.forget_calls();
    let (_, err, _) = machine.run(&["get"]);
    assert!(err.contains("as before it now"), "{err}");
    assert_eq!(machine.writes(), [UNLOCKED]);
    assert!(!machine.ledger().exists());
}

#[test]
fn a_card_that_was_lost_is_held_again_when_it_is_back() {
    // Lost for a second of the clock on the wall; what it was told is forgotten by then.
    let machine = Machine::new("gpu-lost@30..60");
    machine.fake.run_at("30");
    let mut running = Running::silent(machine.command(&["auto", "quiet"]));
    let mut events = BufReader::new(running.child.stdout.take().unwrap()).lines();
    let mut next = || events.next().unwrap().unwrap();
    assert!(next().contains("\"actuator\":\"locked clocks"));
    machine.fake.forget_calls();
    while !next().contains("\"ok\":true") {}
    let locked = machine
        .writes()
        .into_iter()
        .rfind(|write| write.ends_with("=0"));
    assert!(
        locked
            .unwrap()
            .starts_with("nvmlDeviceSetGpuLockedClocks(210,")
    );
    running.send(SIGTERM);
    running.end();
    assert_eq!(machine.last_write(), UNLOCKED);
    assert!(!machine.ledger().exists());
}

#[test]
fn a_damaged_ledger_is_said_and_stops_nobody() {
    let machine = Machine::new("rtx4090-laptop");
    std::fs::create_dir_all(machine.ledger().parent().unwrap()).unwrap();
    std::fs::write(machine.ledger(), "{\"v\":1,").unwrap();
    let (_, err, code) = machine.run(&["set", "100"]);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("not known any more"), "{err}");
    assert_eq!(machine.run(&["reset"]).2, 0);
}

#[test]
fn the_helper_puts_it_back_when_its_client_is_killed() {
    let machine = Machine::new("rtx4090-laptop");
    let mut helper = machine.helper();
    // The client's own way is barred, as for any user; the helper's driver lets it.
    let client = Machine::new("no-root");
    let mut command = client.command(&["profile", "quiet", "--hold"]);
    command.env("SMELT_POWER_SOCKET", machine.socket());
    let mut running = Running::of(command, "holding it");
    assert_eq!(machine.last_write(), LOCKED);
    running.send(SIGKILL);
    running.end();
    let line = helper.wait_for("\"op\":\"restore\"");
    assert!(line.contains("\"ok\":true"), "{line}");
    assert_eq!(machine.last_write(), UNLOCKED);
    assert!(!client.ledger().exists(), "the ledger is the helper's");
    assert!(!machine.socket().with_extension("json").exists());
}

#[test]
fn a_helper_that_was_killed_itself_puts_it_back_when_it_starts_again() {
    let machine = Machine::new("rtx4090-laptop");
    let mut helper = machine.helper();
    let mut client = power::Client::new(&machine);
    let reply = client.ask("set_clocks", &serde_json::json!({"mhz": 1650}));
    assert_eq!(reply["ok"], true, "{reply}");
    helper.send(SIGKILL);
    helper.end();
    assert_eq!(machine.last_write(), LOCKED);
    let mut again = machine.helper();
    assert_eq!(machine.last_write(), UNLOCKED);
    again.send(SIGTERM);
    assert_eq!(again.end().1.signal(), Some(SIGTERM));
    assert!(!machine.socket().exists());
}
