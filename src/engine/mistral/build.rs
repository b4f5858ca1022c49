//! From a GGUF file to a running engine: device, types, cache and scheduler.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use mistralrs::core::{
    DefaultSchedulerMethod, GGUFLoaderBuilder, GGUFSpecificConfig, Loader, MemoryGpuConfig,
    MistralRs, MistralRsBuilder, PagedAttentionConfig, PagedCacheType, Pipeline, SchedulerConfig,
};
use mistralrs::{Device, DeviceMapSetting, ModelDType, TokenSource};
use tokio::sync::Mutex;

use crate::engine::EngineError;
use crate::engine::gguf::Header;
use crate::engine::memory::{self, Target};
use crate::engine::prefix::{BLOCK, Prefixes};

/// Counts and looks up with the model's own tokenizer.
type Encode = Box<dyn Fn(&str) -> Option<Vec<u32>> + Send + Sync>;

/// What is kept of a model beside the engine that runs it.
pub(super) struct Loaded {
    pub(super) pipeline: Arc<Mutex<dyn Pipeline + Send + Sync>>,
    encode: Encode,
    /// Tokens that end an answer; the first is the grammar's own.
    pub(super) stop: Vec<u32>,
    /// What ends a message of the chat.
    pub(super) end_of_turn: Option<u32>,
    /// An empty line.
    pub(super) blank: u32,
    /// Where the engine keeps what prompts begin with.
    pub(super) prefixes: Option<Arc<Prefixes>>,
}

impl Loaded {
    /// Tokens of a text, those of the chat template left out.
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>, EngineError> {
        (self.encode)(text)
            .ok_or_else(|| EngineError::Refused("the text cannot be tokenised".to_owned()))
    }

    fn of(pipeline: Arc<Mutex<dyn Pipeline + Send + Sync>>) -> anyhow::Result<Self> {
        let tokenizer = pipeline
            .try_lock()
            .map_err(|_| anyhow!("the model is in use"))?
            .tokenizer()
            .ok_or_else(|| anyhow!("the file has no tokenizer"))?;
        let stop = ["<|endoftext|>", "<|im_end|>"]
            .iter()
            .filter_map(|token| tokenizer.token_to_id(token))
            .collect();
        let end_of_turn = tokenizer.token_to_id("<|im_end|>");
        let encode: Encode = Box::new(move |text| {
            let encoding = tokenizer.encode(text, false).ok()?;
            Some(encoding.get_ids().to_vec())
        });
        let blank = encode("\n").and_then(|tokens| tokens.first().copied());
        Ok(Self {
            pipeline,
            blank: blank.ok_or_else(|| anyhow!("the tokenizer knows no new line"))?,
            encode,
            stop,
            end_of_turn,
            prefixes: None,
        })
    }

    /// A line end, a space and a tab, where each is a token of its own.
    fn white(&self) -> Option<[u32; 3]> {
        let single = |text: &str| match (self.encode)(text)?.as_slice() {
            [token] => Some(*token),
            _ => None,
        };
        let white = [single("\n")?, single(" ")?, single("\t")?];
        let [line, space, tab] = white;
        (line != space && space != tab && tab != line).then_some(white)
    }
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

/// Whether an answer ends with the model's own end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// As the model or the grammar says.
    Own,
    /// Only with the last token it may have: random weights must not end a measurement.
    Never,
}

/// What this build computes on.
pub(super) const TARGET: Target = match (cfg!(feature = "cuda"), cfg!(feature = "flash-attn")) {
    (false, _) => Target::Cpu,
    (true, false) => Target::Cuda,
    (true, true) => Target::CudaFlash,
};

/// How an engine is run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Questions together.
    pub(super) width: usize,
    /// Tokens of all their prompts and answers.
    pub(super) cache_tokens: usize,
    pub(super) ending: Ending,
    /// Whether what prompts begin with is kept.
    pub(super) keeps_beginnings: bool,
}

/// Loads the file and starts the engine's thread.
///
/// Not on a runtime of several threads: there mistral.rs 0.8.1 puts a question of its own to the model, and where that fails,
/// as on a card with too little memory left, it tries again without end. The self-test asks one that ends.
pub(super) fn build(header: &Header, manner: Manner) -> anyhow::Result<(Arc<MistralRs>, Loaded)> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(started(header, manner))
}

async fn started(header: &Header, manner: Manner) -> anyhow::Result<(Arc<MistralRs>, Loaded)> {
    let (device, dtype, paged) = placement(header, manner)?;
    let pipeline = loader(header.path()).load_model_from_hf(
        None,
        TokenSource::None,
        &dtype,
        &device,
        true,
        DeviceMapSetting::dummy(),
        None,
        paged,
    )?;
    let cache = pipeline.lock().await.get_metadata().cache_config.clone();
    let mut loaded = Loaded::of(Arc::clone(&pipeline))?;
    let keeps_beginnings = manner.keeps_beginnings && loaded.end_of_turn.is_some();
    if let Some(white) = loaded.white().filter(|_| keeps_beginnings) {
        loaded.prefixes = Some(Arc::new(Prefixes::new(white, manner.cache_tokens)));
    }
    let scheduler = match cache {
        Some(config) => SchedulerConfig::PagedAttentionMeta {
            max_num_seqs: manner.width,
            config,
        },
        None => SchedulerConfig::DefaultScheduler {
            method: DefaultSchedulerMethod::Fixed(
                NonZeroUsize::new(manner.width).unwrap_or(NonZeroUsize::MIN),
            ),
        },
    };
    let runner = MistralRsBuilder::new(pipeline, scheduler, false, None)
        .with_no_prefix_cache(loaded.prefixes.is_none())
        .with_disable_eos_stop(manner.ending == Ending::Never)
        .build()
        .await;
    Ok((runner, loaded))
}

/// Plain F32 on the CPU, where it is the fastest; on a GPU BF16 with a paged cache for all tokens of a cohort.
fn placement(
    header: &Header,
    manner: Manner,
) -> anyhow::Result<(Device, ModelDType, Option<PagedAttentionConfig>)> {
    if TARGET.is_cuda() {
        let device = Device::new_cuda(0)?;
        let per_token = memory::kv_bytes_per_token(
            header.block_count() as u64,
            header.head_count_kv() as u64,
            header.key_length() as u64,
            TARGET.cache_element_bytes(),
        );
        let tokens = memory::paged_tokens(manner.cache_tokens, manner.width, per_token);
        let memory = MemoryGpuConfig::ContextSize(tokens);
        let paged = PagedAttentionConfig::new(Some(BLOCK), memory, PagedCacheType::Auto)?;
        return Ok((device, ModelDType::BF16, Some(paged)));
    }
    Ok((Device::Cpu, ModelDType::F32, None))
}
