//! Arguments of the commands that set the card's power.

use std::path::PathBuf;

use clap::Args;

/// Which card, and who may set it for us.
#[derive(Debug, Clone, Args)]
pub struct CardArgs {
    /// Which card, by its UUID or by its place in `nvidia-smi -L`, from 0.
    #[arg(long, value_name = "UUID|INDEX", env = "SMELT_GPU")]
    pub gpu: Option<String>,
    /// Where `smelt power helper` listens.
    #[arg(long, value_name = "SOCKET", default_value = POWER_SOCKET, env = "SMELT_POWER_SOCKET")]
    pub helper_socket: PathBuf,
}

/// Where `smelt power helper` listens unless told otherwise.
pub const POWER_SOCKET: &str = "/run/smelt/power.sock";

/// What is set, what is in force, what is drawn.
#[derive(Debug, Args)]
pub struct GetArgs {
    /// Which card.
    #[command(flatten)]
    pub card: CardArgs,
    /// Find out what could be set, by setting each part to what it is; changes nothing that lasts, but it is a write.
    #[arg(long)]
    pub probe: bool,
    /// One JSON object.
    #[arg(long)]
    pub json: bool,
}

/// A power setting.
#[derive(Debug, Args)]
pub struct SetArgs {
    /// Watts.
    pub watts: f64,
    /// How.
    #[command(flatten)]
    pub how: HowArgs,
}

/// A power profile.
#[derive(Debug, Args)]
pub struct ProfileArgs {
    /// quiet (100 W), balanced (120 W), performance (140 W) or max (150 W).
    pub name: String,
    /// How.
    #[command(flatten)]
    pub how: HowArgs,
}

/// How something is set.
#[derive(Debug, Clone, Args)]
pub struct HowArgs {
    /// Which card.
    #[command(flatten)]
    pub card: CardArgs,
    /// Stay, hold it and correct it, and put everything back at the end (INT, TERM, HUP). Without it the setting stays in
    /// force until `smelt power reset` or a restart.
    #[arg(long)]
    pub hold: bool,
    /// More than the card's default, or than 140 W, without being asked.
    #[arg(long)]
    pub yes: bool,
}

/// The governor.
#[derive(Debug, Args)]
pub struct AutoArgs {
    /// What it stays below: quiet (100 W), balanced (120 W), performance (140 W), max (150 W), or so many watts.
    #[arg(value_name = "PROFILE|WATTS", default_value = "performance")]
    pub below: String,
    /// Which card.
    #[command(flatten)]
    pub card: CardArgs,
    /// More than the card's default, or than 140 W, without being asked.
    #[arg(long)]
    pub yes: bool,
    /// nvml (the driver), simulated[:LAPTOP][@SPEED], or replay:FILE[@SPEED] (what `smelt monitor` wrote; it can only be
    /// watched).
    #[arg(long, value_name = "SOURCE", default_value = "nvml")]
    pub source: String,
    /// JSON lines also on a terminal.
    #[arg(long)]
    pub json: bool,
}

/// What is done about the card while a run lasts.
#[derive(Debug, Clone, Args)]
pub struct KeepArgs {
    /// Hold the GPU while the run lasts: auto (the governor, below performance), a profile (quiet, balanced, performance,
    /// max) or so many watts, or off. At 87 degrees no new page is begun; at 95 the run ends with 6.
    #[arg(
        long,
        value_name = "auto|PROFILE|WATTS|off",
        default_value = "off",
        env = "SMELT_POWER"
    )]
    pub power: String,
    /// Where the GPU is read: nvml (the driver), simulated[:LAPTOP][@SPEED], or replay:FILE[@SPEED].
    #[arg(long, value_name = "SOURCE", default_value = "nvml")]
    pub gpu_source: String,
    /// Set nothing on the GPU: it is watched, and our own work alone is paused and slowed down. In the console, neither
    /// queue nor review are changed by hand.
    #[arg(long)]
    pub readonly: bool,
    /// More than the GPU's default, or than 140 W, without being asked.
    #[arg(long)]
    pub yes: bool,
    /// Which card.
    #[command(flatten)]
    pub card: CardArgs,
}

/// Undoing.
#[derive(Debug, Args)]
pub struct ResetArgs {
    /// Which card.
    #[command(flatten)]
    pub card: CardArgs,
}

/// The service.
#[derive(Debug, Args)]
#[command(after_help = HELPER_HELP)]
pub struct HelperArgs {
    /// Where it listens; its ledger of what to put back lies beside it, named .json.
    #[arg(long, value_name = "SOCKET", default_value = POWER_SOCKET)]
    pub socket: PathBuf,
    /// What it allows; default: /etc/smelt/helper.toml, if there is one.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print a systemd unit with the steps to install it, and leave.
    #[arg(long, conflicts_with_all = ["socket", "config", "print_sudoers"])]
    pub print_unit: bool,
    /// Print a file for /etc/sudoers.d, for use without this service, and leave.
    #[arg(long, conflicts_with_all = ["socket", "config"])]
    pub print_sudoers: bool,
}

const HELPER_HELP: &str = "Members of group smelt may ask it (key `group` of its configuration); so may root and whoever it runs as. \
One client at a time holds a lease; when it ends, is killed or is silent for 10 s, everything is put back. \
Every write is one JSON line on standard error. The configuration is TOML: min_w, max_w, min_mhz, lease_s, group, gpu; \
it must belong to root or to whoever the helper runs as, and nobody else may be able to write it.";
