//! The command line: arguments and the documented exit codes, and how a user is told what went wrong.

mod bench;
mod console;
mod models;
mod power;
mod review;
mod screen;
mod simulated;

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use self::bench::{
    BenchArgs, BenchBatchArgs, BenchCommand, BenchDecodeArgs, BenchExtractArgs, FillerArgs,
    MeasureArgs, WholeJson,
};
pub use self::console::{
    ColorArg, GlyphsArg, KeymapArgs, KeysArgs, LookArgs, ScreenArgs, ThemesArgs,
};
pub use self::models::{
    ModelsArgs, ModelsCommand, ModelsListArgs, PlanArgs, PullArgs, UseArgs, VerifyArgs,
};
pub use self::power::{
    AutoArgs, CardArgs, GetArgs, HelperArgs, HowArgs, KeepArgs, POWER_SOCKET, ProfileArgs,
    ResetArgs, SetArgs,
};
pub use self::review::{
    ApproveAllArgs, ApproveArgs, EditArgs, ListArgs, RejectArgs, ReviewArgs, ReviewCommand,
    ShowArgs, UndoArgs, WhoArgs,
};
pub use self::screen::ConsoleArgs;
pub use self::simulated::{SimulateArgs, TuneArgs};

/// What the process ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All done.
    Done = 0,
    /// A defect of smelt.
    Internal = 1,
    /// The command line is wrong.
    Usage = 2,
    /// Some postings failed.
    SomeFailed = 3,
    /// There was nothing to do.
    Nothing = 4,
    /// No engine, model or GPU.
    NoEngine = 5,
    /// The thermal guard stopped the run.
    TooHot = 6,
    /// The store is locked or corrupt.
    Store = 7,
    /// The configuration is invalid.
    Config = 8,
}

/// One line for the user.
pub fn complain(line: &str) {
    // A closed stderr is no reason to stop.
    writeln!(std::io::stderr(), "smelt: {line}").ok();
}

/// Turns job-posting pages into structured, evidence-backed records. On a terminal, without a command, the console opens.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// Batch mode: one JSON line per posting on stdout, progress on stderr.
    #[arg(long)]
    pub headless: bool,
    /// What is read, and by whom; for the console too.
    #[command(flatten)]
    pub run: RunArgs,
    /// The console's own arguments.
    #[command(flatten)]
    pub console: ConsoleArgs,
    /// Anything but the console and batch mode.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const EXIT_CODES: &str = "Exit codes: 0 all done; 1 internal; 2 usage; 3 some postings failed; 4 nothing to do; \
5 engine, model or GPU not available or not to be set; 6 stopped by the thermal guard, \
what ran is back in the queue; 7 store locked or corrupt; 8 configuration invalid. \
One INT or TERM finishes what runs, a second requeues it and stops; then smelt dies by that signal.";

/// What smelt can be told to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The same as --headless.
    Run(RunArgs),
    /// Put work into the queue and leave; `smelt --headless` without inputs does it.
    Add(AddArgs),
    /// Write all records of the store as JSON lines.
    Export(ExportArgs),
    /// Say which records are right: approve, reject, correct, take back.
    Review(ReviewArgs),
    /// Read labelled postings and say how right the records are, per field and source.
    Eval(EvalArgs),
    /// Measure how fast pages are read, on which card with which model.
    Bench(BenchArgs),
    /// The models smelt knows: list them, plan memory, fetch, verify on this card, choose one.
    Models(ModelsArgs),
    /// Watch the card: a live line on a terminal, JSON lines otherwise, alerts; nothing is changed.
    Monitor(MonitorArgs),
    /// Hold the card's power down: by hand, by its temperature, or on a simulated laptop.
    Power(PowerArgs),
    /// List the console's keys, with the changes of your keymap.toml.
    Keys(KeysArgs),
    /// List the console's themes, each with a sample on a terminal.
    Themes(ThemesArgs),
    /// The child process that holds the model.
    #[command(hide = true)]
    EngineWorker(WorkerArgs),
}

