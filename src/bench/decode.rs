//! `smelt bench decode`: tokens a second while reading and writing, beside what the memory's bandwidth allows.

use super::bare::Bare;
use super::batch::filled;
use super::card::Card;
use super::filler::fillers;
use super::pass::Plan;
use super::row::Row;
use super::widths::{self, Fresh};
use super::{BenchError, limit};
use crate::cli::{BenchDecodeArgs, complain};
use crate::engine::program;
use crate::engine::select::Weights;
use crate::engine::{Engine, EngineInfo};
use serde::Serialize;

/// What was measured.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) smelt: &'static str,
    pub(super) engine: Option<EngineInfo>,
    /// Empty when unknown.
    pub(super) card: String,
    /// Bytes of weights that are read for each token; `null` when unknown.
    pub(super) step_bytes: Option<u64>,
    /// Of the card's memory; `null` when unknown.
    pub(super) bandwidth_gb_s: Option<f64>,
    pub(super) widths: Vec<AtWidth>,
}

/// One number of questions answered together.
#[derive(Debug, Default, Serialize)]
pub(super) struct AtWidth {
    pub(super) width: usize,
    /// Of each question, as the engine counts them.
    pub(super) prompt_tokens: f64,
    /// Of each answer, as the engine counts them.
    pub(super) output_tokens: f64,
    /// Of all questions together.
    pub(super) prefill_tokens_s: Option<f64>,
    /// Of all answers together.
    pub(super) decode_tokens_s: Option<f64>,
    /// Milliseconds in which each answer grows by a token.
    pub(super) step_ms: Option<f64>,
    /// The most tokens a second that the memory allows.
    pub(super) limit_tokens_s: Option<f64>,
    /// How much of that it is.
    pub(super) of_limit: Option<f64>,
    /// The engine without smelt around it, where that was asked for.
    pub(super) bare: Option<Bare>,
    /// Tokens written a second, by those of the engine alone.
    pub(super) of_bare: Option<f64>,
    /// Why it was not measured.
    pub(super) error: Option<String>,
}

/// Measures what the command line asks for.
pub(super) fn run(arguments: &BenchDecodeArgs) -> Result<Report, BenchError> {
    let card = Card::watch(&arguments.measure).map_err(BenchError::Given)?;
    // Only a build for the card runs on it.
    let known = limit::bandwidth(&card.name()).filter(|_| program::target().is_cuda());
    let bandwidth_gb_s = arguments.bandwidth.or(known);
    let (mut engine, mut weights) = (None, None);
    let measured = widths::each(&arguments.measure.engine, &arguments.widths, |fresh| {
        engine.get_or_insert_with(|| fresh.info.clone());
        weights.clone_from(&fresh.selected.weights);
        measure(arguments, &card, fresh)
    })?;
    if arguments.bare && weights.is_none() {
        complain("--bare: a script has no weights, so there is no engine to measure alone");
    }
    let weights = weights.as_ref();
    let step_bytes = weights.map(|weights| weights.step_bytes);
    let limits = bandwidth_gb_s.zip(step_bytes);
    let widths = measured.into_iter().map(|(width, result)| {
        let limit = limits.map(|(rate, bytes)| limit::tokens_s(rate, bytes, width));
        match result {
            Ok(row) => AtWidth::of(width, &row, limit).beside(bare(arguments, weights, width)),
            Err(why) => AtWidth {
                width,
                error: Some(why),
                ..AtWidth::default()
            },
        }
    });
    Ok(Report {
        smelt: env!("CARGO_PKG_VERSION"),
        widths: widths.collect(),
        engine,
        card: card.name(),
        step_bytes,
        bandwidth_gb_s,
    })
}

/// What the engine does alone; only one of both holds the model at a time.
fn bare(arguments: &BenchDecodeArgs, weights: Option<&Weights>, width: usize) -> Option<Bare> {
    let weights = weights.filter(|_| arguments.bare)?;
    match Bare::measure(weights, arguments.filler, width, arguments.runs) {
        Ok(bare) => Some(bare),
        Err(why) => {
            complain(&format!("{width} together, the engine alone: {why}"));
            None
        }
    }
}

/// As many questions as the width, all begun together, and the next ones when all are answered.
fn measure(
    arguments: &BenchDecodeArgs,
    card: &Card,
    fresh: &Fresh,
) -> Result<Result<Row, String>, BenchError> {
    let engine: &dyn Engine = fresh.engine;
    let rounds = usize::from(arguments.runs) + 1;
    let fillers = match fillers(engine, arguments.filler, rounds * fresh.width) {
        Ok(fillers) => fillers,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let plan = Plan {
        engine: Some(engine),
        is_free: false,
        jobs: fresh.width,
        is_strict: true,
        card: card.seen(),
    };
    let all: Vec<usize> = (0..fillers.len()).collect();
    let mut passes = Vec::new();
    for round in all.chunks(fresh.width) {
        let pass = plan.run(round, &|task, engine| filled(&fillers, task, engine))?;
        if let Some((_, error)) = pass.failed.first() {
            return Ok(Err(error.to_string()));
        }
        passes.push(pass);
    }
    // The first does not count.
    passes.remove(0);
    Ok(Ok(Row::of("", &passes)))
}

impl AtWidth {
    fn of(width: usize, row: &Row, limit: Option<f64>) -> Self {
        let rate = row.decode_tokens_s;
        Self {
            width,
            prompt_tokens: row.prompt_tokens_page,
            output_tokens: row.output_tokens_page,
            prefill_tokens_s: row.prefill_tokens_s,
            decode_tokens_s: rate,
            step_ms: rate.map(|rate| 1e3 * super::row::number(width) / rate),
            limit_tokens_s: limit,
            of_limit: rate.zip(limit).map(|(rate, limit)| rate / limit),
            ..Self::default()
        }
    }

    fn beside(self, bare: Option<Bare>) -> Self {
        let of_bare = |bare: Bare| Some(self.decode_tokens_s? / bare.decode_tokens_s);
        Self {
            of_bare: bare.and_then(of_bare),
            bare,
            ..self
        }
    }
}
