//! `smelt power` as a user meets it: what it says of each card, what it sets, and that bad input changes nothing.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

#[path = "support/nvml.rs"]
mod nvml;
#[path = "support/power.rs"]
mod power;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use power::{Machine, Running, install};
use serde_json::{Value, json};
use signal_hook::consts::SIGINT;

const LOCKED: &str = "nvmlDeviceSetGpuLockedClocks(210,1650)=0";
const UNLOCKED: &str = "nvmlDeviceResetGpuLockedClocks()=0";

#[test]
fn bad_input_is_one_line_an_exit_code_and_no_write() {
    for (profile, arguments, code, words) in [
        ("rtx4090-laptop", &["set", "0"][..], 2, "no number of watts"),
        ("rtx4090-laptop", &["set", "nan"], 2, "no number of watts"),
        ("rtx4090-laptop", &["set", "500"], 2, "75 to 175 W"),
        ("rtx4090-laptop", &["set", "5"], 2, "75 to 175 W"),
        ("rtx4090-laptop", &["set", "160"], 2, "say --yes"),
        (
            "rtx4090-laptop",
            &["profile", "ballanced"],
            2,
            "did you mean balanced?",
        ),
        (
            "rtx4090-laptop",
            &["auto", "turbo"],
            2,
            "no profile is called",
        ),
        ("rtx4090-laptop", &["auto", "max"], 2, "say --yes"),
        ("rtx4090-laptop", &["auto", "400"], 2, "75 to 175 W"),
        ("rtx4090-desktop", &["profile", "quiet"], 2, "150 to 600 W"),
        ("h200", &["profile", "max"], 2, "200 to 700 W"),
        ("wsl2", &["set", "100"], 5, "does not support it"),
        ("no-root", &["set", "100"], 5, "no permission"),
        ("no-root", &["auto"], 5, "no permission"),
        ("init-9", &["set", "100"], 5, "kernel module"),
        ("init-9", &["get"], 5, "kernel module"),
    ] {
        let machine = Machine::new(profile);
        let (out, err, got) = machine.run(arguments);
        assert_eq!(got, code, "{profile} {arguments:?}: {err}");
        assert_eq!(err.lines().count(), 1, "{profile} {arguments:?}: {err}");
        assert!(err.contains(words), "{profile} {arguments:?}: {err}");
        if arguments[0] != "auto" {
            assert_eq!(out, "");
        }
        let set = |call: &String| call.ends_with("=0");
        assert!(!machine.writes().iter().any(set), "{profile} {arguments:?}");
        assert!(!machine.ledger().exists());
    }
}

#[test]
fn a_card_that_is_not_there_is_named() {
    let machine = Machine::new("rtx4090-laptop");
    let (_, err, code) = machine.run(&["set", "100", "--gpu", "3"]);
    assert_eq!(code, 5, "{err}");
    assert!(err.contains("no GPU 3"), "{err}");
}

#[test]
fn a_setting_stays_until_it_is_reset() {
    let machine = Machine::new("rtx4090-laptop");
    let (_, err, code) = machine.run(&["profile", "QUIET"]);
    assert_eq!(code, 0, "{err}");
    for words in [
        "100 W asked for, by locked clocks (direct), at most 1650 MHz",
        "power limit (direct): this GPU does not support it",
        "`smelt power reset`",
        "--hold keeps them",
    ] {
        assert!(err.contains(words), "{words}: {err}");
    }
    assert_eq!(machine.last_write(), LOCKED);
    let view = machine.get();
    assert_eq!(view["requested_w"], 100.0);
    assert_eq!(
        view["enforced_w"], 150.0,
        "what the card says, not what was asked for"
    );
    assert_eq!(view["kept"], true);
    assert_eq!(view["held_by"], "locked clocks (direct), at most 1650 MHz");
    assert_eq!(
        view["refused"],
        json!([{"what": "power limit (direct)", "why": "this GPU does not support it"}])
    );
    let (_, err, code) = machine.run(&["reset"]);
    assert_eq!(
        (code, err.as_str()),
        (
            0,
            "smelt: the GPU's power settings are as they were found\n"
        )
    );
    assert_eq!(machine.last_write(), UNLOCKED);
    assert_eq!(machine.get()["requested_w"], Value::Null);
    assert_eq!(machine.run(&["reset"]).1, "smelt: nothing is set\n");
}

