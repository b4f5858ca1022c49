//! `smelt review show`: one record, where its values stand in the page, and what was said of it.

use std::io::{IsTerminal, Write};

use serde_json::{Value, json};

use super::{TriageError, job, say};
use crate::cli::{Exit, ShowArgs};
use crate::posting::Field;
use crate::review::{Case, typed};
use crate::run;
use crate::store::{Entry, Said, live};

/// Most characters of a value on a terminal.
const WIDTH: usize = 100;

pub(super) fn show(arguments: &ShowArgs) -> Result<Exit, TriageError> {
    let store = run::open_store(&arguments.store)?;
    let case = Case::open(&store, job(&store, &arguments.job)?)?;
    let mut out = std::io::stdout().lock();
    if arguments.json || !out.is_terminal() {
        writeln!(out, "{}", as_object(&case))?;
    } else {
        lines(&mut out, &case)?;
    }
    Ok(Exit::Done)
}

fn as_object(case: &Case) -> Value {
    let mut record = json!(case.shown);
    record["text"] = case.text.clone().into();
    let log: Vec<Value> = case
        .log
        .iter()
        .map(|entry| {
            let (change, undoes) = match &entry.said {
                Said::Change(change) => (serde_json::from_str(change).ok(), None),
                Said::Undo(other) => (None::<Value>, Some(*other)),
            };
            json!({
                "entry": entry.id,
                "by": entry.who,
                "at_ms": entry.at,
                "undoes": undoes,
                "counts": counts(case, entry),
                "change": change,
            })
        })
        .collect();
    json!({"job": case.job_id, "record": record, "log": log})
}

fn counts(case: &Case, entry: &Entry) -> bool {
    live(&case.log).iter().any(|other| other.id == entry.id)
}

fn lines(out: &mut impl Write, case: &Case) -> std::io::Result<()> {
    let shown = &case.shown;
    say(out, &format!("job {}  {}", case.job_id, shown.id))?;
    say(out, &format!("status = {}", shown.status.as_str()))?;
    for field in Field::ALL {
        say(out, &value(case, field))?;
    }
    if !shown.flags.is_empty() {
        say(out, &format!("flags = {}", shown.flags.join(" ")))?;
    }
    for entry in &case.log {
        let mark = if counts(case, entry) { "" } else { " (undone)" };
        let what = match &entry.said {
            Said::Change(change) => change.clone(),
            Said::Undo(other) => format!("undoes {other}"),
        };
        let line = format!(
            "entry {}{mark} by {}: {}",
            entry.id,
            entry.who,
            short(&what)
        );
        say(out, &line)?;
    }
    Ok(())
}

fn value(case: &Case, field: Field) -> String {
    let shown = &case.shown;
    let words = typed(&shown.posting, field);
    if words.is_empty() {
        return format!("{field} = null");
    }
    let who = shown.provenance.get(&field).map(|source| json!(source));
    let who = who.as_ref().and_then(Value::as_str).unwrap_or("-");
    let confidence = shown.confidence.get(&field).copied().unwrap_or_default();
    let at = shown.evidence.get(&field).and_then(|spans| spans.first());
    let at = at.map_or_else(String::new, |span| {
        format!(" at {}..{}", span.start, span.end)
    });
    format!("{field} = {}  [{who} {confidence:.2}{at}]", short(&words))
}

fn short(text: &str) -> String {
    match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
