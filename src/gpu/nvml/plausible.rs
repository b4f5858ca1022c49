//! Readings that cannot be true are marked as such: nothing is decided on them, and nobody is shown 588 W on a laptop.

use std::time::Duration;

use crate::gpu::metric::IMPLAUSIBLE;
use crate::gpu::{Metric, Sample};

/// Degrees a die can have while it answers.
const DEGREES: std::ops::RangeInclusive<f64> = 1.0..=130.0;
/// A die does not cool by so much from one second to the next; a sensor that restarts seems to.
const DROP_C: f64 = 25.0;
const DROP_WITHIN: Duration = Duration::from_secs(1);
/// A drop that stays for so long was none.
const BELIEVED: Duration = Duration::from_secs(3);
/// Times the most the card can be set to, or where that is not known, watts no single card draws.
const MOST_TIMES: f64 = 2.0;
const MOST_W: f64 = 2000.0;
/// Power that is the same to the milliwatt for so long, while the load changed by so much, is not being measured.
const FROZEN: Duration = Duration::from_secs(60);
const CHANGED_PERCENT: u32 = 30;
const CHANGED_MHZ: u32 = 150;

/// What is remembered to judge the next sample by.
#[derive(Debug, Default)]
pub(super) struct Plausibility {
    temperature: Option<(Duration, f64)>,
    dropped_at: Option<Duration>,
    power: Option<Frozen>,
}

/// A power that has not moved, and the load meanwhile.
#[derive(Debug, Clone, Copy)]
struct Frozen {
    since: Duration,
    watts: f64,
    busy: (u32, u32),
    mhz: (u32, u32),
}

impl Plausibility {
    /// Marks what cannot be true.
    pub(super) fn check(&mut self, sample: &mut Sample) {
        if let Some(degrees) = sample.temp_c.fresh()
            && !self.believes_temperature(sample.at, degrees)
        {
            tracing::warn!("a temperature of {degrees} degrees is not believed");
            sample.temp_c = Metric::Error(IMPLAUSIBLE);
        }
        let most = sample
            .range_w
            .last()
            .map_or(MOST_W, |(_, most)| MOST_TIMES * most);
        for power in [&mut sample.power_w, &mut sample.power_now_w] {
            if power.fresh().is_some_and(|watts| watts > most) {
                *power = Metric::Error(IMPLAUSIBLE);
            }
        }
        if self.is_frozen(sample) {
            sample.power_w = Metric::Error(IMPLAUSIBLE);
        }
    }

    fn believes_temperature(&mut self, now: Duration, degrees: f64) -> bool {
        if !DEGREES.contains(&degrees) {
            return false;
        }
        let has_dropped = self.temperature.is_some_and(|(at, before)| {
            before - degrees > DROP_C
                && (self.dropped_at.is_some() || now.saturating_sub(at) <= DROP_WITHIN)
        });
        if has_dropped {
            let since = *self.dropped_at.get_or_insert(now);
            if now < since + BELIEVED {
                return false;
            }
        }
        self.dropped_at = None;
        self.temperature = Some((now, degrees));
        true
    }

    fn is_frozen(&mut self, sample: &Sample) -> bool {
        let Some(watts) = sample.power_w.fresh() else {
            return false;
        };
        let busy = sample.busy_percent.fresh().unwrap_or(0);
        let mhz = sample.sm_mhz.fresh().unwrap_or(0);
        let same = self
            .power
            .as_mut()
            .filter(|power| (power.watts - watts).abs() < 0.0005);
        let Some(frozen) = same else {
            self.power = Some(Frozen {
                since: sample.at,
                watts,
                busy: (busy, busy),
                mhz: (mhz, mhz),
            });
            return false;
        };
        frozen.busy = widen(frozen.busy, busy);
        frozen.mhz = widen(frozen.mhz, mhz);
        let load_changed = frozen.busy.1 - frozen.busy.0 >= CHANGED_PERCENT
            || frozen.mhz.1 - frozen.mhz.0 >= CHANGED_MHZ;
        load_changed && sample.at >= frozen.since + FROZEN
    }
}

fn widen((least, most): (u32, u32), value: u32) -> (u32, u32) {
    (least.min(value), most.max(value))
}
