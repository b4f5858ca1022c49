//! The steps of `smelt review` that write: approve, reject, edit, undo, approve-all.

use std::io::Write;

use super::{TriageError, job};
use crate::cli::{
    ApproveAllArgs, ApproveArgs, EditArgs, Exit, RejectArgs, StoreArgs, UndoArgs, complain,
};
use crate::posting::Field;
use crate::review::{self, Case, Change, ReviewError};
use crate::run::{self, now};

pub(super) fn approve(arguments: &ApproveArgs) -> Result<Exit, TriageError> {
    let who = arguments.who.name();
    each(&arguments.store, &arguments.jobs, &who, Case::approval)
}

pub(super) fn reject(arguments: &RejectArgs) -> Result<Exit, TriageError> {
    let who = arguments.who.name();
    each(&arguments.store, &arguments.jobs, &who, |case| {
        case.rejection(arguments.because.as_deref())
    })
}

/// Says the same of several records. All names are looked up before anything is written; a record that refuses does
/// not stop the others.
fn each(
    store: &StoreArgs,
    names: &[String],
    who: &str,
    change: impl Fn(&Case) -> Change,
) -> Result<Exit, TriageError> {
    let mut store = run::open_store(store)?;
    let jobs = names.iter().map(|name| job(&store, name));
    let jobs: Vec<i64> = jobs.collect::<Result<_, _>>()?;
    let mut exit = Exit::Done;
    for job in jobs {
        let said = Case::open(&store, job)
            .and_then(|case| case.say(&mut store, &change(&case), who, now()));
        match said {
            Ok(_) => {}
            Err(error @ ReviewError::Store(_)) => return Err(error.into()),
            Err(error) => {
                complain(&error.to_string());
                exit = Exit::SomeFailed;
            }
        }
    }
    Ok(exit)
}

pub(super) fn edit(arguments: &EditArgs) -> Result<Exit, TriageError> {
    let name = &arguments.field;
    let field = Field::ALL.into_iter().find(|field| field.key() == name);
    let field = field.ok_or_else(|| {
        let known = Field::KEYS.join(", ");
        TriageError::Usage(format!("{name} is no field of a record: {known}"))
    })?;
    let mut store = run::open_store(&arguments.store)?;
    let case = Case::open(&store, job(&store, &arguments.job)?)?;
    let selection = arguments.at.map(|(start, end)| start..end);
    let edit = match (arguments.value.as_slice(), selection) {
        ([], Some(selection)) => case.missed(field, selection)?,
        // As records and lists show a field that has no value.
        (words, None) if words == ["null"] => case.edit(field, "", None)?,
        (words, selection) => case.edit(field, &words.join(separator(field)), selection)?,
    };
    let who = arguments.who.name();
    let case = case.say(&mut store, &Change::Edit(edit), &who, now())?;
    let words = review::typed(&case.shown.posting, field).replace('\n', "; ");
    let words = if words.is_empty() { "null" } else { &words };
    super::say(&mut std::io::stdout().lock(), &format!("{field} = {words}"))?;
    Ok(Exit::Done)
}

/// Several words are several items of a list, and one value of anything else.
fn separator(field: Field) -> &'static str {
    match field {
        Field::Skills | Field::Requirements | Field::Responsibilities | Field::Benefits => "\n",
        _ => " ",
    }
}

pub(super) fn undo(arguments: &UndoArgs) -> Result<Exit, TriageError> {
    let mut store = run::open_store(&arguments.store)?;
    let who = arguments.who.name();
    if let Some(entry) = arguments.entry {
        review::undo(&mut store, entry, &who, now())?;
        return Ok(Exit::Done);
    }
    let undone = review::undo_last(&mut store, &who, now())?;
    for job in &undone.refused {
        complain(&ReviewError::Changed(*job).to_string());
    }
    match (undone.jobs.as_slice(), undone.refused.as_slice()) {
        ([], []) => {
            complain(&format!(
                "nothing to undo: the review log holds nothing by {who} that counts"
            ));
            Ok(Exit::Nothing)
        }
        (jobs, []) => {
            writeln!(std::io::stdout(), "undone on {} jobs", jobs.len())?;
            Ok(Exit::Done)
        }
        _ => Ok(Exit::SomeFailed),
    }
}

pub(super) fn approve_all(arguments: &ApproveAllArgs) -> Result<Exit, TriageError> {
    let mut store = run::open_store(&arguments.store)?;
    let (least, also_done) = (arguments.above, arguments.also_done);
    let preview = store.count_certain(least, also_done)?;
    if preview.guarded > 0 {
        complain(&format!(
            "{} as certain are left to be looked at: their pages hide text or address a model, or an earlier review of \
             them is outdated",
            preview.guarded
        ));
    }
    if preview.jobs == 0 {
        complain("nothing to approve: no other record to review is as certain as that");
        return Ok(Exit::Nothing);
    }
    let mut out = std::io::stdout();
    if !arguments.yes {
        writeln!(out, "{} would be approved; --yes does it", preview.jobs)?;
        return Ok(Exit::Done);
    }
    let who = arguments.who.name();
    let all = review::approve_all(&mut store, least, also_done, &who, now())?;
    writeln!(out, "{} approved", all.approved)?;
    if all.refused > 0 {
        complain(&format!(
            "{} were reviewed by somebody else or read again meanwhile",
            all.refused
        ));
        return Ok(Exit::SomeFailed);
    }
    Ok(Exit::Done)
}
