//! What `smelt bench extract` says: each page by itself, the ways they were read, and one way against another.

use serde::Serialize;

use super::pages::Task;
use super::pass::{Done, Reading};
use super::row::{Row, number};
use super::spread::Spread;
use crate::engine::EngineInfo;
use crate::extract::record::RecordUsage;

/// What was measured.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) smelt: &'static str,
    pub(super) engine: Option<EngineInfo>,
    /// Pages at once.
    pub(super) jobs: usize,
    /// Times all pages were read.
    pub(super) runs: u16,
    pub(super) pages: Vec<Measured>,
    /// Selecting by number first, then what it is compared with.
    pub(super) modes: Vec<Row>,
    /// Selecting by number against the whole JSON.
    pub(super) against_whole_json: Option<Against>,
    /// What the grammar of selecting by number costs.
    pub(super) grammar: Option<GrammarCost>,
    pub(super) failed: Vec<Failed>,
}

/// One way against another.
#[derive(Debug, Serialize)]
pub(super) struct Against {
    /// Times as many pages a minute.
    pub(super) pages_min: f64,
    /// Part of the output tokens.
    pub(super) output_tokens: f64,
}

/// The same answers with the grammar, less those without it. Noise may make it negative.
#[derive(Debug, Serialize)]
pub(super) struct GrammarCost {
    /// Microseconds of each token that is written, of all sequences together: its mask.
    pub(super) mask_us_token: Option<f64>,
    /// Milliseconds of each page before answers are written: the grammar's making.
    pub(super) making_ms_page: Option<f64>,
}

/// A page that was not read.
#[derive(Debug, Serialize)]
pub(super) struct Failed {
    pub(super) page: String,
    pub(super) mode: &'static str,
    pub(super) error: String,
}

/// One page, or the beginning of one, read by selecting by number.
#[derive(Debug, Serialize)]
pub(super) struct Measured {
    /// As given.
    pub(super) page: String,
    /// Its lines under the model's tokenizer; 0 without a model.
    pub(super) page_tokens: usize,
    /// Tokens of all questions of one run.
    pub(super) usage: RecordUsage,
    /// From bytes to posting.
    pub(super) seconds: Spread,
    /// Milliseconds until first tokens, all questions together, as the engine says.
    pub(super) prefill_ms: Spread,
    /// Milliseconds of writing answers, as the engine says.
    pub(super) decode_ms: Spread,
    /// Tokens of the prompts that were computed, by the time until first tokens.
    pub(super) prefill_tokens_s: f64,
    /// Tokens of the answers by the time of writing them, in which prompts of others may be read.
    pub(super) decode_tokens_s: f64,
}

impl Measured {
    /// From all runs of a page; none without any.
    pub(super) fn of(task: &Task, runs: &[&Done]) -> Option<Self> {
        let usage = runs.last()?.reading.usage;
        let seconds = runs.iter().map(|run| run.time.as_secs_f64()).collect();
        let ms = |of: fn(&Reading) -> u64| -> Vec<f64> {
            runs.iter().map(|run| millis(of(&run.reading))).collect()
        };
        let (prefill, decode) = (ms(|run| run.prefill_ms), ms(|run| run.decode_ms));
        let rate = |tokens: fn(&RecordUsage) -> usize, ms: &[f64]| {
            let tokens: usize = runs.iter().map(|run| tokens(&run.reading.usage)).sum();
            let ms: f64 = ms.iter().sum();
            if ms > 0.0 {
                number(tokens) * 1000.0 / ms
            } else {
                0.0
            }
        };
        Some(Self {
            page: task.input.name.clone(),
            page_tokens: task.page_tokens,
            usage,
            seconds: Spread::of(seconds),
            prefill_tokens_s: rate(
                |usage| usage.prompt_tokens.saturating_sub(usage.cached_tokens),
                &prefill,
            ),
            decode_tokens_s: rate(|usage| usage.completion_tokens, &decode),
            prefill_ms: Spread::of(prefill),
            decode_ms: Spread::of(decode),
        })
    }
}

#[allow(clippy::cast_precision_loss, reason = "milliseconds of one page")]
fn millis(ms: u64) -> f64 {
    ms as f64
}

impl Against {
    pub(super) fn of(one: &Row, other: &Row) -> Self {
        Self {
            pages_min: one.pages_min.mean / other.pages_min.mean,
            output_tokens: one.output_tokens_page / other.output_tokens_page,
        }
    }
}

impl GrammarCost {
    pub(super) fn of(with: &Row, without: &Row) -> Self {
        let more = |with: Option<f64>, without: Option<f64>| Some(with?.recip() - without?.recip());
        let decode = more(with.decode_tokens_s, without.decode_tokens_s);
        let prefill = more(with.prefill_tokens_s, without.prefill_tokens_s);
        let computed = with.prompt_tokens_page * (1.0 - with.cache_share);
        Self {
            mask_us_token: decode.map(|seconds| seconds * 1e6),
            making_ms_page: prefill.map(|seconds| seconds * 1e3 * computed),
        }
    }
}
