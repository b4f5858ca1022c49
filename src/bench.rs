//! `smelt bench`: how fast pages are read, measured on the pages and the model the user names.

mod extract;
mod spread;
mod table;

use std::io::{ErrorKind, IsTerminal, Write};

use self::extract::Measured;
use crate::cli::{BenchArgs, BenchCommand, BenchExtractArgs, Exit, complain};
use crate::engine::EngineInfo;
use crate::engine::select::{Wish, select};
use crate::run::RunError;

/// Why there is no measurement.
#[derive(Debug, thiserror::Error)]
enum BenchError {
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("nothing to measure: no page could be read")]
    NoPage,
    #[error("the result cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

/// Runs a measurement to its end.
#[must_use]
pub fn bench(arguments: &BenchArgs) -> Exit {
    let BenchCommand::Extract(arguments) = &arguments.command;
    match measure(arguments) {
        Ok(()) => Exit::Done,
        Err(error) => {
            let exit = match &error {
                BenchError::Run(error) => error.exit(),
                BenchError::NoPage => Exit::Nothing,
                BenchError::Output(error) if error.kind() == ErrorKind::BrokenPipe => {
                    return Exit::Done;
                }
                BenchError::Output(_) => Exit::Internal,
            };
            complain(&error.to_string());
            exit
        }
    }
}

fn measure(arguments: &BenchExtractArgs) -> Result<(), BenchError> {
    let engine = &arguments.engine;
    let selected = select(&Wish {
        engine: engine.engine.clone(),
        model: engine.model.clone(),
        context: engine.context,
        watchdog_s: engine.watchdog,
    })
    .map_err(RunError::Engine)?;
    if let Some(notice) = &selected.notice {
        complain(notice);
    }
    let (info, measured) = extract::run(arguments, &selected)?;
    print(info.as_ref(), &measured, arguments.json)?;
    Ok(())
}

fn print(info: Option<&EngineInfo>, measured: &[Measured], json: bool) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if json || !out.is_terminal() {
        let report = serde_json::json!({
            "smelt": env!("CARGO_PKG_VERSION"),
            "engine": info,
            "pages": measured,
        });
        return writeln!(out, "{report}");
    }
    write!(out, "{}", table::table(info, measured))
}
