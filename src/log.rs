//! Logging: to a daily file in the user's state directory, so that stdout and stderr stay the user's.

use tracing_subscriber::EnvFilter;

fn filter() -> EnvFilter {
    EnvFilter::try_from_env("SMELT_LOG").unwrap_or_else(|_| EnvFilter::new("info"))
}

/// Logs to a file of the day; without a home directory nothing is logged.
pub fn to_file() {
    let Some(dirs) = directories::ProjectDirs::from("", "", "smelt") else {
        return;
    };
    let directory = dirs
        .state_dir()
        .unwrap_or_else(|| dirs.data_local_dir())
        .to_owned();
    // The appender reads the directory before it makes it, and complains on stderr.
    if std::fs::create_dir_all(&directory).is_err() {
        return;
    }
    let appender = tracing_appender::rolling::Builder::new()
        .rotation(tracing_appender::rolling::Rotation::DAILY)
        .filename_prefix("smelt")
        .filename_suffix("log")
        .max_log_files(7)
        .build(directory);
    if let Ok(appender) = appender {
        // A second call, as tests make, keeps the first.
        tracing_subscriber::fmt()
            .with_env_filter(filter())
            .with_ansi(false)
            .with_writer(std::sync::Mutex::new(appender))
            .try_init()
            .ok();
    }
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