#[test]
fn a_second_setting_replaces_the_first_and_a_reset_undoes_both() {
    let machine = Machine::new("ec-override");
    // The platform keeps 115 W: below that only clocks hold it, above the limit does.
    machine.run(&["set", "100"]);
    assert_eq!(machine.last_write(), LOCKED);
    machine.run(&["set", "120"]);
    assert_eq!(
        machine.last_write(),
        UNLOCKED,
        "what held the 100 W does not hold the 120 W down"
    );
    assert_eq!(machine.get()["held_by"], "power limit (direct)");
    machine.fake.forget_calls();
    machine.run(&["reset"]);
    assert_eq!(
        machine.writes(),
        ["nvmlDeviceSetPowerManagementLimit(115000)=0"]
    );
}

#[test]
fn a_setting_stays_when_the_next_one_is_refused() {
    let machine = Machine::new("rtx4090-laptop");
    machine.run(&["set", "100"]);
    for refused in [
        &["set", "160"][..],
        &["auto", "max"],
        &["set", "7"],
        &["profile", "x"],
    ] {
        assert_eq!(machine.run(refused).2, 2, "{refused:?}");
        assert_eq!(machine.last_write(), LOCKED, "{refused:?}");
        assert_eq!(machine.get()["requested_w"], 100.0, "{refused:?}");
    }
}

#[test]
fn get_writes_nothing_and_with_probe_nothing_that_lasts() {
    for (profile, usable) in [
        ("rtx4090-laptop", json!(["locked clocks (direct)"])),
        (
            "rtx4090-desktop",
            json!(["power limit (direct)", "locked clocks (direct)"]),
        ),
        (
            "ec-override",
            json!(["power limit (direct)", "locked clocks (direct)"]),
        ),
        ("h200", json!([])),
        ("wsl2", json!([])),
        ("no-root", json!([])),
        ("old-driver", json!(["locked clocks (direct)"])),
    ] {
        let machine = Machine::new(profile);
        let view = machine.get();
        assert_eq!(view["usable"], Value::Null, "it was not asked to find out");
        assert_eq!(machine.writes(), Vec::<String>::new(), "{profile}");
        let (out, err, code) = machine.run(&["get", "--probe", "--json"]);
        assert_eq!(code, 0, "{err}");
        let view: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(view["usable"], usable, "{profile}");
        assert!(!machine.ledger().exists());
    }
}

#[test]
fn what_is_not_known_is_shown_as_such() {
    let machine = Machine::new("h200");
    let (out, _, _) = machine.run(&["get"]);
    assert!(out.contains("NVIDIA H200"), "{out}");
    let machine = Machine::new("rtx4090-laptop");
    let (out, _, _) = machine.run(&["get"]);
    assert!(out.contains("requested   n/a"), "{out}");
    assert!(out.contains("no helper listens on"), "{out}");
    assert!(!out.contains(" 0 W"), "{out}");
}

#[test]
fn two_writers_do_not_fight_and_the_second_is_told_who_is_first() {
    let machine = Machine::new("rtx4090-laptop");
    let mut first = machine.start(&["set", "100", "--hold"], "holding it");
    for second in [&["set", "120"][..], &["auto"], &["reset"]] {
        let (_, err, code) = machine.run(second);
        assert_eq!(code, 5, "{err}");
        let holder = format!("`smelt power set 100 (process {})`", first.child.id());
        assert!(err.contains(&holder), "{err}");
    }
    let view = machine.get();
    assert_eq!(view["set_by"], format!("process {}", first.child.id()));
    assert_eq!(
        (&view["requested_w"], &view["kept"]),
        (&json!(100.0), &json!(false))
    );
    // A look does not disturb it.
    machine.run(&["get", "--probe"]);
    assert_eq!(machine.last_write(), LOCKED);
    first.send(SIGINT);
    first.end();
    assert_eq!(machine.run(&["set", "120"]).2, 0);
}

