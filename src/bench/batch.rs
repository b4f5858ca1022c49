//! `smelt bench batch`: how many questions are best answered together on this card with this model.

use serde::Serialize;

use super::BenchError;
use super::card::Card;
use super::filler::{Filler, fillers};
use super::pages::{self, Subject};
use super::pass::{Pass, Plan, Read, Reading};
use super::replay::{Recording, Replayer, forced};
use super::row::Row;
use super::widths::{self, Fresh, PerWidth};
use crate::cli::{BenchBatchArgs, complain};
use crate::engine::profile::{self, Key, Profiles};
use crate::engine::{Engine, EngineError, EngineInfo};

/// Questions of filler for each that the widest takes at once.
const FILLER_ROUNDS: usize = 4;

/// What was measured.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) smelt: &'static str,
    pub(super) engine: Option<EngineInfo>,
    /// Empty when unknown.
    pub(super) card: String,
    pub(super) widths: Vec<AtWidth>,
    /// The one with the most pages a minute.
    pub(super) best: Option<Best>,
    /// Whether later runs take that width.
    pub(super) remembered: bool,
    /// Pages that no width was measured with.
    pub(super) left_out: Vec<LeftOut>,
    /// A width is missing because a page could not be read at it that others were measured with.
    pub(super) partial: bool,
}

/// A page that the engine refuses.
#[derive(Debug, Serialize)]
pub(super) struct LeftOut {
    pub(super) page: String,
    pub(super) error: String,
}

/// One number of questions answered together.
#[derive(Debug, Serialize)]
pub(super) struct AtWidth {
    pub(super) width: usize,
    /// Pages a minute, by those of the narrowest that was measured.
    pub(super) ratio: Option<f64>,
    /// Seconds until its model was loaded.
    pub(super) load_s: Option<f64>,
    #[serde(flatten)]
    pub(super) row: Option<Row>,
    /// Why it was not measured.
    pub(super) error: Option<String>,
}

/// What is worth remembering.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Best {
    pub(super) width: usize,
    pub(super) pages_min: f64,
    pub(super) prefill_tokens_s: Option<f64>,
    pub(super) decode_tokens_s: Option<f64>,
    /// Everything about engine, model and parameters that shapes an answer.
    pub(super) fingerprint: String,
}

/// What every width is given to do.
enum Work {
    Pages(Vec<Subject>),
    /// So many questions of it.
    Filler(usize),
}

/// Measures what the command line asks for.
pub(super) fn run(arguments: &BenchBatchArgs) -> Result<Report, BenchError> {
    let recording = arguments.replay.as_deref().map(Recording::open);
    let recording = recording.transpose().map_err(BenchError::Given)?;
    let card = Card::watch(&arguments.measure).map_err(BenchError::Given)?;
    let widths = widths::asked(&arguments.measure.engine, &arguments.widths);
    let fillers = widths.last().copied().unwrap_or(1) * FILLER_ROUNDS;
    let (work, due) = if arguments.inputs.is_empty() {
        (Work::Filler(fillers), Some((0..fillers).collect()))
    } else {
        (Work::Pages(pages::subjects(&arguments.inputs)), None)
    };
    if matches!(&work, Work::Pages(pages) if pages.is_empty()) {
        return Err(BenchError::NoPage);
    }
    let mut batch = Batch {
        arguments,
        recording,
        card,
        work,
        due,
        left_out: Vec::new(),
        partial: false,
        engine: None,
        fingerprint: String::new(),
        profile: None,
    };
    let measured = widths::each(&arguments.measure.engine, &widths, |fresh| {
        batch.measure(fresh)
    })?;
    Ok(batch.report(measured))
}

struct Batch<'a> {
    arguments: &'a BenchBatchArgs,
    recording: Option<Recording>,
    card: Card,
    work: Work,
    /// What every width is measured with, once that was found out: the same, or they could not be compared.
    due: Option<Vec<usize>>,
    left_out: Vec<LeftOut>,
    partial: bool,
    engine: Option<EngineInfo>,
    fingerprint: String,
    /// What the best is remembered under, and the model's name.
    profile: Option<(Key, String)>,
}

/// What one width did.
struct Passes {
    /// Does not count.
    trial: Pass,
    /// What could be read in the trial, and was to be read in the others.
    due: Vec<usize>,
    counted: Vec<Pass>,
}

/// A number of the work, and why it failed.
type Failure = (usize, EngineError);

/// Whether it says something of the engine, and not of the page alone.
fn is_broken((_, error): &Failure) -> bool {
    !matches!(error, EngineError::Refused(_))
}

