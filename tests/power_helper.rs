//! The power helper as its clients meet it: real processes on its socket, the stand-in driver behind it.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

#[path = "support/nvml.rs"]
mod nvml;
#[path = "support/power.rs"]
mod power;

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;

use power::{Client, Machine, Running, install, told};
use serde_json::{Value, json};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

const NOBODY: u32 = 65_534;
const BACK: &str = "nvmlDeviceSetPowerManagementLimit(450000)=0";

fn limit(watts: u32) -> String {
    format!("nvmlDeviceSetPowerManagementLimit({watts}000)=0")
}

/// A desktop with a helper whose rules are these lines.
fn desktop(rules: &str) -> (Machine, Running) {
    let machine = Machine::new("rtx4090-desktop");
    let config = machine.path("helper.toml");
    std::fs::write(&config, format!("max_w = 500.0\n{rules}")).unwrap();
    let helper = machine.helper_with(&["--config", config.to_str().unwrap()]);
    (machine, helper)
}

#[test]
fn a_limit_is_clamped_on_the_helpers_side_and_read_back() {
    let (machine, _helper) = desktop("min_w = 200.0");
    let mut client = Client::new(&machine);
    for (asked, got) in [
        (300.0, 300.0),
        (20.0, 200.0),
        (100_000.0, 500.0),
        (-5.0, 200.0),
    ] {
        let reply = client.ask("set_power", &json!({"watts": asked}));
        assert_eq!(reply["ok"], true, "{reply}");
        assert_eq!(
            (&reply["requested"], &reply["effective"]),
            (&json!(asked), &json!(got))
        );
    }
    let reply = client.ask("set_clocks", &json!({"mhz": 7}));
    assert_eq!(reply["effective"], 600.0, "{reply}");
}

#[test]
fn one_client_holds_it_and_the_next_is_told_who() {
    let (machine, mut helper) = desktop("");
    let mut first = Client::new(&machine);
    let mut second = Client::new(&machine);
    assert_eq!(first.ask("set_power", &json!({"watts": 300}))["ok"], true);
    let reply = second.ask("set_power", &json!({"watts": 400}));
    assert_eq!(
        (&reply["ok"], &reply["code"]),
        (&json!(false), &json!("busy"))
    );
    let holder = format!("process {}", std::process::id());
    assert!(reply["msg"].as_str().unwrap().contains(&holder), "{reply}");
    // Reading is free, and tells the same.
    let status = second.ask("status", &Value::Null);
    assert!(
        status["status"]["holder"]
            .as_str()
            .unwrap()
            .contains(&holder),
        "{status}"
    );
    assert_eq!(
        second.ask("limits", &Value::Null)["limits"]["enforced"],
        300.0
    );
    drop(first);
    helper.wait_for("\"op\":\"restore\"");
    assert_eq!(machine.last_write(), BACK);
    assert_eq!(
        second.ask("set_power", &json!({"watts": 400}))["effective"],
        400.0
    );
}

#[test]
fn a_holder_that_falls_silent_loses_it() {
    let (machine, mut helper) = desktop("lease_s = 1.0");
    let mut client = Client::new(&machine);
    assert_eq!(client.ask("set_power", &json!({"watts": 300}))["ok"], true);
    assert_eq!(client.ask("heartbeat", &Value::Null)["ok"], true);
    let line = helper.wait_for("\"op\":\"restore\"");
    assert!(line.contains("silent for too long"), "{line}");
    assert_eq!(machine.last_write(), BACK);
    // Its next sign of life tells it so only while something is set; then it may set again.
    assert_eq!(
        client.ask("set_power", &json!({"watts": 250}))["effective"],
        250.0
    );
}

#[test]
fn a_client_that_lost_its_lease_is_told_at_its_next_sign_of_life() {
    let (machine, mut helper) = desktop("lease_s = 1.0");
    let mut silent = Client::new(&machine);
    silent.ask("set_power", &json!({"watts": 300}));
    helper.wait_for("silent for too long");
    let mut other = Client::new(&machine);
    other.ask("set_power", &json!({"watts": 400}));
    let reply = silent.ask("heartbeat", &Value::Null);
    assert_eq!(reply["ok"], false, "{reply}");
}

