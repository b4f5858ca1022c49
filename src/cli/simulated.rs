//! The arguments of what runs on a simulated laptop.

use std::path::PathBuf;

use clap::Args;

use super::{CardArgs, EngineArgs};

/// A simulated laptop.
#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// Print how well it does on five laptops by four workloads, on random laptops and in trouble.
    #[arg(long)]
    pub report: bool,
    /// Which laptop; default: nominal, in a report all of them.
    #[arg(long, value_name = "LAPTOP", value_parser = LAPTOPS)]
    pub plant: Option<String>,
    /// What it does; default: constant, in a report all of them.
    #[arg(long, value_name = "WORKLOAD", value_parser = ["constant", "chat", "burst", "batch"])]
    pub workload: Option<String>,
    /// Print what the governor would have done in a recording of `smelt monitor` instead.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["report", "plant", "workload", "minutes", "seed"])]
    pub replay: Option<PathBuf>,
    /// The profile whose watts are the ceiling.
    #[arg(long, value_name = "PROFILE", default_value = "max")]
    pub profile: String,
    /// Minutes of one run; a report has lengths of its own.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u16).range(10..=1440))]
    pub minutes: u16,
    /// For the simulated noise: the same number gives the same run.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// The search for the least energy per token.
#[derive(Debug, Args)]
pub struct TuneArgs {
    /// On a simulated laptop, without any card or model.
    #[arg(long)]
    pub simulated: bool,
    /// Seconds that are measured at each cap, after as many in which it settles.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds, conflicts_with = "simulated")]
    pub seconds: f64,
    /// Whose tokens are measured.
    #[command(flatten)]
    pub engine: EngineArgs,
    /// Which card.
    #[command(flatten)]
    pub card: CardArgs,
    /// How many times as long as at the highest cap a token may take.
    #[arg(long, value_name = "FACTOR", default_value = "1.05", value_parser = slowdown)]
    pub max_slowdown: f64,
    /// What is tuned for: reading the prompt, writing the answer, or postings one after the other.
    #[arg(long, value_name = "PHASE", default_value = "decode", value_parser = ["prefill", "decode", "both"])]
    pub phase: String,
    /// Which simulated laptop.
    #[arg(long, value_name = "LAPTOP", default_value = "nominal", value_parser = LAPTOPS, requires = "simulated")]
    pub plant: String,
    /// For the simulated noise: the same number gives the same result.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "simulated")]
    pub seed: u64,
    /// JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// The simulated laptops.
const LAPTOPS: [&str; 5] = ["nominal", "hot-room", "dusty", "cooling-pad", "cpu-hot"];

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.1..=600.0).contains(&seconds) => Ok(seconds),
        _ => Err("must be between 0.1 and 600 seconds".to_owned()),
    }
}

fn slowdown(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(factor) if (1.0..=10.0).contains(&factor) => Ok(factor),
        _ => Err("a number from 1 to 10 is wanted".to_owned()),
    }
}