#[test]
fn the_governor_says_each_decision_as_a_line_of_json() {
    let machine = Machine::new("rtx4090-laptop");
    let mut running = Running::silent(machine.command(&["auto", "balanced"]));
    let mut events = BufReader::new(running.child.stdout.take().unwrap());
    let mut line = String::new();
    events.read_line(&mut line).unwrap();
    let event: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&event["v"], &event["kind"]),
        (&json!(1), &json!("gpu.limit"))
    );
    assert_eq!(
        (&event["to_w"], &event["ok"]),
        (&json!(120.0), &json!(true))
    );
    assert_eq!(
        event["actuator"],
        "locked clocks (direct), at most 1830 MHz"
    );
    running.send(SIGINT);
    running.end();
    assert_eq!(machine.last_write(), UNLOCKED);
}

/// Runs it on a terminal of its own, and answers its question.
fn on_a_terminal(machine: &Machine, arguments: &str, answer: &str) -> (String, i32) {
    let smelt = machine.smelt();
    let line = format!("{} power {arguments}", smelt.get_program().display());
    let mut script = std::process::Command::new("/usr/bin/script");
    script.args(["-qec", &line, "/dev/null"]);
    for (name, value) in smelt.get_envs() {
        if let Some(value) = value.filter(|_| name != "PATH") {
            script.env(name, value);
        }
    }
    script.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = script.spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    while !said.contains("[y/N") && out.read_line(&mut said).unwrap() > 0 {}
    let mut terminal = child.stdin.take().unwrap();
    terminal.write_all(answer.as_bytes()).unwrap();
    out.read_to_string(&mut said).unwrap();
    (said, child.wait().unwrap().code().unwrap())
}

#[test]
fn a_raise_is_asked_about_on_a_terminal_and_goes_back_to_what_was_set_before() {
    let limit = |watts: u32| format!("nvmlDeviceSetPowerManagementLimit({watts}000)=0");
    let machine = Machine::new("rtx4090-desktop");
    let (said, code) = on_a_terminal(&machine, "set 500", "n\n");
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("back to 450 W"), "{said}");
    assert_eq!(machine.last_write(), limit(450));
    machine.run(&["set", "300"]);
    let (said, code) = on_a_terminal(&machine, "set 500", "no\n");
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("back to 300 W"), "{said}");
    assert!(machine.writes().ends_with(&[limit(500), limit(300)]));
    assert_eq!(machine.get()["requested_w"], 300.0);
    let (said, code) = on_a_terminal(&machine, "set 500", "y\n");
    assert_eq!(code, 0, "{said}");
    assert_eq!(machine.last_write(), limit(500));
    // Down again is not asked about.
    let (said, code) = on_a_terminal(&machine, "set 300", "");
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("[y/N"), "{said}");
}

/// Puts a `sudo` on the path that runs these lines for `-n /usr/bin/nvidia-smi -i 0 ...`, with the call in `$*`.
fn with_sudo(machine: &Machine, lines: &str) {
    let bin = machine.path("bin");
    std::fs::create_dir_all(&bin).unwrap();
    let log = machine.path("sudo.log");
    let script = format!("#!/bin/sh\necho \"$*\" >> {}\n{lines}\n", log.display());
    std::fs::write(machine.path("sudo.sh"), script).unwrap();
    install(&machine.path("sudo.sh"), &bin.join("sudo"));
}

fn sudo_calls(machine: &Machine) -> Vec<String> {
    let log = std::fs::read_to_string(machine.path("sudo.log")).unwrap_or_default();
    log.lines().map(str::to_owned).collect()
}