#[test]
fn what_is_kept_outlives_its_client_until_a_reset_or_the_helpers_end() {
    let (machine, mut helper) = desktop("");
    let mut client = Client::new(&machine);
    client.ask("set_power", &json!({"watts": 300}));
    assert_eq!(client.ask("keep", &Value::Null)["ok"], true);
    drop(client);
    // Another takes it over: when that one goes, it is as it was found at first.
    let mut next = Client::new(&machine);
    while next.ask("status", &Value::Null)["status"]["holder"] != Value::Null {}
    assert_eq!(machine.last_write(), limit(300));
    next.ask("set_power", &json!({"watts": 250}));
    drop(next);
    helper.wait_for("\"op\":\"restore\"");
    assert_eq!(machine.last_write(), BACK);
    let mut last = Client::new(&machine);
    last.ask("set_power", &json!({"watts": 350}));
    last.ask("keep", &Value::Null);
    helper.send(SIGTERM);
    let (_, status) = helper.end();
    assert_eq!(status.signal(), Some(SIGTERM));
    assert_eq!(
        machine.last_write(),
        BACK,
        "nobody would be left to undo it"
    );
}

#[test]
fn its_end_by_any_signal_puts_everything_back() {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let (machine, mut helper) = desktop("");
        let mut client = Client::new(&machine);
        client.ask("set_power", &json!({"watts": 300}));
        client.ask("set_clocks", &json!({"mhz": 1500}));
        helper.send(signal);
        let (_, status) = helper.end();
        assert_eq!(status.signal(), Some(signal));
        let writes = machine.writes();
        assert!(writes.ends_with(&[
            BACK.to_owned(),
            "nvmlDeviceResetGpuLockedClocks()=0".to_owned()
        ]));
        assert!(!machine.socket().exists());
        assert_eq!(client.hear(), Value::Null, "the connection is closed");
    }
}

#[test]
fn garbage_is_answered_with_one_line_each_and_then_with_silence() {
    let (machine, _helper) = desktop("");
    for garbage in [
        &b"\n"[..],
        b"GET / HTTP/1.1\n",
        b"{\"v\":1}\n",
        b"\xff\xfe\x00\n",
        b"{\"v\":1,\"id\":1,\"op\":\"set_power\",\"watts\":\"lots\"}\n",
        b"{\"v\":1,\"id\":1,\"op\":\"set_power\",\"watts\":1e999}\n",
        b"{\"v\":99,\"id\":1,\"op\":\"status\"}\n",
    ] {
        let mut client = Client::new(&machine);
        client.say(garbage);
        let reply = client.hear();
        assert_eq!(reply["ok"], false, "{reply}");
        assert_eq!(reply["code"], "bad_request", "{reply}");
        // One slip is forgiven.
        assert_eq!(client.ask("status", &Value::Null)["ok"], true);
    }
    let mut client = Client::new(&machine);
    for _ in 0..8 {
        client.say(b"nonsense\n");
        assert_eq!(client.hear()["code"], "bad_request");
    }
    assert_eq!(client.hear(), Value::Null, "too much of it");
    assert_eq!(
        machine.writes(),
        [BACK],
        "nothing but the helper's own look at the start"
    );
}

#[test]
fn a_line_without_end_is_cut_off() {
    let (machine, _helper) = desktop("");
    let mut client = Client::new(&machine);
    client.say(&vec![b'x'; 100_000]);
    let reply = client.hear();
    assert_eq!(reply["code"], "bad_request", "{reply}");
    let mut rest = String::new();
    client.stream.read_to_string(&mut rest).ok();
    assert_eq!(rest, "");
    assert_eq!(
        Client::new(&machine).ask("status", &Value::Null)["ok"],
        true
    );
}

#[test]
fn a_flood_of_connections_leaves_the_holder_in_peace() {
    let (machine, _helper) = desktop("");
    let mut holder = Client::new(&machine);
    holder.ask("set_power", &json!({"watts": 300}));
    let mut others: Vec<_> = (0..40).map(|_| Client::new(&machine)).collect();
    let turned_away = others
        .split_off(20)
        .into_iter()
        .map(|mut other| other.hear());
    for reply in turned_away {
        assert_eq!(reply["code"], "busy", "{reply}");
    }
    assert_eq!(holder.ask("heartbeat", &Value::Null)["ok"], true);
    assert_eq!(machine.last_write(), limit(300));
}

