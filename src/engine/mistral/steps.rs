//! What is done between two tokens: pausing, counting, letting the next prompt be read, and giving a recorded answer again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use mistralrs::{CustomLogitsProcessor, Tensor};

use crate::engine::cohort::Turn;
use crate::engine::lock;
use crate::pace::Pace;

/// Pauses the engine's own thread between two tokens. All sequences of a cohort share one: the first that comes pauses for
/// all, and the others find that no time has passed.
pub(super) struct Brake {
    pace: Pace,
    step: Mutex<Instant>,
}

impl Brake {
    pub(super) fn new(pace: &Pace) -> Self {
        Self {
            pace: pace.clone(),
            step: Mutex::new(Instant::now()),
        }
    }

    /// The first step, which reads the prompt, begins now.
    pub(super) fn begin(&self) {
        *lock(&self.step) = Instant::now();
    }

    fn pause(&self) {
        let mut step = lock(&self.step);
        self.pace.wait_after(step.elapsed());
        *step = Instant::now();
    }
}

/// One sequence's steps: a processor of logits is called once or twice a token, after the card has computed it and before
/// the next is begun.
pub(super) struct Steps {
    pub(super) brake: Arc<Brake>,
    /// Tokens of the prompt.
    pub(super) prompt: usize,
    /// Tokens of the answer so far.
    pub(super) answered: Arc<AtomicUsize>,
    /// What is answered instead of what the model would say, its end included.
    pub(super) replay: Option<Vec<u32>>,
    /// Until the prompt has been read.
    pub(super) turn: Mutex<Option<Turn>>,
}

impl CustomLogitsProcessor for Steps {
    fn apply(&self, logits: &Tensor, context: &[u32]) -> mistralrs::Result<Tensor> {
        let position = context.len().saturating_sub(self.prompt);
        self.answered.fetch_max(position + 1, Ordering::Relaxed);
        self.brake.pause();
        // The engine waits for this call, so that it has the next prompt before it writes on.
        let turn = lock(&self.turn).take();
        drop(turn);
        let forced = self.replay.as_ref().and_then(|replay| replay.get(position));
        match forced {
            Some(token) => only(*token, logits),
            None => Ok(logits.clone()),
        }
    }
}

/// Logits under which that token is the only possible one.
fn only(token: u32, logits: &Tensor) -> mistralrs::Result<Tensor> {
    let vocabulary = logits.elem_count();
    let mut forced = vec![f32::NEG_INFINITY; vocabulary];
    if let Some(logit) = forced.get_mut(token as usize) {
        *logit = 0.0;
    }
    Tensor::from_vec(forced, vocabulary, logits.device())
}
