//! `smelt monitor` as a user runs it, against the stand-in driver.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "support/nvml.rs"]
mod nvml;

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use nvml::Fake;
use serde_json::{Value, json};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

fn command(fake: &Fake, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smelt"));
    command
        .arg("monitor")
        .args(arguments)
        .env("HOME", fake.path("home"))
        .env("LANG", "C.UTF-8")
        .env_remove("LC_ALL")
        .env_remove("SMELT_GPU")
        .env("SMELT_NVML_LIB", fake.library())
        .env("SMELT_SYSFS_ROOT", fake.path("sys"));
    command
}

fn run(fake: &Fake, arguments: &[&str]) -> Output {
    command(fake, arguments).output().unwrap()
}

fn json(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(json).collect()
}

fn complaint(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn start(fake: &Fake, arguments: &[&str]) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = command(fake, arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

/// Reads on until a line is what is waited for.
fn wait_for(lines: &mut Lines<BufReader<ChildStdout>>, is_it: impl Fn(&Value) -> bool) -> Value {
    let mut lines = lines.map(|line| json(&line.unwrap()));
    lines.find(is_it).unwrap()
}

fn alert(id: &'static str, state: &'static str) -> impl Fn(&Value) -> bool {
    move |line| line["kind"] == "alert" && line["id"] == id && line["state"] == state
}

fn send(child: &Child, signal: i32) {
    let mut kill = Command::new("kill");
    kill.args([format!("-{signal}"), child.id().to_string()]);
    assert!(kill.status().unwrap().success());
}

#[test]
fn a_laptop_is_told_in_json_lines_without_a_terminal() {
    let fake = Fake::new("rtx4090-laptop");
    let output = run(&fake, &["--count", "3", "--interval", "0.25"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(complaint(&output), "");
    let lines = lines(&output);
    let kinds: Vec<&str> = lines
        .iter()
        .map(|line| line["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        ["gpu.card", "gpu.sample", "gpu.sample", "gpu.sample"]
    );
    assert_eq!(lines[0]["driver"], "580.95.05");
    let sample = lines[3].as_object().unwrap();
    assert_eq!(sample["state"], "healthy");
    assert_eq!(sample["src"], "nvml");
    assert_eq!(sample["temp_c"], 40.0);
    assert_eq!(sample["reasons"], json!(["idle"]));
    assert_eq!(sample["mem_mib"], json!({"used": 430, "total": 16376}));
    let limits =
        json!({"requested": null, "enforced": 150.0, "default": 150.0, "min": 5.0, "max": 175.0});
    assert_eq!(sample["limit_w"], limits);
    assert_eq!(sample["fan_pct"], Value::Null);
    assert!(sample["mono_ms"].as_u64() >= lines[1]["mono_ms"].as_u64());
    sample["ts"]
        .as_str()
        .unwrap()
        .parse::<jiff::Timestamp>()
        .unwrap();
}

#[test]
fn every_card_and_platform_gives_lines_and_nothing_unknown_is_0() {
    let unknown: [(&str, &[&str]); 8] = [
        ("no-root", &["/fan_pct", "/limit_w/requested"]),
        ("h200", &["/fan_pct"]),
        ("wsl2", &["/util", "/fan_pct", "/limit_w/requested"]),
        (
            "old-driver",
            &[
                "/mem_mib/used",
                "/mem_mib/total",
                "/power_inst_w",
                "/supply",
            ],
        ),
        ("ec-override", &["/fan_pct"]),
        ("stuck-sensor", &["/fan_pct"]),
        ("bogus-power", &["/power_w", "/power_inst_w"]),
        ("flaky", &["/fan_pct"]),
    ];
    for (profile, pointers) in unknown {
        let fake = if profile == "old-driver" {
            Fake::old()
        } else {
            Fake::new(profile)
        };
        let output = run(&fake, &["--count", "1"]);
        assert_eq!(output.status.code(), Some(0), "{profile}");
        let lines = lines(&output);
        let sample = lines.last().unwrap();
        assert!(sample["temp_c"].as_f64().unwrap() > 20.0, "{profile}");
        for pointer in pointers {
            assert_eq!(
                sample.pointer(pointer),
                Some(&Value::Null),
                "{profile} {pointer}"
            );
        }
    }
}

#[test]
fn without_anything_to_monitor_it_says_so_in_one_line() {
    for (profile, text) in [
        ("init-9", "kernel module is not loaded"),
        ("init-18", "restart the machine"),
        ("init-17", "the operating system blocks"),
    ] {
        let output = run(&Fake::new(profile), &[]);
        assert_eq!(output.status.code(), Some(5));
        assert_eq!(output.stdout, b"");
        let complaint = complaint(&output);
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(complaint.contains(text), "{complaint}");
    }
    let fake = Fake::new("h200");
    fs::remove_file(fake.library()).unwrap();
    let output = run(&fake, &[]);
    assert_eq!(output.status.code(), Some(5));
    assert!(complaint(&output).starts_with("smelt: nothing to monitor: no NVIDIA driver: "));
    let output = run(&Fake::new("h200"), &["--gpu", "GPU-none"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(complaint(&output).contains("no GPU GPU-none"));
}

#[test]
fn it_waits_for_a_driver_if_told_to() {
    let fake = Fake::new("h200");
    let hidden = fake.path("hidden.so");
    fs::rename(fake.library(), &hidden).unwrap();
    let (mut child, mut lines) = start(&fake, &["--wait", "--interval", "0.25"]);
    let absent = wait_for(&mut lines, |_| true);
    assert_eq!(absent["state"], "absent");
    assert!(
        absent["why"]
            .as_str()
            .unwrap()
            .contains("libnvidia-ml.so.1")
    );
    fs::rename(&hidden, fake.library()).unwrap();
    let found = wait_for(&mut lines, |line| line["state"] == "healthy");
    assert_eq!(found["temp_c"], 30.0);
    send(&child, SIGTERM);
    child.wait().unwrap();
}

#[test]
fn a_card_that_is_lost_and_comes_back_is_told_and_the_hook_hears_of_it() {
    let fake = Fake::new("gpu-lost@30..60");
    let heard = fake.path("heard");
    let hook = format!("cat >> '{}'", heard.display());
    let (mut child, mut lines) = start(&fake, &["--interval", "0.25", "--on-alert", &hook]);
    wait_for(&mut lines, |line| line["kind"] == "gpu.sample");
    fake.set("clock", "30");
    let lost = wait_for(&mut lines, alert("gpu_lost", "firing"));
    assert_eq!(lost["gpu"], "GPU-4090a1b2-0000-4000-8000-000000000001");
    let sample = wait_for(&mut lines, |line| line["kind"] == "gpu.sample");
    assert_eq!(
        (&sample["state"], &sample["temp_c"]),
        (&json!("lost"), &Value::Null)
    );
    assert_eq!(sample["stale"], true);
    fake.set("clock", "60");
    wait_for(&mut lines, alert("gpu_lost", "resolved"));
    let sample = wait_for(&mut lines, |line| line["kind"] == "gpu.sample");
    assert_eq!(sample["state"], "healthy");
    send(&child, SIGINT);
    child.wait().unwrap();
    // What was handed over is run before the monitor ends.
    let heard = fs::read_to_string(heard).unwrap();
    let states: Vec<Value> = heard
        .lines()
        .map(|line| json(line)["state"].clone())
        .collect();
    assert_eq!(states, ["firing", "resolved"]);
}

#[test]
fn a_driver_that_hangs_is_told_of_and_so_is_its_answer() {
    let fake = Fake::new("hung@30..60");
    let (mut child, mut lines) = start(&fake, &["--interval", "0.25"]);
    wait_for(&mut lines, |line| line["kind"] == "gpu.sample");
    fake.set("clock", "30");
    wait_for(&mut lines, alert("gpu_telemetry_stale", "firing"));
    let sample = wait_for(&mut lines, |line| line["kind"] == "gpu.sample");
    assert_eq!(
        (&sample["temp_c"], &sample["stale"]),
        (&Value::Null, &json!(true))
    );
    fake.set("clock", "60");
    wait_for(&mut lines, alert("gpu_telemetry_stale", "resolved"));
    fake.set("clock", "31");
    wait_for(&mut lines, alert("gpu_telemetry_stale", "firing"));
    // It ends although the driver never answers.
    send(&child, SIGTERM);
    assert_eq!(child.wait().unwrap().signal(), Some(SIGTERM));
}

#[test]
fn a_hook_that_fails_is_told_of_and_harms_nothing() {
    let fake = Fake::new("rtx4090-laptop");
    fake.set("memory_used_mib", "16000");
    fake.set("supply", "battery");
    let output = run(&fake, &["--count", "4", "--on-alert", "exit 3"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        lines(&output)
            .iter()
            .any(alert("gpu_power_source", "firing"))
    );
    assert!(
        complaint(&output).contains("--on-alert failed: exit status: 3"),
        "{}",
        complaint(&output)
    );
}

#[test]
fn each_day_has_a_file_with_the_same_lines() {
    let fake = Fake::new("h200");
    let logs = fake.path("logs");
    let arguments = [
        "--count",
        "2",
        "--interval",
        "0.25",
        "--log",
        logs.to_str().unwrap(),
    ];
    let first = run(&fake, &arguments);
    let second = run(&fake, &arguments);
    let mut files: Vec<_> = fs::read_dir(&logs)
        .unwrap()
        .map(|file| file.unwrap())
        .collect();
    files.sort_by_key(fs::DirEntry::file_name);
    let name = files[0].file_name().into_string().unwrap();
    let day = name
        .strip_prefix("gpu.")
        .and_then(|name| name.strip_suffix(".jsonl"));
    day.unwrap().parse::<jiff::civil::Date>().unwrap();
    // Two files only if midnight came between.
    let logged: Vec<u8> = files
        .iter()
        .flat_map(|file| fs::read(file.path()).unwrap())
        .collect();
    assert_eq!(logged, [first.stdout, second.stdout].concat());
}

#[test]
fn it_dies_by_the_signal_that_ends_it() {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let fake = Fake::new("rtx4090-laptop");
        let (mut child, mut lines) = start(&fake, &[]);
        wait_for(&mut lines, |line| line["kind"] == "gpu.sample");
        send(&child, signal);
        assert_eq!(child.wait().unwrap().signal(), Some(signal));
        assert_eq!(fake.count("nvmlShutdown"), 1, "the driver is let go");
    }
}

#[test]
fn a_closed_stdout_ends_it_quietly() {
    let fake = Fake::new("rtx4090-laptop");
    let mut child = command(&fake, &["--interval", "0.25"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), complaint(&output)), (Some(0), ""));
}

#[test]
fn wrong_arguments_are_refused_in_words() {
    let fake = Fake::new("h200");
    for (arguments, code, text) in [
        (["--interval", "0"], 2, "between 0.25 and 86400 seconds"),
        (["--count", "0"], 2, "0 is not in 1.."),
        (
            ["--source", "thermometer"],
            2,
            "thermometer is no source of samples",
        ),
        (["--source", "simulated:toaster"], 2, "nominal, hot-room"),
        (
            ["--log", "/dev/null/logs"],
            8,
            "no log can be written in /dev/null/logs",
        ),
    ] {
        let output = run(&fake, &arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(complaint(&output).contains(text), "{}", complaint(&output));
        assert_eq!(output.stdout, b"");
    }
}

#[test]
fn a_simulated_laptop_needs_no_driver() {
    let fake = Fake::new("init-9");
    let output = run(&fake, &["--source", "simulated:hot-room", "--count", "1"]);
    assert_eq!(output.status.code(), Some(0));
    let lines = lines(&output);
    let sample = lines.last().unwrap();
    assert_eq!(
        (&sample["src"], &sample["state"]),
        (&json!("simulated"), &json!("healthy"))
    );
    assert_eq!(fake.calls(), Vec::<String>::new());
}

#[test]
fn under_wsl_one_line_says_what_to_expect() {
    let fake = Fake::new("wsl2");
    fs::create_dir_all(fake.path("sys/class/misc/dxg")).unwrap();
    let output = run(&fake, &["--count", "1"]);
    assert_eq!(output.status.code(), Some(0));
    let complaint = complaint(&output);
    assert!(complaint.starts_with("smelt: under WSL2 "), "{complaint}");
    assert_eq!(complaint.lines().count(), 1);
}

#[test]
fn a_log_can_be_played_back() {
    let fake = Fake::new("rtx4090-laptop");
    fake.set("demand", "prefill");
    fake.run_at("20");
    let recorded = run(&fake, &["--count", "4", "--interval", "0.25"]);
    let file = fake.path("recording.jsonl");
    fs::write(&file, &recorded.stdout).unwrap();
    let source = format!("replay:{}", file.display());
    let played = run(&fake, &["--source", &source, "--interval", "0.25"]);
    assert_eq!(played.status.code(), Some(0), "it ends with the recording");
    let (recorded, played) = (lines(&recorded), lines(&played));
    assert!(played.iter().all(|line| line["src"] == "replay"));
    let last = |lines: &[Value]| {
        let sample = lines.last().unwrap();
        (
            sample["temp_c"].clone(),
            sample["energy_j"].clone(),
            sample["gpu"].clone(),
        )
    };
    assert_eq!(last(&played), last(&recorded));
    let output = run(&fake, &["--source", "replay:no-such-file"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(complaint(&output).contains("no-such-file"));
}

#[test]
fn a_terminal_gets_one_line_that_changes_in_place() {
    let fake = Fake::new("rtx4090-laptop");
    fake.set("supply", "battery");
    let program = format!("{} monitor --count 4", env!("CARGO_BIN_EXE_smelt"));
    let mut terminal = command(&fake, &[]);
    let environment: Vec<(_, _)> = terminal
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
    terminal = Command::new("script");
    terminal
        .args(["-qefc", &program, "/dev/null"])
        .envs(environment);
    let output = terminal.stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("\r\x1b[KRTX 4090 Laptop  "), "{text:?}");
    assert!(text.contains(" °C"), "{text:?}");
    assert!(
        text.contains("ALERT gpu_power_source: the machine runs on its battery"),
        "{text:?}"
    );
    assert!(text.contains('\x07'), "no bell: {text:?}");
    assert!(text.ends_with('\n'));
    assert!(!text.contains('{'), "no JSON on a terminal");
    // One line for each of four samples and one that stays for the alert.
    assert_eq!(text.matches('\n').count(), 2, "{text:?}");
}
