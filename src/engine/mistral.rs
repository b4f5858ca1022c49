//! mistral.rs, the default engine. The only file that names it; runs inside the worker process.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use mistralrs::core::{
    DefaultSchedulerMethod, GGUFLoaderBuilder, GGUFSpecificConfig, Loader, MemoryGpuConfig,
    MistralRs, MistralRsBuilder, PagedAttentionConfig, PagedCacheType, SchedulerConfig,
};
use mistralrs::{
    Constraint, CustomLogitsProcessor, Device, DeviceMapSetting, ModelDType, NormalRequest,
    Request as EngineRequest, RequestMessage, Response, SamplingParams, StopTokens, Tensor,
    TokenSource,
};
use serde_json::json;
use tokio::sync::mpsc::{Receiver, channel};

use super::gguf::Header;
use super::{Completion, Engine, EngineError, EngineInfo, Finish, Request, Usage};
use crate::pace::Pace;

/// Name and version for records.
pub const NAME: &str = "mistralrs 0.8.1";

/// Larger than any answer: a full channel would stop the engine, and with it every other question.
const CHANNEL: usize = 65_536;

/// Counts the tokens of a text with the model's own tokenizer.
type Counter = Box<dyn Fn(&str) -> Option<usize> + Send + Sync>;

/// Pauses the engine's own thread between two tokens: a processor of logits is called there once a token, after the card
/// has computed it and before the next is begun. The first step is the prompt.
struct Brake {
    pace: Pace,
    step: Mutex<Instant>,
}

impl Brake {
    fn new(pace: &Pace) -> Self {
        Self {
            pace: pace.clone(),
            step: Mutex::new(Instant::now()),
        }
    }
}

impl CustomLogitsProcessor for Brake {
    fn apply(&self, logits: &Tensor, _context: &[u32]) -> mistralrs::Result<Tensor> {
        let mut step = self.step.lock().unwrap_or_else(PoisonError::into_inner);
        self.pace.wait_after(step.elapsed());
        *step = Instant::now();
        Ok(logits.clone())
    }
}

/// A loaded model.
pub struct Mistral {
    runtime: tokio::runtime::Runtime,
    runner: Arc<MistralRs>,
    counter: Counter,
    stop: Vec<u32>,
    info: EngineInfo,
    pace: Pace,
}

