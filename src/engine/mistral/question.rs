//! One question, from its text to the last token of its answer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use either::Either;
use mistralrs::core::{NormalRequest, TokenizationRequest};
use mistralrs::{
    Constraint, CustomLogitsProcessor, Request as EngineRequest, RequestMessage, Response,
    SamplingParams, StopTokens,
};
use serde_json::Value;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::build::Loaded;
use super::steps::{Brake, Steps};
use crate::engine::cohort::{Guest, Size, Turn};
use crate::engine::prefix::{self, Lead, Prefixes};
use crate::engine::{Completion, EngineError, Finish, Request, Usage};

/// A question as tokens, ready for a cohort.
pub(super) struct Question {
    /// The chat template's tokens, and what was put between them.
    pub(super) prompt: Vec<u32>,
    /// The chat template's alone.
    pub(super) tokens: usize,
    /// What it begins with.
    pub(super) lead: Lead,
    /// A recorded answer and its end.
    replay: Option<Vec<u32>>,
    grammar: Value,
    /// Tokens of the longest answer.
    most: usize,
    /// Where the prompt may be made longer: at the end of the page, whose last line it follows.
    seam: usize,
    blank: u32,
}

impl Question {
    /// Puts the messages through the model's chat template.
    pub(super) async fn of(
        request: &Request,
        loaded: &Loaded,
        engine: &Sender<EngineRequest>,
    ) -> Result<Self, EngineError> {
        let mut prompt = tokenize(request, engine).await?;
        let tokens = prompt.len();
        let end = |token: &u32| Some(*token) == loaded.end_of_turn;
        let lead = match &loaded.prefixes {
            // The page must begin as it always does, so marks stand in the instructions' own message.
            Some(prefixes) => {
                let instructions = prompt.iter().position(end);
                prefixes.place(&mut prompt, instructions.unwrap_or_default())
            }
            None => Lead::default(),
        };
        let replay = match &request.replay {
            Some(answer) => {
                let mut tokens = loaded.encode(answer)?;
                tokens.extend(loaded.stop.first());
                Some(tokens)
            }
            None => None,
        };
        let seam = prompt.iter().rposition(end);
        Ok(Self {
            seam: seam.unwrap_or(prompt.len()),
            prompt,
            tokens,
            lead,
            replay,
            grammar: request.grammar.clone(),
            most: request.max_tokens,
            blank: loaded.blank,
        })
    }

    /// What the room must know of it; prompts that may be marked are counted with the longest mark.
    pub(super) fn size(&self, is_marked: bool) -> Size {
        let mark = if is_marked { prefix::MARK } else { 0 };
        Size {
            prompt: self.prompt.len() + mark,
            answer: self.most,
            lead: self.lead.id,
        }
    }

    /// Marks it as one of a cohort, where prompts are.
    fn mark(&mut self, prefixes: &Prefixes) {
        let before = self.prompt.len();
        prefixes.mark(&mut self.prompt, self.lead);
        self.seam += self.prompt.len() - before;
    }

    /// Brings the prompt to so many tokens, with blank lines after the page.
    fn fill(&mut self, length: usize) {
        let missing = length.saturating_sub(self.prompt.len());
        let blanks = std::iter::repeat_n(self.blank, missing);
        self.prompt.splice(self.seam..self.seam, blanks);
    }

    /// The engine's form of it.
    fn normal(self, stop: Vec<u32>, steps: Steps, response: Sender<Response>) -> NormalRequest {
        let messages = RequestMessage::CompletionTokens(self.prompt);
        let mut sampling = SamplingParams::neutral();
        // Greedy by argmax; the sampler called deterministic sorts the whole vocabulary for the same token.
        sampling.temperature = Some(0.0);
        // llguidance ends with <|endoftext|>, the pipeline waits for <|im_end|>.
        sampling.stop_toks = Some(StopTokens::Ids(stop));
        sampling.max_len = Some(self.most);
        sampling.n_choices = 1;
        let mut normal = NormalRequest::new_simple(messages, sampling, response, 0, None, None);
        normal.is_streaming = true;
        normal.constraint = match self.grammar {
            Value::Null => Constraint::None,
            schema => Constraint::JsonSchema(schema),
        };
        let steps: Arc<dyn CustomLogitsProcessor> = Arc::new(steps);
        normal.logits_processors = Some(vec![steps]);
        normal
    }
}

/// The messages through the model's chat template.
async fn tokenize(
    request: &Request,
    engine: &Sender<EngineRequest>,
) -> Result<Vec<u32>, EngineError> {
    let message = |role: &str, text: &str| {
        [("role", role), ("content", text)]
            .into_iter()
            .map(|(key, value)| (key.to_owned(), Either::Left(value.to_owned())))
            .collect()
    };
    let messages = vec![
        message("system", &request.system),
        message("user", &request.user),
    ];
    let (response, mut tokens) = channel(1);
    let tokenize = TokenizationRequest {
        text: Either::Left(messages),
        tools: None,
        add_generation_prompt: true,
        add_special_tokens: true,
        enable_thinking: Some(request.thinking),
        reasoning_effort: None,
        response,
    };
    engine
        .send(EngineRequest::Tokenize(tokenize))
        .await
        .map_err(|error| EngineError::Crashed(error.to_string()))?;
    let tokens = tokens.recv().await;
    tokens
        .ok_or_else(|| EngineError::Crashed("the engine's thread ended".to_owned()))?
        .map_err(|error| EngineError::Refused(format!("the chat template: {error:#}")))
}

