//! Arguments of the console.

use clap::Args;

use super::{KeymapArgs, LookArgs};

/// The console.
#[derive(Debug, Clone, Args)]
pub struct ConsoleArgs {
    /// Show the console at work on pages that smelt carries with it and a simulated laptop; nothing of yours is touched.
    #[arg(long)]
    pub demo: bool,
    /// How it looks.
    #[command(flatten)]
    pub look: LookArgs,
    /// Its keys.
    #[command(flatten)]
    pub keys: KeymapArgs,
    /// Which card it shows, by its UUID or by its place in `nvidia-smi -L`, from 0.
    #[arg(long, value_name = "UUID|INDEX", env = "SMELT_GPU")]
    pub gpu: Option<String>,
    /// nvml (the driver), simulated[:LAPTOP], or replay:FILE (what `smelt monitor` wrote).
    #[arg(long, value_name = "SOURCE", default_value = "nvml")]
    pub gpu_source: String,
}
