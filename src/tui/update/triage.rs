//! Triage: what a key says of the record that is shown. It is written by the reviewer, who says what came of it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::extract::record::Status;
use crate::keymap::Action;
use crate::posting::Field;
use crate::review::{Case, ReviewError};
use crate::tui::asks::Step;
use crate::tui::frame::Urgency;
use crate::tui::model::Model;
use crate::tui::model::boxes::{Over, Purpose, Typing, percent};
use crate::tui::msg::{Effect, Preview, Told};
use crate::tui::overlay::ConfirmBox;
use crate::tui::pane::Pane;

/// Carries an action out; `None` when it is about something else.
pub(super) fn act(model: &mut Model, action: Action, now: Duration) -> Option<Vec<Effect>> {
    let effects = match action {
        Action::NextReview if is_free(model, now) => {
            let from = model.result.job;
            Some(write(model, Step::Next(from)))
        }
        Action::Select => {
            select(model, now);
            None
        }
        Action::Approve => case(model, now).map(|case| write(model, Step::Approve(case))),
        Action::Reject => {
            if let Some(case) = case(model, now) {
                open(model, |model| Typing::reject(&case, model.keymap()));
            }
            None
        }
        Action::Edit => edit(model, now),
        Action::Missed => missed(model, now),
        Action::Undo if is_free(model, now) => Some(write(model, Step::Undo)),
        Action::ApproveAll if is_free(model, now) => {
            open(model, |model| Typing::approve_all(model.keymap()));
            None
        }
        Action::NextReview | Action::Undo | Action::ApproveAll => None,
        _ => return None,
    };
    Some(effects.unwrap_or_default())
}

fn write(model: &mut Model, step: Step) -> Vec<Effect> {
    model.is_writing = true;
    vec![Effect::Review(step)]
}

fn open(model: &mut Model, typing: impl FnOnce(&Model) -> Typing) {
    model.over = Some(Over::Typing(Box::new(typing(model))));
}

/// One step at a time: a second key on a record must not fall on the next one.
fn is_free(model: &mut Model, now: Duration) -> bool {
    if model.is_writing {
        model.say("the step before is still being written", now);
    }
    !model.is_writing
}

/// The record that can be judged, or a line on why there is none.
fn case(model: &mut Model, now: Duration) -> Option<Arc<Case>> {
    if !is_free(model, now) {
        return None;
    }
    let shown = &model.result;
    let why = match (shown.job, &shown.case) {
        (None, _) => "no record is selected".to_owned(),
        (Some(job), _) if model.work.running.contains_key(&job) => {
            "its page is being read right now".to_owned()
        }
        (Some(_), None) if !shown.is_read => "the record is still being read".to_owned(),
        (Some(job), None) => ReviewError::NoRecord(job).to_string(),
        (Some(job), Some(case)) if case.record.status == Status::Failed => {
            ReviewError::Failed(job).to_string()
        }
        (Some(_), Some(case)) => return Some(Arc::clone(case)),
    };
    model.say(why, now);
    None
}

/// The selected field, or a line on why there is none.
fn field(model: &mut Model, now: Duration) -> Option<Field> {
    let field = model.result.selected().map(|row| row.field);
    if field.is_none() {
        model.say("no field is selected: show the record as fields first", now);
    }
    field
}

/// Whether a field holds nothing, or a list that more can be added to.
fn takes_more(case: &Case, field: Field) -> bool {
    let posting = serde_json::to_value(&case.shown.posting).unwrap_or_default();
    let value = posting.get(field.key());
    value.is_none_or(|value| matches!(value, Value::Null | Value::Array(_)))
}

/// In the page, what is chosen there is the value of a field without one, and the evidence of what is typed otherwise.
fn edit(model: &mut Model, now: Duration) -> Option<Vec<Effect>> {
    let case = case(model, now)?;
    let field = field(model, now)?;
    let is_stated = model.result.selected().is_some_and(|row| row.is_stated);
    let chosen = model.result.chosen();
    if let (Some(chosen), false) = (&chosen, is_stated) {
        return Some(write(model, Step::Missed(case, field, chosen.clone())));
    }
    let evidence = chosen.filter(|_| model.result.reading.is_meant());
    open(model, |model| {
        Typing::edit(&case, field, evidence, model.keymap())
    });
    None
}

