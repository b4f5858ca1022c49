//! How much memory a model needs for a prompt and its answer, and whether that fits.
//!
//! The formulas follow what mistralrs-core 0.8.1 and candle-core 0.10.2 allocate for a Qwen3 GGUF; each names its
//! source. They hold for one sequence: `tokens` is prompt and answer together, planned as if all were prompt, or the sum over
//! all sequences of a cohort, which overstates the attention further. Bytes saturate instead of overflowing.

mod available;
#[cfg(test)]
mod tests;

pub use available::available_memory;

use super::gguf::{Header, TensorType};

const F32_BYTES: u64 = 4;
const BF16_BYTES: u64 = 2;

/// Queries attended at once by the naive attention (`ATTENTION_CHUNK_SIZE`, `attention/mod.rs`).
const ATTENTION_CHUNK: u64 = 1024;

/// Resident memory of the worker without a model to speak of: measured 95 MB with a model of 0.5 M parameters.
const CPU_RUNTIME_BYTES: u64 = 95_000_000;

/// The CUDA context, kernels and cuBLAS workspace: about 1 GB on the card.
const CUDA_RUNTIME_BYTES: u64 = 1_000_000_000;

/// Up to so many bytes of F32 a quantised model is unpacked when it is loaded onto the CPU. Measured on two cores with
/// 13 M parameters in `Q8_0`: prefill 617 -> 1,288 tokens/s, decode 220 -> 185. Larger ones decode at the speed of memory,
/// where four times the bytes cost more than the faster prefill gains.
const UNPACKED_LIMIT: u64 = 256 << 20;

/// Prompt and answer of most postings, in tokens.
const TYPICAL: usize = 4096;

/// Tokens that the key-value cache of a cohort holds: room for as many typical pages as it has questions, and for one as
/// long as the context. Longer pages travel in smaller cohorts.
#[must_use]
pub fn cache_tokens(context: usize, cohort: usize) -> usize {
    context.max(context.min(TYPICAL).saturating_mul(cohort))
}

/// Where the model runs, and with it the type of the key-value cache and the attention kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The host, computing in F32.
    Cpu,
    /// One NVIDIA GPU, paged attention in BF16, without flash-attn.
    Cuda,
}

impl Target {
    /// Bytes of one element of the key-value cache: F32 on the CPU, BF16 on CUDA.
    #[must_use]
    pub fn cache_element_bytes(self) -> u64 {
        match self {
            Self::Cpu => F32_BYTES,
            Self::Cuda => BF16_BYTES,
        }
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
    /// What loading, a prefill or the switch to decoding takes for a while, whichever is most, and the runtime itself.
    pub activations: u64,
    /// All of them.
    pub total: u64,
    tokens: usize,
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

/// What the plan needs of a header; `held` and `embedding` do not depend on the number of tokens.
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
    feed_forward: u64,
    vocabulary: u64,
}

/// Bytes of the key-value cache for one token: a key and a value for each layer and key-value head.
/// Source: `calculate_cache_config`, `paged_attention/mod.rs`; the CPU cache has the same shape.
#[must_use]
pub fn kv_bytes_per_token(layers: u64, kv_heads: u64, head_length: u64, element_bytes: u64) -> u64 {
    product(&[2, layers, kv_heads, head_length, element_bytes])
}

/// Plans the memory for `tokens` tokens of the model on that target.
#[must_use]
pub fn plan(header: &Header, tokens: usize, target: Target) -> Plan {
    Dimensions::new(header, target).plan(tokens)
}

/// Whether the model's quantised matrices are to be unpacked to F32 while it loads.
#[must_use]
pub fn unpacks(header: &Header, target: Target) -> bool {
    let elements = sum(header.tensors().iter().map(|tensor| tensor.elements));
    target == Target::Cpu && product(&[elements, F32_BYTES]) <= UNPACKED_LIMIT
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
            largest_context: self.dimensions.largest_context(self.tokens, available),
        })
    }
}

