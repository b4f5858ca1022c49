//! Queueing inputs: batches into the store, and a failed record at once for what cannot be read.

use sha2::{Digest, Sha256};

use super::input::{self, Input, hex};
use super::{job, now};
use crate::engine::select::Selected;
use crate::extract;
use crate::page::Format;
use crate::posting::schema;
use crate::store::{NewJob, Store, StoreError};

/// Jobs and bytes a batch holds at most: memory stays flat, and a commit stays short.
const BATCH_JOBS: usize = 500;
const BATCH_BYTES: usize = 8 << 20;

/// What shapes a result beside the page: program, schema, prompt, model and parameters.
#[must_use]
pub fn settings(selected: &Selected) -> String {
    let parts = [
        env!("CARGO_PKG_VERSION"),
        &extract::VERSION.to_string(),
        extract::prompt::SYSTEM,
        &schema::job_posting().to_string(),
        &selected.fingerprint,
    ];
    hex(&Sha256::digest(parts.join("\0")))
}

/// The key of the record for a page under some settings.
#[must_use]
pub fn idem_key(sha256: &str, format: &str, url: Option<&str>, settings: &str) -> String {
    hex(&Sha256::digest([sha256, format, url.unwrap_or_default(), settings].join("\0")))
}

/// The format's name in the store.
#[must_use]
pub fn format_name(format: Format) -> &'static str {
    match format {
        Format::Html => "html",
        Format::Text => "text",
        Format::Markdown => "markdown",
    }
}

/// How many inputs became what.
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs)]
pub struct Queued {
    pub jobs: usize,
    pub already: usize,
    pub unreadable: usize,
}

/// Queues every posting of the inputs and adds it to the run set, in order. `complain` gets one line for each input
/// that cannot be read.
///
/// # Errors
/// When the store cannot be written.
pub fn enqueue(
    store: &mut Store,
    inputs: &[String],
    selected: &Selected,
    fresh: bool,
    complain: &mut dyn FnMut(&str),
) -> Result<Queued, StoreError> {
    let settings = settings(selected);
    let mut batch = Batch { store, jobs: Vec::new(), bytes: 0, fresh, queued: Queued::default() };
    input::read(inputs, &mut |input: Input| {
        let source = serde_json::to_string(&input.source).unwrap_or_default();
        let mut new = NewJob {
            posting_key: input.posting_key,
            posting_id: input.id,
            source,
            format: String::new(),
            sha256: input.source.sha256.clone().unwrap_or_default(),
            body: Vec::new(),
            idem_key: String::new(),
        };
        match input.body {
            Ok((format, body)) => {
                let format = format_name(format);
                format.clone_into(&mut new.format);
                new.idem_key = idem_key(&new.sha256, format, input.source.url.as_deref(), &settings);
                new.body = body;
                batch.push(new)
            }
            Err(why) => {
                let path = input.source.path.clone().unwrap_or_default();
                complain(&format!("{path}: {why}"));
                let record = job::failed_record(&new.posting_id, input.source, selected, "input", &why);
                batch.fail(&new, &record)
            }
        }
    })?;
    batch.flush()?;
    Ok(batch.queued)
}

struct Batch<'a> {
    store: &'a mut Store,
    jobs: Vec<NewJob>,
    bytes: usize,
    fresh: bool,
    queued: Queued,
}

impl Batch<'_> {
    fn push(&mut self, job: NewJob) -> Result<(), StoreError> {
        self.bytes += job.body.len();
        self.jobs.push(job);
        if self.jobs.len() == BATCH_JOBS || self.bytes >= BATCH_BYTES { self.flush() } else { Ok(()) }
    }

    fn fail(&mut self, job: &NewJob, record: &str) -> Result<(), StoreError> {
        // The run set keeps the order of the inputs.
        self.flush()?;
        let job = self.store.fail_input(job, record, now())?;
        self.queued.unreadable += 1;
        self.store.select(&[job])
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        let queued = self.store.enqueue(&self.jobs, now(), self.fresh)?;
        self.queued.jobs += queued.len();
        self.queued.already += queued.iter().filter(|job| job.already).count();
        self.store.select(&queued.iter().map(|job| job.job).collect::<Vec<_>>())?;
        self.jobs.clear();
        self.bytes = 0;
        Ok(())
    }
}
