//! Bytes of weights that are read to write one token: memory bandwidth divided by them is the most tokens a second.

use super::gguf::Header;
use super::memory::{Target, unpacks};

const F32_BYTES: u64 = 4;

/// All tensors but an embedding of which one row is looked up; quantised ones as they lie in the file, unless they are
/// unpacked while they load.
#[must_use]
pub fn bytes(header: &Header, target: Target) -> u64 {
    let is_tied = header.tensor("output.weight").is_none();
    let is_packed = !unpacks(header, target);
    let read = header
        .tensors()
        .iter()
        .filter(|tensor| is_tied || tensor.name != "token_embd.weight")
        .map(|tensor| {
            if is_packed && tensor.kind.is_quantised() {
                tensor.bytes
            } else {
                tensor.elements.saturating_mul(F32_BYTES)
            }
        });
    read.sum()
}