#[test]
fn sudo_is_the_last_way_and_its_words_are_read() {
    let machine = Machine::new("no-root");
    // As nvidia-smi does it on laptops: a refusal that ends with 0.
    with_sudo(
        &machine,
        "case \"$*\" in *-pl*) echo 'Changing power management limit is not supported for GPU: 00000000:01:00.0.'; echo 'Treating as warning and moving on.' ;; esac\necho 'All done.'",
    );
    let (_, err, code) = machine.run(&["set", "100"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains("power limit (sudo): this GPU does not support it"),
        "{err}"
    );
    assert!(
        err.contains("by locked clocks (sudo), at most 1650 MHz"),
        "{err}"
    );
    let (_, err, code) = machine.run(&["reset"]);
    assert_eq!(code, 0, "{err}");
    let calls = sudo_calls(&machine);
    assert!(
        calls.iter().all(|call| call.starts_with("-n ")),
        "it never asks: {calls:?}"
    );
    let uuid = "GPU-4090a1b2-0000-4000-8000-000000000001";
    assert_eq!(
        calls,
        [
            "-n -l /usr/bin/nvidia-smi -i 0 -rgc",
            "-n /usr/bin/nvidia-smi -i 0 -pl 150",
            "-n /usr/bin/nvidia-smi -i 0 -lgc 210,3105",
            "-n /usr/bin/nvidia-smi -i 0 -rgc",
            "-n /usr/bin/nvidia-smi -i 0 -lgc 210,1650",
            &format!("-n -l /usr/bin/nvidia-smi -i {uuid} -rgc"),
            &format!("-n /usr/bin/nvidia-smi -i {uuid} -rgc"),
        ]
    );
}

#[test]
fn a_sudo_that_would_ask_for_a_password_is_left_alone() {
    let machine = Machine::new("no-root");
    with_sudo(&machine, "echo 'sudo: a password is required' >&2; exit 1");
    let (_, err, code) = machine.run(&["set", "100"]);
    assert_eq!(code, 5, "{err}");
    assert!(
        err.contains("without a password: a password is required"),
        "{err}"
    );
    assert_eq!(
        sudo_calls(&machine),
        ["-n -l /usr/bin/nvidia-smi -i 0 -rgc"]
    );
    assert_eq!(err.lines().count(), 1, "{err}");
}

#[test]
fn a_limit_through_sudo_counts_only_when_it_is_read_back() {
    // It says that it did it, and the card knows nothing of it.
    let machine = Machine::new("no-root");
    with_sudo(&machine, "echo 'Power limit was set.'; echo 'All done.'");
    let (_, err, code) = machine.run(&["set", "100"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains("power limit (sudo): the card was told 100 W and holds 150 W"),
        "{err}"
    );
    assert!(err.contains("by locked clocks (sudo)"), "{err}");
}

#[test]
fn the_helper_is_asked_before_sudo_and_keeps_what_is_to_stay() {
    let machine = Machine::new("rtx4090-laptop");
    let _helper = machine.helper();
    let client = Machine::new("no-root");
    with_sudo(&client, "exit 1");
    let run = |arguments: &[&str]| {
        let mut command = client.command(arguments);
        command.env("SMELT_POWER_SOCKET", machine.socket());
        power::told(&command.output().unwrap())
    };
    let (_, err, code) = run(&["set", "100"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains("by locked clocks (helper), at most 1650 MHz"),
        "{err}"
    );
    assert!(
        !err.contains("--hold keeps them"),
        "the helper is a user of the card: {err}"
    );
    assert_eq!(sudo_calls(&client), Vec::<String>::new());
    assert_eq!(machine.last_write(), LOCKED);
    let view: Value = serde_json::from_str(&run(&["get", "--json"]).0).unwrap();
    assert_eq!(view["requested_w"], 100.0, "{view}");
    assert_eq!(
        (&view["kept"], &view["set_by"]),
        (
            &json!(true),
            &json!("an earlier command, through the helper")
        )
    );
    let (_, err, code) = run(&["reset"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(machine.last_write(), UNLOCKED);
    // Its own rules hold, whatever the client thinks the card takes.
    let (_, err, _) = run(&["set", "160", "--yes"]);
    assert!(err.contains("by locked clocks (helper)"), "{err}");
}
