//! Whether the temperature can be believed: it must be there, be a temperature, and move when the power does.

use std::time::Duration;

use super::since::Since;
use crate::gpu::Metric;

/// Without a reading for so long, the sensor counts as silent.
const SILENT: Duration = Duration::from_secs(3);
/// Readings in a row, for so long, before a sensor that was silent is believed again.
const SPEAKS: Duration = Duration::from_secs(5);
/// Weight of a new value in the mean power of about the last twenty seconds.
const SLOW: f64 = 0.05;
/// A change of that mean that must show as a degree at least: the best cooled laptop that is simulated moves by 1.7.
const MOVED_W: f64 = 20.0;
/// How long the reading must have stayed exactly the same.
const UNMOVED: Duration = Duration::from_mins(3);

/// Why there is no temperature to go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// No reading.
    Missing,
    /// The same reading, whatever the card draws.
    Stuck,
}

/// What is known about the sensor.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sensor {
    heard: Option<Duration>,
    speaks: Since,
    is_silent: bool,
    reading_c: Option<f64>,
    slow_w: Option<f64>,
    /// Least and most of the mean power since the reading last changed.
    range_w: (f64, f64),
    unmoved: Since,
    is_stuck: bool,
}

/// A fresh reading that can be a die's temperature.
pub fn plausible(temp: Metric<f64>) -> Option<f64> {
    temp.fresh().filter(|temp| (-20.0..=130.0).contains(temp))
}

impl Sensor {
    /// Takes one second's reading with the moment it was taken, and the smoothed power beside it.
    pub fn step(
        &mut self,
        now: Duration,
        reading: Option<(Duration, f64)>,
        power_w: Option<f64>,
    ) -> Option<Silence> {
        let heard = self.heard.get_or_insert(now);
        if let Some((at, _)) = reading {
            *heard = at;
        }
        let quiet = now.saturating_sub(*heard);
        let spoken = self.speaks.lasts(now, reading.is_some() && quiet < SILENT);
        self.is_silent = quiet >= SILENT || (self.is_silent && spoken < SPEAKS);
        self.follow(now, reading.map(|(_, temp)| temp), power_w);
        if self.is_silent {
            Some(Silence::Missing)
        } else if self.is_stuck {
            Some(Silence::Stuck)
        } else {
            None
        }
    }

    /// The card sleeps: what was known of its sensor begins anew when it wakes.
    pub fn rest(&mut self) {
        *self = Self::default();
    }

    fn follow(&mut self, now: Duration, temp_c: Option<f64>, power_w: Option<f64>) {
        let (Some(temp), Some(power)) = (temp_c, power_w) else {
            return;
        };
        let is_same = self
            .reading_c
            .is_some_and(|before| (temp - before).abs() < 0.01);
        let before = self.slow_w.unwrap_or(power);
        let slow = before + SLOW * (power - before);
        self.slow_w = Some(slow);
        self.reading_c = Some(temp);
        let (least, most) = if is_same { self.range_w } else { (slow, slow) };
        self.range_w = (least.min(slow), most.max(slow));
        let has_moved = self.range_w.1 - self.range_w.0 >= MOVED_W;
        // Once stuck, only another reading ends it: at the floor the power may be what it was.
        let stays = self.unmoved.lasts(now, is_same) >= UNMOVED;
        self.is_stuck = is_same && (self.is_stuck || (stays && has_moved));
    }
}