impl Dimensions {
    fn new(header: &Header, target: Target) -> Self {
        let embedding = header.tensor("token_embd.weight");
        let tied = header.tensor("output.weight").is_none();
        // Plain floats become F32 tensors and norms are dequantised; quantised matrices stay as they are
        // (`QMatMul::from_arc`, candle `quantized/mod.rs`; `QRmsNorm::new`, `layers.rs`).
        let unpacks = unpacks(header, target);
        let held = |elements: u64, bytes: u64, kind: TensorType| {
            if kind.is_quantised() && !unpacks {
                bytes
            } else {
                product(&[elements, F32_BYTES])
            }
        };
        let matrices = header.tensors().iter().filter(|tensor| {
            // A tied output matrix is the embedding, held a second time (`quantized_qwen3.rs`).
            tied || tensor.name != "token_embd.weight"
        });
        let held = sum(matrices.map(|tensor| held(tensor.elements, tensor.bytes, tensor.kind)));
        let context = header.context_length() as u64;
        let head_length = header.key_length() as u64;
        // Sine and cosine, each half a head long, for every position (`RotaryEmbedding::new`, `layers.rs`).
        let rotary = product(&[context, head_length, F32_BYTES]);
        // While loading, the embedding is held as read and dequantised, and one tensor's bytes twice
        // (`TensorInfo::read`, candle `gguf_file.rs`).
        let largest = header.tensors().iter().map(|tensor| tensor.bytes).max();
        let feed_forward = header
            .tensor("blk.0.ffn_gate.weight")
            .and_then(|tensor| tensor.dimensions.last());
        Self {
            target,
            held: held.saturating_add(rotary),
            embedding: embedding.map_or(0, |tensor| product(&[tensor.elements, F32_BYTES])),
            loading: sum([
                embedding.map_or(0, |tensor| tensor.bytes),
                largest.unwrap_or(0),
            ]),
            context,
            layers: header.block_count() as u64,
            heads: header.head_count() as u64,
            kv_heads: header.head_count_kv() as u64,
            head_length,
            hidden: header.embedding_length() as u64,
            feed_forward: feed_forward.copied().unwrap_or(0),
            vocabulary: header.vocab_size() as u64,
        }
    }

    fn plan(self, tokens: usize) -> Plan {
        let per_token = kv_bytes_per_token(
            self.layers,
            self.kv_heads,
            self.head_length,
            self.target.cache_element_bytes(),
        );
        let kv_cache = product(&[per_token, tokens as u64]);
        let (runtime, copy) = match self.target {
            // Before the first decoding step the whole cache is copied (`clone_in_cache`, `kv_cache/mod.rs`).
            Target::Cpu => (CPU_RUNTIME_BYTES, kv_cache),
            Target::Cuda => (CUDA_RUNTIME_BYTES, 0),
        };
        let transient = self.prefill(tokens as u64).max(copy).max(self.loading);
        let activations = runtime.saturating_add(transient);
        Plan {
            weights: self.held,
            embedding_f32: self.embedding,
            kv_cache,
            activations,
            total: sum([self.held, self.embedding, kv_cache, activations]),
            tokens,
            dimensions: self,
        }
    }

    /// What a prefill of `n` tokens holds at its peak; the engine does not split prompts.
    fn prefill(self, n: u64) -> u64 {
        let heads = product(&[self.heads.saturating_add(2 * self.kv_heads), 3]);
        let widest = heads.max(product(&[self.feed_forward, 3]));
        // The residual stream and its norm, then query, key and value with their rotated copies, or the three
        // feed-forward products (`forward_attn` and `Mlp::forward`, `quantized_qwen3.rs`), all in F32.
        let layer = product(&[n, sum([2 * self.hidden, widest]), F32_BYTES]);
        // Only the last position is multiplied with the output matrix (`extract_logits`).
        let logits = product(&[self.vocabulary, F32_BYTES]);
        sum([layer, logits, self.attention(n)])
    }

    /// The attention's own share. The mask is built as bytes, filled and selected (`layers_masker.rs`).
    fn attention(self, n: u64) -> u64 {
        let square = |bytes: u64| product(&[n, n, bytes]);
        match self.target {
            // Tiled: no score matrix is held (`run_flash_attn_cpu`, `attention/backends/cpu.rs`).
            Target::Cpu => square(1 + 2 * F32_BYTES),
            // Keys and values repeated for each query head and made contiguous; scores, masked scores and their
            // softmax for a chunk of queries (`naive_sdpa`); and the keys allocated a second time when the request
            // is queued (`add_request.rs`).
            Target::Cuda => {
                let repeated = product(&[4, self.heads, self.head_length, n, BF16_BYTES]);
                let scores = product(&[3, self.heads, n.min(ATTENTION_CHUNK), n, BF16_BYTES]);
                let queued =
                    kv_bytes_per_token(self.layers, self.kv_heads, self.head_length, BF16_BYTES);
                let queued = product(&[queued / 2, n]);
                sum([square(1 + 2 * BF16_BYTES), repeated, scores, queued])
            }
        }
    }

    /// The most tokens, below `tokens` and within the model's context, whose plan fits; by bisection, as the total
    /// grows with the tokens.
    fn largest_context(self, tokens: usize, available: u64) -> Option<usize> {
        let fits = |tokens: usize| self.plan(tokens).total <= available;
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

fn product(factors: &[u64]) -> u64 {
    factors.iter().copied().fold(1, u64::saturating_mul)
}

fn sum(terms: impl IntoIterator<Item = u64>) -> u64 {
    terms.into_iter().fold(0, u64::saturating_add)
}
