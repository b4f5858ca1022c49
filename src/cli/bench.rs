//! Arguments of `smelt bench`.

use clap::{Args, Subcommand};

use super::EngineArgs;

/// Measuring.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// What is measured.
    #[command(subcommand)]
    pub command: BenchCommand,
}

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Read pages from end to end, each several times: seconds, tokens, and tokens a second while reading and writing.
    Extract(BenchExtractArgs),
}

/// Extraction.
#[derive(Debug, Args)]
pub struct BenchExtractArgs {
    /// Files, directories or globs, as for batch mode.
    #[arg(required = true)]
    pub inputs: Vec<String>,
    /// Cut each page after the line in which it reaches so many tokens; several sizes are measured one after the other.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(16..))]
    pub page_tokens: Vec<u32>,
    /// Runs of each page that count; one before them does not.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub runs: u16,
    /// JSON also on a terminal.
    #[arg(long)]
    pub json: bool,
    /// Who reads.
    #[command(flatten)]
    pub engine: EngineArgs,
}
