//! Gold: what people confirmed becomes labels that `smelt eval` reads, with the text they were read from.

use serde_json::{Map, Value, json};

use super::Case;
use super::fold::is_empty;
use crate::extract::reading::Source;
use crate::extract::record::{Decision, Record};
use crate::posting::Field;

/// The labels of a record under the id `id`; `None` if no person confirmed a field of it.
///
/// A record that somebody looked at and approved confirms all its fields. Of one that was approved unseen, or not yet,
/// the fields that a person filled, emptied or confirmed count; of a rejected one, none do. Fields that the text alone
/// cannot tell are left out: the address, and what only the page's data states.
#[must_use]
pub fn gold(case: &Case, id: &str) -> Option<Value> {
    let shown = &case.shown;
    let reviewed = shown.review.as_ref()?;
    let looked_at = reviewed.decision == Some(Decision::Approved) && reviewed.seen;
    let counts = |field: &Field| {
        *field != Field::Url
            && (reviewed.fields.contains(field) || looked_at && is_told(shown, *field))
    };
    if reviewed.decision == Some(Decision::Rejected) || case.text.is_empty() {
        return None;
    }
    let posting = json!(shown.posting);
    let labels: Map<String, Value> = Field::ALL
        .iter()
        .filter(|field| counts(field))
        .map(|field| (field.key().to_owned(), posting[field.key()].clone()))
        .collect();
    if labels.is_empty() {
        return None;
    }
    let scored: Vec<&String> = labels.keys().collect();
    Some(json!({
        "id": id,
        "source": "review",
        "url": shown.source.url,
        "text": case.text,
        "scored": scored,
        "gold": labels,
    }))
}

/// Whether the text tells the value of a field, or that there is none.
fn is_told(shown: &Record, field: Field) -> bool {
    let is_data = matches!(
        shown.provenance.get(&field),
        Some(Source::JsonLd | Source::Microdata | Source::Input)
    );
    let value = json!(shown.posting)[field.key()].take();
    is_empty(&value) || !is_data || shown.evidence.contains_key(&field)
}
