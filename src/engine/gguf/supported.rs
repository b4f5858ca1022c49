//! Whether the engine can run a model, asked of its header before seconds are spent on loading it.
//!
//! The conditions are those of mistralrs-core 0.8.1: `models/quantized_qwen3.rs` and `models/quantized_qwen3_moe.rs` for
//! the keys and tensors, `gguf/gguf_tokenizer.rs` for the tokenizer, `gguf/content.rs` for split files. Some of them panic there.

use super::{GgufError, Header, SUPPORTED_ARCHITECTURES, Value};

/// Weights each layer must have.
const LAYER_TENSORS: [&str; 8] = [
    "attn_norm",
    "attn_q",
    "attn_k",
    "attn_v",
    "attn_q_norm",
    "attn_k_norm",
    "attn_output",
    "ffn_norm",
];
/// What a dense layer has beside them.
const DENSE_TENSORS: [&str; 3] = ["ffn_gate", "ffn_up", "ffn_down"];
/// What a layer of experts has beside them.
const EXPERT_TENSORS: [&str; 4] = [
    "ffn_gate_inp",
    "ffn_gate_exps",
    "ffn_up_exps",
    "ffn_down_exps",
];

impl Header {
    /// Checks that the engine can run this model.
    ///
    /// # Errors
    /// [`GgufError::Architecture`] for another family, [`GgufError::MissingKey`] for a key or tensor the engine
    /// needs, [`GgufError::BadValue`] for values that contradict each other or a part of a split file.
    pub fn check_supported(&self) -> Result<(), GgufError> {
        if !SUPPORTED_ARCHITECTURES.contains(&self.architecture.as_str()) {
            return Err(GgufError::architecture(&self.path, &self.architecture));
        }
        if let Some(Value::Unsigned(parts @ 2..)) = self.value("split.count") {
            let problem = format!("it is one of {parts} parts, merge them with llama-gguf-split");
            return Err(GgufError::bad(&self.path, "split.count", problem));
        }
        self.check_heads()?;
        self.check_tokenizer()?;
        self.check_tensors()
    }

    fn require(&self, key: &str) -> Result<&Value, GgufError> {
        self.value(key)
            .ok_or_else(|| GgufError::missing(&self.path, key))
    }

    fn check_heads(&self) -> Result<(), GgufError> {
        let key = |name: &str| format!("{}.attention.{name}", self.architecture);
        self.require(&key("layer_norm_rms_epsilon"))?;
        let shape = self.shape;
        if shape.key_length != shape.value_length {
            let problem = format!("{} is not key_length", shape.value_length);
            return Err(GgufError::bad(&self.path, &key("value_length"), problem));
        }
        if !shape.head_count.is_multiple_of(shape.head_count_kv) {
            let problem = format!("{} does not divide head_count", shape.head_count_kv);
            return Err(GgufError::bad(&self.path, &key("head_count_kv"), problem));
        }
        Ok(())
    }

    fn check_tokenizer(&self) -> Result<(), GgufError> {
        let model = self.require("tokenizer.ggml.model")?;
        if *model != Value::Text("gpt2".to_owned()) {
            let problem = format!("{model:?} is not the byte-level \"gpt2\"");
            return Err(GgufError::bad(&self.path, "tokenizer.ggml.model", problem));
        }
        self.require("tokenizer.ggml.merges")?;
        let key = "tokenizer.ggml.eos_token_id";
        self.require(key)?;
        match self.eos_token_id() {
            Some(id) if (id as usize) < self.vocab_size() => Ok(()),
            _ => Err(GgufError::bad(
                &self.path,
                key,
                "it is not in the vocabulary",
            )),
        }
    }

    fn check_tensors(&self) -> Result<(), GgufError> {
        let names: std::collections::BTreeSet<&str> = self
            .tensors
            .iter()
            .map(|tensor| tensor.name.as_str())
            .collect();
        let require = |name: &str| {
            if names.contains(name) {
                Ok(())
            } else {
                Err(GgufError::missing(&self.path, name))
            }
        };
        require("token_embd.weight")?;
        require("output_norm.weight")?;
        let feed_forward: &[&str] = match self.experts() {
            Some(_) => &EXPERT_TENSORS,
            None => &DENSE_TENSORS,
        };
        for layer in 0..self.block_count() {
            for tensor in LAYER_TENSORS.iter().chain(feed_forward) {
                require(&format!("blk.{layer}.{tensor}.weight"))?;
            }
        }
        let embedding = self.tensor("token_embd.weight");
        let expected = [self.embedding_length() as u64, self.vocab_size() as u64];
        match embedding {
            Some(tensor) if tensor.dimensions == expected => Ok(()),
            _ => {
                let problem = format!("its size is not embedding length x vocabulary {expected:?}");
                Err(GgufError::bad(&self.path, "token_embd.weight", problem))
            }
        }
    }
}
