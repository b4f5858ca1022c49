//! Evaluation: records against labelled postings, per field and per source, and what a change changed.
//!
//! Everything here works on records as JSON, the way users get them; nothing knows how a record was made. Numbers of
//! different sources are never pooled: their layouts and labels differ too much for a mean to say anything.

pub mod agree;
pub mod command;
mod diff;
pub mod gold;
mod grounding;
mod lists;
mod risk;
mod score;
pub mod stats;
mod table;
mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::diff::diff;
pub use self::gold::Gold;
pub use self::grounding::grounded;
pub use self::risk::RiskRow;
pub use self::score::score;
pub use self::table::{changes, summary};

/// What became of one labelled field of one posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The value is the labelled one.
    Right,
    /// The page does not state it and the record says so.
    Abstained,
    /// The page states it and the record does not.
    Missed,
    /// The record states what the page does not.
    Hallucinated,
    /// Both state something, but not the same.
    Wrong,
}

/// One labelled field of one posting, scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The label's id.
    pub id: String,
    /// The label's source.
    pub source: String,
    /// The field, as the record names it.
    pub field: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The record's value.
    pub got: Value,
    /// The labelled value.
    pub gold: Value,
    /// The record's confidence, where it stated a value.
    pub confidence: Option<f64>,
    /// Lists only: F1 of items that are the same, and of items that are mostly the same words. 0 to 1.
    pub f1: Option<(f64, f64)>,
}

/// Counts of one field in one source, and the rates that follow from them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FieldScore {
    /// Labelled postings.
    pub n: usize,
    /// See [`Outcome`].
    pub right: usize,
    /// See [`Outcome`].
    pub abstained: usize,
    /// See [`Outcome`].
    pub missed: usize,
    /// See [`Outcome`].
    pub hallucinated: usize,
    /// See [`Outcome`].
    pub wrong: usize,
    /// Right or abstained, of all; with its Wilson 95% interval.
    pub accuracy: Option<stats::Rate>,
    /// Right, of all that the record states.
    pub precision: Option<stats::Rate>,
    /// Hallucinated, of all that the page does not state.
    pub hallucination: Option<stats::Rate>,
    /// Lists: mean F1 of items that are the same.
    pub exact_f1: Option<f64>,
    /// Lists: mean F1 of items that are mostly the same words.
    pub soft_f1: Option<f64>,
}

/// How much of what the records state can be found where they say it stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Grounding {
    /// Values read from the text.
    pub values: usize,
    /// Those whose evidence supports them.
    pub supported: usize,
}

/// One source's results.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceScore {
    /// Labelled postings of this source.
    pub postings: usize,
    /// Those without a usable record.
    pub failed: usize,
    /// By field, in the record's order.
    pub fields: BTreeMap<String, FieldScore>,
    /// Of all fields together.
    pub grounding: Grounding,
    /// How accuracy falls as more of the values are accepted, most confident first.
    pub risk: Vec<RiskRow>,
}

/// A whole evaluation; its JSON form is what `--compare` reads.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Which program and model made the records.
    pub run: BTreeMap<String, Value>,
    /// By source.
    pub sources: BTreeMap<String, SourceScore>,
    /// Every scored field, so that two runs can be compared posting by posting.
    pub judged: Vec<Judged>,
}
