//! Measured extraction: each page from bytes to record, several times, through the engine that would read it.

use std::time::Instant;

use serde::Serialize;

use super::BenchError;
use super::spread::Spread;
use crate::cli::{BenchExtractArgs, complain};
use crate::engine::select::Selected;
use crate::engine::{Engine, EngineInfo};
use crate::extract::record::RecordUsage;
use crate::extract::{Context, Extraction, extract, prompt};
use crate::page::{self, Format, Limits, Page};
use crate::run::RunError;
use crate::run::input;

/// One page, or the beginning of one.
#[derive(Debug, Serialize)]
pub(super) struct Measured {
    /// As given.
    pub(super) page: String,
    /// Its lines under the model's tokenizer; 0 without a model.
    pub(super) page_tokens: usize,
    /// Tokens of all questions of one run.
    pub(super) usage: RecordUsage,
    /// From bytes to record.
    pub(super) seconds: Spread,
    /// Milliseconds until first tokens, all questions together.
    pub(super) prefill_ms: Spread,
    /// Milliseconds of writing answers.
    pub(super) decode_ms: Spread,
    /// Tokens of the prompts by the time until first tokens.
    pub(super) prefill_tokens_s: f64,
    /// Tokens of the answers by the time of writing them.
    pub(super) decode_tokens_s: f64,
}

/// Bytes of one page and how far it is read.
struct Subject {
    name: String,
    format: Format,
    bytes: Vec<u8>,
}

/// Reads every page as often as asked.
pub(super) fn run(
    arguments: &BenchExtractArgs,
    selected: &Selected,
) -> Result<(Option<EngineInfo>, Vec<Measured>), BenchError> {
    let subjects = subjects(&arguments.inputs);
    if subjects.is_empty() {
        return Err(BenchError::NoPage);
    }
    let engine = selected.engine.as_ref().map(|engine| engine as &dyn Engine);
    let failed = |error: crate::engine::EngineError| RunError::Engine(error.to_string());
    // Loads the model, which is no part of reading a page.
    let info = engine.map(Engine::info).transpose().map_err(failed)?;
    let sizes: Vec<Option<u32>> = match arguments.page_tokens.as_slice() {
        [] => vec![None],
        sizes => sizes.iter().copied().map(Some).collect(),
    };
    let mut measured = Vec::new();
    for subject in &subjects {
        for size in &sizes {
            let reader = Reader {
                engine,
                max_output_tokens: selected.max_output_tokens,
                size: size.map(|size| size as usize),
            };
            measured.extend(reader.measure(subject, arguments.runs).map_err(failed)?);
        }
    }
    if measured.is_empty() {
        return Err(BenchError::NoPage);
    }
    Ok((info, measured))
}

fn subjects(inputs: &[String]) -> Vec<Subject> {
    let mut subjects = Vec::new();
    let taken: Result<(), std::convert::Infallible> = input::read(inputs, false, &mut |input| {
        match input.body {
            Ok((format, bytes)) => subjects.push(Subject {
                name: input.source.path.unwrap_or(input.id),
                format,
                bytes,
            }),
            Err(why) => complain(&format!("{}: {why}", input.source.path.unwrap_or_default())),
        }
        Ok(())
    });
    let Ok(()) = taken;
    subjects
}

/// How pages are read.
struct Reader<'a> {
    engine: Option<&'a dyn Engine>,
    max_output_tokens: usize,
    size: Option<usize>,
}

impl Reader<'_> {
    /// One run that does not count, and then those that do. A page without text is named and left out.
    fn measure(
        &self,
        subject: &Subject,
        runs: u16,
    ) -> Result<Option<Measured>, crate::engine::EngineError> {
        let read = || page::read(&subject.bytes, subject.format, &Limits::default());
        let page = match read() {
            Ok(page) => page,
            Err(error) => {
                complain(&format!("{}: {error}", subject.name));
                return Ok(None);
            }
        };
        let lengths = self.lengths(&page)?;
        let lines = self.lines(&lengths);
        self.extract(page, lines)?;
        let mut extractions = Vec::new();
        for _ in 0..runs {
            let began = Instant::now();
            if let Ok(page) = read() {
                let extraction = self.extract(page, lines)?;
                extractions.push((began.elapsed().as_secs_f64(), extraction));
            }
        }
        Ok(Some(summary(
            subject.name.clone(),
            lengths.iter().take(lines).sum(),
            &extractions,
        )))
    }

    /// Tokens of each line.
    fn lengths(&self, page: &Page) -> Result<Vec<usize>, crate::engine::EngineError> {
        let lines: Vec<String> = page
            .blocks
            .iter()
            .map(|block| prompt::line(page, block))
            .collect();
        match self.engine {
            Some(engine) => engine.count_tokens(&lines),
            None => Ok(vec![0; lines.len()]),
        }
    }

    /// Lines up to the wished size.
    fn lines(&self, lengths: &[usize]) -> usize {
        let Some(size) = self.size else {
            return lengths.len();
        };
        let mut sum = 0;
        let reached = lengths.iter().position(|tokens| {
            sum += tokens;
            sum >= size
        });
        reached.map_or(lengths.len(), |last| last + 1)
    }

    fn extract(
        &self,
        mut page: Page,
        lines: usize,
    ) -> Result<Extraction, crate::engine::EngineError> {
        page.blocks.truncate(lines);
        let context = Context {
            engine: self.engine,
            max_output_tokens: self.max_output_tokens,
            ..Context::default()
        };
        extract(&page, &context)
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "tokens and milliseconds of one page"
)]
fn summary(page: String, page_tokens: usize, runs: &[(f64, Extraction)]) -> Measured {
    let of = |quantity: fn(&(f64, Extraction)) -> f64| runs.iter().map(quantity);
    let rate = |tokens: fn(&RecordUsage) -> usize, ms: fn(&Extraction) -> u64| {
        let tokens: usize = runs.iter().map(|(_, run)| tokens(&run.usage)).sum();
        let ms: u64 = runs.iter().map(|(_, run)| ms(run)).sum();
        if ms == 0 {
            0.0
        } else {
            tokens as f64 * 1000.0 / ms as f64
        }
    };
    Measured {
        page,
        page_tokens,
        usage: runs.last().map(|(_, run)| run.usage).unwrap_or_default(),
        seconds: Spread::of(of(|(seconds, _)| *seconds).collect()),
        prefill_ms: Spread::of(of(|(_, run)| run.prefill_ms as f64).collect()),
        decode_ms: Spread::of(of(|(_, run)| run.decode_ms as f64).collect()),
        prefill_tokens_s: rate(|usage| usage.prompt_tokens, |run| run.prefill_ms),
        decode_tokens_s: rate(|usage| usage.completion_tokens, |run| run.decode_ms),
    }
}
