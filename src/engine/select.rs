//! Choosing the engine: from the command line to something that answers, checked before any page is touched.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::MISTRALRS;
use super::chosen;
use super::memory;
use super::model::{DEFAULT_CONTEXT, Model};
use super::place::Place;
use super::profile::{self, Entry, Key, Profiles};
use super::program;
use super::supervisor::{Load, Supervised, Watchdog, WorkerSpec};
use crate::cli::EngineArgs;

/// Most tokens of one answer: long quotes in every field come to about 1,200.
const MAX_OUTPUT: usize = 1536;
/// What is said of a card on which a model was never tried.
const UNVERIFIED: &str = "one question at a time: `smelt models verify` sees whether this card answers several together, which is up to three times as fast";
/// Questions prepared at the same time where nothing is answered together.
const LEAST_JOBS: usize = 2;

/// What the command line asks for.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// `mistralrs`, `none` or `scripted:FILE`; by default mistralrs.
    pub engine: Option<String>,
    /// A card's id, a GGUF file or a card; by default what was chosen with `smelt models use`, else the bundled model.
    pub model: Option<PathBuf>,
    /// Tokens.
    pub context: Option<usize>,
    /// Questions answered together; by default what was found best or sound here, else one.
    pub cohort: Option<usize>,
    /// Whether a model may think about what failed twice.
    pub second_look: bool,
    /// Whether `cohort` is taken even if it failed here before, so that it can be verified again.
    pub again: bool,
    /// Seconds without a token.
    pub watchdog_s: u64,
}

impl From<&EngineArgs> for Wish {
    fn from(arguments: &EngineArgs) -> Self {
        Self {
            engine: arguments.engine.clone(),
            model: arguments.model.clone(),
            context: arguments.context,
            cohort: arguments.cohort,
            second_look: arguments.second_look,
            again: false,
            watchdog_s: arguments.watchdog,
        }
    }
}

/// An engine ready to be asked, and what identifies its answers.
pub struct Selected {
    /// `None` reads structured data and applies rules only.
    pub engine: Option<Supervised>,
    /// Engine name for records.
    pub engine_name: String,
    /// Model name for records.
    pub model: Option<String>,
    /// Quantisation for records.
    pub quant: Option<String>,
    /// What of engine, model and parameters shapes an answer. Where it is computed and in whose company, which rounds
    /// differently and adds white space, may change an answer too, but is left out: pages are not read again for that.
    pub fingerprint: String,
    /// Most tokens of one answer.
    pub max_output_tokens: usize,
    /// Questions answered together.
    pub cohort: usize,
    /// What its model is; `None` where there are no weights.
    pub weights: Option<Weights>,
    /// Whether the model may think about what failed twice.
    pub second_look: bool,
    /// What this model's profile in this place is kept under; none without a model.
    pub profile: Option<Key>,
    /// One line for stderr, when the user should know.
    pub notice: Option<String>,
}

/// A model's weights, to be measured without smelt around them.
#[derive(Debug, Clone)]
pub struct Weights {
    /// The .gguf file.
    pub path: PathBuf,
    /// What room is made for.
    pub load: Load,
    /// Whether they become F32 while they load.
    pub unpacks: bool,
    /// Bytes of them that are read to write one token.
    pub step_bytes: u64,
}

impl Selected {
    /// Pages to prepare at the same time so that its cohorts are full: what was asked for, else two cohorts.
    #[must_use]
    pub fn jobs(&self, asked: Option<u8>) -> u8 {
        let enough = (2 * self.cohort).max(LEAST_JOBS);
        asked.unwrap_or(u8::try_from(enough).unwrap_or(u8::MAX))
    }
}

