//! What a worker process loads and does.

use std::io::Write;
use std::sync::Arc;

use super::bare::{self, Round, Work};
use super::scripted::Scripted;
use super::{Engine, EngineError, worker};
use crate::cli::{Exit, WorkerArgs};
use crate::pace::Pace;

/// An engine, or why there is none.
type Loaded = Result<Arc<dyn Engine>, EngineError>;

/// The engine for models that a program was linked with.
#[derive(Clone, Copy)]
pub struct Models {
    load: fn(&WorkerArgs, &Pace) -> Loaded,
    bare: fn(&WorkerArgs, Work) -> Result<Vec<Round>, String>,
}

/// What a program says that cannot load a model.
const NONE: &str = "the worker was given no engine it was built with";

/// For a program without one.
pub const NO_MODELS: Models = Models {
    load: |_, _| Err(EngineError::Unavailable(NONE.to_owned())),
    bare: |_, _| Err(NONE.to_owned()),
};

/// mistral.rs. Only the program that holds models may name this: it brings CUDA's libraries with it.
#[cfg(feature = "mistralrs")]
pub const MISTRAL: Models = Models {
    load: |arguments, pace| {
        Ok(Arc::new(super::mistral::Mistral::load(
            load(arguments)?,
            pace,
        )?))
    },
    bare: |arguments, work| {
        let load = load(arguments).map_err(|error| error.to_string())?;
        super::mistral::bare::run(load, work)
    },
};

#[cfg(feature = "mistralrs")]
fn load(arguments: &WorkerArgs) -> Result<super::mistral::Load<'_>, EngineError> {
    let path = arguments.model.as_deref();
    Ok(super::mistral::Load {
        path: path.ok_or_else(|| EngineError::Unavailable(NONE.to_owned()))?,
        context_tokens: arguments.context,
        cohort: arguments.cohort,
    })
}

/// Does what the arguments ask of a worker, until its standard input closes.
#[must_use]
pub fn work(arguments: &WorkerArgs, models: Models) -> Exit {
    if let Some(work) = &arguments.bare {
        let done = serde_json::from_str(work)
            .map_err(|error| format!("--bare: {error}"))
            .and_then(|work| (models.bare)(arguments, work));
        // The asker reads whether it went well in this line.
        writeln!(std::io::stdout(), "{}", bare::line(done)).ok();
        return Exit::Done;
    }
    let pace = Pace::default();
    let engine = match &arguments.script {
        Some(script) => Scripted::open(script, arguments.cohort, &pace)
            .map(|script| Arc::new(script) as Arc<dyn Engine>),
        None => (models.load)(arguments, &pace),
    };
    match worker::serve(engine, &pace) {
        Ok(()) => Exit::Done,
        Err(_) => Exit::Internal,
    }
}
