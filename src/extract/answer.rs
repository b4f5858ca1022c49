//! The model's answer as it came over the wire; a cut-off answer keeps the keys it had finished.

use std::collections::BTreeMap;

use serde_json::Value;

use super::wire::{Ask, NOT_STATED, Shape};

/// One key of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// Not on the page, says the model.
    NotStated,
    /// A block and words of it, or a block and an enum member.
    Quote(u32, String),
    /// Words that stand somewhere on the page.
    Words(Vec<String>),
    /// Inclusive ranges of blocks.
    Lines(Vec<(u32, u32)>),
}

/// The keys of an answer.
pub type Answer = BTreeMap<Ask, Given>;

/// Reads an answer. Keys that are missing or of another form than asked are left out.
#[must_use]
pub fn parse(text: &str, asks: &[Ask]) -> Answer {
    let object = serde_json::from_str::<Value>(text)
        .ok()
        .or_else(|| salvage(text, asks))
        .unwrap_or_default();
    asks.iter()
        .filter_map(|ask| Some((*ask, given(object.get(ask.key())?, ask.shape())?)))
        .collect()
}

/// Closes an answer that was cut off after the last key it had finished.
fn salvage(text: &str, asks: &[Ask]) -> Option<Value> {
    asks.iter().rev().find_map(|ask| {
        // With and without white space: engines other than our own choose their separators themselves.
        let key = ask.key();
        let end = text
            .rfind(&format!(", \"{key}\": "))
            .or_else(|| text.rfind(&format!(",\"{key}\":")))?;
        serde_json::from_str(&format!("{}}}", text.get(..end)?)).ok()
    })
}

fn given(value: &Value, shape: Shape) -> Option<Given> {
    let not_stated = value.is_null() || value.as_str() == Some(NOT_STATED);
    match shape {
        Shape::Quote(_) | Shape::Enum(_) if not_stated => Some(Given::NotStated),
        Shape::Quote(_) | Shape::Enum(_) => Some(Given::Quote(
            block(value.get(0)?)?,
            value.get(1)?.as_str()?.to_owned(),
        )),
        Shape::Words(_) => Some(Given::Words(
            value
                .as_array()?
                .iter()
                .filter_map(|word| word.as_str().map(str::to_owned))
                .collect(),
        )),
        Shape::Lines(_) => Some(Given::Lines(
            value.as_array()?.iter().filter_map(range).collect(),
        )),
    }
}

fn block(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|id| u32::try_from(id).ok())
}

fn range(value: &Value) -> Option<(u32, u32)> {
    match value {
        Value::Array(pair) => Some((block(pair.first()?)?, block(pair.get(1)?)?)),
        single => block(single).map(|id| (id, id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_off_answer_keeps_its_finished_keys() {
        let cut = r#"{"title": [3, "Night, \"Nurse\""], "company": null, "location": [4, "Bos"#;
        let answer = parse(cut, &Ask::ALL);
        assert_eq!(
            answer.get(&Ask::Title),
            Some(&Given::Quote(3, "Night, \"Nurse\"".to_owned()))
        );
        assert_eq!(answer.get(&Ask::Company), Some(&Given::NotStated));
        assert_eq!(answer.get(&Ask::Location), None);
    }
}
