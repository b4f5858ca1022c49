//! Merging: several readings of a page become one posting, with provenance, confidence and conflicts per field.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::reading::{Candidate, Reading, Source, Span};
use super::rules;
use super::same::{letters, same};
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

/// From this support on a rule has read a label or a main heading, not a turn of phrase.
const SURE: f64 = 0.8;

/// Whether this reader has a value that decides before any model's: what the page states as data, in a label or a main heading.
pub(super) fn decides(field: Field, reading: &Reading) -> bool {
    let candidate = reading.values.get(&field);
    candidate.is_some_and(|candidate| candidate.source != Source::Rule || candidate.support >= SURE)
}

/// Labels and main headings decide before the model; of names the model knows more than turns of phrase do, and where
/// it only copies digits, less. Of two doubtful titles the one with the word of a job stands.
fn rank(field: Field, candidate: &Candidate) -> u8 {
    let is_name = matches!(
        field,
        Field::Title | Field::Company | Field::Location | Field::Description
    );
    match candidate.source {
        Source::Human | Source::Input => 0,
        Source::JsonLd => 1,
        Source::Microdata => 2,
        Source::Rule if candidate.support >= SURE || !is_name => 3,
        Source::Model if field == Field::Title && !is_a_job(candidate) => 6,
        Source::Rule if field == Field::Title && !is_a_job(candidate) => 7,
        Source::Model => 4,
        Source::Rule => 5,
    }
}

/// Whether a model took words that point at the job for its name: "This supervisory" of "This supervisory position".
fn points_at_the_job(field: Field, candidate: &Candidate) -> bool {
    let words = candidate.value.as_str().unwrap_or_default();
    let first = words.split(' ').next().unwrap_or_default();
    let points = ["this", "these", "such"].contains(&first.to_lowercase().as_str());
    field == Field::Title && candidate.source == Source::Model && points && !is_a_job(candidate)
}

/// Whether a title has a word for somebody at work; a model that finds no job takes a department for one.
fn is_a_job(title: &Candidate) -> bool {
    title.value.as_str().is_some_and(rules::names_somebody)
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
        let least = values.get(Field::ExperienceYearsMin.key());
        let mut candidates: Vec<&Candidate> = readings
            .iter()
            .filter(|reading| belongs(field, reading, least))
            .filter_map(|reading| reading.values.get(&field))
            .filter(|candidate| !is_the_job(field, candidate, values.get(Field::Title.key())))
            .filter(|candidate| !points_at_the_job(field, candidate))
            .collect();
        candidates.sort_by_key(|candidate| rank(field, candidate));
        merged.remark(field, candidates.first().copied(), readings);
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
    /// Forgets where the values came from that the posting no longer holds.
    pub fn prune(&mut self) {
        let Ok(Value::Object(values)) = serde_json::to_value(&self.posting) else {
            return;
        };
        let held = |field: &Field| {
            values.get(field.key()).is_some_and(|value| {
                !value.is_null() && value.as_array().is_none_or(|all| !all.is_empty())
            })
        };
        self.evidence.retain(|field, _| held(field));
        self.provenance.retain(|field, _| held(field));
        self.confidence.retain(|field, _| held(field));
    }

    /// Remarks on a value are about the one that stands; without one, they tell why.
    fn remark(&mut self, field: Field, best: Option<&Candidate>, readings: &[Reading]) {
        for reading in readings {
            let own = reading.values.get(&field);
            if best.is_none_or(|best| own.is_some_and(|own| std::ptr::eq(own, best))) {
                let remarks = reading.remarks.iter().filter(|(of, _)| *of == field);
                self.flags
                    .extend(remarks.map(|(_, remark)| format!("{remark}:{field}")));
            }
        }
    }

    fn keep(&mut self, field: Field, best: &Candidate, others: &[&Candidate]) -> Value {
        let mut confidence = best.support;
        for other in others {
            if same(field, &best.value, &other.value) {
                confidence = 1.0 - (1.0 - confidence) * 0.3;
            } else if is_disputed(field, best.source) {
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

/// No employer is named as the job is: a reader that says so has taken the heading for the employer.
fn is_the_job(field: Field, candidate: &Candidate, title: Option<&Value>) -> bool {
    let is_read = matches!(candidate.source, Source::Model | Source::Rule);
    field == Field::Company
        && is_read
        && title.is_some_and(|title| letters(title) == letters(&candidate.value))
}

fn is_list(field: Field) -> bool {
    matches!(
        field,
        Field::Skills | Field::Requirements | Field::Responsibilities | Field::Benefits
    )
}

/// Readers select lists and prose in their own ways, and the caller knows the address best.
fn is_disputed(field: Field, best: Source) -> bool {
    !is_list(field) && field != Field::Description && best != Source::Input
}

/// A greatest number of years counts only beside the least number it was read with: bounds of two readers would make up
/// a range.
#[must_use]
pub fn belongs(field: Field, reading: &Reading, least: Option<&Value>) -> bool {
    let own = reading.values.get(&Field::ExperienceYearsMin);
    match (field, own, least) {
        (Field::ExperienceYearsMax, Some(own), Some(least)) => own.value == *least,
        (Field::ExperienceYearsMax, None, Some(least)) => {
            let most = reading.values.get(&field);
            least.is_null() || most.is_some_and(|most| most.value.as_u64() >= least.as_u64())
        }
        _ => true,
    }
}
