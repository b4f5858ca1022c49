//! How much memory a model needs for prompts and their answers, and whether that fits.
//!
//! The formulas follow what mistralrs-core 0.8.1 and candle-core 0.10.2 allocate for a Qwen3 GGUF; each names its
//! source. A context is prompt and answer together, planned as if all were prompt; a cohort is so many sequences of equal
//! length, answered together, as far as the cache holds them. On a card no more of their prompts is read in one go than a
//! context has (`cohort`), on the CPU all. Bytes saturate instead of overflowing.

mod available;
mod cache;
#[cfg(test)]
mod tests;

pub use available::available_memory;
use cache::queued_tokens;
pub use cache::{cache_tokens, kv_bytes_per_token, paged_tokens};

use super::blueprint::{Blueprint, EMBEDDING};
use super::gguf::TensorType;
use super::prefix;

const F32_BYTES: u64 = 4;
const BF16_BYTES: u64 = 2;

/// Queries attended at once by the naive attention (`ATTENTION_CHUNK_SIZE`, `attention/mod.rs`).
const ATTENTION_CHUNK: u64 = 1024;

/// Resident memory of the worker without a model to speak of: measured 95 MB with a model of 0.5 M parameters.
const CPU_RUNTIME_BYTES: u64 = 95_000_000;

/// The CUDA context, kernels and cuBLAS workspace. Measured on an H200 and an H100: what the driver reports beyond all else
/// in the plan, 840 MB to within 100.
const CUDA_RUNTIME_BYTES: u64 = 840_000_000;

/// Up to so many bytes of F32 a quantised model is unpacked when it is loaded onto the CPU. Measured on two cores with
/// 13 M parameters in `Q8_0`: prefill 617 -> 1,288 tokens/s, decode 220 -> 185. Larger ones decode at the speed of memory,
/// where four times the bytes cost more than the faster prefill gains.
const UNPACKED_LIMIT: u64 = 256 << 20;

/// Where the model runs, and with it the type of the key-value cache and the attention kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The host, computing in F32.
    Cpu,
    /// One NVIDIA GPU, paged attention in BF16, without flash-attn.
    Cuda,
    /// The same with flash-attn, which holds no scores.
    CudaFlash,
}

impl Target {
    /// Bytes of one element of the key-value cache: F32 on the CPU, BF16 on CUDA.
    #[must_use]
    pub fn cache_element_bytes(self) -> u64 {
        match self {
            Self::Cpu => F32_BYTES,
            Self::Cuda | Self::CudaFlash => BF16_BYTES,
        }
    }

    /// Tokens that are read in one go of a cohort's prompts, which have so many in all: on a card as many as one prompt of the
    /// whole context may have. The CPU's scheduler writes on before it reads what has come, so there it is all of them.
    #[must_use]
    pub fn at_once(self, context: usize, all: usize) -> usize {
        if self.is_cuda() {
            all.min(context)
        } else {
            all
        }
    }

    /// Tokens by which a prompt may grow so that what it begins with can be kept; 0 where that is not. Without flash-attn what
    /// is found breaks the attention mask, and the CPU's cache is never evicted. It is no part of the context that was asked
    /// for, but must be of what the model can.
    #[must_use]
    pub fn growth(self, context: usize, longest: usize) -> usize {
        if self == Self::CudaFlash && context.saturating_add(prefix::GROWTH) <= longest {
            prefix::GROWTH
        } else {
            0
        }
    }

    /// Whether it is an NVIDIA GPU.
    #[must_use]
    pub fn is_cuda(self) -> bool {
        self != Self::Cpu
    }
}

/// The bytes a model takes, by purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Matrices, norms and rotary tables, as they are held after loading.
    pub weights: u64,
    /// The token embedding, which is dequantised to F32 on both targets.
    pub embedding_f32: u64,
    /// Keys and values of all tokens.
    pub kv_cache: u64,
    /// What loading, a prefill or the switch to decoding takes for a while, whichever is most.
    pub activations: u64,
    /// The runtime itself.
    pub runtime: u64,
    /// All of them.
    pub total: u64,
    context: usize,
    cohort: usize,
    dimensions: Dimensions,
}

/// The request does not fit into the memory there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the model needs {} for this context and {} are free; {}", Size(*.need), Size(*.have), advice(*.largest_context))]
pub struct DoesNotFit {
    /// Bytes needed.
    pub need: u64,
    /// Bytes free.
    pub have: u64,
    /// The most tokens that would fit; `None` when not even one does.
    pub largest_context: Option<usize>,
}

fn advice(largest_context: Option<usize>) -> String {
    match largest_context {
        Some(tokens) => {
            format!("set a context of at most {tokens} tokens, or choose a smaller model")
        }
        None => "choose a smaller model or a smaller quantisation of it".to_owned(),
    }
}

/// Bytes in words, in binary units.
struct Size(u64);

impl std::fmt::Display for Size {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const MIB: u64 = 1 << 20;
        const GIB: u64 = 1 << 30;
        let (unit, name) = if self.0 >= GIB {
            (GIB, "GiB")
        } else {
            (MIB, "MiB")
        };
        let tenths = self.0 % unit * 10 / unit;
        write!(formatter, "{}.{tenths} {name}", self.0 / unit)
    }
}

