//! mistral.rs, the default engine: loading a model and answering cohorts. Only this room names it; runs in the worker process.

pub mod bare;
mod build;
mod question;
mod steps;

use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

use mistralrs::core::MistralRs;
use mistralrs::{Request as EngineRequest, Response};
use serde_json::json;
use tokio::sync::mpsc::{Sender, channel};

use self::build::{Ending, Loaded, Manner, TARGET};
use self::question::{Passenger, Question};
use self::steps::Brake;
use super::cohort::{AsOne, Limits, Room};
use super::gguf::Header;
use super::{Completion, Engine, EngineError, EngineInfo, Finish, MISTRALRS, Request, memory};
use crate::pace::Pace;

/// Larger than any answer: a full channel would stop the engine, and with it every other question.
const CHANNEL: usize = 65_536;

/// How a model is loaded.
#[derive(Debug, Clone, Copy)]
pub struct Load<'a> {
    /// The GGUF file.
    pub path: &'a Path,
    /// Tokens of one prompt and its answer.
    pub context_tokens: usize,
    /// Questions answered together.
    pub cohort: usize,
}

/// A loaded model.
pub struct Mistral {
    runtime: tokio::runtime::Runtime,
    runner: Arc<MistralRs>,
    loaded: Loaded,
    info: EngineInfo,
    room: Room,
    brake: Arc<Brake>,
}

impl Mistral {
    /// Loads a GGUF file and puts one short question to it; answers are paced as `pace` says.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] when it does not load or fails the question, [`EngineError::OutOfMemory`] when it does
    /// not fit.
    pub fn load(load: Load<'_>, pace: &Pace) -> Result<Self, EngineError> {
        let Load {
            path,
            context_tokens,
            cohort,
        } = load;
        let header =
            Header::open(path).map_err(|error| EngineError::Unavailable(error.to_string()))?;
        let unavailable = |why: String| {
            let whole = format!("{} does not load: {why}", path.display());
            EngineError::unless_out_of_memory(whole, EngineError::Unavailable)
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| unavailable(error.to_string()))?;
        let growth = TARGET.growth(context_tokens, header.context_length());
        if growth == 0 && TARGET.growth(0, usize::MAX) > 0 {
            tracing::warn!(
                "the context leaves no room to keep what prompts begin with: each is read whole"
            );
        }
        let limits = Limits {
            width: cohort,
            tokens: memory::cache_tokens(context_tokens, cohort) + growth * cohort,
            context: context_tokens + growth,
            at_once: TARGET.at_once(context_tokens, usize::MAX),
        };
        let manner = Manner {
            width: limits.width,
            cache_tokens: limits.tokens,
            ending: Ending::Own,
            keeps_beginnings: growth > 0,
        };
        let (runner, loaded) =
            build::build(&header, manner).map_err(|error| unavailable(format!("{error:#}")))?;
        let info = EngineInfo {
            engine: MISTRALRS.to_owned(),
            model: header.name().map_or_else(|| file_stem(path), str::to_owned),
            quant: Some(header.quant().to_owned()),
            context_tokens,
            // While one cohort is answered the next gathers.
            max_in_flight: cohort * 2 - 1,
            cohort,
        };
        let engine = Self {
            runtime,
            runner,
            room: Room::new(limits, as_one(&loaded)),
            loaded,
            info,
            brake: Arc::new(Brake::new(pace)),
        };
        engine.self_test()?;
        Ok(engine)
    }

    /// A model with broken weights (NaN logits) or a tokenizer without a usable end fails here, not on the first page.
    fn self_test(&self) -> Result<(), EngineError> {
        let request = Request {
            system: "Answer in JSON.".to_owned(),
            user: "Is this a test?".to_owned(),
            grammar: json!({
                "x-guidance": {"whitespace_flexible": false, "item_separator": ", ", "key_separator": ": "},
                "type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"], "additionalProperties": false,
            }),
            max_tokens: 32,
            thinking: false,
            replay: None,
        };
        let failed = |why: String| {
            let whole = format!("the model failed its self-test: {why}");
            EngineError::unless_out_of_memory(whole, EngineError::Unavailable)
        };
        let answer = self
            .generate(&request, &mut |_| {})
            .map_err(|error| failed(error.to_string()))?;
        if answer.finish != Finish::Stop
            || serde_json::from_str::<serde_json::Value>(&answer.text).is_err()
        {
            return Err(failed(format!(
                "it answered {:?} and ended with {:?}",
                answer.text, answer.finish
            )));
        }
        Ok(())
    }

    fn question(
        &self,
        request: &Request,
        engine: &Sender<EngineRequest>,
    ) -> Result<Question, EngineError> {
        let question = Question::of(request, &self.loaded, engine);
        let question = self.runtime.block_on(question)?;
        let (tokens, answer) = (question.tokens, request.max_tokens);
        let context = self.info.context_tokens;
        if tokens + answer > context {
            return Err(EngineError::Refused(format!(
                "{tokens} tokens and an answer of {answer} do not fit a context of {context}"
            )));
        }
        Ok(question)
    }
}

/// The engine needs the pipeline to take a question, so with it in hand none is taken.
fn as_one(loaded: &Loaded) -> AsOne {
    let pipeline = Arc::clone(&loaded.pipeline);
    let prefixes = loaded.prefixes.clone();
    Box::new(move |burst| {
        let _held = pipeline.blocking_lock();
        if let Some(prefixes) = &prefixes {
            prefixes.begin_cohort();
        }
        burst();
    })
}

fn file_stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

impl Engine for Mistral {
    fn info(&self) -> Result<EngineInfo, EngineError> {
        Ok(self.info.clone())
    }

    fn count_tokens(&self, texts: &[String]) -> Result<Vec<usize>, EngineError> {
        let count = |text: &String| self.loaded.encode(text).map(|tokens| tokens.len());
        texts.iter().map(count).collect()
    }

    fn generate(
        &self,
        request: &Request,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Completion, EngineError> {
        let engine = self
            .runner
            .get_sender(None)
            .map_err(|error| EngineError::Crashed(format!("{error:?}")))?;
        let coming = self.room.announce();
        let question = self.question(request, &engine)?;
        let (tokens, lead, size) = (
            question.tokens,
            question.lead,
            question.size(self.loaded.prefixes.is_some()),
        );
        let (response, replies): (Sender<Response>, _) = channel(CHANNEL);
        let answered = Arc::new(AtomicUsize::new(0));
        let departed = Arc::new(OnceLock::new());
        let passenger = Passenger {
            question,
            prefixes: self.loaded.prefixes.clone(),
            stop: self.loaded.stop.clone(),
            brake: Arc::clone(&self.brake),
            answered: Arc::clone(&answered),
            departed: Arc::clone(&departed),
            response,
            engine,
        };
        let _seat = self.room.enter(coming, size, Box::new(passenger));
        let asked = question::Asked {
            prompt_tokens: tokens,
            most: request.max_tokens,
            departed: &departed,
            answered: &answered,
        };
        let answer = self.runtime.block_on(asked.collect(replies, on_text));
        if let (Ok(_), Some(prefixes)) = (&answer, &self.loaded.prefixes) {
            prefixes.was_read(lead);
        }
        answer
    }
}
