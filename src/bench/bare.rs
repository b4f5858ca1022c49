//! The engine without smelt around it, at the same work: what smelt is measured against.

use serde::Serialize;

use super::row::number;
use crate::cli::FillerArgs;
use crate::engine::bare::{Round, Work, measure};
use crate::engine::select::Weights;
use crate::engine::supervisor::Load;

/// Of all sequences together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Bare {
    pub(super) prefill_tokens_s: f64,
    pub(super) decode_tokens_s: f64,
}

impl Bare {
    /// Measures so many sequences; a process of its own loads the model for it.
    ///
    /// # Errors
    /// What that process said.
    pub(super) fn measure(
        weights: &Weights,
        filler: FillerArgs,
        width: usize,
        rounds: u16,
    ) -> Result<Self, String> {
        let load = Load {
            cohort: width,
            ..weights.load
        };
        let work = Work {
            prompt_tokens: filler.prompt_tokens as usize,
            answer_tokens: filler.out as usize,
            rounds: usize::from(rounds),
        };
        let rounds = measure(&weights.path, load, weights.unpacks, work)?;
        Ok(Self::of(&rounds, work, width))
    }

    /// The first token of each answer comes with the prompt, as in smelt's own figures.
    fn of(rounds: &[Round], work: Work, width: usize) -> Self {
        let sequences = number(width * rounds.len());
        let sum = |of: fn(&Round) -> f64| rounds.iter().map(of).sum::<f64>();
        Self {
            prefill_tokens_s: sequences * number(work.prompt_tokens) / sum(|round| round.prefill_s),
            decode_tokens_s: sequences * number(work.answer_tokens.saturating_sub(1))
                / sum(|round| round.decode_s),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_all_sequences_and_rounds_by_the_time_of_all_rounds() {
        let work = Work {
            prompt_tokens: 800,
            answer_tokens: 101,
            rounds: 2,
        };
        let round = |prefill_s, decode_s| Round {
            prefill_s,
            decode_s,
        };
        let bare = Bare::of(&[round(0.5, 1.0), round(1.5, 3.0)], work, 4);
        assert!((bare.prefill_tokens_s - 3200.0).abs() < 1e-6);
        assert!((bare.decode_tokens_s - 200.0).abs() < 1e-6);
    }
}
