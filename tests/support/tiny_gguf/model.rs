//! A tiny Qwen3 model: its metadata, its tokenizer's special tokens, and random weights of the right shapes.

use std::{io, path::Path};

use super::{
    Bpe,
    writer::{self, Tensor, Value},
};

/// The last tokens of the vocabulary, with their type: 3 is control, 4 is user-defined.
const SPECIAL_TOKENS: [(&str, i32); 5] = [
    ("<|endoftext|>", 3),
    ("<|im_start|>", 3),
    ("<|im_end|>", 3),
    ("<think>", 4),
    ("</think>", 4),
];

/// Turns of a role and its text; with thinking off, the answer starts after an empty thought. Every tag trims, so the
/// result does not depend on the renderer's own trimming.
const CHAT_TEMPLATE: &str = concat!(
    "{%- for message in messages -%}",
    "{{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' -}}",
    "{%- endfor -%}",
    "{%- if add_generation_prompt -%}",
    "{{- '<|im_start|>assistant\\n' -}}",
    "{%- if enable_thinking is defined and not enable_thinking -%}",
    "{{- '<think>\\n\\n</think>\\n\\n' -}}",
    "{%- endif -%}",
    "{%- endif -%}",
);

/// How the matrices are stored; norms are always F32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TensorKind {
    F32,
    Q8_0,
}

/// A model to write. Hidden and feed-forward width must be multiples of 32 for `Q8_0`.
#[derive(Debug, Clone)]
pub struct TinyModel {
    pub seed: u64,
    /// Wanted size; the file has fewer tokens if the corpus has nothing left to merge.
    pub vocab_size: usize,
    pub hidden: usize,
    pub layers: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
    pub ffn: usize,
    pub context_length: usize,
    pub kind: TensorKind,
    /// `general.architecture` and the prefix of its keys; anything but `qwen3` breaks the model on purpose.
    pub architecture: &'static str,
    /// A metadata key to leave out, to break the model on purpose.
    pub without_key: Option<&'static str>,
}

impl Default for TinyModel {
    fn default() -> Self {
        Self {
            seed: 1,
            vocab_size: 1024,
            hidden: 64,
            layers: 2,
            heads: 2,
            kv_heads: 1,
            head_dim: 64,
            ffn: 192,
            context_length: 4096,
            kind: TensorKind::F32,
            architecture: "qwen3",
            without_key: None,
        }
    }
}

impl TinyModel {
    /// Trains the tokenizer on `corpus` and writes the model. The same model and corpus give the same bytes.
    pub fn write(&self, corpus: &str, path: &Path) -> io::Result<()> {
        let bpe = Bpe::train(corpus, self.vocab_size - SPECIAL_TOKENS.len());
        let mut tokens = bpe.tokens();
        let mut types = vec![1; tokens.len()];
        for (token, kind) in SPECIAL_TOKENS {
            tokens.push(token.to_owned());
            types.push(kind);
        }
        let tensors = self.tensors(tokens.len());
        let mut metadata = self.metadata();
        metadata.extend(tokenizer_metadata(tokens, types, bpe.merges()));
        metadata.retain(|(key, _)| self.without_key != Some(key.as_str()));
        writer::write(path, &metadata, &tensors)
    }

    fn metadata(&self) -> Vec<(String, Value)> {
        let number = |number: usize| Value::U32(u32::try_from(number).unwrap());
        let key = |name: &str| format!("{}.{name}", self.architecture);
        let text = |text: &str| Value::Text(text.to_owned());
        // LLAMA_FTYPE of llama.cpp.
        let file_type = match self.kind {
            TensorKind::F32 => 0,
            TensorKind::Q8_0 => 7,
        };
        vec![
            ("general.architecture".to_owned(), text(self.architecture)),
            ("general.name".to_owned(), text("Tiny random Qwen3")),
            ("general.file_type".to_owned(), Value::U32(file_type)),
            ("general.alignment".to_owned(), Value::U32(32)),
            (key("context_length"), number(self.context_length)),
            (key("embedding_length"), number(self.hidden)),
            (key("block_count"), number(self.layers)),
            (key("feed_forward_length"), number(self.ffn)),
            (key("attention.head_count"), number(self.heads)),
            (key("attention.head_count_kv"), number(self.kv_heads)),
            (key("attention.key_length"), number(self.head_dim)),
            (key("attention.value_length"), number(self.head_dim)),
            (key("attention.layer_norm_rms_epsilon"), Value::F32(1e-6)),
            (key("rope.freq_base"), Value::F32(1_000_000.0)),
        ]
    }

