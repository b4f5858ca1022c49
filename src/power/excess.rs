//! Whether the card draws more than it was told: the plain sign that a setting was taken and ignored.

use std::time::Duration;

use super::actuator::Effect;
use crate::gpu::Sample;

/// Watts above the wish that regulation and averaging may take.
pub const SLACK_W: f64 = 8.0;
/// How long it may stay above before that is called ignoring.
const PATIENCE: Duration = Duration::from_secs(10);

/// Watches the draw against one wish.
#[derive(Debug, Default)]
pub struct Excess {
    wish: Option<f64>,
    /// Since when the draw is above, and how much it is.
    above: Option<(Duration, f64)>,
    seen: Option<Duration>,
    within: bool,
}

impl Excess {
    /// A wish; watching begins anew unless it is the same as before.
    pub fn wish(&mut self, watts: f64) {
        if self.wish.is_none_or(|wish| (wish - watts).abs() > 0.5) {
            *self = Self {
                wish: Some(watts),
                ..Self::default()
            };
        }
    }

    /// A sample; one without a fresh draw says nothing.
    pub fn observe(&mut self, sample: &Sample, now: Duration) {
        let (Some(wish), Some(drawn)) = (self.wish, sample.power_w.fresh()) else {
            return;
        };
        self.seen = Some(now);
        if drawn > wish + SLACK_W {
            let since = self.above.map_or(now, |(since, _)| since);
            self.above = Some((since, drawn));
        } else {
            self.above = None;
            // Only a loaded card shows that it is held.
            self.within = sample.busy_percent.fresh().is_some_and(|busy| busy >= 50);
        }
    }

    /// What was seen so far.
    #[must_use]
    pub fn effect(&self) -> Effect {
        match (self.wish, self.above, self.seen) {
            (Some(wish), Some((since, drawn)), Some(seen)) if seen - since >= PATIENCE => {
                Effect::Ignored(format!("the card was told {wish:.0} W and draws {drawn:.0} W"))
            }
            (_, None, Some(_)) if self.within => Effect::InForce,
            _ => Effect::Unknown,
        }
    }
}
