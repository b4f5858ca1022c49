//! Merging: several readings of a page become one posting, with provenance, confidence and conflicts per field.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::reading::{Candidate, Reading, Source, Span};
use crate::posting::{Field, JobPosting};

/// One posting and where its values came from.
#[derive(Debug, Clone, Default)]
pub struct Merged {
    /// The posting.
    pub posting: JobPosting,
    /// Spans of the values that stand in the text.
    pub evidence: BTreeMap<Field, Vec<Span>>,
    /// Who read each value.
    pub provenance: BTreeMap<Field, Source>,
    /// 0 to 1; a heuristic of support and agreement, not calibrated.
    pub confidence: BTreeMap<Field, f64>,
    /// Remarks, conflicts among them.
    pub flags: Vec<String>,
}

/// Labelled lines decide before the model where the model only copies digits; names are the model's.
fn rank(field: Field, source: Source) -> u8 {
    let names = matches!(
        field,
        Field::Title | Field::Company | Field::Location | Field::Description
    );
    match source {
        Source::Input => 0,
        Source::JsonLd => 1,
        Source::Microdata => 2,
        Source::Model if names => 3,
        Source::Rule => 4,
        Source::Model => 5,
    }
}

/// Merges readings field by field. The most trusted reader's value stands; agreement raises its confidence, and a
/// disagreement between scalars is flagged `conflict:FIELD` for a person to decide.
#[must_use]
pub fn merge(readings: &[Reading]) -> Merged {
    let mut merged = Merged {
        flags: readings
            .iter()
            .flat_map(|reading| reading.flags.clone())
            .collect(),
        ..Merged::default()
    };
    let mut values = Map::new();
    for field in Field::ALL {
        let mut candidates: Vec<&Candidate> = readings
            .iter()
            .filter_map(|reading| reading.values.get(&field))
            .collect();
        candidates.sort_by_key(|candidate| rank(field, candidate.source));
        let value = match candidates.split_first() {
            Some((best, others)) => merged.keep(field, best, others),
            None if is_list(field) => Value::Array(Vec::new()),
            None => Value::Null,
        };
        values.insert(field.key().to_owned(), value);
    }
    match serde_json::from_value(Value::Object(values)) {
        Ok(posting) => merged.posting = posting,
        Err(error) => {
            // Every reader writes values of the record's own types, so this is a defect worth a flag, not a loss.
            tracing::error!(%error, "merged values are no posting");
            merged = Merged {
                flags: vec!["internal:merge".to_owned()],
                ..Merged::default()
            };
        }
    }
    merged.flags.sort();
    merged.flags.dedup();
    merged
}

impl Merged {
    fn keep(&mut self, field: Field, best: &Candidate, others: &[&Candidate]) -> Value {
        let mut confidence = best.support;
        for other in others {
            if same(field, &best.value, &other.value) {
                confidence = 1.0 - (1.0 - confidence) * 0.3;
            } else if !is_list(field) && field != Field::Description {
                confidence *= 0.5;
                self.flags.push(format!("conflict:{field}"));
            }
        }
        let mut spans = best.spans.clone();
        if spans.is_empty() {
            // Structured data that another reader found in the text is evidenced there.
            let agreeing = others
                .iter()
                .find(|other| same(field, &best.value, &other.value));
            spans = agreeing
                .map(|other| other.spans.clone())
                .unwrap_or_default();
        }
        if !spans.is_empty() {
            self.evidence.insert(field, spans);
        }
        self.provenance.insert(field, best.source);
        self.confidence
            .insert(field, (confidence * 100.0).round() / 100.0);
        best.value.clone()
    }
}

fn is_list(field: Field) -> bool {
    matches!(
        field,
        Field::Skills | Field::Requirements | Field::Responsibilities | Field::Benefits
    )
}

/// Whether two readers mean the same: names by their letters, one inside the other; pay by its bounds.
#[must_use]
pub fn same(field: Field, one: &Value, other: &Value) -> bool {
    match field {
        Field::Title | Field::Company | Field::Location | Field::Education => {
            let letters = |value: &Value| {
                let text = value.as_str().unwrap_or_default().to_lowercase();
                text.chars()
                    .filter(|letter| letter.is_alphanumeric())
                    .collect::<String>()
            };
            let (one, other) = (letters(one), letters(other));
            one.contains(&other) || other.contains(&one)
        }
        Field::Salary => {
            let agrees = |key: &str| {
                let (one, other) = (one.get(key), other.get(key));
                one == other
                    || [one, other]
                        .iter()
                        .any(|value| value.is_none_or(Value::is_null))
            };
            ["min", "max", "currency", "period"]
                .iter()
                .all(|key| agrees(key))
        }
        _ => one == other,
    }
}
