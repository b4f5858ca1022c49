//! Page to record: readers (structured data, rules, the model), evidence for every value, and one merge of them all.

pub mod answer;
mod ask;
pub mod chunk;
mod combine;
mod country;
pub mod evidence;
pub mod expand;
pub mod merge;
pub mod normalise;
mod plausible;
pub mod prompt;
pub mod reading;
pub mod record;
pub mod rules;
mod same;
pub mod select;
pub mod stream;
pub mod structured;
pub mod wire;

use jiff::civil::Date;
use serde_json::json;

use self::merge::Merged;
use self::normalise::Normaliser;
use self::reading::{Candidate, Reading, Source};
use self::record::{RecordUsage, Status};
use self::wire::Ask;
use crate::engine::{Engine, EngineError};
use crate::page::Page;
use crate::posting::{Field, validate};

/// Raised with every change of prompt, wire format, rules or merge: results of another version are not reused.
pub const VERSION: u32 = 11;

/// Who reads a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Readers {
    /// Structured data and rules, and the model for what the page does not state as data.
    #[default]
    All,
    /// The model alone, asked for every field: what it is worth without the others.
    Model,
}

impl Readers {
    /// As in keys and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Model => "model",
        }
    }
}

/// What an extraction knows beside the page.
#[derive(Default)]
pub struct Context<'a> {
    /// Who reads.
    pub readers: Readers,
    /// The model, if there is one.
    pub engine: Option<&'a dyn Engine>,
    /// Address of the page as the caller knows it.
    pub url: Option<&'a str>,
    /// Day the page was fetched.
    pub fetched: Option<Date>,
    /// Most tokens of one answer.
    pub max_output_tokens: usize,
    /// Whether the model may think about what failed twice.
    pub second_look: bool,
}

/// What one page gave.
#[derive(Debug, Default)]
pub struct Extraction {
    /// The posting and its provenance.
    pub merged: Merged,
    /// Tokens.
    pub usage: RecordUsage,
    /// Milliseconds until first tokens, all questions together.
    pub prefill_ms: u64,
    /// Milliseconds of decoding, all questions together.
    pub decode_ms: u64,
}

impl Extraction {
    /// Whether a person should look: a conflict, a dropped or doubtful value, or a page that hides text.
    #[must_use]
    pub fn status(&self) -> Status {
        let harmless = [
            "charset:",
            "currency_ambiguous:",
            "no_figure:",
            "period_inferred:",
            "prose_split",
            "sentinel:",
            "truncated:",
            "unsupported_item:",
        ];
        let doubtful = |flag: &String| !harmless.iter().any(|prefix| flag.starts_with(prefix));
        if self.merged.flags.iter().any(doubtful) {
            Status::NeedsReview
        } else {
            Status::Done
        }
    }
}

/// Reads a page with the readers of the context.
///
/// # Errors
/// When the engine gives no answer; the page can be tried again.
pub fn extract(page: &Page, context: &Context) -> Result<Extraction, EngineError> {
    let with_others = context.readers == Readers::All;
    let (mut readings, others) = if with_others {
        structured::read(page)
    } else {
        Default::default()
    };
    readings.push(address(page, context));
    let customs = country::customs(page, context.url.or(page.canonical_url.as_deref()));
    let normaliser = Normaliser {
        fetched: context.fetched,
        currency: currency(&readings).or(customs.currency.map(str::to_owned)),
        day_first: customs.day_first,
    };
    if with_others {
        readings.push(rules::read(page, &normaliser));
    }
    let asks = asks(&readings);
    let mut extraction = Extraction::default();
    if let Some(engine) = context.engine
        && !asks.is_empty()
        && !page.blocks.is_empty()
    {
        let reader = ask::Reader {
            page,
            engine,
            normaliser: &normaliser,
            max_output: context.max_output_tokens,
            second_look: context.second_look,
        };
        let reading = reader.read(&asks, &readings, &mut extraction)?;
        readings.push(reading);
    }
    let mut merged = merge::merge(&readings);
    merged.flags.extend(page_flags(page));
    if others > 0 {
        merged
            .flags
            .push(format!("several_postings:{}", others + 1));
    }
    let clamped = validate::clamp(&mut merged.posting);
    merged.prune();
    let checked = validate::check(&merged.posting, context.fetched);
    let doubts = clamped.iter().chain(&checked).map(ToString::to_string);
    merged.flags.extend(doubts);
    merged.flags.sort();
    merged.flags.dedup();
    extraction.merged = merged;
    Ok(extraction)
}

/// The currency the page states as data, which settles what a bare `$` of its text means.
fn currency(readings: &[Reading]) -> Option<String> {
    let pay = readings
        .iter()
        .find_map(|reading| reading.values.get(&Field::Salary))?;
    Some(pay.value.get("currency")?.as_str()?.to_owned())
}

/// The address is what the caller fetched, else what the page says it is; a model never writes one.
fn address(page: &Page, context: &Context) -> Reading {
    let mut reading = Reading::default();
    let known = context.url.map(|url| (url, Source::Input));
    if let Some((url, source)) =
        known.or_else(|| page.canonical_url.as_deref().map(|url| (url, Source::Rule)))
    {
        reading.put(
            Field::Url,
            Candidate {
                value: json!(url),
                spans: Vec::new(),
                source,
                support: 1.0,
            },
        );
    }
    reading
}

/// What the page states as data, or a label or main heading states, decides before any model would, so it is not asked:
/// every key costs the time of its answer.
fn asks(readings: &[Reading]) -> Vec<Ask> {
    Ask::ALL
        .into_iter()
        .filter(|ask| {
            let field = normalise::field(*ask);
            !readings
                .iter()
                .any(|reading| merge::decides(field, reading))
        })
        .collect()
}

fn page_flags(page: &Page) -> Vec<String> {
    let mut flags = page.flags.clone();
    let hidden = &page.hidden;
    let counts = [
        ("hidden_text", hidden.elements + hidden.comments),
        ("invisible_chars", hidden.invisible_chars),
        ("chat_control", hidden.chat_control),
        ("suspicious_text", hidden.suspicious),
    ];
    flags.extend(
        counts
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| format!("{name}:{count}")),
    );
    flags
}
