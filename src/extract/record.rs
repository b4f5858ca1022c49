//! The record: one line of JSON for one posting, the contract with everything downstream.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::reading::{Source, Span};
use crate::posting::{Field, JobPosting};

/// One line of output; every key always present, in this order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of this form.
    pub v: u32,
    /// Always `record`.
    pub kind: String,
    /// The posting's id: given by the input, else made from its place.
    pub id: String,
    /// Where the page came from.
    pub source: PageSource,
    /// Outcome.
    pub status: Status,
    /// What the page states.
    pub posting: JobPosting,
    /// Where values stand in the clean text.
    pub evidence: BTreeMap<Field, Vec<Span>>,
    /// Who read each value.
    pub provenance: BTreeMap<Field, Source>,
    /// 0 to 1 a value; not calibrated.
    pub confidence: BTreeMap<Field, f64>,
    /// Remarks `RULE` or `RULE:FIELD`.
    pub flags: Vec<String>,
    /// Tokens.
    pub usage: RecordUsage,
    /// Milliseconds.
    pub timing: Timing,
    /// Joules the GPU drew; `null` where nothing measured them.
    pub energy_j: Option<f64>,
    /// Who answered.
    pub model: ModelName,
    /// Why there is no posting, or why it is not to be used.
    pub error: Option<RecordError>,
    /// What people said of it; `null` until they do, or once they have taken it all back.
    #[serde(default)]
    pub review: Option<Reviewed>,
    /// The clean text, on request.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
}

impl Record {
    /// The record of a posting that has none: `kind` and `message` say why, as in [`RecordError`].
    #[must_use]
    pub fn failed(
        id: &str,
        source: PageSource,
        model: ModelName,
        kind: &str,
        message: &str,
    ) -> Self {
        Self {
            v: 1,
            kind: "record".to_owned(),
            id: id.to_owned(),
            source,
            status: Status::Failed,
            posting: JobPosting::default(),
            evidence: BTreeMap::new(),
            provenance: BTreeMap::new(),
            confidence: BTreeMap::new(),
            flags: Vec::new(),
            usage: RecordUsage::default(),
            timing: Timing::default(),
            energy_j: None,
            model,
            error: Some(RecordError {
                kind: kind.to_owned(),
                message: message.to_owned(),
            }),
            review: None,
            text: None,
        }
    }
}

/// Where a page came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageSource {
    /// File as given; `-` for standard input.
    pub path: Option<String>,
    /// Address given by the input.
    pub url: Option<String>,
    /// Line of a JSON Lines file, from 1.
    pub line: Option<usize>,
    /// Of the page's bytes, in hex; `null` when they could not be read.
    pub sha256: Option<String>,
}

impl PageSource {
    /// The end of its path or its address, short enough for a list.
    #[must_use]
    pub fn label(&self) -> String {
        let name = match (&self.path, &self.url) {
            (Some(path), _) => path.rsplit('/').next().unwrap_or(path).to_owned(),
            (None, Some(url)) => url.split("://").last().unwrap_or(url).to_owned(),
            (None, None) => String::new(),
        };
        match self.line {
            Some(line) => format!("{name}:{line}"),
            None => name,
        }
    }
}

/// Outcome of one posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Status {
    Done,
    NeedsReview,
    Failed,
}

impl Status {
    /// As in the record.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::NeedsReview => "needs_review",
            Self::Failed => "failed",
        }
    }
}

/// Tokens of all questions about one page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct RecordUsage {
    pub prompt_tokens: usize,
    pub cached_tokens: usize,
    pub completion_tokens: usize,
    /// Parts the page was read in; 0 when no model was asked.
    pub chunks: usize,
}

/// Milliseconds a posting spent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Timing {
    pub queued_ms: u64,
    pub page_ms: u64,
    pub prefill_ms: u64,
    pub decode_ms: u64,
}

/// Who answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelName {
    /// The model; `null` without one.
    pub id: Option<String>,
    /// Quantisation of its weights.
    pub quant: Option<String>,
    /// Name and version, or `none`.
    pub engine: String,
}

/// What a review made of a record. Its `posting` and what belongs to it are the reviewed ones, its `status` is `done`
/// once it is approved and `failed` with an error `rejected` once it is rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewed {
    /// `null` where no decision on just these values was made.
    pub decision: Option<Decision>,
    /// False for one that was approved together with others because of its confidence.
    pub seen: bool,
    /// Who said the last word.
    pub by: String,
    /// When, as RFC 3339 in UTC.
    pub at: String,
    /// The fields that a person filled, emptied or confirmed.
    pub fields: Vec<Field>,
    /// Edits of a text and decisions on values that are no longer the record's; they are kept and do not count.
    pub outdated: usize,
}

/// A person's word on a whole record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is right.
    Approved,
    /// It is not to be used.
    Rejected,
}

/// Why a posting failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordError {
    /// `input`, `page`, `engine`, `store`, `internal`, `cancelled` or `rejected`.
    pub kind: String,
    /// One line.
    pub message: String,
}
