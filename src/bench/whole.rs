//! What selecting by number is measured against: the same result written as plain JSON, its texts word by word, in one
//! answer.

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use serde_json::{Map, Value, json};

use crate::cli::WholeJson;
use crate::engine::{Engine, EngineError, Request};
use crate::extract::merge::Merged;
use crate::page::Page;
use crate::posting::{Field, schema};

/// Tokens a chat template adds, and what ends an answer.
const TEMPLATE_TOKENS: usize = 64;

const POSTING: &str = "You read one job posting and write down what it states, as one JSON object with the keys title, company, \
location, job_type, remote_type, experience_level, salary (min, max, currency, period), skills, experience_years_min, \
experience_years_max, education, description, requirements, responsibilities, benefits, url, posted_date, deadline and \
job_id. Copy texts exactly. Write null, or an empty list, for what the posting does not state. Never guess.";
const RECORD: &str = "The object stands under the key posting. Beside it, under the key evidence, give for each key of it that \
does not hold words of the posting itself the words that show its value.";

/// A question for all of a page, and its answer.
pub struct Question {
    /// The question.
    pub request: Request,
    /// The answer that is given.
    pub answer: String,
}

impl Question {
    /// For one page and what was read of it.
    ///
    /// # Errors
    /// When the engine does not count, or has no room for question and answer.
    pub fn of(
        page: &Page,
        merged: &Merged,
        what: WholeJson,
        engine: &dyn Engine,
    ) -> Result<Self, EngineError> {
        let answer = answer(page, merged, what);
        let system = match what {
            WholeJson::Posting => POSTING.to_owned(),
            WholeJson::Record => format!("{POSTING} {RECORD}"),
        };
        let lines: Vec<&str> = page
            .blocks
            .iter()
            .map(|block| page.text_of(block))
            .collect();
        let user = lines.join("\n");
        let texts = [system.clone(), user.clone(), answer.clone()];
        let tokens = engine.count_tokens(&texts)?;
        let needed = tokens.iter().sum::<usize>() + TEMPLATE_TOKENS;
        let context = engine.info()?.context_tokens;
        if needed > context {
            return Err(EngineError::Refused(format!(
                "its page and its whole JSON need {needed} tokens, and the context has {context}; --context N gives more"
            )));
        }
        Ok(Self {
            request: Request {
                system,
                user,
                grammar: grammar(what),
                // One more for what ends it.
                max_tokens: tokens.last().copied().unwrap_or_default() + 1,
                replay: None,
                thinking: false,
            },
            answer,
        })
    }
}

/// The result as JSON, spelled as the model would.
#[must_use]
pub fn answer(page: &Page, merged: &Merged, what: WholeJson) -> String {
    let posting = serde_json::to_value(&merged.posting).unwrap_or_default();
    let whole = match what {
        WholeJson::Posting => posting,
        WholeJson::Record => {
            let evidence = evidence(page, merged, &posting);
            json!({"posting": posting, "evidence": evidence})
        }
    };
    spell(&whole)
}

/// The words that show each value which is not these words itself.
fn evidence(page: &Page, merged: &Merged, posting: &Value) -> Value {
    let mut evidence = Map::new();
    for field in Field::ALL {
        let Some(spans) = merged.evidence.get(&field) else {
            continue;
        };
        let words: Vec<&str> = spans.iter().filter_map(|span| span.text(page)).collect();
        let is_itself = match &posting[field.key()] {
            Value::String(text) => words.join("\n").contains(text.as_str()),
            Value::Array(items) => items.iter().all(|item| {
                let text = item.as_str().unwrap_or_default();
                words.iter().any(|words| words.contains(text))
            }),
            _ => false,
        };
        if !words.is_empty() && !is_itself {
            evidence.insert(field.key().to_owned(), json!(words));
        }
    }
    Value::Object(evidence)
}

/// The JSON Schema of the answer. Bounds on the length of texts are left out: a grammar of thousands of characters is more
/// than llguidance takes.
#[must_use]
pub fn grammar(what: WholeJson) -> Value {
    let mut posting = schema::job_posting();
    loosen(&mut posting);
    let mut root = Map::new();
    root.insert(
        "x-guidance".to_owned(),
        json!({"whitespace_flexible": false, "item_separator": ", ", "key_separator": ": "}),
    );
    let Value::Object(mut posting) = posting else {
        return Value::Null;
    };
    posting.remove("$schema");
    match what {
        WholeJson::Posting => root.extend(posting),
        WholeJson::Record => {
            let definitions = posting.remove("$defs");
            root.extend(definitions.map(|definitions| ("$defs".to_owned(), definitions)));
            let words = json!({"type": "array", "items": {"type": "string"}});
            let whole = json!({
                "type": "object",
                "properties": {
                    "posting": posting,
                    "evidence": {"type": "object", "additionalProperties": words},
                },
                "required": ["posting", "evidence"],
                "additionalProperties": false,
            });
            if let Value::Object(whole) = whole {
                root.extend(whole);
            }
        }
    }
    Value::Object(root)
}

fn loosen(schema: &mut Value) {
    match schema {
        Value::Object(keys) => {
            for key in ["maxLength", "minLength", "title", "description"] {
                // A property of that name is a schema, not a bound or a text.
                if keys.get(key).is_some_and(|value| !value.is_object()) {
                    keys.remove(key);
                }
            }
            if keys.get("format").is_some_and(|format| format != "date") {
                keys.remove("format");
            }
            keys.values_mut().for_each(loosen);
        }
        Value::Array(items) => items.iter_mut().for_each(loosen),
        _ => {}
    }
}

/// JSON with a space behind each comma and colon.
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + std::io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + std::io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + std::io::Write>(
        &mut self,
        out: &mut W,
    ) -> std::io::Result<()> {
        out.write_all(b": ")
    }
}

/// As Qwen3 spells JSON, and as the wire does.
#[must_use]
pub fn spell(value: &Value) -> String {
    let mut text = Vec::new();
    let written = value.serialize(&mut Serializer::with_formatter(&mut text, Spaced));
    // Nothing fails while it writes into memory.
    written.ok();
    String::from_utf8(text).unwrap_or_default()
}