/// Chooses an engine; nothing is loaded yet, but a model file that cannot work is refused here.
///
/// # Errors
/// One line that says what is wrong with which file.
pub fn select(wish: &Wish) -> Result<Selected, String> {
    match wish.engine.as_deref() {
        Some("none") => Ok(none(None)),
        Some("mistralrs") | None => match &wish.model {
            Some(given) => mistral(&given.to_string_lossy(), wish),
            None => unnamed(wish),
        },
        Some(other) => match other.strip_prefix("scripted:") {
            Some(script) => scripted(Path::new(script), wish),
            None => Err(format!(
                "no engine is called {other:?}: use mistralrs or none"
            )),
        },
    }
}

fn none(notice: Option<&str>) -> Selected {
    Selected {
        engine: None,
        engine_name: "none".to_owned(),
        model: None,
        quant: None,
        fingerprint: "none".to_owned(),
        max_output_tokens: 0,
        cohort: 1,
        weights: None,
        second_look: false,
        profile: None,
        notice: notice.map(str::to_owned),
    }
}

/// The model that was chosen, else the one that smelt carries with it.
fn unnamed(wish: &Wish) -> Result<Selected, String> {
    match chosen::load()? {
        Some(chosen) => mistral(&chosen, wish)
            .map_err(|why| format!("the model chosen with `smelt models use`: {why}")),
        None => bundled(wish),
    }
}

#[cfg(feature = "mistralrs")]
fn bundled(wish: &Wish) -> Result<Selected, String> {
    let mut selected = mistral(super::catalogue::BUNDLED, wish)?;
    let notice = "no model is configured: the small bundled one reads (`smelt models list` shows better ones, `smelt models use` takes one)";
    selected.notice = Some(match selected.notice {
        Some(other) => format!("{other}; {notice}"),
        None => notice.to_owned(),
    });
    Ok(selected)
}

/// Without the engine there is no bundled model either.
#[cfg(not(feature = "mistralrs"))]
fn bundled(wish: &Wish) -> Result<Selected, String> {
    if wish.engine.is_some() {
        return Err(program::holder()
            .err()
            .unwrap_or_else(|| "this smelt carries no model: name one with --model".to_owned()));
    }
    Ok(none(Some(
        "this smelt was built without an engine: reading structured data and rules only",
    )))
}

/// What fits of a model in its place.
struct Fitting {
    model: Model,
    key: Key,
    context: usize,
    cohort: usize,
    /// One line, when it is not what was hoped for.
    notice: Option<String>,
}

/// The model, or the first of its smaller files that fits where it does not. A number of questions together is said of the
/// first file alone: what passed or was measured with one says nothing of another.
fn fitting(given: &str, wish: &Wish) -> Result<Fitting, String> {
    let profiles = Profiles::load();
    let most = if wish.cohort.is_some() { 1 } else { usize::MAX };
    let (mut fitting, too_large) = Model::first(given, most, |model| {
        let (place, free) = Place::here(model.target);
        let key = model.key(place)?;
        let entry = profiles.lookup(&key).filter(|_| !wish.again);
        let context = model.context(wish.context);
        let is_card = model.target.is_cuda();
        let cohort = match wish.cohort.filter(|_| wish.again) {
            Some(tried) => tried,
            None => profile::cohort(wish.cohort, entry, is_card)?,
        };
        let cohort = lower(&model, context, cohort, wish, entry, free)?;
        let nothing_passed = entry.is_none_or(|entry| entry.verified.is_empty());
        let unverified = is_card && nothing_passed && wish.cohort.is_none();
        Ok(Fitting {
            model,
            key,
            context,
            cohort,
            notice: unverified.then(|| UNVERIFIED.to_owned()),
        })
    })?;
    let smaller = too_large.map(|why| format!("{why}; {} reads", fitting.model.header.quant()));
    fitting.notice = joined([smaller, fitting.notice]);
    Ok(fitting)
}

/// Several lines as one.
fn joined<const N: usize>(lines: [Option<String>; N]) -> Option<String> {
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    (!lines.is_empty()).then(|| lines.join("; "))
}

