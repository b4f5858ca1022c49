//! A stand-in for libnvidia-ml.so.1: the real driver wrapper loads it, and a simulated card answers.
//!
//! Built by `cargo test`, or alone by `cargo build --example fake_nvml`. Give its path in `SMELT_NVML_LIB`. Settings come
//! from the environment (`FAKE_NVML_PROFILE=rtx4090-laptop`) or, winning over it, from lines `profile=...` in a file
//! named like the library with `.conf` appended, which is read again at every call:
//!
//! | setting | meaning |
//! |---|---|
//! | `profile` | which card: see `personality.rs` |
//! | `time_scale` | simulated seconds in one of the clock on the wall; default 1 |
//! | `clock` | the simulated second it is now, instead of a running clock |
//! | `demand` | what runs: `idle`, `decode`, `prefill`, or watts; default `idle` |
//! | `supply` | `mains`, `battery`, `undersized` |
//! | `memory_used_mib` | memory in use; default: what `demand` needs |
//! | `fail` | a call that fails with 999 |
//! | `slow` | calls that wait for the card, each with its milliseconds: `nvmlDeviceGetTotalEnergyConsumption:3,...` |
//! | `log` | a file that gets one line for each call: `name(arguments)=code` |
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

mod abi;
mod card;
mod exports;
mod newer;
mod personality;
#[path = "../../src/gpu/simulated/plant.rs"]
#[allow(dead_code, reason = "the console uses the rest of it")]
mod plant;
mod settings;

/// Who it is unless a setting says otherwise.
const DEFAULT_PROFILE: &str = "rtx4090-laptop";
