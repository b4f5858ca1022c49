//! `smelt eval`: reads every labelled page as a batch run would, scores the records, and prints the result.

use std::collections::{BTreeMap, HashMap};
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;

use indicatif::ProgressBar;
use serde_json::Value;

use super::{Gold, Report, changes, gold, score, summary};
use crate::cli::{EvalArgs, Exit, StoreArgs};
use crate::extract::Readers;
use crate::headless::complain;
use crate::page::Format;
use crate::run::enqueue::Queue;
use crate::run::input::{Input, reason};
use crate::run::{self, Run, RunError, heat, lock, signals};
use crate::store::StoreError;

/// Records taken from the store in one go.
const BATCH: u32 = 64;

/// Why an evaluation has no result.
#[derive(Debug, thiserror::Error)]
enum EvalError {
    #[error("{0}")]
    Labels(String),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("signals cannot be heard: {0}")]
    Signals(std::io::Error),
    #[error("the result cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

impl From<StoreError> for EvalError {
    fn from(error: StoreError) -> Self {
        Self::Run(error.into())
    }
}

/// Runs an evaluation to its end.
#[must_use]
pub fn eval(arguments: &EvalArgs) -> Exit {
    match evaluate(arguments) {
        Ok(exit) => exit,
        Err(error) => {
            complain(&error.to_string());
            match error {
                EvalError::Labels(_) => Exit::Usage,
                EvalError::Run(error) => error.exit(),
                EvalError::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                    Exit::Done
                }
                EvalError::Output(_) | EvalError::Signals(_) => Exit::Internal,
            }
        }
    }
}

fn evaluate(arguments: &EvalArgs) -> Result<Exit, EvalError> {
    // Read first: a slip in a name must not cost an hour of model time.
    let before = arguments.compare.as_deref().map(earlier).transpose()?;
    let mut labels = gold::read(&arguments.gold).map_err(EvalError::Labels)?;
    if !arguments.source.is_empty() {
        labels.retain(|label| arguments.source.contains(&label.source));
    }
    if labels.is_empty() {
        return Err(EvalError::Labels(
            "no label is of a source named by --source".to_owned(),
        ));
    }
    let readers = if arguments.model_alone {
        Readers::Model
    } else {
        Readers::All
    };
    let run = Arc::new(Run::open(
        &arguments.engine,
        &apart(&arguments.store),
        readers,
        arguments.fresh,
    )?);
    let records = records(&run, arguments, &labels)?;
    if let Some(why) = run.too_hot.get() {
        complain(&format!(
            "stopped by the thermal guard: {why}; what ran is back in the queue"
        ));
        return Ok(Exit::TooHot);
    }
    if let Some(why) = lock(&run.unavailable).take() {
        complain(&why);
        return Ok(Exit::NoEngine);
    }
    let mut report = score(&labels, &records);
    report.run = facts(&run, &records);
    print(&report, before.as_ref(), arguments.json)?;
    let failed = report.sources.values().any(|source| source.failed > 0);
    Ok(if failed { Exit::SomeFailed } else { Exit::Done })
}

/// Labelled pages are kept apart from the user's own postings, unless a store is named.
fn apart(store: &StoreArgs) -> StoreArgs {
    let own = run::own_file("eval.db");
    StoreArgs {
        store: store.store.clone().or(own),
    }
}

fn earlier(path: &Path) -> Result<Report, EvalError> {
    let labels = |why: String| EvalError::Labels(format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| labels(reason(&error)))?;
    serde_json::from_str(&text)
        .map_err(|error| labels(format!("not the JSON of an evaluation: {error}")))
}

