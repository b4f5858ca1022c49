//! Bytes of weights that are read to write one token: memory bandwidth divided by them is the most tokens a second.

use super::blueprint::Blueprint;
use super::memory::{Target, unpacks};

const F32_BYTES: u64 = 4;

/// Quantised tensors count as they lie in the file, unless they are unpacked while they load.
#[must_use]
pub fn bytes(model: &Blueprint, target: Target) -> u64 {
    let is_packed = !unpacks(model, target);
    model.read_per_token(|piece| {
        if is_packed && piece.kind.is_quantised() {
            piece.bytes
        } else {
            piece.elements.saturating_mul(F32_BYTES)
        }
    })
}