    /// All tensors, the output matrix being tied to the embedding.
    fn tensors(&self, vocab_size: usize) -> Vec<Tensor> {
        let mut random = Random(self.seed);
        let (hidden, ffn) = (self.hidden, self.ffn);
        let query = self.heads * self.head_dim;
        let key = self.kv_heads * self.head_dim;
        let mut matrix =
            |name: String, from: usize, to: usize| self.matrix(name, from, to, &mut random);
        let mut tensors = vec![matrix("token_embd.weight".to_owned(), hidden, vocab_size)];
        for layer in 0..self.layers {
            let name = |part: &str| format!("blk.{layer}.{part}.weight");
            tensors.extend([
                ones(name("attn_norm"), hidden),
                matrix(name("attn_q"), hidden, query),
                matrix(name("attn_k"), hidden, key),
                matrix(name("attn_v"), hidden, key),
                ones(name("attn_q_norm"), self.head_dim),
                ones(name("attn_k_norm"), self.head_dim),
                matrix(name("attn_output"), query, hidden),
                ones(name("ffn_norm"), hidden),
                matrix(name("ffn_gate"), hidden, ffn),
                matrix(name("ffn_up"), hidden, ffn),
                matrix(name("ffn_down"), ffn, hidden),
            ]);
        }
        tensors.push(ones("output_norm.weight".to_owned(), hidden));
        tensors
    }

    /// A matrix of `to` rows with `from` elements each, of variance `1 / from`.
    fn matrix(&self, name: String, from: usize, to: usize, random: &mut Random) -> Tensor {
        let scale = 1.0 / f32::from(u16::try_from(from).unwrap()).sqrt();
        let values: Vec<f32> = (0..from * to).map(|_| random.normal() * scale).collect();
        let (type_id, data) = match self.kind {
            TensorKind::F32 => (0, f32_bytes(&values)),
            TensorKind::Q8_0 => (8, values.chunks(32).flat_map(q8_0_block).collect()),
        };
        Tensor {
            name,
            dimensions: vec![from, to],
            type_id,
            data,
        }
    }
}

fn tokenizer_metadata(
    tokens: Vec<String>,
    types: Vec<i32>,
    merges: Vec<String>,
) -> Vec<(String, Value)> {
    let special = |name: &str| {
        let id = tokens.iter().position(|token| token == name).unwrap();
        Value::U32(u32::try_from(id).unwrap())
    };
    let (end, pad) = (special("<|im_end|>"), special("<|endoftext|>"));
    let text = |text: &str| Value::Text(text.to_owned());
    [
        ("tokenizer.ggml.model", text("gpt2")),
        ("tokenizer.ggml.pre", text("qwen2")),
        ("tokenizer.ggml.tokens", Value::Texts(tokens)),
        ("tokenizer.ggml.token_type", Value::I32s(types)),
        ("tokenizer.ggml.merges", Value::Texts(merges)),
        ("tokenizer.ggml.eos_token_id", end),
        ("tokenizer.ggml.padding_token_id", pad),
        ("tokenizer.ggml.add_bos_token", Value::Bool(false)),
        ("tokenizer.chat_template", text(CHAT_TEMPLATE)),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

fn ones(name: String, length: usize) -> Tensor {
    Tensor {
        name,
        dimensions: vec![length],
        type_id: 0,
        data: f32_bytes(&vec![1.0; length]),
    }
}

fn f32_bytes(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// ggml's `block_q8_0`: a scale as F16, then 32 signed bytes.
#[allow(
    clippy::cast_possible_truncation,
    reason = "rounded and within -127..=127"
)]
fn q8_0_block(values: &[f32]) -> Vec<u8> {
    let largest = values
        .iter()
        .fold(0.0_f32, |most, value| most.max(value.abs()));
    let scale = largest / 127.0;
    let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
    let quantised = values
        .iter()
        .map(|value| ((value * inverse).round() as i8).cast_unsigned());
    f16_bits(scale)
        .to_le_bytes()
        .into_iter()
        .chain(quantised)
        .collect()
}

/// A small non-negative number as IEEE 754 binary16, rounded to nearest; below its normal range it becomes zero.
fn f16_bits(value: f32) -> u16 {
    const SMALLEST_NORMAL: f32 = 6.103_515_6e-5;
    if value < SMALLEST_NORMAL {
        return 0;
    }
    // The exponent's bias changes from 127 to 15 and 13 bits of the fraction go; a carry runs into the exponent.
    let rounded = value.to_bits() + (1 << 12);
    u16::try_from((rounded >> 13) - ((127 - 15) << 10)).unwrap()
}

/// `SplitMix64` (Steele, Lea and Flood 2014): the same numbers on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Close to a standard normal: four uniform 16-bit numbers added (Irwin-Hall, variance 4/12), centred and scaled.
    fn normal(&mut self) -> f32 {
        let parts = self.next().to_le_bytes();
        let uniform = |two: &[u8]| f32::from(u16::from_le_bytes([two[0], two[1]])) / 65_536.0;
        let total: f32 = parts.chunks(2).map(uniform).sum();
        (total - 2.0) * 3.0_f32.sqrt()
    }
}
