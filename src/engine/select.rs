//! Choosing the engine: from the command line to something that answers, checked before any page is touched.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::card::Card;
use super::gguf::Header;
use super::memory::{self, Target};
use super::program;
use super::step;
use super::supervisor::{Load, Supervised, Watchdog, WorkerSpec};
use crate::cli::EngineArgs;

/// What a build without the engine says to whoever asks for it.
const NO_ENGINE: &str = "this smelt was built without the mistralrs feature: use --engine none";
/// Context when nothing asks for more: a posting has 2,000 to 3,000 tokens, and naive attention is quadratic.
const DEFAULT_CONTEXT: usize = 8192;
/// Most tokens of one answer: long quotes in every field come to about 1,200.
const MAX_OUTPUT: usize = 1536;
/// Bytes at the head, middle and end of a model file that stand for the whole in its fingerprint.
const SAMPLE: u64 = 1 << 20;

/// What the command line asks for.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// `mistralrs`, `none` or `scripted:FILE`; by default mistralrs.
    pub engine: Option<String>,
    /// A GGUF file or a card; by default the bundled model.
    pub model: Option<PathBuf>,
    /// Tokens.
    pub context: Option<usize>,
    /// Questions answered together; by default one.
    pub cohort: Option<usize>,
    /// Whether a model may think about what failed twice.
    pub second_look: bool,
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
    /// Everything about engine, model and parameters that shapes an answer.
    pub fingerprint: String,
    /// Most tokens of one answer.
    pub max_output_tokens: usize,
    /// Questions answered together.
    pub cohort: usize,
    /// What its model is; `None` where there are no weights.
    pub weights: Option<Weights>,
    /// Whether the model may think about what failed twice.
    pub second_look: bool,
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

/// Chooses an engine; nothing is loaded yet, but a model file that cannot work is refused here.
///
/// # Errors
/// One line that says what is wrong with which file.
pub fn select(wish: &Wish) -> Result<Selected, String> {
    match wish.engine.as_deref() {
        Some("none") => Ok(none(None)),
        Some("mistralrs") | None => match &wish.model {
            Some(given) => mistral(given, wish),
            None => bundled(wish),
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
        notice: notice.map(str::to_owned),
    }
}

/// A model file that can work here.
struct Model {
    path: PathBuf,
    card: Option<Card>,
    header: Header,
    context: usize,
    target: Target,
}

impl Model {
    /// Reads the header of what was asked for, and checks that the engine knows it and that it fits.
    fn open(given: &Path, context: Option<usize>) -> Result<Self, String> {
        let is_card = given
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
        let card = is_card.then(|| Card::load(given)).transpose();
        let card = card.map_err(|error| error.to_string())?;
        let path = match &card {
            Some(card) => card.resolve(&[]).map_err(|error| error.to_string())?,
            None => given.to_owned(),
        };
        let header = Header::open(&path).map_err(|error| error.to_string())?;
        header
            .check_supported()
            .map_err(|error| error.to_string())?;
        let context = context
            .unwrap_or(DEFAULT_CONTEXT)
            .min(header.context_length());
        let target = if cfg!(feature = "cuda") {
            Target::Cuda
        } else {
            Target::Cpu
        };
        // What is free on a card only its own driver can tell, once it is asked.
        if let Some(available) = memory::available_memory().filter(|_| target == Target::Cpu) {
            memory::plan(&header, context, target)
                .check(available)
                .map_err(|error| format!("{}: {error}", path.display()))?;
        }
        Ok(Self {
            path,
            card,
            header,
            context,
            target,
        })
    }
}

/// The model that smelt carries with it, while no other is configured.
#[cfg(feature = "mistralrs")]
fn bundled(wish: &Wish) -> Result<Selected, String> {
    let mut selected = mistral(&super::bundled::path()?, wish)?;
    selected.notice = Some(
        "no model is configured: the small bundled one reads (give --model FILE.gguf for a better one)"
            .to_owned(),
    );
    Ok(selected)
}

/// Without the engine nothing can run a model.
#[cfg(not(feature = "mistralrs"))]
fn bundled(wish: &Wish) -> Result<Selected, String> {
    if wish.engine.is_some() {
        return Err(NO_ENGINE.to_owned());
    }
    Ok(none(Some(
        "this smelt was built without an engine: reading structured data and rules only",
    )))
}

fn mistral(given: &Path, wish: &Wish) -> Result<Selected, String> {
    let Model {
        path,
        card,
        header,
        context,
        target,
    } = Model::open(given, wish.context)?;
    if cfg!(not(feature = "mistralrs")) {
        return Err(NO_ENGINE.to_owned());
    }
    let identity = fingerprint(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let cohort = wish.cohort.unwrap_or(1);
    let max_output_tokens = card
        .as_ref()
        .map_or(MAX_OUTPUT, |card| card.max_output_tokens);
    let args = [
        "engine-worker".into(),
        "--model".into(),
        path.as_os_str().to_owned(),
    ];
    let load = Load { context, cohort };
    // candle reads this once, when it loads the first tensor, so it must stand in the worker's environment.
    let unpacks = memory::unpacks(&header, target);
    let env = unpacks.then_some(("CANDLE_DEQUANTIZE_ALL", "1"));
    let stem = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Ok(Selected {
        engine: Some(supervised(
            program::with_model()?,
            args.to_vec(),
            env.into_iter().collect(),
            load,
            wish,
        )?),
        engine_name: "mistralrs 0.8.1".to_owned(),
        model: Some(card.map_or_else(|| header.name().map_or(stem, str::to_owned), |card| card.id)),
        quant: Some(header.quant().to_owned()),
        fingerprint: format!(
            "mistralrs 0.8.1/{identity}/{context}/{max_output_tokens}/{unpacks}/{}",
            wish.second_look
        ),
        max_output_tokens,
        cohort,
        weights: Some(Weights {
            step_bytes: step::bytes(&header, target),
            path,
            load,
            unpacks,
        }),
        second_look: wish.second_look,
        notice: None,
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
    Ok(Selected {
        engine: Some(supervised(
            program::own()?,
            args.to_vec(),
            Vec::new(),
            load,
            wish,
        )?),
        engine_name: "scripted".to_owned(),
        model: Some("scripted".to_owned()),
        quant: None,
        fingerprint: format!(
            "scripted/{}/{}",
            hex::encode(Sha256::digest(bytes)),
            wish.second_look
        ),
        max_output_tokens: MAX_OUTPUT,
        cohort: load.cohort,
        weights: None,
        second_look: wish.second_look,
        notice: None,
    })
}

fn supervised(
    program: PathBuf,
    args: Vec<OsString>,
    env: Vec<(&'static str, &'static str)>,
    load: Load,
    wish: &Wish,
) -> Result<Supervised, String> {
    let limit = Duration::from_secs(wish.watchdog_s);
    let watchdog = Watchdog {
        first_token: limit,
        next_token: limit.min(Watchdog::default().next_token),
        ..Watchdog::default()
    };
    Ok(Supervised::new(
        WorkerSpec {
            program,
            args,
            env,
            load,
        },
        watchdog,
    ))
}

/// Size and three samples: hashing 8 GB would cost more than many pages.
fn fingerprint(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut hash = Sha256::new();
    hash.update(size.to_le_bytes());
    for start in [0, size / 2, size.saturating_sub(SAMPLE)] {
        file.seek(SeekFrom::Start(start))?;
        let mut sample = Vec::new();
        (&mut file).take(SAMPLE).read_to_end(&mut sample)?;
        hash.update(&sample);
    }
    Ok(hex::encode(hash.finalize()))
}