impl Mistral {
    /// Loads a GGUF file and puts one short question to it; answers are paced as `pace` says.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] when it does not load or fails the question.
    pub fn load(path: &Path, context_tokens: usize, pace: &Pace) -> Result<Self, EngineError> {
        let header =
            Header::open(path).map_err(|error| EngineError::Unavailable(error.to_string()))?;
        let unavailable = |why: String| {
            EngineError::Unavailable(format!("{} does not load: {why}", path.display()))
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| unavailable(error.to_string()))?;
        let (runner, counter, stop) = runtime
            .block_on(build(path, context_tokens))
            .map_err(|error| unavailable(format!("{error:#}")))?;
        let info = EngineInfo {
            engine: NAME.to_owned(),
            model: header.name().map_or_else(|| file_stem(path), str::to_owned),
            quant: Some(header.quant().to_owned()),
            context_tokens,
            // The 0.8.1 scheduler batches only prompts of equal token length; anything else thrashes.
            max_in_flight: 1,
            cohort: 1,
        };
        let engine = Self {
            runtime,
            runner,
            counter,
            stop,
            info,
            pace: pace.clone(),
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
            replay: None,
        };
        let failed = |why: String| {
            EngineError::Unavailable(format!("the model failed its self-test: {why}"))
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

    fn normal_request(
        &self,
        request: &Request,
        response: tokio::sync::mpsc::Sender<Response>,
    ) -> NormalRequest {
        let message = |role: &str, text: &str| {
            [("role", role), ("content", text)]
                .into_iter()
                .map(|(key, value)| (key.to_owned(), either::Either::Left(value.to_owned())))
                .collect()
        };
        let messages = RequestMessage::Chat {
            messages: vec![
                message("system", &request.system),
                message("user", &request.user),
            ],
            // The grammar holds from the first token on, so there is no room for thinking.
            enable_thinking: Some(false),
            reasoning_effort: None,
        };
        let mut sampling = SamplingParams::neutral();
        // Greedy by argmax; the sampler called deterministic sorts the whole vocabulary for the same token.
        sampling.temperature = Some(0.0);
        // llguidance ends with <|endoftext|>, the pipeline waits for <|im_end|>.
        sampling.stop_toks = Some(StopTokens::Ids(self.stop.clone()));
        sampling.max_len = Some(request.max_tokens);
        sampling.n_choices = 1;
        let mut normal = NormalRequest::new_simple(messages, sampling, response, 0, None, None);
        normal.is_streaming = true;
        normal.constraint = Constraint::JsonSchema(request.grammar.clone());
        let brake: Arc<dyn CustomLogitsProcessor> = Arc::new(Brake::new(&self.pace));
        normal.logits_processors = Some(vec![brake]);
        normal
    }

    /// Receives to the very end: dropping a receiver early can panic the engine's thread.
    async fn collect(
        &self,
        mut replies: Receiver<Response>,
        request: &Request,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Completion, EngineError> {
        let start = Instant::now();
        let (mut first, mut text, mut chunks) = (None, String::new(), 0);
        while let Some(reply) = replies.recv().await {
            let chunk = match reply {
                Response::Chunk(chunk) => chunk,
                Response::ValidationError(error) => {
                    return Err(EngineError::Refused(error.to_string()));
                }
                Response::ModelError(error, _) => return Err(EngineError::Crashed(error)),
                Response::InternalError(error) => {
                    return Err(EngineError::Crashed(error.to_string()));
                }
                _ => {
                    return Err(EngineError::Crashed(
                        "a reply of another kind than asked".to_owned(),
                    ));
                }
            };
            let Some(choice) = chunk.choices.into_iter().next() else {
                continue;
            };
            chunks += 1;
            first.get_or_insert_with(Instant::now);
            if let Some(piece) = choice.delta.content.filter(|piece| !piece.is_empty()) {
                on_text(&piece);
                text.push_str(&piece);
            }
            if let Some(reason) = choice.finish_reason {
                let usage = chunk.usage.map_or_else(Usage::default, |usage| Usage {
                    prompt_tokens: usage.prompt_tokens,
                    cached_tokens: 0,
                    completion_tokens: usage.completion_tokens,
                });
                let finish = if reason == "length" {
                    Finish::Length
                } else {
                    Finish::Stop
                };
                return Ok(completion(text, finish, usage, start, first));
            }
        }
        // 0.8.1 sends no final chunk when the limit falls inside a multibyte character.
        if chunks + 8 >= request.max_tokens {
            let usage = Usage {
                completion_tokens: chunks,
                ..Usage::default()
            };
            return Ok(completion(text, Finish::Length, usage, start, first));
        }
        Err(EngineError::Crashed(
            "the engine closed the answer without an end".to_owned(),
        ))
    }
}

fn completion(
    text: String,
    finish: Finish,
    usage: Usage,
    start: Instant,
    first: Option<Instant>,
) -> Completion {
    let first = first.unwrap_or(start);
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    // A stop token's own text may trail the object.
    let text = text
        .trim_end_matches("<|endoftext|>")
        .trim_end_matches("<|im_end|>")
        .to_owned();
    Completion {
        text,
        finish,
        usage,
        prefill_ms: millis(first - start),
        decode_ms: millis(first.elapsed()),
    }
}

fn file_stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// For a file whose tokenizer and chat template are its own.
fn loader(path: &Path) -> Box<dyn Loader> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    GGUFLoaderBuilder::new(
        None,
        None,
        directory.to_string_lossy().into_owned(),
        vec![file.into_owned()],
        GGUFSpecificConfig::default(),
        false,
        None,
    )
    .build()
}

async fn build(
    path: &Path,
    context_tokens: usize,
) -> anyhow::Result<(Arc<MistralRs>, Counter, Vec<u32>)> {
    let (device, dtype, paged) = placement(context_tokens)?;
    let pipeline = loader(path).load_model_from_hf(
        None,
        TokenSource::None,
        &dtype,
        &device,
        true,
        DeviceMapSetting::dummy(),
        None,
        paged,
    )?;
    let (tokenizer, cache) = {
        let pipeline = pipeline.lock().await;
        (
            pipeline.tokenizer(),
            pipeline.get_metadata().cache_config.clone(),
        )
    };
    let tokenizer = tokenizer.ok_or_else(|| anyhow::anyhow!("the file has no tokenizer"))?;
    let stop = ["<|endoftext|>", "<|im_end|>"]
        .iter()
        .filter_map(|token| tokenizer.token_to_id(token))
        .collect();
    let counter: Counter = Box::new(move |text| {
        let encoding = tokenizer.encode(text, false).ok()?;
        Some(encoding.len())
    });
    // One question at a time.
    let scheduler = match cache {
        Some(config) => SchedulerConfig::PagedAttentionMeta {
            max_num_seqs: 1,
            config,
        },
        None => SchedulerConfig::DefaultScheduler {
            method: DefaultSchedulerMethod::Fixed(NonZeroUsize::MIN),
        },
    };
    // Without flash-attn a prefix hit breaks the attention mask on CUDA, and the CPU's cache is never evicted.
    let runner = MistralRsBuilder::new(pipeline, scheduler, false, None)
        .with_no_prefix_cache(true)
        .build()
        .await;
    Ok((runner, counter, stop))
}

/// Plain F32 on the CPU, where it is the fastest; on a GPU BF16 with a paged cache for the whole context.
fn placement(
    context_tokens: usize,
) -> anyhow::Result<(Device, ModelDType, Option<PagedAttentionConfig>)> {
    if cfg!(feature = "cuda") {
        let device = Device::new_cuda(0)?;
        let memory = MemoryGpuConfig::ContextSize(context_tokens.next_multiple_of(32) + 64);
        let paged = PagedAttentionConfig::new(Some(32), memory, PagedCacheType::Auto)?;
        return Ok((device, ModelDType::BF16, Some(paged)));
    }
    Ok((Device::Cpu, ModelDType::F32, None))
}

impl Engine for Mistral {
    fn info(&self) -> Result<EngineInfo, EngineError> {
        Ok(self.info.clone())
    }

    fn count_tokens(&self, texts: &[String]) -> Result<Vec<usize>, EngineError> {
        texts
            .iter()
            .map(|text| {
                (self.counter)(text)
                    .ok_or_else(|| EngineError::Refused("the text cannot be tokenised".to_owned()))
            })
            .collect()
    }

    fn generate(
        &self,
        request: &Request,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Completion, EngineError> {
        let (sender, replies) = channel(CHANNEL);
        let normal = self.normal_request(request, sender);
        self.runtime.block_on(async {
            let engine = self
                .runner
                .get_sender(None)
                .map_err(|error| EngineError::Crashed(format!("{error:?}")))?;
            engine
                .send(EngineRequest::Normal(Box::new(normal)))
                .await
                .map_err(|error| EngineError::Crashed(error.to_string()))?;
            self.collect(replies, request, on_text).await
        })
    }
}