fn missed(model: &mut Model, now: Duration) -> Option<Vec<Effect>> {
    let case = case(model, now)?;
    let field = field(model, now)?;
    let key = |model: &Model, action| model.keymap().key(model.below(), action);
    if !takes_more(&case, field) {
        let edit = key(model, Action::Edit).unwrap_or_default();
        model.say(format!("{field} was not missed: {edit} corrects it"), now);
        return None;
    }
    if let Some(chosen) = model.result.chosen() {
        return Some(write(model, Step::Missed(case, field, chosen)));
    }
    if case.text.is_empty() {
        model.say("the store kept no text of this page", now);
        return None;
    }
    model.result.right();
    let take = key(model, Action::Missed).unwrap_or_default();
    let select = key(model, Action::Select).unwrap_or_default();
    let line = format!(
        "choose the line or word that states {field}, {select} for several; {take} takes it"
    );
    model.say(line, now);
    None
}

fn select(model: &mut Model, now: Duration) {
    if model.result.is_page {
        model.result.reading.mark();
        if model.result.reading.anchor.is_some() {
            model.say("selecting: move to the other end", now);
        }
    } else {
        model.say(
            "selections are made in the page: go to the right first",
            now,
        );
    }
}

/// What was typed about a record.
pub(super) fn typed(
    model: &mut Model,
    case: Option<Arc<Case>>,
    purpose: Purpose,
    text: String,
) -> Vec<Effect> {
    let step = match (purpose, case) {
        (Purpose::ApproveAll, _) => percent(&text).ok().map(Step::Preview),
        (Purpose::Edit(field, selection), Some(case)) => {
            Some(Step::Edit(case, field, text, selection))
        }
        (Purpose::Reject, Some(case)) => {
            let why = text.trim();
            let why = (!why.is_empty()).then(|| why.to_owned());
            Some(Step::Reject(case, why))
        }
        _ => None,
    };
    step.map_or_else(Vec::new, |step| write(model, step))
}

/// Approves what the user saw the number of.
pub(super) fn approve_all(model: &mut Model, least: u8, now: Duration) -> Vec<Effect> {
    if is_free(model, now) {
        write(model, Step::ApproveAll(least))
    } else {
        Vec::new()
    }
}

/// A step was taken, or refused.
pub(super) fn told(model: &mut Model, told: Told, now: Duration) {
    model.is_writing = false;
    model.queue.stale();
    model.result.is_stale = true;
    if let Some(job) = told.go {
        model.queue.choose(job);
        model.focus = Pane::Result;
        model.result.leave_page();
    }
    model.say(told.line, now);
}

/// Shows how many would be approved, and asks.
pub(super) fn ask(model: &mut Model, preview: Preview, now: Duration) {
    model.is_writing = false;
    let Preview {
        least,
        to_review,
        done,
        guarded,
    } = preview;
    let held_back = match guarded {
        0 => String::new(),
        1 => " One more is left to be looked at: its page hides text or addresses a model, or an earlier review of it \
              is outdated."
            .to_owned(),
        more => format!(
            " {more} more are left to be looked at: their pages hide text or address a model, or earlier reviews of \
             them are outdated."
        ),
    };
    let all = to_review + done;
    if all == 0 {
        let line = format!(
            "nothing to approve: no record is {least} % certain in every value.{held_back}"
        );
        model.say(line, now);
        return;
    }
    if model.over.is_some() {
        model.say(format!("{all} records would be approved: ask again"), now);
        return;
    }
    let text = format!(
        "Approves {all} records unseen, {to_review} of them to review and {done} that need no look: every value of \
         theirs is at least {least} % certain.{held_back} Undo takes all of them back."
    );
    let question = ConfirmBox::new("Approve all", &text, model.keymap());
    model.over = Some(Over::ApproveAll(least, question));
    model.mark(Urgency::Input);
}
