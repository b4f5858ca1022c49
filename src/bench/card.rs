//! The card beside a measurement: what it draws meanwhile, and what it is.

use std::time::Duration;

use crate::cli::MeasureArgs;
use crate::gpu::Which;
use crate::gpu::choice::Choice;
use crate::gpu::sampler::{EVERY, Sampler, Watch};

/// A first answer that takes longer is not waited for.
const FIRST: Duration = Duration::from_secs(3);

/// See the module; without a driver it knows nothing.
pub(super) struct Card {
    sampler: Option<Sampler>,
}

impl Card {
    /// Watches the card of the command line.
    ///
    /// # Errors
    /// When no such source of samples is known.
    pub(super) fn watch(arguments: &MeasureArgs) -> Result<Self, String> {
        let choice: Choice = arguments.gpu_source.parse()?;
        let which = arguments.gpu.as_deref().map(Which::of).unwrap_or_default();
        let speed = choice.speed;
        // A machine without a thread left measures its pages all the same.
        let sampler = Sampler::start_at(speed, EVERY, move || choice.open(which)).ok();
        if let Some(sampler) = &sampler
            && !sampler.wait_for_first(FIRST)
        {
            tracing::warn!("the driver does not answer: joules are counted from its first answer");
        }
        Ok(Self { sampler })
    }

    /// What counts its joules, for other threads to look at.
    pub(super) fn seen(&self) -> Option<&Watch> {
        self.sampler.as_deref()
    }

    /// As the driver names it; empty when unknown.
    pub(super) fn name(&self) -> String {
        self.seen()
            .map_or_else(String::new, |watch| watch.identity().name)
    }
}
