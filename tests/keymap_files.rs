//! `smelt keys` as a user meets it: the list, the documentation, good and bad keymap files.
#![allow(clippy::unwrap_used)]

#[path = "support/corpus.rs"]
mod corpus;

use corpus::{accepted, files, program, refused};
use smelt::keymap::Keymap;
use smelt::keymap::command::markdown;

#[test]
fn the_documentation_is_what_the_program_writes() {
    let home = tempfile::tempdir().unwrap();
    let output = program(home.path())
        .args(["keys", "--markdown"])
        .output()
        .unwrap();
    let written = String::from_utf8(output.stdout).unwrap();
    assert_eq!(written, markdown(&Keymap::defaults().unwrap()));
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/KEYS.md");
    assert!(
        std::fs::read_to_string(docs).unwrap() == written,
        "docs/KEYS.md is old: smelt keys --markdown > docs/KEYS.md"
    );
}

#[test]
fn good_keymaps_are_taken() {
    let home = tempfile::tempdir().unwrap();
    for file in files("keymaps/valid", 15) {
        let output = program(home.path())
            .args(["keys", "--keymap"])
            .arg(&file)
            .output()
            .unwrap();
        assert!(accepted(&file, &output).contains("emergency-stop"));
    }
}

#[test]
fn bad_keymaps_are_refused_in_one_line_that_helps() {
    let home = tempfile::tempdir().unwrap();
    for file in files("keymaps/invalid", 28) {
        let output = program(home.path())
            .args(["keys", "--keymap"])
            .arg(&file)
            .output()
            .unwrap();
        refused(&file, &output);
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn the_users_own_keymap_is_found_and_one_that_is_named_must_exist() {
    let home = tempfile::tempdir().unwrap();
    let own = home.path().join("settings/smelt");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("keymap.toml"), "[global]\nquit = \"ctrl-x\"\n").unwrap();
    let keys = || {
        let mut command = program(home.path());
        command
            .arg("keys")
            .env("XDG_CONFIG_HOME", home.path().join("settings"));
        command
    };
    let text = String::from_utf8(keys().output().unwrap().stdout).unwrap();
    let row = text
        .lines()
        .find(|line| line.contains("global   quit "))
        .unwrap();
    assert!(row.starts_with("ctrl-x "), "{row}");
    let output = keys().args(["--keymap", "missing.toml"]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(8));
    assert!(
        stderr.starts_with("smelt: missing.toml: No such file"),
        "{stderr}"
    );
}

#[test]
fn the_list_has_key_context_action_and_description() {
    let home = tempfile::tempdir().unwrap();
    let output = program(home.path()).arg("keys").output().unwrap();
    let text = accepted(home.path(), &output);
    let columns = |line: &str| {
        line.split("  ")
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect::<Vec<String>>()
    };
    let mut lines = text.lines().map(columns);
    assert_eq!(
        lines.next().unwrap(),
        ["KEY", "CONTEXT", "ACTION", "WHAT IT DOES"]
    );
    assert!(lines.any(|line| line == ["o", "triage", "approve", "The record is right"]));
    assert_eq!(
        text.lines().count(),
        1 + Keymap::defaults().unwrap().all().len()
    );
    assert!(!text.contains('\u{1b}'));
}
