//! Parses the command line, picks a mode, and ends with a documented exit code.

use std::process::ExitCode;

use clap::Parser;
use smelt::cli::{Cli, Command, Exit};
use smelt::{bench, engine, eval, headless, log, monitor, power, triage};

fn main() -> ExitCode {
    let cli = Cli::parse();
    if !matches!(cli.command, Some(Command::EngineWorker(_))) {
        log::to_file();
        power::command::at_start();
    }
    let exit = match cli.command {
        Some(Command::Run(arguments)) => headless::headless(&arguments),
        Some(Command::Add(arguments)) => headless::add(&arguments),
        Some(Command::Eval(arguments)) => eval::command::eval(&arguments),
        Some(Command::Bench(arguments)) => bench::bench(&arguments),
        Some(Command::Export(arguments)) => headless::export(&arguments),
        Some(Command::Review(arguments)) => triage::triage(&arguments),
        Some(Command::Monitor(arguments)) => monitor::monitor(&arguments),
        Some(Command::Power(arguments)) => power::command::power(&arguments),
        Some(Command::EngineWorker(arguments)) => {
            log::to_stderr();
            match engine::worker::serve(engine::select::load(&arguments)) {
                Ok(()) => Exit::Done,
                Err(_) => Exit::Internal,
            }
        }
        None if cli.headless => headless::headless(&cli.run),
        None => {
            headless::complain("say what to do: smelt --headless INPUT... (see smelt --help)");
            Exit::Usage
        }
    };
    ExitCode::from(exit as u8)
}
