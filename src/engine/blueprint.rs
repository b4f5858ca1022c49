//! A model's measures as far as memory and speed depend on them: read from a file's header, or from a card without the file.

use super::gguf::{Experts, Header, TensorType};

/// The embedding's name in every file.
pub const EMBEDDING: &str = "token_embd.weight";
/// The output matrix; absent where the embedding serves as one.
pub const OUTPUT: &str = "output.weight";

/// What a model consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blueprint {
    /// Tokens the model was made for, prompt and answer together; its rotary tables are as long.
    pub context: u64,
    /// Transformer layers.
    pub layers: u64,
    /// Query heads of a layer.
    pub heads: u64,
    /// Key and value heads of a layer.
    pub kv_heads: u64,
    /// Dimensions of a head.
    pub head_length: u64,
    /// Width of the residual stream.
    pub hidden: u64,
    /// Inner width of a dense layer's feed-forward part; 0 in a mixture.
    pub feed_forward: u64,
    /// Tokens of the vocabulary.
    pub vocabulary: u64,
    /// The experts of a mixture.
    pub experts: Option<Experts>,
    /// All tensors.
    pub pieces: Vec<Piece>,
}

/// One tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// As in the file.
    pub name: String,
    /// Numbers in it.
    pub elements: u64,
    /// Bytes in the file.
    pub bytes: u64,
    /// How they are stored.
    pub kind: TensorType,
}

impl From<&Header> for Blueprint {
    fn from(header: &Header) -> Self {
        let feed_forward = header
            .tensor("blk.0.ffn_gate.weight")
            .and_then(|tensor| tensor.dimensions.last());
        let pieces = header.tensors().iter().map(|tensor| Piece {
            name: tensor.name.clone(),
            elements: tensor.elements,
            bytes: tensor.bytes,
            kind: tensor.kind,
        });
        Self {
            context: header.context_length() as u64,
            layers: header.block_count() as u64,
            heads: header.head_count() as u64,
            kv_heads: header.head_count_kv() as u64,
            head_length: header.key_length() as u64,
            hidden: header.embedding_length() as u64,
            feed_forward: feed_forward.copied().unwrap_or(0),
            vocabulary: header.vocab_size() as u64,
            experts: header.experts(),
            pieces: pieces.collect(),
        }
    }
}

impl Blueprint {
    /// The tensor of that name.
    #[must_use]
    pub fn piece(&self, name: &str) -> Option<&Piece> {
        self.pieces.iter().find(|piece| piece.name == name)
    }

    /// Whether the embedding serves as the output matrix.
    #[must_use]
    pub fn is_tied(&self) -> bool {
        self.piece(OUTPUT).is_none()
    }

    /// Bytes of all tensors.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.bytes).sum()
    }

    /// Numbers of all tensors; an embedding that serves as output matrix counts once.
    #[must_use]
    pub fn parameters(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.elements).sum()
    }

    /// Bytes of weights the card reads for one token of one sequence. The memory's bandwidth divided by it is the most tokens
    /// a second that one sequence can have.
    #[must_use]
    pub fn bytes_read_per_token(&self) -> u64 {
        self.read_per_token(|piece| piece.bytes)
    }

    /// Weights, as numbers, that take part in one token.
    #[must_use]
    pub fn parameters_read_per_token(&self) -> u64 {
        self.read_per_token(|piece| piece.elements)
    }

    /// What is read for one token, in whatever measure: all but the embedding, of which one row is looked up, and of a
    /// mixture the experts that are used.
    pub(super) fn read_per_token(&self, amount: impl Fn(&Piece) -> u64) -> u64 {
        let share = |piece: &Piece| match self.experts {
            _ if piece.name == EMBEDDING && !self.is_tied() => 0,
            Some(experts) if piece.name.contains("_exps.") => {
                amount(piece) / experts.count.max(1) * experts.used
            }
            _ => amount(piece),
        };
        self.pieces.iter().map(share).sum()
    }
}
