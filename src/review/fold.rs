//! Folding: the model's record and the log of its review become the record that is shown.

use serde_json::Value;

use super::change::{Change, Edit, fingerprint, fingerprint_of};
use crate::extract::reading::Source;
use crate::extract::record::{Decision, Record, RecordError, Reviewed, Status};
use crate::posting::{Field, JobPosting, validate};
use crate::store::{Entry, Outcome, Said, Standing, live};

/// Flags of a page that may be trying to talk to the model: nobody approves its record unseen.
const HOSTILE: [&str; 4] = [
    "chat_control:",
    "hidden_text:",
    "invisible_chars:",
    "suspicious_text:",
];

/// The record with all that was said of it.
///
/// `text` is the clean text of the record; `log` holds all entries about its posting, in their order. Edits of this
/// text count, and the last decision does if it was about the values now shown. A log of which nothing counts any
/// more, because it was undone, gives the record back as it was.
#[must_use]
pub fn apply(record: &Record, text: &str, log: &[Entry]) -> Record {
    let mut shown = Record {
        review: None,
        ..record.clone()
    };
    let changes: Vec<(&Entry, Option<Change>)> = live(log)
        .into_iter()
        .filter_map(|entry| match &entry.said {
            Said::Change(change) => Some((entry, serde_json::from_str(change).ok())),
            Said::Undo(_) => None,
        })
        .collect();
    let Some((last, _)) = changes.last() else {
        return shown;
    };
    let mut reviewed = Reviewed {
        decision: None,
        seen: true,
        by: last.who.clone(),
        at: time(last.at),
        fields: Vec::new(),
        outdated: 0,
    };
    let name = fingerprint(text);
    let mut decision = None;
    for (_, change) in &changes {
        match change {
            Some(Change::Edit(edit)) if edit.text == name && put(&mut shown, edit) => {
                reviewed.fields.push(edit.field);
            }
            Some(Change::Approve { .. } | Change::Reject { .. }) => decision = change.as_ref(),
            // An edit of another text, or a kind of change that a later smelt knows.
            Some(Change::Edit(_)) | None => reviewed.outdated += 1,
        }
    }
    reviewed.fields.sort();
    reviewed.fields.dedup();
    doubt_order(&mut shown, &reviewed);
    decide(&mut shown, reviewed, decision, text);
    shown
}

/// Times as records write them.
fn time(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| String::new(), |at| at.to_string())
}

/// Gives a field the value of an edit; false if it is not one of the field's.
fn put(shown: &mut Record, edit: &Edit) -> bool {
    let field = edit.field;
    let Some(posting) = with(&shown.posting, field, &edit.new) else {
        return false;
    };
    shown.posting = posting;
    if is_empty(&edit.new) {
        shown.evidence.remove(&field);
        shown.provenance.remove(&field);
        shown.confidence.remove(&field);
    } else {
        shown.provenance.insert(field, Source::Human);
        shown.confidence.insert(field, 1.0);
        if let Some(spans) = &edit.evidence {
            shown.evidence.insert(field, spans.clone());
        }
    }
    // What was doubtful about the value that stood here.
    shown.flags.retain(|flag| {
        let subject = flag.rsplit_once(':').map(|(_, subject)| subject);
        subject != Some(field.key())
    });
    true
}

/// The posting with one value changed; `None` if the field cannot hold it.
pub(super) fn with(posting: &JobPosting, field: Field, value: &Value) -> Option<JobPosting> {
    let mut values = serde_json::to_value(posting).ok()?;
    *values.get_mut(field.key())? = value.clone();
    serde_json::from_value(values).ok()
}

pub(super) fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// Doubts about two fields at once are looked for again where a person changed one of them. What is implausible is the
/// person's own business.
fn doubt_order(shown: &mut Record, reviewed: &Reviewed) {
    if reviewed.fields.is_empty() {
        return;
    }
    shown.flags.retain(|flag| !flag.starts_with("order:"));
    let doubts = validate::check(&shown.posting, None);
    let orders = doubts
        .iter()
        .map(ToString::to_string)
        .filter(|doubt| doubt.starts_with("order:"));
    shown.flags.extend(orders);
    shown.flags.sort();
}

/// Takes the last decision into account if it was about these values.
fn decide(shown: &mut Record, mut reviewed: Reviewed, decision: Option<&Change>, text: &str) {
    let now = fingerprint_of(&shown.posting, text);
    let is_failed = shown.status == Status::Failed;
    match decision {
        Some(Change::Approve { values, seen }) if *values == now && !is_failed => {
            reviewed.decision = Some(Decision::Approved);
            reviewed.seen = *seen;
            shown.status = Status::Done;
        }
        Some(Change::Reject { values, why }) if *values == now && !is_failed => {
            reviewed.decision = Some(Decision::Rejected);
            shown.status = Status::Failed;
            shown.error = Some(RecordError {
                kind: "rejected".to_owned(),
                message: why
                    .clone()
                    .unwrap_or_else(|| format!("rejected in review by {}", reviewed.by)),
            });
        }
        Some(_) => reviewed.outdated += 1,
        None => {}
    }
    if reviewed.decision.is_none() && reviewed.outdated > 0 && !is_failed {
        shown.status = Status::NeedsReview;
    }
    shown.review = Some(reviewed);
}

/// What the row of a record shows.
#[must_use]
pub fn standing(shown: &Record) -> Standing {
    let reviewed = shown.review.as_ref();
    let outcome = match (reviewed.and_then(|review| review.decision), shown.status) {
        (Some(Decision::Approved), _) => Outcome::Approved,
        (Some(Decision::Rejected), _) => Outcome::Rejected,
        (None, Status::Done) => Outcome::Done,
        (None, Status::NeedsReview) => Outcome::NeedsReview,
        (None, Status::Failed) => Outcome::Failed,
    };
    let least = shown.confidence.values().copied().min_by(f64::total_cmp);
    let is_hostile = |flag: &String| HOSTILE.iter().any(|name| flag.starts_with(name));
    Standing {
        outcome,
        title: shown.posting.title.clone(),
        certainty: least.map(percent),
        guarded: shown.flags.iter().any(is_hostile)
            || reviewed.is_some_and(|review| review.outdated > 0),
    }
}

/// What the row of a new record shows when the posting was reviewed before.
#[must_use]
pub fn settle(record: &Record, text: Option<&str>, log: &[Entry]) -> Standing {
    standing(&apply(record, text.unwrap_or_default(), log))
}

/// A confidence in whole percent.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped
pub(super) fn percent(confidence: f64) -> u8 {
    (confidence * 100.0).round().clamp(0.0, 100.0) as u8
}
