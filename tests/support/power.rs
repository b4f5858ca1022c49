//! A machine in a scratch directory: its card, its platform, a home, and the real program run on it.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::io::{BufRead, BufReader, Lines, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use serde_json::{Value, json};

use super::nvml::Fake;

pub struct Machine {
    pub fake: Fake,
}

impl Machine {
    pub fn new(profile: &str) -> Self {
        let fake = Fake::new(profile);
        fake.run_at("1");
        std::fs::create_dir_all(fake.path("home")).unwrap();
        Self { fake }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.fake.path(name)
    }

    pub fn socket(&self) -> PathBuf {
        self.path("power.sock")
    }

    pub fn ledger(&self) -> PathBuf {
        self.path("home/.local/state/smelt/power.json")
    }

    /// `smelt power` on this machine.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.smelt();
        command.arg("power").args(arguments);
        command
    }

    pub fn smelt(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_smelt"));
        command
            .current_dir(self.path("."))
            .env("HOME", self.path("home"))
            .env("SMELT_NVML_LIB", self.fake.library())
            .env("SMELT_SYSFS_ROOT", self.path("sys"))
            .env("SMELT_POWER_SOCKET", self.socket())
            // Nothing of the machine the tests run on, not even its sudo.
            .env("PATH", self.path("bin"))
            .env_remove("XDG_STATE_HOME")
            .env_remove("XDG_DATA_HOME")
            .env_remove("SMELT_GPU")
            .stdin(Stdio::null());
        command
    }

    /// Runs `smelt power` to its end: stdout, stderr, exit code.
    pub fn run(&self, arguments: &[&str]) -> (String, String, i32) {
        told(&self.command(arguments).output().unwrap())
    }

    pub fn get(&self) -> Value {
        let (out, err, code) = self.run(&["get", "--json"]);
        assert_eq!(code, 0, "{err}");
        serde_json::from_str(&out).unwrap()
    }

    /// Starts it and waits for a line of stderr with these words.
    pub fn start(&self, arguments: &[&str], words: &str) -> Running {
        Running::of(self.command(arguments), words)
    }

    pub fn helper(&self) -> Running {
        self.helper_with(&[])
    }

    pub fn helper_with(&self, arguments: &[&str]) -> Running {
        let socket = self.socket();
        let mut all = vec!["helper", "--socket", socket.to_str().unwrap()];
        all.extend(arguments);
        self.start(&all, "listening on")
    }

    /// The writes the card saw, those of probing included.
    pub fn writes(&self) -> Vec<String> {
        let is_write = |call: &String| {
            call.starts_with("nvmlDeviceSet") || call.starts_with("nvmlDeviceReset")
        };
        self.fake.calls().into_iter().filter(is_write).collect()
    }

    pub fn last_write(&self) -> String {
        self.writes().pop().unwrap_or_default()
    }

    /// Waits until the card has seen this write last. The end of a test that waits for ever is its harness's.
    pub fn wait_for_write(&self, write: &str) {
        while self.last_write() != write {
            std::thread::yield_now();
        }
    }
}

/// Copies a program. Another process does it: a thread of ours that forks meanwhile would hold the file open for
/// writing, and then it cannot be run.
pub fn install(program: &Path, to: &Path) {
    let mut cp = Command::new("/bin/cp");
    assert!(cp.args([program, to]).status().unwrap().success());
    std::fs::set_permissions(to, PermissionsExt::from_mode(0o755)).unwrap();
}

pub fn told(output: &Output) -> (String, String, i32) {
    (
        String::from_utf8(output.stdout.clone()).unwrap(),
        String::from_utf8(output.stderr.clone()).unwrap(),
        output.status.code().unwrap_or(-1),
    )
}

/// A process whose standard error is read as it comes.
pub struct Running {
    pub child: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Running {
    pub fn of(command: Command, words: &str) -> Self {
        let mut running = Self::silent(command);
        running.wait_for(words);
        running
    }

    /// One that is not waited for.
    pub fn silent(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next line of standard error with these words.
    pub fn wait_for(&mut self, words: &str) -> String {
        let mut before = Vec::new();
        for line in self.lines.by_ref() {
            let line = line.unwrap();
            if line.contains(words) {
                return line;
            }
            before.push(line);
        }
        panic!("it never said {words:?}, but {before:#?}");
    }

    pub fn send(&self, signal: i32) {
        let process = rustix::process::Pid::from_child(&self.child);
        let signal = rustix::process::Signal::from_named_raw(signal).unwrap();
        rustix::process::kill_process(process, signal).unwrap();
    }

    /// Waits for its end; the rest of its standard error, and how it ended.
    pub fn end(&mut self) -> (Vec<String>, std::process::ExitStatus) {
        let rest = self.lines.by_ref().map(Result::unwrap).collect();
        (rest, self.child.wait().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A client that speaks the protocol by hand.
pub struct Client {
    pub stream: BufReader<UnixStream>,
    id: u64,
}

impl Client {
    pub fn new(machine: &Machine) -> Self {
        let stream = UnixStream::connect(machine.socket()).unwrap();
        Self {
            stream: BufReader::new(stream),
            id: 0,
        }
    }

    pub fn say(&mut self, bytes: &[u8]) {
        // The helper may have closed the connection, which its reply shows.
        self.stream.get_mut().write_all(bytes).ok();
    }

    /// The next line; null at the end.
    pub fn hear(&mut self) -> Value {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap_or(0);
        serde_json::from_str(&line).unwrap_or(Value::Null)
    }

    /// Asks for an operation with its arguments.
    pub fn ask(&mut self, op: &str, more: &Value) -> Value {
        self.id += 1;
        let mut request = json!({"v": 1, "id": self.id, "op": op});
        let more = more.as_object().cloned().unwrap_or_default();
        request.as_object_mut().unwrap().extend(more);
        self.say(format!("{request}\n").as_bytes());
        let reply = self.hear();
        assert_eq!(reply["id"], self.id, "{reply}");
        reply
    }
}
