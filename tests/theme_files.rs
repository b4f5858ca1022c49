//! `smelt themes` as a user meets it: the list, good and bad files, colours only where they are wanted.
#![allow(clippy::unwrap_used)]

#[path = "support/corpus.rs"]
mod corpus;

use std::io::Read;
use std::path::Path;

use corpus::{accepted, files, program, refused};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

const NAMES: [&str; 6] = [
    "terminal",
    "light",
    "high-contrast",
    "mono",
    "colour-blind",
    "catppuccin",
];

#[test]
fn the_list_is_plain_where_nobody_looks() {
    let home = tempfile::tempdir().unwrap();
    let output = program(home.path()).arg("themes").output().unwrap();
    let text = accepted(home.path(), &output);
    let names: Vec<&str> = text
        .lines()
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert_eq!(names, NAMES);
    assert!(!text.contains('\u{1b}'));
}

/// What a terminal of the user's would be sent.
fn on_a_terminal(home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let pty = native_pty_system()
        .openpty(PtySize {
            cols: 200,
            ..PtySize::default()
        })
        .unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_smelt"));
    command.env_clear();
    command.env("HOME", home);
    command.cwd(home);
    command.args(arguments);
    for (name, value) in variables {
        command.env(name, value);
    }
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let mut reader = pty.master.try_clone_reader().unwrap();
    let (mut sent, mut bytes) = (Vec::new(), [0; 4096]);
    // The end of a pseudo-terminal is an error.
    while let Ok(count @ 1..) = reader.read(&mut bytes) {
        sent.extend(&bytes[..count]);
    }
    assert!(child.wait().unwrap().success());
    String::from_utf8(sent).unwrap()
}

#[test]
fn a_terminal_gets_samples_in_as_many_colours_as_it_has() {
    let home = tempfile::tempdir().unwrap();
    let sent = |arguments: &[&str], variables: &[(&str, &str)]| {
        on_a_terminal(home.path(), &[&["themes"], arguments].concat(), variables)
    };
    let xterm = ("TERM", "xterm-256color");
    let indexed = sent(&[], &[xterm, ("LANG", "C.UTF-8")]);
    assert!(
        indexed.contains("38;5;147m") && indexed.contains("✓ done"),
        "{indexed}"
    );
    assert!(!indexed.contains("38;2;"));
    assert!(sent(&["catppuccin", "--color", "truecolor"], &[xterm]).contains("38;2;180;190;254m"));
    let sixteen = sent(&[], &[("TERM", "linux")]);
    assert!(sixteen.contains("38;5;2m+ done"), "{sixteen}");
    assert!(!sixteen.contains("38;5;147m"));
}

#[test]
fn no_color_leaves_what_is_bold_and_reversed_and_not_one_colour() {
    let home = tempfile::tempdir().unwrap();
    for variables in [
        &[("TERM", "xterm-256color"), ("NO_COLOR", "1")][..],
        &[("TERM", "dumb")],
    ] {
        let sent = on_a_terminal(home.path(), &["themes"], variables);
        assert!(sent.contains("\u{1b}[7m selected"), "{sent}");
        for code in ["[3", "[4", ";3", ";4", "[m", "[;m"] {
            let color = sent
                .replace("\u{1b}[4m", "")
                .replace("\u{1b}[3m", "")
                .contains(&format!("\u{1b}{code}"));
            assert!(!color, "{code}: {sent}");
        }
    }
}

#[test]
fn good_themes_are_taken() {
    let home = tempfile::tempdir().unwrap();
    for file in files("themes/valid", 7) {
        let output = program(home.path())
            .arg("themes")
            .arg(&file)
            .output()
            .unwrap();
        let stem = file.file_stem().unwrap().to_str().unwrap();
        assert!(accepted(&file, &output).starts_with(stem));
    }
}

#[test]
fn bad_themes_are_refused_in_one_line_that_helps() {
    let home = tempfile::tempdir().unwrap();
    for file in files("themes/invalid", 24) {
        let output = program(home.path())
            .arg("themes")
            .arg(&file)
            .output()
            .unwrap();
        refused(&file, &output);
    }
}

#[test]
fn the_users_own_themes_are_listed_and_stand_before_those_built_in() {
    let home = tempfile::tempdir().unwrap();
    let own = home.path().join("settings/smelt/themes");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(
        own.join("mine.toml"),
        "about = \"my own\"\nbase = \"light\"\n",
    )
    .unwrap();
    std::fs::write(
        own.join("light.toml"),
        "about = \"not so light\"\nbase = \"light\"\n",
    )
    .unwrap();
    let themes = |arguments: &[&str]| {
        let mut command = program(home.path());
        command.env("XDG_CONFIG_HOME", home.path().join("settings"));
        let output = command.arg("themes").args(arguments).output().unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, text, _) = themes(&[]);
    assert_eq!((code, text.lines().count()), (0, 7), "{text}");
    assert!(
        text.contains("not so light") && text.contains("my own"),
        "{text}"
    );
    let (code, _, stderr) = themes(&["mien"]);
    assert_eq!(code, 8);
    assert!(
        stderr.contains("none is called \"mien\" (did you mean mine?)"),
        "{stderr}"
    );
    std::fs::write(own.join("mine.toml"), "base = \"lite\"\n").unwrap();
    let (code, text, stderr) = themes(&[]);
    assert_eq!(
        (code, text.lines().count()),
        (8, 6),
        "the others are listed all the same"
    );
    assert!(stderr.contains("mine.toml:1: "), "{stderr}");
}