/// The records of all labels, by label id.
fn records(
    run: &Arc<Run>,
    arguments: &EvalArgs,
    labels: &[Gold],
) -> Result<HashMap<String, Value>, EvalError> {
    if let Some(notice) = &run.selected.notice {
        complain(notice);
    }
    let mut tell = complain;
    {
        let mut store = lock(&run.store);
        let mut queue = Queue::new(
            &mut store,
            &run.selected,
            run.readers,
            arguments.fresh,
            &mut tell,
        );
        for label in labels {
            queue.add(input(&arguments.gold, label))?;
        }
        queue.finish()?;
    }
    // What is set must be put back, so a signal is heard; without that it simply ends the process.
    let stopped = heat::is_wanted(run, &arguments.keep)
        .then(|| signals::listen(Arc::clone(run), complain))
        .transpose()
        .map_err(EvalError::Signals)?;
    let keeper = heat::start(run, &arguments.keep, complain)?;
    let (sender, finished) = channel();
    let working = {
        let (run, jobs) = (Arc::clone(run), run.selected.jobs(arguments.jobs));
        std::thread::spawn(move || run::work(&run, jobs, &sender))
    };
    let bar = ProgressBar::new(labels.len() as u64);
    for () in finished {
        bar.inc(1);
    }
    bar.finish_and_clear();
    working.join().unwrap_or(Ok(()))?;
    if let Some(Err(why)) = keeper.map(heat::Held::stop) {
        complain(&format!("{why}; the next start of smelt tries again"));
    }
    if let Some(stopped) = stopped {
        stopped.die();
    }
    let mut records = HashMap::new();
    loop {
        let taken = lock(&run.store).take_finished(false, true, BATCH)?;
        if taken.is_empty() {
            return Ok(records);
        }
        for stored in taken {
            let mut record: Value = serde_json::from_str(&stored.json).unwrap_or_default();
            record["text"] = stored.text.into();
            records.insert(stored.posting_id, record);
        }
    }
}

fn input(place: &Path, label: &Gold) -> Input {
    let directory = place.parent().unwrap_or(Path::new("."));
    let body = match (&label.page, &label.html, &label.text) {
        (Some(page), ..) => {
            let format = match page.rsplit_once('.') {
                Some((_, "txt")) => Format::Text,
                Some((_, "md")) => Format::Markdown,
                _ => Format::Html,
            };
            std::fs::read(directory.join(page))
                .map(|bytes| (format, bytes))
                .map_err(|error| format!("{page}: {}", reason(&error)))
        }
        (None, Some(html), _) => Ok((Format::Html, html.clone().into_bytes())),
        (None, None, Some(text)) => Ok((Format::Text, text.clone().into_bytes())),
        (None, None, None) => Err(format!(
            "the label {} has neither page, html nor text",
            label.id
        )),
    };
    Input::held(place, &label.id, label.url.clone(), body)
}

/// What the numbers belong to: the program, the model, and what it cost.
fn facts(run: &Run, records: &HashMap<String, Value>) -> BTreeMap<String, Value> {
    let total = |pointer: &str| {
        records
            .values()
            .filter_map(|record| record.pointer(pointer)?.as_u64())
            .sum::<u64>()
    };
    let joules: Option<f64> = records
        .values()
        .filter_map(|record| record.pointer("/energy_j")?.as_f64())
        .reduce(|sum, joules| sum + joules);
    let selected = &run.selected;
    [
        ("smelt", env!("CARGO_PKG_VERSION").into()),
        ("readers", run.readers.as_str().into()),
        ("engine", selected.engine_name.clone().into()),
        ("model", selected.model.clone().into()),
        ("quant", selected.quant.clone().into()),
        ("model_calls", run.model_calls().into()),
        ("prompt_tokens", total("/usage/prompt_tokens").into()),
        (
            "completion_tokens",
            total("/usage/completion_tokens").into(),
        ),
        ("prefill_ms", total("/timing/prefill_ms").into()),
        ("decode_ms", total("/timing/decode_ms").into()),
        ("energy_j", joules.into()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

fn print(report: &Report, before: Option<&Report>, json: bool) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if json || !out.is_terminal() {
        serde_json::to_writer(&mut out, report)?;
        writeln!(out)?;
        // The comparison is for a person, and the result's own file stays one JSON document.
        if let Some(before) = before {
            write!(std::io::stderr(), "{}", changes(before, report))?;
        }
        return Ok(());
    }
    write!(out, "{}", summary(report))?;
    if let Some(before) = before {
        write!(out, "{}", changes(before, report))?;
    }
    Ok(())
}