/// So many questions together, or, if nobody asked for that number, the most below it that passed and fit.
fn lower(
    model: &Model,
    context: usize,
    mut cohort: usize,
    wish: &Wish,
    entry: Option<&Entry>,
    free: Option<u64>,
) -> Result<usize, String> {
    let Some(free) = free else {
        return Ok(cohort);
    };
    let passed = entry.map_or(&[][..], |entry| &entry.verified);
    loop {
        let fits = model.check_room(context, cohort, free);
        if fits.is_ok() || wish.cohort.is_some() || cohort <= 1 {
            return fits.map(|()| cohort);
        }
        let lower = passed.iter().filter(|width| **width < cohort).max();
        cohort = lower.copied().unwrap_or(1);
    }
}

fn mistral(given: &str, wish: &Wish) -> Result<Selected, String> {
    let holder = program::holder()?;
    let Fitting {
        model,
        key,
        context,
        cohort,
        notice,
    } = fitting(given, wish)?;
    let most = model.card.as_ref().map(|card| card.max_output_tokens);
    let max_output_tokens = most.unwrap_or(MAX_OUTPUT).min(MAX_OUTPUT);
    let args = [
        "engine-worker".into(),
        "--model".into(),
        model.path.clone().into_os_string(),
    ];
    let load = Load { context, cohort };
    // candle reads this once, when it loads the first tensor, so it must stand in the worker's environment.
    let unpacks = memory::unpacks(&model.blueprint, model.target);
    let env = unpacks.then_some(("CANDLE_DEQUANTIZE_ALL", "1"));
    let identity = &key.model;
    Ok(Selected {
        engine: Some(supervised(
            holder.program,
            args.to_vec(),
            env.into_iter().collect(),
            load,
            wish,
        )),
        engine_name: MISTRALRS.to_owned(),
        model: Some(model.name()),
        quant: Some(model.header.quant().to_owned()),
        fingerprint: format!(
            "{MISTRALRS}/{identity}/{context}/{max_output_tokens}/{unpacks}/{}",
            wish.second_look
        ),
        max_output_tokens,
        cohort,
        weights: Some(Weights {
            step_bytes: model.blueprint.bytes_read_per_token(),
            path: model.path,
            load,
            unpacks,
        }),
        second_look: wish.second_look,
        profile: Some(key),
        notice: joined([holder.notice, notice]),
    })
}

fn scripted(script: &Path, wish: &Wish) -> Result<Selected, String> {
    let bytes =
        std::fs::read(script).map_err(|error| format!("script {}: {error}", script.display()))?;
    let args = [
        "engine-worker".into(),
        "--script".into(),
        script.as_os_str().to_owned(),
    ];
    let load = Load {
        context: wish.context.unwrap_or(DEFAULT_CONTEXT),
        cohort: wish.cohort.unwrap_or(1),
    };
    let digest = hex::encode(Sha256::digest(bytes));
    Ok(Selected {
        engine: Some(supervised(
            program::own()?,
            args.to_vec(),
            Vec::new(),
            load,
            wish,
        )),
        engine_name: "scripted".to_owned(),
        model: Some("scripted".to_owned()),
        quant: None,
        fingerprint: format!("scripted/{digest}/{}", wish.second_look),
        max_output_tokens: MAX_OUTPUT,
        cohort: load.cohort,
        weights: None,
        second_look: wish.second_look,
        profile: Some(Key::new(digest, "", Place::cpu())),
        notice: None,
    })
}

fn supervised(
    program: PathBuf,
    args: Vec<OsString>,
    env: Vec<(&'static str, &'static str)>,
    load: Load,
    wish: &Wish,
) -> Supervised {
    let limit = Duration::from_secs(wish.watchdog_s);
    let watchdog = Watchdog {
        first_token: limit,
        next_token: limit.min(Watchdog::default().next_token),
        ..Watchdog::default()
    };
    Supervised::new(
        WorkerSpec {
            program,
            args,
            env,
            load,
        },
        watchdog,
    )
}