/// What the plan needs of a model; `held` and `embedding` do not depend on the number of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Dimensions {
    target: Target,
    held: u64,
    embedding: u64,
    loading: u64,
    context: u64,
    layers: u64,
    heads: u64,
    kv_heads: u64,
    head_length: u64,
    hidden: u64,
    /// Numbers a token's feed-forward products come to.
    widest: u64,
    vocabulary: u64,
}

/// Plans the memory for sequences of up to `context` tokens, up to `cohort` of them together, on that target.
#[must_use]
pub fn plan(model: &Blueprint, context: usize, cohort: usize, target: Target) -> Plan {
    Dimensions::new(model, target).plan(context, cohort)
}

/// The largest context, within the model's own, that fits into so many bytes beside a cohort of that size; none where not
/// even one token does.
#[must_use]
pub fn largest_context(
    model: &Blueprint,
    cohort: usize,
    target: Target,
    available: u64,
) -> Option<usize> {
    Dimensions::new(model, target).largest_context(usize::MAX, cohort, available)
}

/// Whether the model's quantised matrices are to be unpacked to F32 while it loads.
#[must_use]
pub fn unpacks(model: &Blueprint, target: Target) -> bool {
    target == Target::Cpu && product(&[model.parameters(), F32_BYTES]) <= UNPACKED_LIMIT
}

impl Plan {
    /// Checks the plan against the bytes that are free.
    ///
    /// # Errors
    /// [`DoesNotFit`] with the largest context that would.
    pub fn check(&self, available: u64) -> Result<(), DoesNotFit> {
        if self.total <= available {
            return Ok(());
        }
        Err(DoesNotFit {
            need: self.total,
            have: available,
            largest_context: self
                .dimensions
                .largest_context(self.context, self.cohort, available),
        })
    }
}

impl Dimensions {
    fn new(model: &Blueprint, target: Target) -> Self {
        let embedding = model.piece(EMBEDDING);
        let tied = model.is_tied();
        // Plain floats become F32 tensors and norms are dequantised; quantised matrices stay as they are
        // (`QMatMul::from_arc`, candle `quantized/mod.rs`; `QRmsNorm::new`, `layers.rs`).
        let unpacks = unpacks(model, target);
        let held = |elements: u64, bytes: u64, kind: TensorType| {
            if kind.is_quantised() && !unpacks {
                bytes
            } else {
                product(&[elements, F32_BYTES])
            }
        };
        let matrices = model.pieces.iter().filter(|piece| {
            // A tied output matrix is the embedding, held a second time (`quantized_qwen3.rs`).
            tied || piece.name != EMBEDDING
        });
        let held = sum(matrices.map(|piece| held(piece.elements, piece.bytes, piece.kind)));
        // Sine and cosine, each half a head long, for every position (`RotaryEmbedding::new`, `layers.rs`).
        let rotary = product(&[model.context, model.head_length, F32_BYTES]);
        // While loading, the embedding is held as read and dequantised, and one tensor's bytes twice
        // (`TensorInfo::read`, candle `gguf_file.rs`).
        let largest = model.pieces.iter().map(|piece| piece.bytes).max();
        Self {
            target,
            held: held.saturating_add(rotary),
            embedding: embedding.map_or(0, |piece| product(&[piece.elements, F32_BYTES])),
            loading: sum([
                embedding.map_or(0, |piece| piece.bytes),
                largest.unwrap_or(0),
            ]),
            context: model.context,
            layers: model.layers,
            heads: model.heads,
            kv_heads: model.kv_heads,
            head_length: model.head_length,
            hidden: model.hidden,
            widest: widest(model),
            vocabulary: model.vocabulary,
        }
    }

    fn plan(self, context: usize, cohort: usize) -> Plan {
        let tokens = cache_tokens(context, cohort);
        let per_token = kv_bytes_per_token(
            self.layers,
            self.kv_heads,
            self.head_length,
            self.target.cache_element_bytes(),
        );
        let (held, copy, queued, runtime) = if self.target.is_cuda() {
            let longest = usize::try_from(self.context).unwrap_or(usize::MAX);
            let growth = self.target.growth(context, longest).saturating_mul(cohort);
            let held = paged_tokens(tokens.saturating_add(growth), cohort, per_token);
            // Keys alone are half of what a token has in the cache.
            let queued = product(&[per_token / 2, queued_tokens(context, cohort) as u64]);
            (held, 0, queued, CUDA_RUNTIME_BYTES)
        } else {
            // Before the first decoding step the whole cache is copied (`clone_in_cache`, `kv_cache/mod.rs`).
            (
                tokens,
                product(&[per_token, tokens as u64]),
                0,
                CPU_RUNTIME_BYTES,
            )
        };
        let kv_cache = product(&[per_token, held as u64]);
        let at_once = self.target.at_once(context, tokens);
        let prefill = self.prefill(context as u64, at_once as u64, cohort as u64);
        let prefill = prefill.saturating_add(queued);
        let activations = prefill.max(copy).max(self.loading);
        Plan {
            weights: self.held,
            embedding_f32: self.embedding,
            kv_cache,
            activations,
            runtime,
            total: sum([self.held, self.embedding, kv_cache, activations, runtime]),
            context,
            cohort,
            dimensions: self,
        }
    }

