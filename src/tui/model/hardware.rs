//! The card, what it did lately, and when something was done about it.

use std::collections::VecDeque;
use std::time::Duration;

use super::work::Work;
use crate::event::GpuNow;

/// Seconds that are kept.
const KEPT: usize = 600;
/// A reading that follows so soon belongs to the same second.
const SAME: Duration = Duration::from_millis(500);

/// Something that happened, as it is marked on a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The watts that are asked for were raised.
    Raised,
    /// They were lowered.
    Lowered,
    /// A guard began or ended, or the card's own protection against heat did.
    Guard,
}

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
    /// What was done about the watts.
    pub watts: Option<Mark>,
    /// What was done about the heat.
    pub heat: Option<Mark>,
}

/// The card.
#[derive(Debug, Clone, Default)]
pub struct Hardware {
    /// The newest readings.
    pub now: Option<GpuNow>,
    /// The last seconds, the oldest first.
    pub seconds: VecDeque<Second>,
    /// When the newest second began.
    since: Duration,
    /// Joules that were drawn while pages were read.
    drawn_j: f64,
    /// Pages that were finished meanwhile, and before the first reading.
    pages: (u64, u64),
    was_busy: bool,
}

impl Hardware {
    /// Takes a reading; true when it is another than the last one.
    pub fn take(&mut self, now: GpuNow, work: &Work, at: Duration) -> bool {
        let second = self.second(&now);
        let is_same = at.saturating_sub(self.since) < SAME;
        if let Some(last) = self.seconds.back_mut().filter(|_| is_same) {
            *last = Second {
                watts: second.watts.or(last.watts),
                heat: second.heat.or(last.heat),
                ..second
            };
        } else {
            if self.seconds.len() == KEPT {
                self.seconds.pop_front();
            }
            self.seconds.push_back(second);
            self.since = at;
        }
        self.count(&now, work);
        let changed = self.now.as_ref() != Some(&now);
        self.now = Some(now);
        changed
    }

    /// Counts joules from one reading to the next, if a page was being read at one of them or finished between.
    fn count(&mut self, now: &GpuNow, work: &Work) {
        let Some(before) = self.now.as_ref() else {
            self.pages = (work.finished, work.finished);
            return;
        };
        let is_busy = !work.running.is_empty();
        let is_work = is_busy || self.was_busy || work.finished > self.pages.0;
        self.was_busy = is_busy;
        self.pages.0 = work.finished;
        if let (true, Some(first), Some(last)) = (is_work, before.energy_j, now.energy_j) {
            self.drawn_j += (last - first).max(0.0);
        }
    }

    fn second(&self, now: &GpuNow) -> Second {
        let is_known = now.stale_s.is_none() && now.why.is_none();
        let known = |value: Option<f64>| value.filter(|_| is_known);
        let memory = now.memory_used_mib.zip(now.memory_total_mib);
        #[allow(clippy::cast_precision_loss)] // MiB of a card
        let memory = memory.map(|(used, total)| 100.0 * used as f64 / total.max(1) as f64);
        let before = self.now.as_ref();
        Second {
            temp_c: known(now.temp_c),
            power_w: known(now.power_w),
            busy: known(now.busy_percent.map(f64::from)),
            memory: known(memory),
            watts: before.and_then(|before| turn(before, now)),
            heat: before.and_then(|before| guarded(before, now)),
        }
    }

    /// Joules the card drew for each page since the console began, while pages were read.
    #[must_use]
    pub fn joules_per_page(&self) -> Option<f64> {
        let (finished, before) = self.pages;
        let pages = u32::try_from(finished.checked_sub(before)?).ok()?;
        (pages > 0 && self.drawn_j > 0.0).then(|| self.drawn_j / f64::from(pages))
    }
}

/// Whether other watts are asked for than before.
fn turn(before: &GpuNow, now: &GpuNow) -> Option<Mark> {
    match (before.requested_w, now.requested_w) {
        (Some(before), Some(now)) if now > before => Some(Mark::Raised),
        (Some(before), Some(now)) if now < before => Some(Mark::Lowered),
        (Some(_), None) => Some(Mark::Raised),
        (None, Some(_)) => Some(Mark::Lowered),
        _ => None,
    }
}

/// Whether something else protects the card from heat than before.
fn guarded(before: &GpuNow, now: &GpuNow) -> Option<Mark> {
    let is_hot = |now: &GpuNow| now.throttle.iter().any(|word| word.ends_with("thermal"));
    let is_other = before.kept.guard != now.kept.guard || is_hot(before) != is_hot(now);
    is_other.then_some(Mark::Guard)
}
