//! Arguments of `smelt bench`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{EngineArgs, cohort};

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
    /// Read pages from end to end, several at once: pages a minute, seconds, tokens, joules, and smelt's own share of it.
    Extract(BenchExtractArgs),
    /// Find out how many questions are best answered together, each number by a fresh engine with the same work. A number that
    /// breaks is told and costs the others nothing; where one could not read a page that others could, the end is 3.
    Batch(BenchBatchArgs),
    /// Tokens a second while reading and writing, without any page, beside what the memory's bandwidth allows.
    Decode(BenchDecodeArgs),
}

/// What every measurement takes.
#[derive(Debug, Args)]
pub struct MeasureArgs {
    /// JSON also on a terminal.
    #[arg(long)]
    pub json: bool,
    /// Which card's joules are counted, by its UUID or by its place in `nvidia-smi -L`, from 0.
    #[arg(long, value_name = "UUID|INDEX", env = "SMELT_GPU")]
    pub gpu: Option<String>,
    /// Where the card is read: nvml (the driver), simulated[:LAPTOP][@SPEED], or replay:FILE[@SPEED].
    #[arg(long, value_name = "SOURCE", default_value = "nvml")]
    pub gpu_source: String,
    /// Who reads.
    #[command(flatten)]
    pub engine: EngineArgs,
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
    /// Times all pages are read; before that some are read that do not count.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub runs: u16,
    /// Pages read at once; default: twice as many as the engine answers together, so that a page is ready when it has room.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: Option<u8>,
    /// Write the engine's answers into this file, for --replay.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Have the engine give the answers of this file again, token by token, whatever its model would say. A page with a
    /// question that is not in it is named and left out.
    #[arg(long, value_name = "FILE", conflicts_with = "record")]
    pub replay: Option<PathBuf>,
    /// Also have the engine write each page's result as plain JSON, its long texts word by word, in one answer: `posting`
    /// alone, or the whole `record` with the words that show each value.
    #[arg(long, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "record")]
    pub whole_json: Option<WholeJson>,
    /// Also give all answers again without a grammar: the difference is what the grammar costs.
    #[arg(long)]
    pub without_grammar: bool,
    /// And the rest.
    #[command(flatten)]
    pub measure: MeasureArgs,
}

/// How much is written as plain JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WholeJson {
    /// The posting.
    Posting,
    /// The posting, and the words of the page for every value that is not itself words of the page.
    Record,
}

/// The best number of questions at once.
#[derive(Debug, Args)]
pub struct BenchBatchArgs {
    /// Pages, as for batch mode; without any, as many tokens as a page's in filler.
    pub inputs: Vec<String>,
    /// Have the engine give the answers of this file again, so that the work is the same for every number.
    #[arg(long, value_name = "FILE", requires = "inputs")]
    pub replay: Option<PathBuf>,
    /// How many questions are answered together.
    #[arg(long, value_name = "N,N", value_delimiter = ',', default_values_t = [1, 2, 4, 6, 8], value_parser = cohort,
        conflicts_with = "cohort")]
    pub widths: Vec<usize>,
    /// Times the work is done for each; before that a little is done that does not count. Of pages the first number reads all
    /// once: those the engine refuses are named, and left out of every number.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub runs: u16,
    /// The filler, where no page is given.
    #[command(flatten)]
    pub filler: FillerArgs,
    /// And the rest.
    #[command(flatten)]
    pub measure: MeasureArgs,
}

/// Questions and answers of filler text.
#[derive(Debug, Clone, Copy, Args)]
pub struct FillerArgs {
    /// Tokens of each question.
    #[arg(long, value_name = "N", default_value_t = 839, value_parser = clap::value_parser!(u32).range(64..=131_072))]
    pub prompt_tokens: u32,
    /// Tokens of each answer.
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = clap::value_parser!(u32).range(2..=16_384))]
    pub out: u32,
}

/// Bare reading and writing.
#[derive(Debug, Args)]
pub struct BenchDecodeArgs {
    /// What is read and written.
    #[command(flatten)]
    pub filler: FillerArgs,
    /// How many questions are answered together.
    #[arg(long, value_name = "N,N", value_delimiter = ',', default_values_t = [1, 2, 4, 8], value_parser = cohort,
        conflicts_with = "cohort")]
    pub widths: Vec<usize>,
    /// Times they are; once before that does not count.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub runs: u16,
    /// GB a second that the card's memory gives; known for some cards.
    #[arg(long, value_name = "GB/S", value_parser = bandwidth)]
    pub bandwidth: Option<f64>,
    /// Have the engine do the same without smelt around it, for each width, and say how near smelt comes to that. It reads
    /// all prompts of a round at once, which takes more memory than is planned for.
    #[arg(long)]
    pub bare: bool,
    /// And the rest.
    #[command(flatten)]
    pub measure: MeasureArgs,
}

fn bandwidth(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (1.0..=100_000.0).contains(&rate) => Ok(rate),
        _ => Err("give GB a second, from 1 to 100000".to_owned()),
    }
}
