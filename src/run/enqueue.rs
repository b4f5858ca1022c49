//! Queueing inputs: batches into the store, and a failed record at once for what cannot be read.

use sha2::{Digest, Sha256};

use super::input::{self, Input};
use super::source::JobSource;
use super::{job, now};
use crate::engine::select::Selected;
use crate::extract::{self, Readers};
use crate::page::Format;
use crate::posting::schema;
use crate::store::{NewJob, Store, StoreError};

/// Jobs and bytes a batch holds at most: memory stays flat, and a commit stays short.
const BATCH_JOBS: usize = 500;
const BATCH_BYTES: usize = 8 << 20;

/// What shapes a result beside the page: program, schema, prompt, readers, model and parameters.
#[must_use]
pub fn settings(selected: &Selected, readers: Readers) -> String {
    let parts = [
        env!("CARGO_PKG_VERSION"),
        &extract::VERSION.to_string(),
        extract::prompt::SYSTEM,
        &schema::job_posting().to_string(),
        readers.as_str(),
        &selected.fingerprint,
    ];
    hex::encode(Sha256::digest(parts.join("\0")))
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

/// What is to be queued, and how.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// Files, directories, patterns, web addresses, or `-`.
    pub names: &'a [String],
    /// Web addresses may be read.
    pub allow_fetch: bool,
    /// Also what the store holds the record of.
    pub fresh: bool,
}

/// Queues every posting of the inputs, for all readers, and adds it to the run set, in order. `complain` gets one line
/// for each input that cannot be read.
///
/// # Errors
/// When the store cannot be written.
pub fn enqueue(
    store: &mut Store,
    inputs: &Inputs,
    selected: &Selected,
    complain: &mut dyn FnMut(&str),
) -> Result<Queued, StoreError> {
    let mut queue = Queue::new(store, selected, Readers::All, inputs.fresh, complain);
    input::read(inputs.names, inputs.allow_fetch, &mut |input| {
        queue.add(input)
    })?;
    queue.finish()
}

/// Takes postings one by one and writes them to the store in batches.
pub struct Queue<'a> {
    batch: Batch<'a>,
    selected: &'a Selected,
    settings: String,
    complain: &'a mut dyn FnMut(&str),
}

impl<'a> Queue<'a> {
    /// An empty queue before `store`; see [`enqueue`].
    pub fn new(
        store: &'a mut Store,
        selected: &'a Selected,
        readers: Readers,
        fresh: bool,
        complain: &'a mut dyn FnMut(&str),
    ) -> Self {
        Self {
            batch: Batch {
                store,
                jobs: Vec::new(),
                bytes: 0,
                fresh,
                queued: Queued::default(),
            },
            selected,
            settings: settings(selected, readers),
            complain,
        }
    }

    /// Takes one posting, or records at once that it cannot be read.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn add(&mut self, input: Input) -> Result<(), StoreError> {
        match input.body {
            Ok((format, body)) => {
                let format = format_name(format);
                let sha256 = input.source.sha256.clone().unwrap_or_default();
                let source = JobSource {
                    page: input.source,
                    fetched: input.fetched,
                };
                self.batch.push(Pending {
                    idem_key: source.idem_key(&sha256, format, &self.settings),
                    source: serde_json::to_string(&source).unwrap_or_default(),
                    posting_key: input.posting_key,
                    posting_id: input.id,
                    format,
                    sha256,
                    body,
                })
            }
            Err(ref why) => {
                let path = input.source.path.as_deref().unwrap_or_default();
                (self.complain)(&format!("{path}: {why}"));
                self.batch.fail(&input, why, self.selected)
            }
        }
    }

    /// Writes what is left and says what became of all.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn finish(mut self) -> Result<Queued, StoreError> {
        self.batch.flush()?;
        Ok(self.batch.queued)
    }
}

/// A posting on its way into the store.
struct Pending {
    posting_key: String,
    posting_id: String,
    source: String,
    format: &'static str,
    sha256: String,
    body: Vec<u8>,
    idem_key: String,
}

struct Batch<'a> {
    store: &'a mut Store,
    jobs: Vec<Pending>,
    bytes: usize,
    fresh: bool,
    queued: Queued,
}

impl Batch<'_> {
    fn push(&mut self, job: Pending) -> Result<(), StoreError> {
        self.bytes += job.body.len();
        self.jobs.push(job);
        if self.jobs.len() == BATCH_JOBS || self.bytes >= BATCH_BYTES {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn fail(&mut self, input: &Input, why: &str, selected: &Selected) -> Result<(), StoreError> {
        // The run set keeps the order of the inputs.
        self.flush()?;
        let source = serde_json::to_string(&input.source).unwrap_or_default();
        let record = job::failed_record(&input.id, input.source.clone(), selected, "input", why);
        let job =
            self.store
                .fail_input(&input.posting_key, &input.id, &source, &record, why, now())?;
        self.queued.unreadable += 1;
        self.store.select(&[job])
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        let jobs: Vec<NewJob> = self.jobs.iter().map(Pending::as_new).collect();
        let queued = self.store.enqueue(&jobs, now(), self.fresh)?;
        self.queued.jobs += queued.len();
        self.queued.already += queued.iter().filter(|job| job.already).count();
        let ids: Vec<i64> = queued.iter().map(|job| job.job_id).collect();
        self.store.select(&ids)?;
        self.jobs.clear();
        self.bytes = 0;
        Ok(())
    }
}

impl Pending {
    fn as_new(&self) -> NewJob<'_> {
        NewJob {
            posting_key: &self.posting_key,
            posting_id: &self.posting_id,
            source: &self.source,
            format: self.format,
            sha256: &self.sha256,
            body: &self.body,
            idem_key: &self.idem_key,
            priority: 0,
        }
    }
}
