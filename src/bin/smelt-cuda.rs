//! The engine worker with CUDA: a program of its own, because it cannot even start where NVIDIA's driver is missing. smelt
//! starts it, sees that, and says so.

use std::process::ExitCode;

use clap::Parser;
use smelt::cli::WorkerArgs;
use smelt::engine::load::{MISTRAL, work};

/// Its version, and what of the engine was built in: what was verified with one is not with the other.
const VERSION: &str = if cfg!(feature = "flash-attn") {
    concat!(env!("CARGO_PKG_VERSION"), "+flash-attn")
} else {
    env!("CARGO_PKG_VERSION")
};

/// Holds the model on an NVIDIA GPU; started by smelt.
#[derive(Debug, Parser)]
#[command(version = VERSION, name = "smelt-cuda")]
enum Cli {
    /// Answer over standard input and output.
    EngineWorker(WorkerArgs),
}

fn main() -> ExitCode {
    let Cli::EngineWorker(arguments) = Cli::parse();
    smelt::log::to_stderr();
    ExitCode::from(work(&arguments, MISTRAL) as u8)
}