impl Batch<'_> {
    fn measure(&mut self, fresh: &Fresh) -> Result<Result<(f64, Row), String>, BenchError> {
        self.engine.get_or_insert_with(|| fresh.info.clone());
        fresh.selected.fingerprint.clone_into(&mut self.fingerprint);
        let name = fresh.selected.model.clone().unwrap_or_default();
        self.profile = fresh.selected.profile.clone().map(|key| (key, name));
        let passes = match &self.work {
            Work::Pages(subjects) => {
                let tasks = pages::tasks(subjects, &[], None)?;
                self.passes(fresh, tasks.len(), &|task, engine| {
                    tasks[task]
                        .extract(engine, fresh.selected)
                        .map(Reading::from)
                })?
            }
            Work::Filler(count) => {
                let fillers = match fillers(fresh.engine, self.arguments.filler, *count) {
                    Ok(fillers) => fillers,
                    Err(error) => return Ok(Err(error.to_string())),
                };
                self.passes(fresh, *count, &|task, engine| {
                    filled(&fillers, task, engine)
                })?
            }
        };
        let Passes {
            mut trial,
            due,
            counted,
        } = passes;
        if self.due.is_none() && !trial.failed.iter().any(is_broken) {
            self.decide(due, &std::mem::take(&mut trial.failed))?;
        }
        let failed = || {
            std::iter::once(&trial)
                .chain(&counted)
                .flat_map(|pass| &pass.failed)
        };
        if let Some((_, error)) = failed().find(|failure| is_broken(failure)) {
            return Ok(Err(error.to_string()));
        }
        if let Some((task, error)) = failed().next() {
            self.partial = true;
            return Ok(Err(format!(
                "{}: {error}; it was read before, so this number is not compared with others",
                self.name(*task)
            )));
        }
        Ok(Ok((fresh.load_s, Row::of("", &counted))))
    }

    /// One pass that does not count, then as many as asked for; what fails ends it. Until it is decided what is measured the
    /// first pass reads everything and the others what it could read; afterwards the first is short.
    fn passes(&self, fresh: &Fresh, all: usize, read: &Read) -> Result<Passes, BenchError> {
        let engine: &dyn Engine = fresh.engine;
        let replayer = self
            .recording
            .as_ref()
            .map(|recording| Replayer::new(engine, recording));
        let engine = replayer.as_ref().map_or(engine, |replayer| replayer);
        let plan = Plan {
            engine: Some(engine),
            is_free: false,
            jobs: 2 * fresh.width,
            is_strict: true,
            card: self.card.seen(),
        };
        let trial = match &self.due {
            Some(due) => plan.run(due.get(..plan.jobs).unwrap_or(due), read)?,
            None => plan.run(&(0..all).collect::<Vec<_>>(), read)?,
        };
        let due = self
            .due
            .clone()
            .unwrap_or_else(|| trial.done.iter().map(|done| done.task).collect());
        let ends = |failure: &Failure| self.due.is_some() || is_broken(failure);
        let mut counted: Vec<Pass> = Vec::new();
        let mut is_over = due.is_empty() || trial.failed.iter().any(ends);
        while !is_over && counted.len() < usize::from(self.arguments.runs) {
            let pass = plan.run(&due, read)?;
            is_over = !pass.failed.is_empty();
            counted.push(pass);
        }
        Ok(Passes {
            trial,
            due,
            counted,
        })
    }

    /// From now on this is measured; each page that the engine refuses is named.
    ///
    /// # Errors
    /// When there is nothing left.
    fn decide(&mut self, due: Vec<usize>, refused: &[Failure]) -> Result<(), BenchError> {
        for (task, error) in refused {
            let page = self.name(*task).to_owned();
            complain(&format!("{page} is left out of every number: {error}"));
            self.left_out.push(LeftOut {
                page,
                error: error.to_string(),
            });
        }
        if due.is_empty() {
            return Err(BenchError::NoPage);
        }
        self.due = Some(due);
        Ok(())
    }

    fn name(&self, task: usize) -> &str {
        match &self.work {
            Work::Pages(subjects) => &subjects[task].name,
            Work::Filler(_) => "a question of filler",
        }
    }

    /// Keeps the best width in the model's profile in this place, where every later run finds it.
    fn remember(&self, best: &Best) -> bool {
        let Some(((key, name), rate)) = self.profile.as_ref().zip(best.decode_tokens_s) else {
            return false;
        };
        if let Err(why) = profile::record_best(key, name, best.width, rate) {
            complain(&format!("the best number is not remembered: {why}"));
            return false;
        }
        let is_card = !key.place.uuid.is_empty();
        let taken = profile::cohort(None, Profiles::load().lookup(key), is_card);
        if taken == Ok(best.width) {
            return true;
        }
        complain(&format!(
            "{} together is remembered, but later runs do not take it before `smelt models verify` has passed it on this card",
            best.width
        ));
        false
    }

    fn report(self, measured: PerWidth<(f64, Row)>) -> Report {
        let first = measured.iter().find_map(|(_, result)| result.as_ref().ok());
        let first = first.map(|(_, row)| row.pages_min.mean);
        let best = measured
            .iter()
            .filter_map(|(width, result)| Some((*width, &result.as_ref().ok()?.1)))
            .max_by(|(_, one), (_, other)| one.pages_min.mean.total_cmp(&other.pages_min.mean))
            .map(|(width, row)| Best {
                width,
                pages_min: row.pages_min.mean,
                prefill_tokens_s: row.prefill_tokens_s,
                decode_tokens_s: row.decode_tokens_s,
                fingerprint: self.fingerprint.clone(),
            });
        let remembered = best.as_ref().is_some_and(|best| self.remember(best));
        let widths = measured.into_iter().map(|(width, result)| {
            let (measured, error) = match result {
                Ok(measured) => (Some(measured), None),
                Err(why) => (None, Some(why)),
            };
            let (load_s, row) = measured.unzip();
            let ratio = row
                .as_ref()
                .zip(first)
                .map(|(row, first)| row.pages_min.mean / first);
            AtWidth {
                width,
                ratio,
                load_s,
                row,
                error,
            }
        });
        Report {
            smelt: env!("CARGO_PKG_VERSION"),
            engine: self.engine,
            card: self.card.name(),
            widths: widths.collect(),
            best,
            remembered,
            left_out: self.left_out,
            partial: self.partial,
        }
    }
}

/// One question of filler.
pub(super) fn filled(
    fillers: &[Filler],
    task: usize,
    engine: Option<&dyn Engine>,
) -> Result<Reading, EngineError> {
    let (Some(filler), Some(engine)) = (fillers.get(task), engine) else {
        return Err(EngineError::Refused("there is no such question".to_owned()));
    };
    forced(engine, &filler.request, &filler.answer, &mut |_| {}).map(Reading::from)
}
