//! Files that the program must take, and files that it must refuse with the line and the words that their first line names.
#![allow(dead_code, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The files of a corpus, by name.
pub fn files(corpus: &str, least: usize) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/configs")
        .join(corpus);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    assert!(
        files.len() >= least,
        "{corpus} has only {} files",
        files.len()
    );
    files
}

/// The program, with an empty home and nothing of the caller's settings.
pub fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smelt"));
    command.env("HOME", home).current_dir(home);
    for name in [
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
        "SMELT_KEYMAP",
        "SMELT_THEME",
        "SMELT_COLOR",
        "SMELT_GLYPHS",
        "NO_COLOR",
        "COLORTERM",
    ] {
        command.env_remove(name);
    }
    command
}

/// Exit 0 and not a word of complaint.
pub fn accepted(file: &Path, output: &Output) -> String {
    let stderr = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(
        (output.status.code(), stderr.as_str()),
        (Some(0), ""),
        "{}",
        file.display()
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Exit 8 and one line: the file, the line and the words that `# line N: WORDS` at its top asks for.
pub fn refused(file: &Path, output: &Output) {
    let text = std::fs::read_to_string(file).unwrap();
    let first = text.lines().next().unwrap();
    let (line, words) = first
        .strip_prefix("# line ")
        .unwrap()
        .split_once(':')
        .unwrap();
    let stderr = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(
        output.status.code(),
        Some(8),
        "{}: {stderr}",
        file.display()
    );
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    let place = if line == "0" {
        format!("smelt: {}: ", file.display())
    } else {
        format!("smelt: {}:{line}: ", file.display())
    };
    assert!(stderr.starts_with(&place), "{place} is wanted: {stderr}");
    assert!(stderr.contains(words.trim()), "{words} is wanted: {stderr}");
}
