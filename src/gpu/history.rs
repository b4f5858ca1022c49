//! What the card did lately: one bucket a second, as many as are kept, the oldest forgotten first.

use std::collections::VecDeque;
use std::time::Duration;

use super::Sample;

/// One second. What was not read in it is not known; nothing is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bucket {
    /// Which second, since the program began.
    pub second: u64,
    /// Highest temperature in degrees Celsius.
    pub temp_c: Option<f64>,
    /// Mean power in watts.
    pub power_w: Option<f64>,
    /// Mean percent of the time in which something ran.
    pub busy_percent: Option<f64>,
    /// Mean clock of the multiprocessors in MHz.
    pub sm_mhz: Option<f64>,
    /// Readings in the means.
    counts: [u32; 3],
}

/// The last seconds.
#[derive(Debug, Clone)]
pub struct History {
    buckets: VecDeque<Bucket>,
    most: usize,
}

impl History {
    /// Keeps so many seconds.
    #[must_use]
    pub fn new(seconds: usize) -> Self {
        Self {
            buckets: VecDeque::with_capacity(seconds),
            most: seconds.max(1),
        }
    }

    /// Takes a sample in; one older than the newest second is left out.
    pub fn add(&mut self, sample: &Sample) {
        let second = sample.at.as_secs();
        match self.buckets.back() {
            Some(newest) if second < newest.second => return,
            Some(newest) if second == newest.second => {}
            _ => {
                if self.buckets.len() == self.most {
                    self.buckets.pop_front();
                }
                self.buckets.push_back(Bucket {
                    second,
                    ..Bucket::default()
                });
            }
        }
        if let Some(bucket) = self.buckets.back_mut() {
            bucket.add(sample);
        }
    }

    /// The last so many seconds until `now`, oldest first; a second without a sample is None.
    #[must_use]
    pub fn last(&self, now: Duration, seconds: usize) -> Vec<Option<Bucket>> {
        let end = now.as_secs() + 1;
        let start = end.saturating_sub(seconds as u64);
        let mut found = vec![None; usize::try_from(end - start).unwrap_or_default()];
        for bucket in &self.buckets {
            let place = bucket.second.checked_sub(start);
            let place = place.and_then(|place| found.get_mut(usize::try_from(place).ok()?));
            if let Some(place) = place {
                *place = Some(*bucket);
            }
        }
        found
    }

    /// Seconds kept now.
    #[must_use]
    pub fn len(&self) -> usize {
        self.buckets.len()
    }

    /// Whether nothing was kept yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }
}

impl Bucket {
    fn add(&mut self, sample: &Sample) {
        if let Some(temp) = sample.temp_c.fresh() {
            self.temp_c = Some(self.temp_c.map_or(temp, |most| most.max(temp)));
        }
        let [power, busy, clock] = &mut self.counts;
        average(&mut self.power_w, power, sample.power_w.fresh());
        let percent = sample.busy_percent.fresh().map(f64::from);
        average(&mut self.busy_percent, busy, percent);
        average(
            &mut self.sm_mhz,
            clock,
            sample.sm_mhz.fresh().map(f64::from),
        );
    }
}

/// Takes one more value into a mean of `count`.
fn average(mean: &mut Option<f64>, count: &mut u32, value: Option<f64>) {
    if let Some(value) = value {
        *count += 1;
        let before = mean.unwrap_or(value);
        *mean = Some(before + (value - before) / f64::from(*count));
    }
}
