//! `smelt bench batch`: how many questions are best answered together on this card with this model.

use std::collections::BTreeSet;

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
use crate::engine::profile::{self, Key};
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
    /// Pages that no width was measured with.
    pub(super) left_out: BTreeSet<String>,
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
    Filler,
}

/// Measures what the command line asks for.
pub(super) fn run(arguments: &BenchBatchArgs) -> Result<Report, BenchError> {
    let recording = arguments.replay.as_deref().map(Recording::open);
    let recording = recording.transpose().map_err(BenchError::Given)?;
    let card = Card::watch(&arguments.measure).map_err(BenchError::Given)?;
    let work = if arguments.inputs.is_empty() {
        Work::Filler
    } else {
        Work::Pages(pages::subjects(&arguments.inputs))
    };
    if matches!(&work, Work::Pages(pages) if pages.is_empty()) {
        return Err(BenchError::NoPage);
    }
    let mut batch = Batch {
        arguments,
        recording,
        card,
        work,
        left_out: BTreeSet::new(),
        engine: None,
        fingerprint: String::new(),
        profile: None,
    };
    let measured = widths::each(&arguments.measure.engine, &arguments.widths, |fresh| {
        batch.measure(fresh)
    })?;
    let profile = batch.profile.take();
    let report = batch.report(measured);
    if let (Some(key), Some(best)) = (profile, &report.best) {
        remember(&key, &report, best);
    }
    Ok(report)
}

/// From now on a run takes the best; what cannot be kept costs a line.
fn remember(key: &Key, report: &Report, best: &Best) {
    let name = report.engine.as_ref().map_or("", |engine| &engine.model);
    let speed = best.decode_tokens_s.unwrap_or_default();
    if let Err(why) = profile::record_best(key, name, best.width, speed) {
        complain(&why);
    }
}

struct Batch<'a> {
    arguments: &'a BenchBatchArgs,
    recording: Option<Recording>,
    card: Card,
    work: Work,
    /// The same for every width, so that the work is.
    left_out: BTreeSet<String>,
    engine: Option<EngineInfo>,
    fingerprint: String,
    /// Where the best is kept.
    profile: Option<Key>,
}

impl Batch<'_> {
    fn measure(&mut self, fresh: &Fresh) -> Result<Result<(f64, Row), String>, BenchError> {
        self.engine.get_or_insert_with(|| fresh.info.clone());
        fresh.selected.fingerprint.clone_into(&mut self.fingerprint);
        self.profile.clone_from(&fresh.selected.profile);
        let passes = match &self.work {
            Work::Pages(subjects) => {
                let tasks = pages::tasks(subjects, &[], None)?;
                let due: Vec<usize> = (0..tasks.len())
                    .filter(|task| !self.left_out.contains(&subjects[*task].name))
                    .collect();
                self.passes(fresh, &due, &|task, engine| {
                    tasks[task]
                        .extract(engine, fresh.selected)
                        .map(Reading::from)
                })?
            }
            Work::Filler => {
                let widest = self.arguments.widths.iter().max().copied().unwrap_or(1);
                let count = widest * FILLER_ROUNDS;
                let fillers = match fillers(fresh.engine, self.arguments.filler, count) {
                    Ok(fillers) => fillers,
                    Err(error) => return Ok(Err(error.to_string())),
                };
                let due: Vec<usize> = (0..count).collect();
                self.passes(fresh, &due, &|task, engine| filled(&fillers, task, engine))?
            }
        };
        let broken = passes.iter().flat_map(|pass| &pass.failed);
        let mut broken = broken.filter(|(_, error)| !matches!(error, EngineError::Refused(_)));
        if let Some((_, error)) = broken.next() {
            return Ok(Err(error.to_string()));
        }
        self.leave_out(&passes);
        let row = Row::of("", &passes);
        if row.pages == 0 {
            return Err(BenchError::NoPage);
        }
        Ok(Ok((fresh.load_s, row)))
    }

    /// A few that do not count, then all as often as asked for; the first break ends it.
    fn passes(&self, fresh: &Fresh, due: &[usize], read: &Read) -> Result<Vec<Pass>, BenchError> {
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
        let mut passes = vec![plan.run(due.get(..plan.jobs).unwrap_or(due), read)?];
        for _ in 0..self.arguments.runs {
            let is_broken = |(_, error): &(usize, EngineError)| plan.ends(error);
            if passes.iter().any(|pass| pass.failed.iter().any(is_broken)) {
                return Ok(passes);
            }
            passes.push(plan.run(due, read)?);
        }
        passes.remove(0);
        Ok(passes)
    }

    /// Names each page that the engine refuses, once.
    fn leave_out(&mut self, passes: &[Pass]) {
        let Work::Pages(subjects) = &self.work else {
            return;
        };
        for (task, error) in passes.iter().flat_map(|pass| &pass.failed) {
            let name = &subjects[*task].name;
            if self.left_out.insert(name.clone()) {
                complain(&format!("{name}: {error}"));
            }
        }
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
            left_out: self.left_out,
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
