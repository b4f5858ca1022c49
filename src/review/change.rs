//! What an entry of the review log says, and what it was said about.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::extract::reading::Span;
use crate::posting::{Field, JobPosting};

/// One thing a person said of a record; its JSON form is what the store keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// A field has another value, or this one for sure.
    Edit(Edit),
    /// The record is right.
    Approve {
        /// The values it was said of; see [`fingerprint_of`].
        values: String,
        /// Whether a person looked at the record, and not only at its confidence.
        seen: bool,
    },
    /// The record is not to be used.
    Reject {
        /// The values it was said of; see [`fingerprint_of`].
        values: String,
        /// In the person's words.
        why: Option<String>,
    },
}

/// A field's new value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// The field.
    pub field: Field,
    /// What was shown until then.
    pub old: Value,
    /// In the form of the record; null or an empty list where the page does not state the field.
    pub new: Value,
    /// Where it stands in the text; `None` leaves the evidence as it was.
    pub evidence: Option<Vec<Span>>,
    /// Whether the reader had missed it and the value was taken from a selection of the page.
    pub missed: bool,
    /// The text it was read from; see [`fingerprint`].
    pub text: String,
}

/// Names a text.
pub(super) fn fingerprint(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// Names the values of a posting together with the text they were read from.
pub(super) fn fingerprint_of(posting: &JobPosting, text: &str) -> String {
    let values = serde_json::to_string(posting).unwrap_or_default();
    fingerprint(&format!("{}\0{values}", fingerprint(text)))
}