/// How a question was put to the engine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Departure {
    at: Instant,
    /// Tokens that the engine had before.
    cached_tokens: usize,
}

/// A question on its way, with all that the engine is told of it.
pub(super) struct Passenger {
    pub(super) question: Question,
    pub(super) prefixes: Option<Arc<Prefixes>>,
    pub(super) stop: Vec<u32>,
    pub(super) brake: Arc<Brake>,
    pub(super) answered: Arc<AtomicUsize>,
    pub(super) departed: Arc<OnceLock<Departure>>,
    pub(super) response: Sender<Response>,
    pub(super) engine: Sender<EngineRequest>,
}

impl Guest for Passenger {
    fn ready(&mut self) -> usize {
        if let Some(prefixes) = &self.prefixes {
            self.question.mark(prefixes);
        }
        self.question.prompt.len()
    }

    fn depart(mut self: Box<Self>, length: usize, turn: Turn) {
        self.question.fill(length);
        let lead = self.question.lead;
        let cached = self.prefixes.map(|prefixes| prefixes.cached(lead));
        let departure = Departure {
            at: Instant::now(),
            cached_tokens: cached.unwrap_or_default(),
        };
        self.departed.set(departure).ok();
        self.brake.begin();
        let steps = Steps {
            brake: self.brake,
            prompt: self.question.prompt.len(),
            answered: self.answered,
            replay: self.question.replay.take(),
            turn: Mutex::new(Some(turn)),
        };
        let normal = self.question.normal(self.stop, steps, self.response);
        // A full or closed channel drops the question, and its end without an answer is told to who waits for it.
        let request = EngineRequest::Normal(Box::new(normal));
        if self.engine.try_send(request).is_err() {
            tracing::error!("the engine takes no question");
        }
    }
}

/// What was asked, for reading the answer.
pub(super) struct Asked<'a> {
    pub(super) prompt_tokens: usize,
    pub(super) most: usize,
    /// Set before the first word of the answer.
    pub(super) departed: &'a OnceLock<Departure>,
    pub(super) answered: &'a AtomicUsize,
}

impl Asked<'_> {
    /// Receives to the very end: dropping a receiver early can panic the engine's thread.
    pub(super) async fn collect(
        &self,
        mut replies: Receiver<Response>,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Completion, EngineError> {
        let (mut first, mut text) = (None, String::new());
        while let Some(reply) = replies.recv().await {
            let chunk = match reply {
                Response::CompletionChunk(chunk) => chunk,
                other => return Err(error(other)),
            };
            let Some(choice) = chunk.choices.into_iter().next() else {
                continue;
            };
            first.get_or_insert_with(Instant::now);
            if !choice.text.is_empty() {
                on_text(&choice.text);
                text.push_str(&choice.text);
            }
            if let Some(reason) = choice.finish_reason {
                let finish = if reason == "length" {
                    Finish::Length
                } else {
                    Finish::Stop
                };
                return Ok(self.completion(&text, finish, first));
            }
        }
        // 0.8.1 sends no final chunk when the limit falls inside a multibyte character.
        if self.answered.load(Ordering::Relaxed) >= self.most {
            return Ok(self.completion(&text, Finish::Length, first));
        }
        Err(EngineError::Crashed(
            "the engine closed the answer without an end".to_owned(),
        ))
    }

    fn completion(&self, text: &str, finish: Finish, first: Option<Instant>) -> Completion {
        let departed = self.departed.get();
        let at = departed.map_or_else(Instant::now, |departure| departure.at);
        let first = first.unwrap_or(at);
        let millis =
            |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        // A stop token's own text may trail the object.
        let text = text
            .trim_end_matches("<|endoftext|>")
            .trim_end_matches("<|im_end|>");
        Completion {
            text: text.to_owned(),
            finish,
            usage: Usage {
                prompt_tokens: self.prompt_tokens,
                cached_tokens: departed.map_or(0, |departure| departure.cached_tokens),
                completion_tokens: self.answered.load(Ordering::Relaxed),
            },
            prefill_ms: millis(first - at),
            decode_ms: millis(first.elapsed()),
        }
    }
}

/// What a reply that is no piece of an answer means.
pub(super) fn error(reply: Response) -> EngineError {
    match reply {
        Response::ValidationError(error) => EngineError::Refused(error.to_string()),
        Response::ModelError(error, _) | Response::CompletionModelError(error, _) => {
            EngineError::unless_out_of_memory(error, EngineError::Crashed)
        }
        Response::InternalError(error) => {
            EngineError::unless_out_of_memory(error.to_string(), EngineError::Crashed)
        }
        _ => EngineError::Crashed("a reply of another kind than asked".to_owned()),
    }
}