#[test]
fn every_write_is_one_line_of_audit_that_names_its_asker() {
    let (machine, mut helper) = desktop("");
    let mut client = Client::new(&machine);
    client.ask("status", &Value::Null);
    client.ask("set_power", &json!({"watts": 20}));
    let line: Value = serde_json::from_str(&helper.wait_for("gpu.audit")).unwrap();
    assert_eq!(line["op"], "set_power", "reading is not audited");
    let who = line["who"].as_str().unwrap();
    assert!(
        who.starts_with(&format!("process {} of user", std::process::id())),
        "{who}"
    );
    assert_eq!(
        (&line["requested"], &line["effective"]),
        (&json!(20.0), &json!(150.0))
    );
    assert!(line["ts"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn a_configuration_that_others_may_write_or_that_makes_no_sense_is_refused() {
    let machine = Machine::new("rtx4090-desktop");
    let config = machine.path("helper.toml");
    let path = config.to_str().unwrap();
    let socket = machine.socket();
    let start = || {
        let socket = socket.to_str().unwrap();
        machine.run(&["helper", "--socket", socket, "--config", path])
    };
    for (text, mode, words) in [
        ("", 0o666, "others than its owner may write"),
        ("", 0o620, "others than its owner may write"),
        ("max_watts = 900", 0o600, "max_watts"),
        ("min_w = 300.0\nmax_w = 200.0", 0o600, "min_w"),
        ("lease_s = 0.0", 0o600, "lease_s"),
        ("min_w = ", 0o600, "helper.toml"),
    ] {
        std::fs::write(&config, text).unwrap();
        std::fs::set_permissions(&config, PermissionsExt::from_mode(mode)).unwrap();
        let (_, err, code) = start();
        assert_eq!(code, 8, "{text}: {err}");
        assert_eq!(err.lines().count(), 1, "{err}");
        assert!(err.contains(words), "{text}: {err}");
    }
    std::fs::remove_file(&config).unwrap();
    assert_eq!(start().2, 8, "a file that was named must be there");
    assert!(!socket.exists());
    assert_eq!(machine.writes(), Vec::<String>::new());
}

#[test]
fn without_the_right_to_write_it_does_not_start() {
    let machine = Machine::new("h200");
    let socket = machine.socket();
    let (_, err, code) = machine.run(&["helper", "--socket", socket.to_str().unwrap()]);
    assert_eq!(code, 5, "{err}");
    assert_eq!(err.lines().count(), 1, "{err}");
    assert!(err.contains("only root"), "{err}");
}

#[test]
fn a_second_helper_is_refused_and_the_first_lives_on() {
    let (machine, _helper) = desktop("");
    let socket = machine.socket();
    let (_, err, code) = machine.run(&["helper", "--socket", socket.to_str().unwrap()]);
    assert_eq!(code, 5, "{err}");
    assert!(err.contains("another helper listens there"), "{err}");
    assert_eq!(
        Client::new(&machine).ask("status", &Value::Null)["ok"],
        true
    );
    // What lies in the way and is no socket is nobody's to remove.
    let file = machine.path("file");
    std::fs::write(&file, "precious").unwrap();
    let (_, err, code) = machine.run(&["helper", "--socket", file.to_str().unwrap()]);
    assert_eq!(code, 5, "{err}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
}

#[test]
fn the_socket_is_for_its_owner_and_group_only() {
    let (machine, _helper) = desktop("");
    let mode = std::fs::metadata(machine.socket())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o660);
}

/// Another user can only be had by root; as any other user the kernel's check of the socket's mode stands alone.
#[test]
fn a_user_outside_the_group_is_refused_by_kernel_and_helper() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let (machine, _helper) = desktop("group = \"1\"");
    let open =
        |path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    open(machine.path("."), 0o755);
    open(machine.path("home"), 0o777);
    install(
        Path::new(env!("CARGO_BIN_EXE_smelt")),
        &machine.path("smelt"),
    );
    let ask_as = |group| {
        let mut command = std::process::Command::new(machine.path("smelt"));
        for (name, value) in machine.smelt().get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        command
            .args(["power", "get", "--json"])
            .uid(NOBODY)
            .gid(group);
        let (out, err, _) = told(&command.output().unwrap());
        let view: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{err}"));
        view["helper"].as_str().unwrap().to_owned()
    };
    let refused = ask_as(NOBODY);
    assert!(
        refused.contains("may not ask"),
        "by the socket's mode: {refused}"
    );
    assert!(ask_as(1).contains("listens"), "a member");
    open(machine.socket(), 0o666);
    let refused = ask_as(NOBODY);
    assert!(
        refused.contains("user 65534 may not ask"),
        "by the helper itself: {refused}"
    );
}

#[test]
fn the_unit_and_the_sudoers_file_are_printed() {
    let machine = Machine::new("rtx4090-desktop");
    let (unit, _, code) = machine.run(&["helper", "--print-unit"]);
    assert_eq!(code, 0);
    for line in [
        "ExecStart=/usr/local/bin/smelt power helper",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=CAP_SYS_ADMIN CAP_CHOWN",
        "RuntimeDirectory=smelt",
    ] {
        assert!(unit.lines().any(|found| found == line), "{line}");
    }
    let (sudoers, _, code) = machine.run(&["helper", "--print-sudoers"]);
    assert_eq!(code, 0);
    let rules = sudoers.lines().filter(|line| line.starts_with('%'));
    assert_eq!(rules.clone().count(), 3);
    // A `*` there would match a blank and more options after it.
    assert!(
        rules
            .clone()
            .all(|rule| rule.ends_with('$') && !rule.contains('*'))
    );
    assert_eq!(machine.fake.calls(), Vec::<String>::new());
}
