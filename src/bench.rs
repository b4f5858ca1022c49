//! `smelt bench`: how fast pages are read, measured on the pages and the model the user names.

mod bare;
mod batch;
mod card;
mod decode;
mod extract;
mod filler;
mod limit;
mod pages;
mod pass;
pub mod replay;
mod report;
mod row;
mod spread;
mod table;
mod timed;
pub mod whole;
mod widths;

use std::io::{ErrorKind, IsTerminal, Write};

use serde::Serialize;

use crate::cli::{BenchArgs, BenchCommand, Exit, complain};
use crate::engine::EngineError;
use crate::engine::select::{Selected, Wish, select};
use crate::run::RunError;

/// Why there is no measurement.
#[derive(Debug, thiserror::Error)]
enum BenchError {
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("nothing to measure: no page could be read")]
    NoPage,
    #[error(
        "this is measured with a model, and there is none: leave out --engine none, or use a smelt built with an engine"
    )]
    NoModel,
    /// Something on the command line cannot be used.
    #[error("{0}")]
    Given(String),
    #[error("the result cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

impl From<EngineError> for BenchError {
    fn from(error: EngineError) -> Self {
        Self::Run(RunError::Engine(error.to_string()))
    }
}

impl BenchError {
    fn exit(&self) -> Exit {
        match self {
            Self::Run(error) => error.exit(),
            Self::NoPage => Exit::Nothing,
            Self::NoModel => Exit::NoEngine,
            Self::Given(_) => Exit::Usage,
            Self::Output(_) => Exit::Internal,
        }
    }
}

/// Runs a measurement to its end.
#[must_use]
pub fn bench(arguments: &BenchArgs) -> Exit {
    match measure(&arguments.command) {
        Ok(exit) => exit,
        Err(BenchError::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => {
            complain(&error.to_string());
            error.exit()
        }
    }
}

fn measure(command: &BenchCommand) -> Result<Exit, BenchError> {
    match command {
        BenchCommand::Extract(arguments) => {
            let report = extract::run(arguments)?;
            print(&report, arguments.measure.json, || table::extract(&report))?;
            Ok(some(report.failed.is_empty(), Exit::SomeFailed))
        }
        BenchCommand::Batch(arguments) => {
            let report = batch::run(arguments)?;
            print(&report, arguments.measure.json, || table::batch(&report))?;
            Ok(match (report.partial, &report.best) {
                (_, None) => Exit::NoEngine,
                (is_partial, Some(_)) => some(!is_partial, Exit::SomeFailed),
            })
        }
        BenchCommand::Decode(arguments) => {
            let report = decode::run(arguments)?;
            print(&report, arguments.measure.json, || table::decode(&report))?;
            let any = report.widths.iter().any(|width| width.error.is_none());
            Ok(some(any, Exit::NoEngine))
        }
    }
}

fn some(is_well: bool, otherwise: Exit) -> Exit {
    if is_well { Exit::Done } else { otherwise }
}

/// The engine that is wished for, with a line for the user where there is one.
fn chosen(wish: &Wish) -> Result<Selected, BenchError> {
    let selected = select(wish).map_err(RunError::Engine)?;
    if let Some(notice) = &selected.notice {
        complain(notice);
    }
    Ok(selected)
}

fn print(
    report: &impl Serialize,
    json: bool,
    table: impl FnOnce() -> String,
) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if json || !out.is_terminal() {
        return writeln!(out, "{}", serde_json::to_string(report)?);
    }
    write!(out, "{}", table())
}
