//! Arguments of the console.

use clap::Args;

use super::{KeymapArgs, LookArgs, WhoArgs};

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
    /// Who judges records in it.
    #[command(flatten)]
    pub who: WhoArgs,
}
