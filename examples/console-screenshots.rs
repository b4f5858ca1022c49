//! Draws the pictures of the console for the documentation: `console-screenshots DIRECTORY`.
#![allow(clippy::unwrap_used)]

#[path = "../tests/support/scenes.rs"]
mod scenes;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(directory) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("console-screenshots DIRECTORY");
        return ExitCode::from(2);
    };
    for (name, _, picture) in scenes::pictures() {
        let path = directory.join(format!("console-{name}.svg"));
        if let Err(error) = std::fs::write(&path, picture) {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
