//! Pages made of lines, and an engine that answers from a list and remembers what it was asked.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::VecDeque;
use std::sync::Mutex;

use jiff::civil::Date;
use serde_json::{Map, Value};
use smelt::engine::{Completion, Engine, EngineError, EngineInfo, Finish, Request, Usage};
use smelt::extract::wire::{Ask, NOT_STATED, Shape};
use smelt::extract::{Context, Extraction, extract};
use smelt::page::{Block, BlockKind, Label, Page};

/// A page of such lines; `# ` makes a main heading, `## ` a lesser one, `- ` an item, and `Name: value` has a label.
pub fn page<S: AsRef<str>>(lines: &[S]) -> Page {
    let mut page = Page::default();
    for line in lines {
        let (kind, text) = kind(line.as_ref());
        if !page.text.is_empty() {
            page.text.push('\n');
        }
        let start = page.text.len();
        page.text.push_str(text);
        let label = text.split_once(": ").map(|(name, value)| Label {
            name: start..start + name.len(),
            value: page.text.len() - value.len()..page.text.len(),
        });
        page.blocks.push(Block {
            id: u32::try_from(page.blocks.len() + 1).unwrap(),
            span: start..page.text.len(),
            kind,
            label,
        });
    }
    page
}

fn kind(line: &str) -> (BlockKind, &str) {
    [
        ("# ", BlockKind::Heading(1)),
        ("## ", BlockKind::Heading(2)),
        ("- ", BlockKind::Item),
    ]
    .into_iter()
    .find_map(|(mark, kind)| Some((kind, line.strip_prefix(mark)?)))
    .unwrap_or((BlockKind::Paragraph, line))
}

/// An answer to such keys: `null`, `not_stated` or empty unless given.
pub fn answer(asks: &[Ask], given: &Value) -> Value {
    let mut answer = Map::new();
    for ask in asks {
        let nothing = match ask.shape() {
            Shape::Quote(_) => Value::Null,
            Shape::Enum(_) => NOT_STATED.into(),
            _ => Value::Array(Vec::new()),
        };
        let value = given.get(ask.key()).cloned().unwrap_or(nothing);
        answer.insert(ask.key().to_owned(), value);
    }
    Value::Object(answer)
}

/// JSON as the grammar spells it.
pub fn spell(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(spell).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|(key, value)| format!("\"{key}\": {}", spell(value)))
                .collect();
            format!("{{{}}}", items.join(", "))
        }
        other => other.to_string(),
    }
}

/// Answers in turn; after the last one, that the posting states nothing.
pub struct Answers {
    pub context_tokens: usize,
    left: Mutex<VecDeque<String>>,
    pub asked: Mutex<Vec<Request>>,
}

impl Answers {
    pub fn raw<S: Into<String>>(answers: impl IntoIterator<Item = S>) -> Self {
        Self {
            context_tokens: 65_536,
            left: Mutex::new(answers.into_iter().map(Into::into).collect()),
            asked: Mutex::default(),
        }
    }

    /// Every answer names only what it states.
    pub fn of<'a>(answers: impl IntoIterator<Item = &'a Value>) -> Self {
        Self::raw(
            answers
                .into_iter()
                .map(|given| spell(&answer(&Ask::ALL, given))),
        )
    }

    pub fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// The keys of the nth question's grammar.
    pub fn keys(&self, nth: usize) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let required = asked[nth].grammar["required"].as_array().unwrap().clone();
        let keys = required.iter().map(|key| key.as_str().unwrap().to_owned());
        keys.collect()
    }
}

impl Engine for Answers {
    fn info(&self) -> Result<EngineInfo, EngineError> {
        Ok(EngineInfo {
            engine: "answers".to_owned(),
            model: "answers".to_owned(),
            quant: None,
            context_tokens: self.context_tokens,
            max_in_flight: 1,
            cohort: 1,
        })
    }

    fn count_tokens(&self, texts: &[String]) -> Result<Vec<usize>, EngineError> {
        Ok(texts.iter().map(|text| text.len().div_ceil(4)).collect())
    }

    /// One byte a token, which no tokenizer is worse than.
    fn generate(
        &self,
        request: &Request,
        _: &mut dyn FnMut(&str),
    ) -> Result<Completion, EngineError> {
        let prompt = (request.system.len() + request.user.len()).div_ceil(4);
        assert!(
            prompt + request.max_tokens <= self.context_tokens,
            "over the context"
        );
        self.asked.lock().unwrap().push(request.clone());
        let mut text = self.left.lock().unwrap().pop_front().unwrap_or_else(|| {
            let keys = &request.grammar["required"];
            let asked = |ask: &Ask| keys.as_array().unwrap().iter().any(|key| key == ask.key());
            let asks: Vec<Ask> = Ask::ALL.into_iter().filter(asked).collect();
            spell(&answer(&asks, &Value::Null))
        });
        let cut = text.len() > request.max_tokens;
        text.truncate(text.floor_char_boundary(request.max_tokens));
        Ok(Completion {
            text,
            finish: if cut { Finish::Length } else { Finish::Stop },
            usage: Usage::default(),
            prefill_ms: 1,
            decode_ms: 1,
        })
    }
}

pub fn run(page: &Page, engine: &Answers) -> Extraction {
    let context = Context {
        engine: Some(engine),
        fetched: Some(Date::constant(2026, 3, 1)),
        max_output_tokens: 32_768,
        ..Context::default()
    };
    extract(page, &context).unwrap()
}

/// The words a field was read from.
pub fn evidence(page: &Page, extraction: &Extraction, field: smelt::posting::Field) -> Vec<String> {
    let spans = extraction.merged.evidence.get(&field);
    let spans = spans.into_iter().flatten();
    spans
        .map(|span| page.text[span.start..span.end].to_owned())
        .collect()
}

pub fn flags(extraction: &Extraction) -> Vec<&str> {
    let flags = extraction.merged.flags.iter();
    flags.map(String::as_str).collect()
}

pub fn posting(extraction: &Extraction) -> Value {
    serde_json::to_value(&extraction.merged.posting).unwrap()
}
