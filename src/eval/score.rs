//! Scoring: every labelled field of every posting gets one of five outcomes, and each source its rates.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::{
    FieldScore, Gold, Judged, Outcome, Report, SourceScore, agree, grounding, lists, risk, stats,
};
use crate::posting::Field;

/// Scores records, by the id of their label, against the labels. A posting without a usable record states nothing.
#[must_use]
pub fn score<S: std::hash::BuildHasher>(
    labels: &[Gold],
    records: &HashMap<String, Value, S>,
) -> Report {
    let mut report = Report::default();
    for label in labels {
        let record = records
            .get(&label.id)
            .filter(|record| record["status"] != "failed");
        let source = report.sources.entry(label.source.clone()).or_default();
        source.postings += 1;
        source.failed += usize::from(record.is_none());
        if let Some(record) = record {
            let found = grounding::grounded(record);
            source.grounding.values += found.values;
            source.grounding.supported += found.supported;
        }
        let record = record.unwrap_or(&Value::Null);
        report
            .judged
            .extend(label.scored().filter_map(|name| judge(label, name, record)));
    }
    for (name, source) in &mut report.sources {
        let judged: Vec<&Judged> = report
            .judged
            .iter()
            .filter(|judged| judged.source == *name)
            .collect();
        fill(source, &judged);
    }
    report
}

fn judge(label: &Gold, name: &str, record: &Value) -> Option<Judged> {
    let field = Field::ALL.into_iter().find(|field| field.key() == name)?;
    let gold = label.gold.get(name).cloned().unwrap_or_default();
    let got = record["posting"].get(name).cloned().unwrap_or_default();
    let empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    let nothing = Vec::new();
    let alternatives = label.alt.get(name).unwrap_or(&nothing);
    let mut f1 = None;
    let outcome = match (empty(&gold), empty(&got)) {
        (true, true) => Outcome::Abstained,
        (false, true) if alternatives.contains(&Value::Null) => Outcome::Abstained,
        (false, true) => Outcome::Missed,
        (is_null, false) => {
            let loose = label.loose.iter().any(|loose| loose == name);
            let gold = (!is_null).then_some(&gold);
            let mut right = gold
                .into_iter()
                .chain(alternatives.iter().filter(|value| !empty(value)));
            if right.any(|gold| is_right(field, &got, gold, loose)) {
                Outcome::Right
            } else if is_null {
                Outcome::Hallucinated
            } else {
                Outcome::Wrong
            }
        }
    };
    if let (Some(gold), false) = (gold.as_array(), empty(&gold)) {
        f1 = Some(lists::f1(&strings(got.as_array()), &strings(Some(gold))));
    }
    Some(Judged {
        id: label.id.clone(),
        source: label.source.clone(),
        field: name.to_owned(),
        outcome,
        confidence: record["confidence"]
            .get(name)
            .and_then(Value::as_f64)
            .filter(|_| !empty(&got)),
        got,
        gold,
        f1,
    })
}

/// A list is right when its lines are mostly the labelled ones: borders of items are the source's own.
const RIGHT_LIST: f64 = 0.8;

fn is_right(field: Field, got: &Value, gold: &Value, loose: bool) -> bool {
    match (got.as_array(), gold.as_array()) {
        (Some(got), Some(gold)) => {
            lists::f1(&strings(Some(got)), &strings(Some(gold))).1 >= RIGHT_LIST
        }
        _ => agree::agree(field, got, gold, loose),
    }
}

fn strings(list: Option<&Vec<Value>>) -> Vec<String> {
    let items = list.into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn fill(source: &mut SourceScore, judged: &[&Judged]) {
    let mut by_field: BTreeMap<&str, Vec<&Judged>> = BTreeMap::new();
    for one in judged {
        by_field.entry(&one.field).or_default().push(one);
    }
    source.fields = by_field
        .into_iter()
        .map(|(field, judged)| (field.to_owned(), field_score(&judged)))
        .collect();
    source.risk = risk::rows(judged);
}

fn field_score(judged: &[&Judged]) -> FieldScore {
    let count = |outcome: Outcome| judged.iter().filter(|one| one.outcome == outcome).count();
    let [right, abstained, missed, hallucinated, wrong] = [
        Outcome::Right,
        Outcome::Abstained,
        Outcome::Missed,
        Outcome::Hallucinated,
        Outcome::Wrong,
    ]
    .map(count);
    let f1: Vec<(f64, f64)> = judged.iter().filter_map(|one| one.f1).collect();
    FieldScore {
        n: judged.len(),
        right,
        abstained,
        missed,
        hallucinated,
        wrong,
        accuracy: stats::rate(right + abstained, judged.len()),
        precision: stats::rate(right, right + wrong + hallucinated),
        hallucination: stats::rate(hallucinated, hallucinated + abstained),
        exact_f1: stats::mean(&f1.iter().map(|(exact, _)| *exact).collect::<Vec<_>>()),
        soft_f1: stats::mean(&f1.iter().map(|(_, soft)| *soft).collect::<Vec<_>>()),
    }
}
