//! The plans of a model's files, as numbers.

use serde::Serialize;

use crate::engine::blueprint::Blueprint;
use crate::engine::card::{Card, Claim, ModelFile, Speed};
use crate::engine::memory::{self, Target};
use crate::engine::model::DEFAULT_CONTEXT;

/// Numbers of questions together for which the largest context is told.
pub const WIDTHS: [usize; 3] = [8, 4, 1];
/// Bytes a second that the memory of an RTX 4090 Laptop delivers at most.
pub const LAPTOP_BANDWIDTH: u64 = 576_000_000_000;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Budget {
    /// Bytes.
    pub bytes: u64,
    /// Tokens of prompt and answer together; none is the usual.
    pub context: Option<u64>,
    /// Questions together.
    pub cohort: usize,
    /// Whether the program with CUDA was built with flash-attn.
    pub flash_attn: bool,
}

impl Budget {
    fn target(&self) -> Target {
        if self.flash_attn {
            Target::CudaFlash
        } else {
            Target::Cuda
        }
    }
}

/// The plan of one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Quantisation.
    pub quant: String,
    /// Tokens that were planned for.
    pub context: u64,
    /// Bytes of matrices, norms and rotary tables.
    pub weights: u64,
    /// Bytes of the embedding in F32.
    pub embedding: u64,
    /// Bytes of keys and values.
    pub cache: u64,
    /// Bytes held for a while.
    pub activations: u64,
    /// Bytes of the CUDA context.
    pub runtime: u64,
    /// All of them.
    pub total: u64,
    /// Most tokens for each of 8, 4 and 1 questions together; null where none fits.
    pub largest_context: [Option<usize>; 3],
    /// Bytes of weights read for each token of one sequence.
    pub bytes_per_token: u64,
    /// Tokens a second of one sequence that an RTX 4090 Laptop's memory allows.
    pub limit_tokens_per_second: u64,
    /// Why it is refused.
    pub refused: Option<String>,
}

/// The plans of one model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sheet {
    /// The card's id, or the file's path.
    pub model: String,
    /// The name its makers use.
    pub name: String,
    /// Layers.
    pub layers: u64,
    /// Heads with keys and values of their own.
    pub kv_heads: u64,
    /// Dimensions of a head.
    pub head_length: u64,
    /// Tokens the model was made for.
    pub context: u64,
    /// Bytes of keys and values for one token.
    pub cache_per_token: u64,
    /// What holds for all files of it.
    pub note: Option<&'static str>,
    /// One for each file.
    pub rows: Vec<Row>,
    /// Speeds that others claim.
    pub claimed: Vec<Claimed>,
    /// Speeds that were measured.
    pub measured: Vec<Speed>,
}

/// A claim, and what it would take.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Claimed {
    /// The claim.
    #[serde(flatten)]
    pub claim: Claim,
    /// Tokens a second of one sequence that an RTX 4090 Laptop's memory allows such weights.
    pub limit_tokens_per_second: u64,
}

/// The plans of a card's files, or of one of them.
///
/// # Errors
/// When it has no such file.
pub fn of_card(card: &Card, quant: Option<&str>, budget: &Budget) -> Result<Sheet, String> {
    let files: Vec<&ModelFile> = match quant {
        Some(_) => vec![card.file(quant)?],
        None => card.files.iter().collect(),
    };
    let models: Vec<(&str, Blueprint)> = files
        .into_iter()
        .filter_map(|file| Some((file.quant.as_str(), card.blueprint(file)?)))
        .collect();
    let rows = models
        .iter()
        .map(|(quant, model)| row(quant, model, budget));
    let rows = rows.collect();
    let Some((_, first)) = models.first() else {
        return Err(format!("no memory plan is known for {}", card.id));
    };
    let claims = card.claimed.iter();
    Ok(Sheet {
        claimed: claims.map(|claim| claimed(claim, first)).collect(),
        measured: card.measured.clone(),
        ..of(&card.id, &card.name, first, rows)
    })
}

fn claimed(claim: &Claim, model: &Blueprint) -> Claimed {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss
    )]
    let bytes = (model.parameters_read_per_token() as f64 * claim.bits / 8.0) as u64;
    Claimed {
        claim: claim.clone(),
        limit_tokens_per_second: LAPTOP_BANDWIDTH / bytes.max(1),
    }
}

pub(super) fn of(model: &str, name: &str, measures: &Blueprint, rows: Vec<Row>) -> Sheet {
    let (layers, kv_heads, head_length) =
        (measures.layers, measures.kv_heads, measures.head_length);
    let element = Target::Cuda.cache_element_bytes();
    Sheet {
        model: model.to_owned(),
        name: name.to_owned(),
        layers,
        kv_heads,
        head_length,
        context: measures.context,
        cache_per_token: memory::kv_bytes_per_token(layers, kv_heads, head_length, element),
        note: measures.experts.map(|_| "mixture of experts: on CUDA only"),
        rows,
        claimed: Vec::new(),
        measured: Vec::new(),
    }
}

pub(super) fn row(quant: &str, model: &Blueprint, budget: &Budget) -> Row {
    let usual = (DEFAULT_CONTEXT as u64).min(model.context);
    let context = budget.context.unwrap_or(usual);
    let tokens = usize::try_from(context).unwrap_or(usize::MAX);
    let plan = memory::plan(model, tokens, budget.cohort, budget.target());
    let largest =
        WIDTHS.map(|width| memory::largest_context(model, width, budget.target(), budget.bytes));
    let read = model.bytes_read_per_token();
    let refused = if context > model.context {
        Some(format!("the model was made for {} tokens", model.context))
    } else {
        plan.check(budget.bytes)
            .err()
            .map(|error| error.to_string())
    };
    Row {
        quant: quant.to_owned(),
        context,
        weights: plan.weights,
        embedding: plan.embedding_f32,
        cache: plan.kv_cache,
        activations: plan.activations,
        runtime: plan.runtime,
        total: plan.total,
        largest_context: largest,
        bytes_per_token: read,
        limit_tokens_per_second: LAPTOP_BANDWIDTH / read.max(1),
        refused,
    }
}
