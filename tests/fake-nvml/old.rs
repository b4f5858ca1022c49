//! The stand-in as a driver of 2021 exports it: without the calls that came later.
#![allow(unsafe_code, non_snake_case)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "readings of a card are small and not negative"
)]
#![allow(
    clippy::panic,
    reason = "a wrong setting shall be seen, and no panic leaves the library"
)]
#![allow(dead_code, unused_imports, reason = "what only later calls need")]

mod abi;
mod card;
mod exports;
mod personality;
#[path = "../../src/gpu/simulated/plant.rs"]
#[allow(dead_code, reason = "the console uses the rest of it")]
mod plant;
mod settings;

/// Who it is unless a setting says otherwise.
const DEFAULT_PROFILE: &str = "old-driver";