/// Batch mode.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// Files (.html .htm .txt .md .json .jsonl, also .gz), directories, globs, - for standard input, and with
    /// --allow-fetch http(s) addresses. Without any, the jobs waiting in the queue are done.
    pub inputs: Vec<String>,
    /// Whether web addresses are inputs too.
    #[command(flatten)]
    pub fetch: FetchArgs,
    /// Who reads.
    #[command(flatten)]
    pub engine: EngineArgs,
    /// Where results are kept.
    #[command(flatten)]
    pub store: StoreArgs,
    /// Write records in the order of the inputs instead of as they finish.
    #[arg(long)]
    pub ordered: bool,
    /// Read every page again, even if the store holds its record.
    #[arg(long)]
    pub fresh: bool,
    /// Pages prepared at the same time; default: enough to keep the model's cohorts full, at least 2.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: Option<u8>,
    /// Add the clean text that evidence offsets refer to.
    #[arg(long)]
    pub with_text: bool,
    /// What is done about the GPU meanwhile.
    #[command(flatten)]
    pub keep: KeepArgs,
}

/// Which engine reads.
#[derive(Debug, Clone, Args)]
pub struct EngineArgs {
    /// A card's ID or ID:QUANT (see `smelt models list`), a .gguf file, or a models/*.toml card; default: what was chosen
    /// with `smelt models use`, else the small model that smelt carries with it.
    #[arg(long, value_name = "ID|PATH", env = "SMELT_MODEL")]
    pub model: Option<PathBuf>,
    /// mistralrs, none (structured data and rules only), or scripted:FILE.
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<String>,
    /// Tokens of prompt and answer together; default: what the model can, at most 8192.
    #[arg(long, value_name = "TOKENS")]
    pub context: Option<usize>,
    /// Questions the model answers together; default: what `smelt models verify` or `smelt bench batch` found best here, or 1.
    /// On a card more than `verify` has passed is refused.
    #[arg(long, value_name = "N", value_parser = cohort)]
    pub cohort: Option<usize>,
    /// Ask a third time for what failed its checks twice, after the model has thought about it; for models that think, and slow.
    #[arg(long)]
    pub second_look: bool,
    /// Seconds without a token after which the engine is killed and started again.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..))]
    pub watchdog: u64,
}

/// Where results are kept.
#[derive(Debug, Clone, Args)]
pub struct StoreArgs {
    /// The store; default: smelt.db in the user's data directory, and eval.db there for `smelt eval`.
    #[arg(long, value_name = "FILE", env = "SMELT_STORE")]
    pub store: Option<PathBuf>,
}

/// Reading from the network, which nothing does unasked.
#[derive(Debug, Clone, Args)]
pub struct FetchArgs {
    /// Read http(s) addresses given as inputs; without it they are refused.
    #[arg(long)]
    pub allow_fetch: bool,
}

/// Queueing.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// As for batch mode.
    #[arg(required = true)]
    pub inputs: Vec<String>,
    /// Whether web addresses are inputs too.
    #[command(flatten)]
    pub fetch: FetchArgs,
    /// Where the queue is kept.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Evaluation.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Labels, - for standard input: JSON lines of {"id", "source", "page" | "html" | "text", "gold", "scored"?, "alt"?, "loose"?}.
    #[arg(long, value_name = "FILE")]
    pub gold: PathBuf,
    /// Only these sources.
    #[arg(long, value_name = "NAME")]
    pub source: Vec<String>,
    /// The JSON of an earlier evaluation: says what changed since.
    #[arg(long, value_name = "RUN")]
    pub compare: Option<PathBuf>,
    /// Ask the model for every field and score its answers only, without structured data and rules (those alone:
    /// --engine none).
    #[arg(long)]
    pub model_alone: bool,
    /// JSON also on a terminal.
    #[arg(long)]
    pub json: bool,
    /// Read every page again, even if the store holds its record.
    #[arg(long)]
    pub fresh: bool,
    /// Pages prepared at the same time; default: enough to keep the model's cohorts full, at least 2.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: Option<u8>,
    /// Who reads.
    #[command(flatten)]
    pub engine: EngineArgs,
    /// Where results are kept.
    #[command(flatten)]
    pub store: StoreArgs,
    /// What is done about the GPU meanwhile.
    #[command(flatten)]
    pub keep: KeepArgs,
}

