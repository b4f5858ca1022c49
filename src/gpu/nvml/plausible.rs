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
const FROZEN: Duration = Duration::from_mins(1);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::sample::State;

    fn sample(at: f64, temp: f64, power: f64, busy: u32) -> Sample {
        Sample {
            temp_c: Metric::Value(temp),
            power_w: Metric::Value(power),
            busy_percent: Metric::Value(busy),
            range_w: Metric::Value((5.0, 175.0)),
            ..Sample::unknown(Duration::from_secs_f64(at), State::Healthy)
        }
    }

    #[test]
    fn a_temperature_no_die_has_is_not_believed() {
        let mut plausibility = Plausibility::default();
        for (at, temp, believed) in [
            (0.0, 0.0, false),
            (1.0, 255.0, false),
            (2.0, 20.0, true),
            (3.0, 90.0, true),
        ] {
            let mut sample = sample(at, temp, 50.0, 0);
            plausibility.check(&mut sample);
            assert_eq!(sample.temp_c.fresh().is_some(), believed, "{temp}");
        }
    }

    #[test]
    fn a_sudden_drop_is_believed_only_when_it_lasts() {
        let mut plausibility = Plausibility::default();
        let mut believes = |at: f64, temp: f64| {
            let mut sample = sample(at, temp, 50.0 + at, 0);
            plausibility.check(&mut sample);
            sample.temp_c.fresh() == Some(temp)
        };
        assert!(believes(0.0, 80.0));
        // A glitch, then back.
        assert!(!believes(0.25, 30.0));
        assert!(believes(0.5, 80.0));
        // As fast as the quickest die measured: 11 degrees in a second.
        assert!(believes(1.5, 69.0));
        // It stays low: after three seconds it is true.
        assert!(!believes(2.0, 30.0));
        assert!(!believes(4.75, 31.0));
        assert!(believes(5.0, 31.0));
        // Up is never doubted: it may be the truth, and is the safe side.
        assert!(believes(5.25, 95.0));
    }

    #[test]
    fn power_that_does_not_move_while_the_load_does_is_not_measured() {
        let mut plausibility = Plausibility::default();
        let mut believes = |at: u32, power: f64, busy: u32| {
            let mut sample = sample(f64::from(at), 60.0, power, busy);
            plausibility.check(&mut sample);
            sample.power_w.fresh().is_some()
        };
        for second in 0..200 {
            assert!(
                believes(second, 18.123, 0),
                "an idle card may be that steady"
            );
        }
        for second in 200..300 {
            assert!(!believes(second, 18.123, 97));
        }
        assert!(believes(300, 18.124, 97), "it moves again");
        for second in 301..360 {
            assert!(believes(second, 18.124, second % 100));
        }
        assert!(!believes(361, 18.124, 0));
    }
}
