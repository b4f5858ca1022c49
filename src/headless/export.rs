//! `smelt export`: the records of the store as JSON lines, or what people confirmed of them as labels.

use std::collections::HashSet;
use std::io::{ErrorKind, Write};

use super::{complain, write_line};
use crate::cli::{Exit, ExportArgs};
use crate::review::{self, Case};
use crate::run;
use crate::store::{Store, StoreError, StoredRecord, Which};

/// Why an export ended early.
enum ExportError {
    Store(StoreError),
    Output(std::io::Error),
}

impl From<StoreError> for ExportError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Writes the records of the store.
#[must_use]
pub fn export(arguments: &ExportArgs) -> Exit {
    let store = match run::open_store(&arguments.store) {
        Ok(store) => store,
        Err(error) => {
            complain(&error.to_string());
            return error.exit();
        }
    };
    let (written, nothing) = if arguments.gold {
        let nothing = "nothing to do: no field of the store's records was confirmed in review";
        (labels(&store), nothing)
    } else {
        let nothing = "nothing to do: the store holds no record";
        (records(&store, arguments), nothing)
    };
    match written {
        Ok(0) => {
            complain(nothing);
            Exit::Nothing
        }
        Ok(_) => Exit::Done,
        Err(ExportError::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Exit::Done,
        Err(ExportError::Output(error)) => {
            complain(&format!("stdout cannot be written: {error}"));
            Exit::Internal
        }
        Err(ExportError::Store(error)) => {
            complain(&error.to_string());
            Exit::Store
        }
    }
}

fn records(store: &Store, arguments: &ExportArgs) -> Result<usize, ExportError> {
    let which = if arguments.all {
        Which::All
    } else {
        Which::Newest
    };
    let mut count = 0;
    store.export(which, arguments.with_text, |record| {
        count += 1;
        write_line(&review::shown(record), arguments.with_text).map_err(ExportError::Output)
    })?;
    Ok(count)
}

/// Labels have ids of their own where two postings share one: `smelt eval` tells them apart by it.
fn labels(store: &Store) -> Result<usize, ExportError> {
    let mut ids = HashSet::new();
    store.export(Which::Reviewed, true, |record| {
        let mut id = record.posting_id.clone();
        let mut copy = 1;
        while ids.contains(&id) {
            copy += 1;
            id = format!("{}#{copy}", record.posting_id);
        }
        if let Some(label) = label(record, &id) {
            let mut out = std::io::stdout().lock();
            writeln!(out, "{label}")
                .and_then(|()| out.flush())
                .map_err(ExportError::Output)?;
            ids.insert(id);
        }
        Ok::<_, ExportError>(())
    })?;
    Ok(ids.len())
}

fn label(record: StoredRecord, id: &str) -> Option<serde_json::Value> {
    review::gold(&Case::of(record).ok()?, id)
}
