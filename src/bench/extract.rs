//! `smelt bench extract`: pages from bytes to posting, several at once and several times, and the same results by other
//! ways beside it.

use std::fs::File;
use std::path::Path;

use super::card::Card;
use super::pages::{self, Task};
use super::pass::{Pass, Plan, Read, Reading};
use super::replay::{Recorder, Recording, Replayer, forced};
use super::report::{Against, Failed, GrammarCost, Measured, Report};
use super::row::Row;
use super::whole::Question;
use super::{BenchError, chosen};
use crate::cli::{BenchExtractArgs, complain};
use crate::engine::select::{Selected, Wish};
use crate::engine::{Engine, EngineError};

const SELECT: &str = "select";
const SELECT_FREE: &str = "select, no grammar";
const WHOLE: &str = "whole JSON";
const WHOLE_FREE: &str = "whole JSON, no grammar";

/// Measures what the command line asks for.
pub(super) fn run(arguments: &BenchExtractArgs) -> Result<Report, BenchError> {
    let recording = arguments.replay.as_deref().map(Recording::open);
    let recording = recording.transpose().map_err(BenchError::Given)?;
    let file = arguments.record.as_deref().map(create).transpose()?;
    let card = Card::watch(&arguments.measure).map_err(BenchError::Given)?;
    let selected = chosen(&Wish::from(&arguments.measure.engine))?;
    let engine = selected.engine.as_ref().map(|engine| engine as &dyn Engine);
    let needs_engine = recording.is_some() || file.is_some() || arguments.whole_json.is_some();
    if engine.is_none() && (needs_engine || arguments.without_grammar) {
        return Err(BenchError::NoModel);
    }
    let subjects = pages::subjects(&arguments.inputs);
    if subjects.is_empty() {
        return Err(BenchError::NoPage);
    }
    let replayer = engine
        .zip(recording.as_ref())
        .map(|(engine, recording)| Replayer::new(engine, recording));
    let asked = replayer.as_ref().map(|replayer| replayer as &dyn Engine);
    let recorder = asked.or(engine).map(Recorder::new);
    // Loads the model, which is no part of reading a page.
    let info = engine.map(Engine::info).transpose()?;
    let wide = info.as_ref().map_or(1, |info| 2 * info.cohort);
    let jobs = arguments.jobs.map_or(wide, usize::from);
    let mut session = Session {
        arguments,
        tasks: pages::tasks(&subjects, &arguments.page_tokens, engine)?,
        selected: &selected,
        plan: Plan {
            engine,
            is_free: false,
            jobs,
            is_strict: false,
            card: card.seen(),
        },
        failed: Vec::new(),
    };
    let (pages, modes) = session.measure(recorder.as_ref())?;
    if let Some((file, recorder)) = file.zip(recorder.as_ref()) {
        recorder.recording().write(file)?;
    }
    let failed = session.failed;
    let of = |mode| modes.iter().find(|row| row.mode == mode);
    Ok(Report {
        smelt: env!("CARGO_PKG_VERSION"),
        engine: info,
        jobs,
        runs: arguments.runs,
        pages,
        against_whole_json: of(SELECT)
            .zip(of(WHOLE))
            .map(|(one, other)| Against::of(one, other)),
        grammar: of(SELECT)
            .zip(of(SELECT_FREE))
            .map(|(with, without)| GrammarCost::of(with, without)),
        modes,
        failed,
    })
}

fn create(path: &Path) -> Result<File, BenchError> {
    File::create(path).map_err(|error| {
        BenchError::Given(format!(
            "the recording {} cannot be written: {error}",
            path.display()
        ))
    })
}

/// What is read, and how.
struct Session<'a> {
    arguments: &'a BenchExtractArgs,
    tasks: Vec<Task<'a>>,
    selected: &'a Selected,
    plan: Plan<'a>,
    failed: Vec<Failed>,
}

