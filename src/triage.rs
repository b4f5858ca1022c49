//! `smelt review`: triage without the console, one command a step.

mod act;
mod list;
mod show;

use std::io::{ErrorKind, Write};

use crate::cli::{Exit, ReviewArgs, ReviewCommand, complain};
use crate::review::{ReviewError, Why};
use crate::run::RunError;
use crate::store::{Store, StoreError};

/// Why a command did not do what it was told.
#[derive(Debug, thiserror::Error)]
enum TriageError {
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Review(#[from] ReviewError),
    #[error(transparent)]
    Typed(#[from] Why),
    #[error("{0}")]
    Usage(String),
    #[error("stdout cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

impl From<StoreError> for TriageError {
    fn from(error: StoreError) -> Self {
        Self::Run(error.into())
    }
}

impl TriageError {
    fn exit(&self) -> Exit {
        match self {
            Self::Run(error) => error.exit(),
            Self::Review(ReviewError::Store(_)) => Exit::Store,
            Self::Review(ReviewError::AlreadyUndone(_)) => Exit::Nothing,
            Self::Review(ReviewError::NoEntry(_)) | Self::Typed(_) | Self::Usage(_) => Exit::Usage,
            Self::Review(_) => Exit::SomeFailed,
            Self::Output(error) if error.kind() == ErrorKind::BrokenPipe => Exit::Done,
            Self::Output(_) => Exit::Internal,
        }
    }
}

/// Does what the arguments of `smelt review` say.
#[must_use]
pub fn triage(arguments: &ReviewArgs) -> Exit {
    let done = match &arguments.command {
        ReviewCommand::List(arguments) => list::list(arguments),
        ReviewCommand::Show(arguments) => show::show(arguments),
        ReviewCommand::Approve(arguments) => act::approve(arguments),
        ReviewCommand::Reject(arguments) => act::reject(arguments),
        ReviewCommand::Edit(arguments) => act::edit(arguments),
        ReviewCommand::Undo(arguments) => act::undo(arguments),
        ReviewCommand::ApproveAll(arguments) => act::approve_all(arguments),
    };
    done.unwrap_or_else(|error| {
        let exit = error.exit();
        if exit != Exit::Done {
            complain(&error.to_string());
        }
        exit
    })
}

/// The job that a user names: by its number, else by its posting's id.
fn job(store: &Store, name: &str) -> Result<i64, TriageError> {
    if let Ok(number) = name.parse()
        && !store.rows_of(&[number])?.is_empty()
    {
        let others = store.jobs_called(name)?;
        for other in others.iter().filter(|other| **other != number) {
            complain(&format!(
                "{name} is taken for the job of that number; the posting with that id is job {other}"
            ));
        }
        return Ok(number);
    }
    match store.jobs_called(name)?.as_slice() {
        [job] => Ok(*job),
        [] => Err(TriageError::Usage(format!(
            "no job or posting is called {name}: `smelt review list --state all` shows them"
        ))),
        several => Err(TriageError::Usage(format!(
            "{} postings have the id {name}: name one by its job, {}",
            several.len(),
            several
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        ))),
    }
}

/// One line on stdout, without the control characters that a page or a name may hold.
fn say(out: &mut impl Write, line: &str) -> std::io::Result<()> {
    let plain: String = line
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    writeln!(out, "{}", plain.trim_end())
}
