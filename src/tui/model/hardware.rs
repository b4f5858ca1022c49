//! The card, and what it did lately.

use std::collections::VecDeque;

use crate::event::GpuNow;

/// Seconds that are kept.
const KEPT: usize = 600;

/// One second's readings.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Second {
    /// Degrees Celsius.
    pub temp_c: Option<f64>,
    /// Watts.
    pub power_w: Option<f64>,
    /// Percent.
    pub busy: Option<f64>,
    /// Percent of the card's memory.
    pub memory: Option<f64>,
}

/// The card.
#[derive(Debug, Clone, Default)]
pub struct Hardware {
    /// The newest readings.
    pub now: Option<GpuNow>,
    /// The last seconds, the oldest first.
    pub seconds: VecDeque<Second>,
    /// Joules at the first reading, and pages finished then.
    first: Option<(f64, u64)>,
}

impl Hardware {
    /// Takes a reading; true when it is another than the last one.
    pub fn take(&mut self, now: GpuNow, finished: u64) -> bool {
        let is_known = now.stale_s.is_none() && now.why.is_none();
        let known = |value: Option<f64>| value.filter(|_| is_known);
        let memory = now.memory_used_mib.zip(now.memory_total_mib);
        #[allow(clippy::cast_precision_loss)] // MiB of a card
        let memory = memory.map(|(used, total)| 100.0 * used as f64 / total.max(1) as f64);
        if self.seconds.len() == KEPT {
            self.seconds.pop_front();
        }
        self.seconds.push_back(Second {
            temp_c: known(now.temp_c),
            power_w: known(now.power_w),
            busy: known(now.busy_percent.map(f64::from)),
            memory: known(memory),
        });
        if let (None, Some(energy)) = (self.first, now.energy_j) {
            self.first = Some((energy, finished));
        }
        let changed = self.now.as_ref() != Some(&now);
        self.now = Some(now);
        changed
    }

    /// Joules the card drew for each page since the console began.
    #[must_use]
    pub fn joules_per_page(&self, finished: u64) -> Option<f64> {
        let (energy, before) = self.first?;
        let drawn = self.now.as_ref()?.energy_j? - energy;
        let pages = u32::try_from(finished.checked_sub(before)?).ok()?;
        (pages > 0 && drawn > 0.0).then(|| drawn / f64::from(pages))
    }
}
