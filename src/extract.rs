//! Page to record: readers (structured data, rules, the model), evidence for every value, and one merge of them all.

pub mod answer;
mod ask;
pub mod chunk;
mod combine;
pub mod evidence;
pub mod expand;
pub mod merge;
pub mod normalise;
pub mod prompt;
pub mod reading;
pub mod record;
pub mod rules;
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
pub const VERSION: u32 = 1;

/// What an extraction knows beside the page.
pub struct Context<'a> {
    /// The model, if there is one.
    pub engine: Option<&'a dyn Engine>,
    /// Address of the page as the caller knows it.
    pub url: Option<&'a str>,
    /// Day the page was fetched.
    pub fetched: Option<Date>,
    /// Most tokens of one answer.
    pub max_output_tokens: usize,
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
            "period_inferred:",
            "currency_ambiguous:",
            "truncated:",
            "sentinel:",
            "prose_split",
        ];
        let doubtful = |flag: &String| !harmless.iter().any(|prefix| flag.starts_with(prefix));
        if self.merged.flags.iter().any(doubtful) {
            Status::NeedsReview
        } else {
            Status::Done
        }
    }
}

/// Reads a page with every reader there is.
///
/// # Errors
/// When the engine gives no answer; the page can be tried again.
pub fn extract(page: &Page, context: &Context) -> Result<Extraction, EngineError> {
    let normaliser = Normaliser {
        fetched: context.fetched,
    };
    let mut readings = vec![address(page, context)];
    readings.extend(
        page.structured
            .first()
            .map(|structured| structured::read(page, structured)),
    );
    let asks = asks(&readings);
    readings.push(rules::read(page, &normaliser));
    let mut extraction = Extraction::default();
    if let Some(engine) = context
        .engine
        .filter(|_| !asks.is_empty() && !page.blocks.is_empty())
    {
        let reading = ask::ask(
            page,
            &asks,
            engine,
            &normaliser,
            context.max_output_tokens,
            &mut extraction,
        )?;
        readings.push(reading);
    }
    let mut merged = merge::merge(&readings);
    merged.flags.extend(page_flags(page));
    let clamped = validate::clamp(&mut merged.posting);
    let checked = validate::check(&merged.posting, context.fetched);
    merged
        .flags
        .extend(clamped.iter().chain(&checked).map(ToString::to_string));
    merged.flags.sort();
    merged.flags.dedup();
    extraction.merged = merged;
    Ok(extraction)
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

/// A field the page states as data and shows in its text is not asked again; a job number stated as data never is.
fn asks(readings: &[Reading]) -> Vec<Ask> {
    let known = |field: Field| {
        readings
            .iter()
            .filter_map(|reading| reading.values.get(&field))
            .any(|candidate| field == Field::JobId || !candidate.spans.is_empty())
    };
    Ask::ALL
        .into_iter()
        .filter(|ask| !known(combine::field(*ask)))
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
    if page.structured.len() > 1 {
        flags.push(format!("several_postings:{}", page.structured.len()));
    }
    flags
}
