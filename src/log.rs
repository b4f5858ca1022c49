//! Logging: to a daily file in the user's state directory, so that stdout and stderr stay the user's; and to who listens.

pub mod foreign;
mod tap;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

pub use self::tap::{Line, Tap};

fn filter() -> EnvFilter {
    EnvFilter::try_from_env("SMELT_LOG").unwrap_or_else(|_| EnvFilter::new("info"))
}

/// Logs to a file of the day; without a home directory there is none. Lines can be listened to as well.
#[must_use]
pub fn to_file() -> Tap {
    let tap = Tap::default();
    let file = appender().map(|appender| {
        tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(std::sync::Mutex::new(appender))
            .with_filter(filter())
    });
    // A second call, as tests make, keeps the first.
    tracing_subscriber::registry()
        .with(file)
        .with(tap.clone().with_filter(filter()))
        .try_init()
        .ok();
    tap
}

fn appender() -> Option<tracing_appender::rolling::RollingFileAppender> {
    let dirs = directories::ProjectDirs::from("", "", "smelt")?;
    let directory = dirs
        .state_dir()
        .unwrap_or_else(|| dirs.data_local_dir())
        .to_owned();
    // The appender reads the directory before it makes it, and complains on stderr.
    std::fs::create_dir_all(&directory).ok()?;
    tracing_appender::rolling::Builder::new()
        .rotation(tracing_appender::rolling::Rotation::DAILY)
        .filename_prefix("smelt")
        .filename_suffix("log")
        .max_log_files(7)
        .build(directory)
        .ok()
}

/// Logs to standard error, which the supervisor of a worker keeps.
pub fn to_stderr() {
    let worker = EnvFilter::try_from_env("SMELT_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(worker)
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .try_init()
        .ok();
}
