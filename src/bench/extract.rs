//! `smelt bench extract`: pages from bytes to posting, several at once and several times, and the same results by other
//! ways beside it.

use std::fs::File;
use std::path::Path;

use serde::Serialize;

use super::card::Card;
use super::pages::{self, Task};
use super::pass::{Pass, Plan, Read, Reading};
use super::replay::{Recorder, Recording, Replayer, forced};
use super::row::Row;
use super::spread::Spread;
use super::whole::Question;
use super::{BenchError, chosen};
use crate::cli::{BenchExtractArgs, complain};
use crate::engine::select::Wish;
use crate::engine::{Engine, EngineError, EngineInfo};
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
    /// Tokens of the prompts by the time until first tokens.
    pub(super) prefill_tokens_s: f64,
    /// Tokens of the answers by the time of writing them.
    pub(super) decode_tokens_s: f64,
}

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
        max_output_tokens: selected.max_output_tokens,
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
    max_output_tokens: usize,
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
        let most = self.max_output_tokens;
        let read = |task: usize, engine: Option<&dyn Engine>| -> Result<Reading, EngineError> {
            if let Some((questions, engine)) = questions.zip(engine) {
                return whole(questions, task, engine);
            }
            let task = &tasks[task];
            task.extract(engine, most).map(Reading::from)
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
                    super::row::number(tokens) * 1000.0 / ms
                } else {
                    0.0
                }
            };
            let measured = Measured {
                page: task.input.name.clone(),
                page_tokens: task.page_tokens,
                usage,
                seconds: Spread::of(seconds),
                prefill_tokens_s: rate(|usage| usage.prompt_tokens, &prefill),
                decode_tokens_s: rate(|usage| usage.completion_tokens, &decode),
                prefill_ms: Spread::of(prefill),
                decode_ms: Spread::of(decode),
            };
            Some((number, measured))
        });
        measured.collect()
    }
}

#[allow(clippy::cast_precision_loss, reason = "milliseconds of one page")]
fn millis(ms: u64) -> f64 {
    ms as f64
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

impl Against {
    fn of(one: &Row, other: &Row) -> Self {
        Self {
            pages_min: one.pages_min.mean / other.pages_min.mean,
            output_tokens: one.output_tokens_page / other.output_tokens_page,
        }
    }
}

impl GrammarCost {
    fn of(with: &Row, without: &Row) -> Self {
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
