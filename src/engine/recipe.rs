//! Which tensors a Qwen3 file holds and how each is stored, by its shape and the name of its quantisation, without the file.
//!
//! The mixtures are those of llama.cpp's `llama-quantize` (`llama_tensor_get_type`), and tests hold them against published
//! file sizes.

use std::str::FromStr;

use serde::Deserialize;

use super::blueprint::{Blueprint, EMBEDDING, OUTPUT, Piece};
use super::gguf::{Experts, TensorType};

/// The numbers that give a model its shape, as a card states them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// Transformer layers.
    pub layers: u64,
    /// Width of the residual stream.
    pub hidden: u64,
    /// Query heads of a layer.
    pub heads: u64,
    /// Key and value heads of a layer.
    pub kv_heads: u64,
    /// Dimensions of a head.
    pub head_length: u64,
    /// Inner width of a layer's feed-forward part, or of one expert.
    pub feed_forward: u64,
    /// Tokens of the vocabulary.
    pub vocabulary: u64,
    /// Tokens the file itself says it was made for.
    pub file_context: u64,
    /// Whether the embedding serves as the output matrix.
    pub tied: bool,
    /// Experts of a layer; a dense model has none.
    pub experts: Option<u64>,
    /// Experts that read each token.
    pub experts_used: Option<u64>,
}

/// A quantisation by its name in file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quant {
    /// All matrices alike.
    Plain(TensorType),
    /// `Q2_K`.
    Two,
    /// `Q3_K_M`.
    Three,
    /// `Q4_K_M` or `Q5_K_M`: mostly the type named, with `Q6_K` where it matters most.
    Mixed(TensorType),
}

impl FromStr for Quant {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Ok(match name {
            "F32" => Self::Plain(TensorType::F32),
            "F16" => Self::Plain(TensorType::F16),
            "BF16" => Self::Plain(TensorType::BF16),
            "Q8_0" => Self::Plain(TensorType::Q8_0),
            "Q6_K" => Self::Plain(TensorType::Q6_K),
            "Q5_K_M" => Self::Mixed(TensorType::Q5_K),
            "Q4_K_M" => Self::Mixed(TensorType::Q4_K),
            "Q3_K_M" => Self::Three,
            "Q2_K" => Self::Two,
            _ => return Err(()),
        })
    }
}

/// What a matrix does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Embedding,
    Output,
    Value,
    AttentionOutput,
    Down,
    /// Query, key, gate and up.
    Other,
}

impl Quant {
    fn kind(self, role: Role, layer: u64, shape: &Shape) -> TensorType {
        // An embedding that serves as output matrix is stored as one.
        let is_output = role == Role::Output || (role == Role::Embedding && shape.tied);
        match self {
            Self::Plain(kind) => kind,
            _ if is_output => TensorType::Q6_K,
            Self::Mixed(kind) => match role {
                Role::Value | Role::Down if matters(layer, shape.layers) => TensorType::Q6_K,
                _ => kind,
            },
            Self::Three => match role {
                Role::Value if layer < 2 => TensorType::Q5_K,
                Role::Down if layer < shape.layers / 16 => TensorType::Q5_K,
                Role::Value | Role::Down | Role::AttentionOutput => TensorType::Q4_K,
                _ => TensorType::Q3_K,
            },
            Self::Two => match role {
                Role::Value if shape.heads / shape.kv_heads.max(1) >= 4 => TensorType::Q4_K,
                Role::Value | Role::Down | Role::AttentionOutput => TensorType::Q3_K,
                _ => TensorType::Q2_K,
            },
        }
    }
}

/// The first and last eighth of the layers, and every third between (`use_more_bits`).
fn matters(layer: u64, layers: u64) -> bool {
    let eighth = layers / 8;
    layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2
}

impl Shape {
    /// The model of this shape in that quantisation; none where the quantisation is unknown here, or does not divide the
    /// matrices' rows.
    #[must_use]
    pub fn blueprint(&self, quant: &str) -> Option<Blueprint> {
        let quant: Quant = quant.parse().ok()?;
        let experts = self.experts.map(|count| Experts {
            count,
            used: self.experts_used.unwrap_or(count),
            feed_forward: self.feed_forward,
        });
        Some(Blueprint {
            context: self.file_context,
            layers: self.layers,
            heads: self.heads,
            kv_heads: self.kv_heads,
            head_length: self.head_length,
            hidden: self.hidden,
            feed_forward: if experts.is_some() {
                0
            } else {
                self.feed_forward
            },
            vocabulary: self.vocabulary,
            experts,
            pieces: self.pieces(quant)?,
        })
    }

    fn pieces(&self, quant: Quant) -> Option<Vec<Piece>> {
        let embeddings = self.vocabulary * self.hidden;
        let mut pieces = vec![norm("output_norm.weight".to_owned(), self.hidden)];
        let mut add = |name: String, elements: u64, row: u64, role, layer| {
            let kind = quant.kind(role, layer, self);
            // Blocks never reach over the end of a row.
            kind.bytes_of(row)?;
            pieces.push(Piece {
                name,
                elements,
                bytes: kind.bytes_of(elements)?,
                kind,
            });
            Some(())
        };
        add(
            EMBEDDING.to_owned(),
            embeddings,
            self.hidden,
            Role::Embedding,
            0,
        )?;
        if !self.tied {
            add(OUTPUT.to_owned(), embeddings, self.hidden, Role::Output, 0)?;
        }
        for layer in 0..self.layers {
            for (name, elements, row, role) in self.matrices() {
                add(
                    format!("blk.{layer}.{name}.weight"),
                    elements,
                    row,
                    role,
                    layer,
                )?;
            }
        }
        for layer in 0..self.layers {
            let norms = self.floats().into_iter();
            pieces.extend(
                norms.map(|(name, elements)| norm(format!("blk.{layer}.{name}.weight"), elements)),
            );
        }
        Some(pieces)
    }

    /// Name, numbers, numbers of a row and role of each matrix of a layer.
    fn matrices(&self) -> [(&'static str, u64, u64, Role); 7] {
        let queries = self.heads * self.head_length;
        let keys = self.hidden * self.kv_heads * self.head_length;
        let inner = self.hidden * self.feed_forward * self.experts.unwrap_or(1);
        let [gate, up, down] = match self.experts {
            Some(_) => ["ffn_gate_exps", "ffn_up_exps", "ffn_down_exps"],
            None => ["ffn_gate", "ffn_up", "ffn_down"],
        };
        [
            ("attn_q", self.hidden * queries, self.hidden, Role::Other),
            ("attn_k", keys, self.hidden, Role::Other),
            ("attn_v", keys, self.hidden, Role::Value),
            (
                "attn_output",
                self.hidden * queries,
                queries,
                Role::AttentionOutput,
            ),
            (gate, inner, self.hidden, Role::Other),
            (up, inner, self.hidden, Role::Other),
            (down, inner, self.feed_forward, Role::Down),
        ]
    }

    /// What a layer holds as plain floats: norms, and the router of a mixture.
    fn floats(&self) -> Vec<(&'static str, u64)> {
        let mut floats = vec![
            ("attn_norm", self.hidden),
            ("ffn_norm", self.hidden),
            ("attn_q_norm", self.head_length),
            ("attn_k_norm", self.head_length),
        ];
        floats.extend(
            self.experts
                .map(|count| ("ffn_gate_inp", self.hidden * count)),
        );
        floats
    }
}

fn norm(name: String, elements: u64) -> Piece {
    Piece {
        name,
        elements,
        bytes: elements * 4,
        kind: TensorType::F32,
    }
}
