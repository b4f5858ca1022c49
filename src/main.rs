//! Parses the command line, picks a mode, and ends with a documented exit code.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use smelt::cli::{Cli, Command, Exit, WorkerArgs};
use smelt::engine::load::{Models, work};
use smelt::{bench, eval, headless, keymap, log, models, monitor, power, theme, triage, tui};

/// With CUDA models are loaded by smelt-cuda.
#[cfg(all(feature = "mistralrs", not(feature = "cuda")))]
const MODELS: Models = smelt::engine::load::MISTRAL;
#[cfg(not(all(feature = "mistralrs", not(feature = "cuda"))))]
const MODELS: Models = smelt::engine::load::NO_MODELS;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let exit = if let Some(Command::EngineWorker(arguments)) = &cli.command {
        worker(arguments)
    } else {
        let tap = log::to_file();
        power::command::at_start();
        user(&cli, &tap)
    };
    ExitCode::from(exit as u8)
}

/// Everything but the child process.
fn user(cli: &Cli, tap: &log::Tap) -> Exit {
    match &cli.command {
        Some(Command::Run(arguments)) => headless::headless(arguments),
        Some(Command::Add(arguments)) => headless::add(arguments),
        Some(Command::Eval(arguments)) => eval::command::eval(arguments),
        Some(Command::Bench(arguments)) => bench::bench(arguments),
        Some(Command::Export(arguments)) => headless::export(arguments),
        Some(Command::Review(arguments)) => triage::triage(arguments),
        Some(Command::Models(arguments)) => models::models(arguments),
        Some(Command::Monitor(arguments)) => monitor::monitor(arguments),
        Some(Command::Power(arguments)) => power::command::power(arguments),
        Some(Command::Keys(arguments)) => keymap::command::keys(arguments),
        Some(Command::Themes(arguments)) => theme::command::themes(arguments),
        Some(Command::EngineWorker(arguments)) => worker(arguments),
        None if cli.headless => headless::headless(&cli.run),
        None if std::io::stdout().is_terminal() => tui::console(cli, tap),
        None => {
            headless::complain(
                "say what to do: smelt --headless INPUT... (see smelt --help); the console needs a terminal",
            );
            Exit::Usage
        }
    }
}

fn worker(arguments: &WorkerArgs) -> Exit {
    log::to_stderr();
    work(arguments, MODELS)
}
