//! `smelt review list`: jobs by state, the least certain first.

use std::io::{IsTerminal, Write};

use serde_json::json;

use super::{TriageError, say};
use crate::cli::{Exit, ListArgs, complain};
use crate::run;
use crate::store::{JobRow, Order, State, States, Store};

pub(super) fn list(arguments: &ListArgs) -> Result<Exit, TriageError> {
    let states = states(&arguments.state)?;
    let store = run::open_store(&arguments.store)?;
    let rows = match &arguments.find {
        None => store.rows(states, Order::Doubt, 0, arguments.limit)?,
        Some(text) => found(&store, states, text, arguments.limit)?,
    };
    if rows.is_empty() {
        complain("nothing to list: no job in such a state, or with such a text");
        return Ok(Exit::Nothing);
    }
    let mut out = std::io::stdout().lock();
    let as_json = arguments.json || !out.is_terminal();
    for row in &rows {
        if as_json {
            writeln!(out, "{}", as_object(row))?;
        } else {
            say(&mut out, &as_line(row))?;
        }
    }
    Ok(Exit::Done)
}

fn states(names: &[String]) -> Result<States, TriageError> {
    let mut states = States::NONE;
    for name in names {
        states = match State::named(name) {
            Some(state) => states.with(state),
            None if name == "all" => States::ALL,
            None => {
                let known = State::ALL.map(State::as_str).join(", ");
                let why = format!("--state {name}: a state is one of {known}, or all");
                return Err(TriageError::Usage(why));
            }
        };
    }
    Ok(states)
}

fn found(
    store: &Store,
    states: States,
    text: &str,
    limit: usize,
) -> Result<Vec<JobRow>, TriageError> {
    let (mut jobs, mut after) = (Vec::new(), None);
    loop {
        let found = store.find(text, states, Order::Doubt, after)?;
        jobs.extend(found.jobs);
        after = found.next;
        if after.is_none() || jobs.len() >= limit {
            jobs.truncate(limit);
            return Ok(store.rows_of(&jobs)?);
        }
    }
}

fn as_object(row: &JobRow) -> serde_json::Value {
    json!({
        "job": row.job_id,
        "id": row.posting_id,
        "label": row.label,
        "state": row.state.as_str(),
        "confidence": row.certainty.map(|percent| f64::from(percent) / 100.0),
        "title": row.title,
        "error": row.error,
        "attempts": row.attempts,
        "priority": row.priority,
    })
}

fn as_line(row: &JobRow) -> String {
    let certainty = row
        .certainty
        .map_or_else(|| "n/a".to_owned(), |percent| format!("{percent}%"));
    let what = row.title.as_deref().or(row.error.as_deref());
    format!(
        "{:>7} {:>4} {:<9} {}  {}",
        row.job_id,
        certainty,
        row.state.as_str(),
        what.unwrap_or("-"),
        row.label
    )
}
