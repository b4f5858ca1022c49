//! What a card is asked to do: phases of work with the watts they would draw and what watts buy them.
//!
//! The rates follow published power sweeps in shape only: prefill slows down gently with every watt less, decode waits
//! for memory and does not notice until it falls off a cliff.

use super::plant::{FULL_W, IDLE_W};

/// Watts decode draws if nothing holds it; it waits for memory.
const DECODE_W: f64 = 113.0;
/// Watts below which decode slows down.
const CLIFF_W: f64 = 100.0;

/// What a model does at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing.
    Idle,
    /// It reads a prompt.
    Prefill,
    /// It writes an answer.
    Decode,
}

impl Phase {
    /// Watts it draws if nothing holds it.
    #[must_use]
    pub fn demand_w(self) -> f64 {
        match self {
            Self::Idle => IDLE_W,
            Self::Prefill => FULL_W,
            Self::Decode => DECODE_W,
        }
    }

    /// Its speed at so many watts, as a share of the speed with all it wants; `None` where there is nothing to do.
    #[must_use]
    pub fn speed(self, watts: f64) -> Option<f64> {
        match self {
            Self::Idle => None,
            Self::Prefill => Some((watts.clamp(IDLE_W, FULL_W) / FULL_W).powf(0.6)),
            Self::Decode if watts >= CLIFF_W => Some(1.0),
            Self::Decode => Some((watts.max(0.0) / CLIFF_W).powf(1.4)),
        }
    }
}

/// A day's work of one kind, repeated without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// Prefill without a pause: the hottest there is.
    Constant,
    /// A person asks, reads the answer and asks again: 6 s prefill, 54 s decode, 30 s nothing.
    Chat,
    /// Four minutes of prefill, three of nothing.
    Burst,
    /// Postings one after the other: 7 s prefill, 13 s decode.
    Batch,
    /// An answer without an end: for measuring, not a day's work.
    Decode,
}

impl Workload {
    /// The four that a governor has to serve, by name.
    pub const NAMED: [(&'static str, Self); 4] = [
        ("constant", Self::Constant),
        ("chat", Self::Chat),
        ("burst", Self::Burst),
        ("batch", Self::Batch),
    ];

    /// What is done so many seconds after the beginning.
    #[must_use]
    pub fn phase(self, seconds: f64) -> Phase {
        let phases: &[(f64, Phase)] = match self {
            Self::Constant => &[(1.0, Phase::Prefill)],
            Self::Chat => &[
                (6.0, Phase::Prefill),
                (54.0, Phase::Decode),
                (30.0, Phase::Idle),
            ],
            Self::Burst => &[(240.0, Phase::Prefill), (180.0, Phase::Idle)],
            Self::Batch => &[(7.0, Phase::Prefill), (13.0, Phase::Decode)],
            Self::Decode => &[(1.0, Phase::Decode)],
        };
        let round: f64 = phases.iter().map(|(length, _)| length).sum();
        let mut left = seconds.rem_euclid(round);
        for (length, phase) in phases {
            if left < *length {
                return *phase;
            }
            left -= length;
        }
        Phase::Idle
    }
}