/// Export.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Which store is written out.
    #[command(flatten)]
    pub store: StoreArgs,
    /// Also records that a newer one of the same posting has replaced.
    #[arg(long)]
    pub all: bool,
    /// Instead of records, labels that `smelt eval --gold` reads: what was confirmed in review, with the text.
    #[arg(long, conflicts_with_all = ["all", "with_text"])]
    pub gold: bool,
    /// Add the clean text that evidence offsets refer to.
    #[arg(long)]
    pub with_text: bool,
}

/// The card's power.
#[derive(Debug, Args)]
pub struct PowerArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub command: PowerCommand,
}

/// What can be done with the card's power.
#[derive(Debug, Subcommand)]
pub enum PowerCommand {
    /// Let the governor hold a simulated laptop, or judge a recording, and print what it does; no card is touched.
    Simulate(SimulateArgs),
    /// Find the power cap with the least energy per token.
    Tune(TuneArgs),
    /// Show what was asked for, what is in force and what is drawn, and by which way it was set.
    Get(GetArgs),
    /// Hold the card to so many watts.
    Set(SetArgs),
    /// Hold the card to the watts of a profile.
    Profile(ProfileArgs),
    /// Hold the card below a profile and lower by its temperature, until INT; one JSON line a decision where stdout is no
    /// terminal.
    Auto(AutoArgs),
    /// Put back everything that was set.
    Reset(ResetArgs),
    /// The service that sets the card for users who may not; run by root.
    Helper(HelperArgs),
}

/// Watching the card.
#[derive(Debug, Args)]
pub struct MonitorArgs {
    /// Seconds between two lines; alerts are looked for every second at least.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = interval)]
    pub interval: f64,
    /// Stop after so many lines.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
    /// Which card, by its UUID or by its place in `nvidia-smi -L`, from 0.
    #[arg(long, value_name = "UUID|INDEX", env = "SMELT_GPU")]
    pub gpu: Option<String>,
    /// nvml (the driver), simulated[:LAPTOP][@SPEED], or replay:FILE[@SPEED] (what this command wrote); SPEED is how many
    /// times as fast as the clock it runs, and lines come as often as its own clock says.
    #[arg(long, value_name = "SOURCE", default_value = "nvml")]
    pub source: String,
    /// JSON lines also on a terminal.
    #[arg(long)]
    pub json: bool,
    /// Write the JSON lines to a file a day in this directory too; the last 30 are kept.
    #[arg(long, value_name = "DIR")]
    pub log: Option<PathBuf>,
    /// Shell command that gets each alert as JSON on its standard input, one after the other.
    #[arg(long, value_name = "COMMAND")]
    pub on_alert: Option<String>,
    /// Without a GPU or driver, wait for one instead of ending with 5.
    #[arg(long)]
    pub wait: bool,
}

/// Seconds between a quarter, which is how often the card is asked, and a day.
fn interval(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.25..=86_400.0).contains(&seconds) {
        Ok(seconds)
    } else {
        Err("must be between 0.25 and 86400 seconds".to_owned())
    }
}

/// The worker.
#[derive(Debug, Args)]
pub struct WorkerArgs {
    /// A .gguf file.
    #[arg(long)]
    pub model: Option<PathBuf>,
    /// A script.
    #[arg(long)]
    pub script: Option<PathBuf>,
    /// Tokens of prompt and answer together.
    #[arg(long, default_value_t = 8192)]
    pub context: usize,
    /// Questions answered together.
    #[arg(long, default_value_t = 1, value_parser = cohort)]
    pub cohort: usize,
    /// Measure the engine alone, and print how long it took.
    #[arg(long, value_name = "JSON")]
    pub bare: Option<String>,
}

/// mistral.rs takes a slow path for more than eight sequences.
fn cohort(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(questions @ 1..=8) => Ok(questions),
        _ => Err("give a number from 1 to 8".to_owned()),
    }
}
