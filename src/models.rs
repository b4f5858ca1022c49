//! `smelt models`: which there are, what fits, and fetching, verifying and choosing one.

mod choose;
mod list;
mod number;
pub mod plan;
mod plan_text;
pub mod pull;
pub mod sheet;
pub mod verify;

use std::io::{IsTerminal, Write};

use crate::cli::{Exit, ModelsArgs, ModelsCommand, complain};
use crate::engine::catalogue::Catalogue;

/// How a command ends without having done its work: the line for the user.
type Refused = String;

/// Runs one of the commands.
#[must_use]
pub fn models(arguments: &ModelsArgs) -> Exit {
    let done = match &arguments.command {
        ModelsCommand::List(arguments) => list::list(arguments.json),
        ModelsCommand::Plan(arguments) => plan::plan(arguments),
        ModelsCommand::Pull(arguments) => pull::pull(arguments),
        ModelsCommand::Verify(arguments) => verify::verify(arguments),
        ModelsCommand::Use(arguments) => choose::choose(arguments),
    };
    match done {
        Ok(()) => Exit::Done,
        Err(why) => {
            complain(&why);
            Exit::NoEngine
        }
    }
}

/// All cards; what is wrong with some is told.
fn catalogue() -> Catalogue {
    let catalogue = Catalogue::load();
    for line in &catalogue.complaints {
        complain(line);
    }
    catalogue
}

/// Whether a person reads standard output.
fn is_read() -> bool {
    std::io::stdout().is_terminal()
}

/// Writes to standard output; a reader that has gone is no failure.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .ok();
}
