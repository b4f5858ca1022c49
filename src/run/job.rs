//! One job: bytes to page to record.

use std::time::Instant;

use super::source::JobSource;
use super::telling::Telling;
use super::{Run, lock, now};
use crate::engine::select::Selected;
use crate::engine::{Engine, EngineError};
use crate::extract::record::{ModelName, PageSource, Record, Timing};
use crate::extract::{Context, Extraction, extract};
use crate::page::{self, Format, Limits, Page};
use crate::store::{Claim, StoreError, StoredRecord};

/// What became of a job.
pub(super) enum Outcome {
    /// A record, and the text its offsets refer to.
    Record(Box<Record>, Option<String>),
    /// The engine gave no answer.
    NoAnswer(EngineError),
}

/// Reads one claimed page.
pub(super) fn process(run: &Run, claim: &Claim, idem_key: &str) -> Result<Outcome, StoreError> {
    let source = JobSource::of(claim);
    let cached = lock(&run.store).cached(idem_key)?;
    if let Some((mut record, text)) = cached.filter(|_| !run.fresh).and_then(reuse) {
        record.id.clone_from(&claim.posting_id);
        record.source = source.page;
        run.reused.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        return Ok(Outcome::Record(Box::new(record), text));
    }
    let content = lock(&run.store).content(&claim.sha256)?;
    Ok(match content {
        Some(bytes) => measured(run, claim, || read(run, claim, source, bytes)),
        None => failed(
            claim,
            source.page,
            &run.selected,
            "store",
            "the page's bytes are no longer in the store",
        ),
    })
}

/// Reads a page, and writes down the joules that the card drew for it if its model was asked.
fn measured(run: &Run, claim: &Claim, read: impl FnOnce() -> Outcome) -> Outcome {
    let account = Account::open(run, claim.job_id);
    let mut outcome = read();
    let joules = account.close();
    if let Outcome::Record(record, _) = &mut outcome
        && record.usage.chunks > 0
    {
        record.energy_j = joules.map(|joules| (joules * 10.0).round() / 10.0);
    }
    outcome
}

/// A page's account, closed also when its reading panics.
struct Account<'a> {
    run: &'a Run,
    job: i64,
}

impl<'a> Account<'a> {
    fn open(run: &'a Run, job: i64) -> Self {
        lock(&run.accounts).begin(job, run.joules());
        Self { run, job }
    }

    fn close(self) -> Option<f64> {
        // Read under the lock: a worker with a later sum must not settle in between.
        let mut accounts = lock(&self.run.accounts);
        accounts.end(self.job, self.run.joules())
    }
}

impl Drop for Account<'_> {
    fn drop(&mut self) {
        // Nothing is left to be closed where it was.
        lock(&self.run.accounts).end(self.job, self.run.joules());
    }
}

fn read(run: &Run, claim: &Claim, source: JobSource, bytes: Vec<u8>) -> Outcome {
    let started = Instant::now();
    let format = match claim.format.as_str() {
        "text" => Format::Text,
        "markdown" => Format::Markdown,
        _ => Format::Html,
    };
    let read = page::read(&bytes, format, &Limits::default());
    drop(bytes);
    let page = match read {
        Ok(page) => page,
        Err(error) => {
            return failed(
                claim,
                source.page,
                &run.selected,
                "page",
                &error.to_string(),
            );
        }
    };
    let page_ms = millis(started);
    let engine = run.selected.engine.as_ref();
    let engine = engine.map(|engine| Telling::new(engine, &run.events, claim));
    let context = Context {
        readers: run.readers,
        engine: engine.as_ref().map(|engine| engine as &dyn Engine),
        url: source.page.url.as_deref(),
        fetched: source.fetched,
        max_output_tokens: run.selected.max_output_tokens,
        second_look: run.selected.second_look,
    };
    let extraction = match extract(&page, &context) {
        Ok(extraction) => extraction,
        Err(error) => return Outcome::NoAnswer(error),
    };
    let mut record = record(claim, source.page, &run.selected, extraction);
    record.timing.page_ms = page_ms;
    let Page { text, .. } = page;
    Outcome::Record(Box::new(record), Some(text))
}

fn reuse(stored: StoredRecord) -> Option<(Record, Option<String>)> {
    let record = serde_json::from_str(&stored.json).ok()?;
    Some((record, stored.text))
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn record(
    claim: &Claim,
    source: PageSource,
    selected: &Selected,
    extraction: Extraction,
) -> Record {
    let status = extraction.status();
    let merged = extraction.merged;
    Record {
        v: 1,
        kind: "record".to_owned(),
        id: claim.posting_id.clone(),
        source,
        status,
        posting: merged.posting,
        evidence: merged.evidence,
        provenance: merged.provenance,
        confidence: merged.confidence,
        flags: merged.flags,
        usage: extraction.usage,
        timing: Timing {
            queued_ms: u64::try_from(now() - claim.queued_at).unwrap_or_default(),
            page_ms: 0,
            prefill_ms: extraction.prefill_ms,
            decode_ms: extraction.decode_ms,
        },
        energy_j: None,
        model: model_name(selected),
        error: None,
        review: None,
        text: None,
    }
}

fn model_name(selected: &Selected) -> ModelName {
    ModelName {
        id: selected.model.clone(),
        quant: selected.quant.clone(),
        engine: selected.engine_name.clone(),
    }
}

pub(super) fn failed(
    claim: &Claim,
    source: PageSource,
    selected: &Selected,
    kind: &str,
    why: &str,
) -> Outcome {
    Outcome::Record(
        Box::new(Record::failed(
            &claim.posting_id,
            source,
            model_name(selected),
            kind,
            why,
        )),
        None,
    )
}

/// The record of a posting that could not be read, as JSON.
pub(super) fn failed_record(
    id: &str,
    source: PageSource,
    selected: &Selected,
    kind: &str,
    why: &str,
) -> String {
    let record = Record::failed(id, source, model_name(selected), kind, why);
    serde_json::to_string(&record).unwrap_or_default()
}

/// The key of the record this job will have.
pub(super) fn key(claim: &Claim, settings: &str) -> String {
    JobSource::of(claim).idem_key(&claim.sha256, &claim.format, settings)
}