    /// What a prefill holds at its peak, of `rows` prompts of up to `n` tokens and of `tokens` together; the engine does not
    /// split prompts.
    fn prefill(self, n: u64, tokens: u64, rows: u64) -> u64 {
        // The residual stream and its norm, beside the feed-forward products (`Mlp::forward`, `quantized_qwen3.rs`), in F32.
        let stream = 2 * self.hidden;
        let feed_forward = product(&[sum([stream, self.widest]), F32_BYTES]);
        // Only the last position is multiplied with the output matrix (`extract_logits`).
        let logits = product(&[rows, self.vocabulary, F32_BYTES]);
        // The mask is built as bytes, filled and selected (`layers_masker.rs`).
        let square = |bytes: u64| product(&[n, n, bytes]);
        match self.target {
            // Attention is tiled: no score matrix is held (`run_flash_attn_cpu`, `attention/backends/cpu.rs`).
            Target::Cpu => {
                let heads = sum([self.heads, 2 * self.kv_heads]);
                let projections = product(&[3, heads, self.head_length]);
                let attention = product(&[sum([stream, projections]), F32_BYTES]);
                let layer = product(&[tokens, attention.max(feed_forward)]);
                sum([layer, logits, square(1 + 2 * F32_BYTES)])
            }
            // The products stay in the driver's pool beside what attention takes, and the mask as long as the prefill does.
            Target::Cuda => {
                let repeated = product(&[2, self.heads, self.head_length, BF16_BYTES]);
                let copies = sum([2 * self.rounded(), repeated, self.scores(n)]);
                let layer = sum([feed_forward.max(self.projected()), copies]);
                let mask = square(BF16_BYTES + F32_BYTES);
                sum([product(&[tokens, layer]), logits, mask])
            }
            // No scores; little of what the feed-forward part has freed is used again, twice not by its own products.
            Target::CudaFlash => {
                let again = product(&[2, self.widest / 3, F32_BYTES]);
                let layer = feed_forward.max(self.projected()).saturating_add(again);
                sum([product(&[tokens, layer]), logits, square(BF16_BYTES)])
            }
        }
    }

    /// Bytes a token takes in F32 in attention, where a function holds all it has computed until it returns (`forward_attn`,
    /// `quantized_qwen3.rs`): the residual stream and its norm, query and key as projected, normed and rotated, and the value.
    fn projected(self) -> u64 {
        let heads = sum([3 * self.heads, 4 * self.kv_heads]);
        product(&[
            sum([2 * self.hidden, product(&[self.head_length, heads])]),
            F32_BYTES,
        ])
    }

    /// Bytes of a token's query, key and value in BF16.
    fn rounded(self) -> u64 {
        product(&[
            self.head_length,
            sum([self.heads, 2 * self.kv_heads]),
            BF16_BYTES,
        ])
    }

    /// Bytes a token takes for the scores of a chunk of queries without flash-attn, of which two are in use at a time
    /// (`naive_sdpa`).
    fn scores(self, n: u64) -> u64 {
        product(&[2, self.heads, n.min(ATTENTION_CHUNK), BF16_BYTES])
    }

    /// The most tokens, below `tokens` and within the model's context, whose plan fits; by bisection, as the total
    /// grows with the tokens.
    fn largest_context(self, tokens: usize, cohort: usize, available: u64) -> Option<usize> {
        let fits = |tokens: usize| self.plan(tokens, cohort).total <= available;
        let context = usize::try_from(self.context).unwrap_or(usize::MAX);
        let mut fitting = 0;
        let mut failing = tokens.min(context.saturating_add(1));
        while failing - fitting > 1 {
            let middle = fitting + (failing - fitting) / 2;
            if fits(middle) {
                fitting = middle;
            } else {
                failing = middle;
            }
        }
        (fitting > 0).then_some(fitting)
    }
}

/// Numbers a token's feed-forward part holds at its peak: gate, up and their product, or with experts the same for each
/// that is used, and then the weighted and the plain results of all of them (`FusedMoe::forward`, `quantized_qwen3_moe.rs`).
fn widest(model: &Blueprint) -> u64 {
    match model.experts {
        None => product(&[3, model.feed_forward]),
        Some(experts) => {
            let inner = product(&[3, experts.used, experts.feed_forward]);
            let results = product(&[2, experts.used, model.hidden]);
            inner.max(sum([
                results,
                product(&[experts.used, experts.feed_forward]),
            ]))
        }
    }
}

fn product(factors: &[u64]) -> u64 {
    factors.iter().copied().fold(1, u64::saturating_mul)
}

fn sum(terms: impl IntoIterator<Item = u64>) -> u64 {
    terms.into_iter().fold(0, u64::saturating_add)
}
