//! Joules the card has drawn while it was watched: its power added up, set right by its own counter wherever that speaks.
//!
//! The counter is exact and slow (a tenth of a second behind, and on some cards a call of milliseconds, so seldom asked);
//! the power is at hand with every sample and a few percent off. Together they give joules for a page that took a second.

use std::time::Duration;

use super::Sample;

/// A gap between samples longer than this is not filled with the power before it.
const GAP: Duration = Duration::from_secs(3);

/// See the module. The sum never falls.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    joules: f64,
    /// Joules added that the counter does not know of: paid back out of what comes.
    debt: f64,
    power: Option<(Duration, f64)>,
    counter: Option<Counter>,
    is_known: bool,
}

#[derive(Debug, Clone, Copy)]
struct Counter {
    reads: f64,
    /// Our sum when it did, debt taken off.
    sum: f64,
}

impl Meter {
    /// Takes a sample in; samples come in the order of their time.
    pub fn add(&mut self, sample: &Sample) {
        let now = sample.at;
        let watts = sample.power_now_w.fresh().or(sample.power_w.fresh());
        if let Some((then, before)) = self.power {
            let passed = now.saturating_sub(then);
            if passed <= GAP {
                let mean = watts.map_or(before, |watts| f64::midpoint(before, watts));
                self.grow(mean.max(0.0) * passed.as_secs_f64());
            }
        }
        self.power = watts.map(|watts| (now, watts));
        if let Some(reads) = sample.energy_j.fresh() {
            self.correct(reads);
        }
        self.is_known |= self.power.is_some() || self.counter.is_some();
    }

    /// Joules since the first sample, as far as can be told at this moment; `None` where nothing measures them.
    #[must_use]
    pub fn joules_at(&self, now: Duration) -> Option<f64> {
        let since = self.power.map_or(0.0, |(then, watts)| {
            watts.max(0.0) * now.saturating_sub(then).min(GAP).as_secs_f64()
        });
        self.is_known
            .then_some(self.joules + (since - self.debt).max(0.0))
    }

    fn correct(&mut self, reads: f64) {
        let sum = self.joules - self.debt;
        let Some(before) = self.counter else {
            self.counter = Some(Counter { reads, sum });
            return;
        };
        // A counter that stands still was not asked since; one that fell was started anew with its driver.
        if reads > before.reads {
            let missing = (reads - before.reads) - (sum - before.sum);
            if missing > 0.0 {
                self.grow(missing);
            } else {
                self.debt -= missing;
            }
        }
        if (reads - before.reads).abs() > f64::EPSILON {
            let sum = self.joules - self.debt;
            self.counter = Some(Counter { reads, sum });
        }
    }

    fn grow(&mut self, joules: f64) {
        let paid = self.debt.min(joules);
        self.debt -= paid;
        self.joules += joules - paid;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::Metric;
    use crate::gpu::sample::State;

    /// At so many seconds, with watts and counter as far as given.
    fn sample(at: f64, watts: Option<f64>, counter: Option<f64>) -> Sample {
        let metric = |value: Option<f64>| value.map_or(Metric::Unsupported, Metric::Value);
        Sample {
            power_w: metric(watts),
            energy_j: metric(counter),
            ..Sample::unknown(Duration::from_secs_f64(at), State::Healthy)
        }
    }

    fn near(one: Option<f64>, other: f64) -> bool {
        one.is_some_and(|one| (one - other).abs() < 1e-6)
    }

    #[test]
    fn nothing_measured_is_not_nothing_drawn() {
        let mut meter = Meter::default();
        meter.add(&sample(0.0, None, None));
        assert_eq!(meter.joules_at(Duration::from_secs(5)), None);
    }

    #[test]
    fn power_alone_is_added_up_and_goes_on_until_the_next_sample_but_not_over_a_gap() {
        let mut meter = Meter::default();
        meter.add(&sample(0.0, Some(100.0), None));
        meter.add(&sample(1.0, Some(100.0), None));
        assert!(near(meter.joules_at(Duration::from_millis(1500)), 150.0));
        assert!(near(meter.joules_at(Duration::from_mins(1)), 400.0));
        meter.add(&sample(60.0, Some(50.0), None));
        assert!(near(meter.joules_at(Duration::from_mins(1)), 100.0));
    }

    #[test]
    fn the_counter_has_the_last_word_however_seldom_it_speaks() {
        let mut meter = Meter::default();
        // The power reads a tenth too high for a minute, and the counter is asked every ten seconds.
        let mut last = 0.0;
        for quarter in 0..=240 {
            let at = f64::from(quarter) / 4.0;
            let counter = (quarter % 40 == 0).then_some(5000.0 + 100.0 * at);
            meter.add(&sample(at, Some(110.0), counter));
            let joules = meter.joules_at(Duration::from_secs_f64(at)).unwrap_or(0.0);
            assert!(joules >= last, "the sum fell from {last} to {joules}");
            last = joules;
        }
        // What the power had too much is paid back, but what was already said is not taken back.
        assert!((6000.0..=6100.0).contains(&last), "{last}");
    }

    #[test]
    fn a_counter_that_is_repeated_or_starts_anew_adds_nothing() {
        let mut meter = Meter::default();
        for (at, reads) in [
            (0.0, 700.0),
            (1.0, 700.0),
            (2.0, 750.0),
            (3.0, 10.0),
            (4.0, 30.0),
        ] {
            meter.add(&sample(at, None, Some(reads)));
        }
        assert!(near(meter.joules_at(Duration::from_secs(4)), 70.0));
    }
}
