//! Arguments of `smelt models`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Models.
#[derive(Debug, Args)]
pub struct ModelsArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ModelsCommand,
}

/// What can be done with models.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// The models smelt knows: which are here, verified, in use.
    List(ModelsListArgs),
    /// What fits into a card's memory, at which context and how many questions together, with the arithmetic.
    Plan(PlanArgs),
    /// Fetch a model's file into the cache of the Hugging Face hub; goes on where it was broken off.
    Pull(PullArgs),
    /// Load a model and see that it answers soundly, 1, 2, 4 and 8 questions together; remembered for this card.
    Verify(VerifyArgs),
    /// Make a model the one that reads when none is named; `smelt models use smelt-demo` goes back to the bundled one.
    Use(UseArgs),
}

/// The list.
#[derive(Debug, Args)]
pub struct ModelsListArgs {
    /// JSON also on a terminal.
    #[arg(long)]
    pub json: bool,
}

/// The plan.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Cards by ID or ID:QUANT, or .gguf files; without any, all cards.
    #[arg(value_name = "ID|FILE.gguf")]
    pub models: Vec<String>,
    /// Memory to plan for, such as 16GB (10^9 bytes each) or 15.5GiB (2^30); default: what this machine's card has free, or
    /// 16GB without one.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub vram: Option<u64>,
    /// Tokens of prompt and answer together; default: 8192, or what the model can.
    #[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub context: Option<u64>,
    /// Questions answered together.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = super::cohort)]
    pub cohort: usize,
    /// Only this quantisation.
    #[arg(long, value_name = "QUANT")]
    pub quant: Option<String>,
    /// For a smelt-cuda built with flash-attn, which takes less for long prompts; default: as the one here was built.
    #[arg(long)]
    pub flash_attn: bool,
    /// JSON.
    #[arg(long)]
    pub json: bool,
}

/// Fetching.
#[derive(Debug, Args)]
pub struct PullArgs {
    /// A card's ID.
    #[arg(value_name = "ID")]
    pub model: String,
    /// Which quantisation; default: the card's first.
    #[arg(long, value_name = "QUANT")]
    pub quant: Option<String>,
    /// Branch, tag or commit of the repository.
    #[arg(long, value_name = "REVISION", default_value = "main")]
    pub revision: String,
}

/// Verification.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// A card's ID or ID:QUANT, or a .gguf file; default: the model that would read.
    #[arg(value_name = "ID|FILE")]
    pub model: Option<PathBuf>,
    /// mistralrs, or scripted:FILE.
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<String>,
    /// Tokens of prompt and answer together; default: what the model can, at most 8192.
    #[arg(long, value_name = "TOKENS")]
    pub context: Option<usize>,
    /// No more questions together than so many.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = super::cohort)]
    pub most: usize,
    /// Seconds without a token after which the engine is killed and the number of questions counts as failed.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub watchdog: u64,
    /// JSON also on a terminal.
    #[arg(long)]
    pub json: bool,
}

/// The choice.
#[derive(Debug, Args)]
pub struct UseArgs {
    /// A card's ID or ID:QUANT, or a .gguf file.
    #[arg(value_name = "ID|FILE")]
    pub model: PathBuf,
    /// Also when it was not verified on this card; never when it does not fit.
    #[arg(long)]
    pub force: bool,
}

/// Bytes of a size with its unit.
fn size(text: &str) -> Result<u64, String> {
    let units = [
        ("GIB", 1_u64 << 30),
        ("MIB", 1 << 20),
        ("GB", 1_000_000_000),
        ("MB", 1_000_000),
        ("G", 1_000_000_000),
    ];
    let upper = text.trim().to_ascii_uppercase();
    let found = units
        .iter()
        .find_map(|(name, unit)| Some((upper.strip_suffix(name)?, *unit)));
    let number = found.and_then(|(number, unit)| Some((number.trim().parse::<f64>().ok()?, unit)));
    match number {
        Some((number, unit)) if (0.0..=100_000.0).contains(&number) && number > 0.0 =>
        {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_precision_loss,
                clippy::cast_sign_loss
            )]
            Ok((number * unit as f64) as u64)
        }
        _ => Err("give a size such as 16GB or 15.5GiB".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_have_units_of_ten_and_of_two() {
        assert_eq!(size("16GB"), Ok(16_000_000_000));
        assert_eq!(size("16 gb"), Ok(16_000_000_000));
        assert_eq!(size("1.5GiB"), Ok(3 << 29));
        assert_eq!(size("500MiB"), Ok(500 << 20));
        for wrong in [
            "16", "", "GB", "-1GB", "0GB", "nanGB", "infGB", "16TBs", "1e9GB",
        ] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