impl Session<'_> {
    /// Pages and ways.
    fn measure(
        &mut self,
        recorder: Option<&Recorder>,
    ) -> Result<(Vec<Measured>, Vec<Row>), BenchError> {
        let all: Vec<usize> = (0..self.tasks.len()).collect();
        let plan = Plan {
            engine: recorder.map(|recorder| recorder as &dyn Engine),
            ..self.plan
        };
        let passes = self.passes(SELECT, plan, &all, None)?;
        let measured = self.pages(&passes);
        let mut rows = vec![Row::of(SELECT, &passes)];
        let done: Vec<usize> = measured.iter().map(|(task, _)| *task).collect();
        if let Some((recorder, engine)) = recorder
            .zip(self.plan.engine)
            .filter(|_| self.arguments.without_grammar)
        {
            let recording = recorder.recording();
            let replayer = Replayer::new(engine, &recording);
            let plan = Plan {
                engine: Some(&replayer),
                is_free: true,
                ..self.plan
            };
            let passes = self.passes(SELECT_FREE, plan, &done, None)?;
            rows.push(Row::of(SELECT_FREE, &passes));
        }
        let questions = self.questions(&passes);
        drop(passes);
        let due: Vec<usize> = questions.iter().map(|(task, _)| *task).collect();
        if !due.is_empty() {
            let passes = self.passes(WHOLE, self.plan, &due, Some(&questions))?;
            rows.push(Row::of(WHOLE, &passes));
        }
        if !due.is_empty() && self.arguments.without_grammar {
            let plan = Plan {
                is_free: true,
                ..self.plan
            };
            let passes = self.passes(WHOLE_FREE, plan, &due, Some(&questions))?;
            rows.push(Row::of(WHOLE_FREE, &passes));
        }
        Ok((measured.into_iter().map(|(_, page)| page).collect(), rows))
    }

    /// A few pages that do not count, then all of them as often as asked for.
    fn passes(
        &mut self,
        mode: &'static str,
        plan: Plan,
        due: &[usize],
        questions: Option<&[(usize, Question)]>,
    ) -> Result<Vec<Pass>, BenchError> {
        let tasks = &self.tasks;
        let selected = self.selected;
        let read = |task: usize, engine: Option<&dyn Engine>| -> Result<Reading, EngineError> {
            if let Some((questions, engine)) = questions.zip(engine) {
                return whole(questions, task, engine);
            }
            let task = &tasks[task];
            task.extract(engine, selected).map(Reading::from)
        };
        let read: &Read = &read;
        plan.run(due.get(..plan.jobs).unwrap_or(due), read)?;
        let mut passes = Vec::new();
        for _ in 0..self.arguments.runs {
            let pass = plan.run(due, read)?;
            let unavailable = pass
                .failed
                .iter()
                .find(|(_, error)| matches!(error, EngineError::Unavailable(_)));
            if let Some((_, error)) = unavailable {
                return Err(error.clone().into());
            }
            passes.push(pass);
        }
        self.note(mode, &passes);
        Ok(passes)
    }

    /// Names each page that failed once.
    fn note(&mut self, mode: &'static str, passes: &[Pass]) {
        for (task, error) in passes.iter().flat_map(|pass| &pass.failed) {
            let page = self.tasks[*task].input.name.clone();
            let is_known = |failed: &Failed| failed.page == page && failed.mode == mode;
            if !self.failed.iter().any(is_known) {
                complain(&format!("{page}: {mode}: {error}"));
                self.failed.push(Failed {
                    page,
                    mode,
                    error: error.to_string(),
                });
            }
        }
    }

    /// The questions for the whole of each page that was read, if they are wanted.
    fn questions(&mut self, passes: &[Pass]) -> Vec<(usize, Question)> {
        let Some(((what, engine), pass)) = self
            .arguments
            .whole_json
            .zip(self.plan.engine)
            .zip(passes.last())
        else {
            return Vec::new();
        };
        let mut questions = Vec::new();
        let mut refused = Pass::default();
        for done in &pass.done {
            let merged = done.reading.merged.clone().unwrap_or_default();
            let page = self.tasks[done.task].page();
            match page.and_then(|page| Question::of(&page, &merged, what, engine)) {
                Ok(question) => questions.push((done.task, question)),
                Err(error) => refused.failed.push((done.task, error)),
            }
        }
        self.note(WHOLE, &[refused]);
        questions
    }

    /// Each page that was read.
    fn pages(&self, passes: &[Pass]) -> Vec<(usize, Measured)> {
        let measured = self.tasks.iter().enumerate().filter_map(|(number, task)| {
            let done = passes.iter().flat_map(|pass| &pass.done);
            let runs: Vec<_> = done.filter(|done| done.task == number).collect();
            Some((number, Measured::of(task, &runs)?))
        });
        measured.collect()
    }
}

fn whole(
    questions: &[(usize, Question)],
    task: usize,
    engine: &dyn Engine,
) -> Result<Reading, EngineError> {
    let at = questions.binary_search_by_key(&task, |(task, _)| *task);
    let (_, question) = at
        .ok()
        .and_then(|at| questions.get(at))
        .ok_or_else(|| EngineError::Refused("it has no whole JSON".to_owned()))?;
    forced(engine, &question.request, &question.answer, &mut |_| {}).map(Reading::from)
}
