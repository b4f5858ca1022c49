//! A scratch directory with pages, a script and a store, and the real program run in it.
#![allow(dead_code, clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Map, Value};

pub struct Bench {
    directory: tempfile::TempDir,
}

/// An answer to every key: `null`, `not_stated` or empty unless given.
pub fn answer(given: &Value) -> Value {
    let mut answer = Map::new();
    for ask in smelt::extract::wire::Ask::ALL {
        let nothing = match ask.shape() {
            smelt::extract::wire::Shape::Quote(_) => Value::Null,
            smelt::extract::wire::Shape::Enum(_) => "not_stated".into(),
            _ => Value::Array(Vec::new()),
        };
        answer.insert(
            ask.key().to_owned(),
            given.get(ask.key()).cloned().unwrap_or(nothing),
        );
    }
    Value::Object(answer)
}

/// One record a line.
pub fn records(stdout: &[u8]) -> Vec<Value> {
    std::str::from_utf8(stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

impl Bench {
    pub fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn page(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    pub fn script(&self, script: &Value) {
        fs::write(self.path("script.json"), script.to_string()).unwrap();
    }

    pub fn engine(&self) -> [String; 2] {
        let script = self.path("script.json");
        let name = if script.exists() {
            format!("scripted:{}", script.display())
        } else {
            "none".to_owned()
        };
        ["--engine".to_owned(), name]
    }

    /// The program in the scratch directory, its home there too.
    pub fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_smelt"));
        command
            .current_dir(self.directory.path())
            .env("HOME", self.directory.path())
            .env_remove("XDG_STATE_HOME")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_CACHE_HOME")
            .env_remove("SMELT_MODEL")
            .env("SMELT_STORE", self.path("smelt.db"));
        command
    }

    pub fn command(&self, inputs: &[&str]) -> Command {
        let mut command = self.program();
        command.arg("--headless").args(inputs);
        command
    }

    /// Records and exit code.
    pub fn run(&self, arguments: &[&str]) -> (Vec<Value>, i32) {
        let output = self
            .command(arguments)
            .args(self.engine())
            .output()
            .unwrap();
        let code = output.status.code().unwrap_or(-1);
        assert!(code >= 0, "{}", String::from_utf8_lossy(&output.stderr));
        (records(&output.stdout), code)
    }

    pub fn stderr(&self, arguments: &[&str]) -> String {
        let output = self
            .command(arguments)
            .args(self.engine())
            .output()
            .unwrap();
        String::from_utf8(output.stderr).unwrap()
    }

    /// Jobs that some process works on.
    pub fn claimed(&self) -> u64 {
        let store = smelt::store::Store::open(&self.path("smelt.db")).unwrap();
        store.counts().unwrap().running
    }

    pub fn export(&self) -> Vec<Value> {
        records(&self.program().arg("export").output().unwrap().stdout)
    }
}
