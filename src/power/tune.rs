//! Finds the setting with the least energy per token that is not too slow, with as few measurements as can be.
//!
//! Two things are known of every card and model: less power never makes it faster, and on the way down energy per token
//! falls to one lowest place and rises again at a cliff. So halving the gap below the best setting is enough.

pub mod asking;
pub mod command;
pub mod simulated;

use std::collections::BTreeMap;

use serde::Serialize;

/// Most settings measured.
pub const MOST_POINTS: usize = 8;
/// Energies nearer to each other than this share are the same: the lower setting is then the better one, since it is
/// cooler. Two measurements differ by about a percent.
const SAME: f64 = 1.015;

/// Measures a card at work: some seconds to settle, then some to count in.
pub trait Meter {
    /// At a power cap in watts or a clock ceiling in MHz, whichever this meter sets.
    ///
    /// # Errors
    /// When nothing could be measured; the text says why.
    fn measure(&mut self, setting: f64) -> Result<Reading, String>;
}

/// What was measured at one setting.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Reading {
    /// Energy for one token.
    pub joules_per_token: f64,
    /// Speed.
    pub tokens_per_s: f64,
}

/// A setting and what was measured at it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// Watts or MHz.
    pub setting: f64,
    /// What it gave.
    #[serde(flatten)]
    pub reading: Reading,
}

/// What a search came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    /// The setting to use.
    pub best: Point,
    /// The highest setting, which the others are compared with.
    pub reference: Point,
    /// All that was measured, in order.
    pub points: Vec<Point>,
}

impl Found {
    /// How much less energy a token takes than at the highest setting, as a share of that.
    #[must_use]
    pub fn saved(&self) -> f64 {
        1.0 - self.best.reading.joules_per_token / self.reference.reading.joules_per_token
    }

    /// How many times longer a token takes than at the highest setting.
    #[must_use]
    pub fn slowdown(&self) -> f64 {
        self.reference.reading.tokens_per_s / self.best.reading.tokens_per_s
    }
}

/// Searches among `settings`, which ascend, for the least energy per token at which a token takes at most
/// `max_slowdown` times as long as at the highest; measures at most [`MOST_POINTS`] of them.
///
/// # Errors
/// What the meter says, that a reading makes no sense, or that there is no setting.
pub fn search(meter: &mut dyn Meter, settings: &[f64], max_slowdown: f64) -> Result<Found, String> {
    let top = settings.len().checked_sub(1).ok_or("no setting to try")?;
    let mut search = Search {
        meter,
        settings,
        points: Vec::new(),
        readings: BTreeMap::new(),
        least_speed: 0.0,
    };
    let reference = search.measure(top)?;
    search.least_speed = reference.reading.tokens_per_s / max_slowdown;
    let mut best = top;
    while search.points.len() < MOST_POINTS
        && let Some(next) = search.next(best)
    {
        search.measure(next)?;
        best = search.best().unwrap_or(top);
    }
    Ok(Found {
        best: Point {
            setting: settings[best],
            reading: search.readings[&best],
        },
        reference,
        points: search.points,
    })
}

struct Search<'a> {
    meter: &'a mut dyn Meter,
    settings: &'a [f64],
    points: Vec<Point>,
    /// By place in `settings`.
    readings: BTreeMap<usize, Reading>,
    least_speed: f64,
}

impl Search<'_> {
    fn measure(&mut self, place: usize) -> Result<Point, String> {
        let setting = self.settings[place];
        let reading = self.meter.measure(setting)?;
        let makes_sense = |value: f64| value.is_finite() && value > 0.0;
        if !makes_sense(reading.joules_per_token) || !makes_sense(reading.tokens_per_s) {
            return Err(format!(
                "at {setting:.0} there were {} J/token and {} tokens/s, which cannot be",
                reading.joules_per_token, reading.tokens_per_s
            ));
        }
        let point = Point { setting, reading };
        self.points.push(point);
        self.readings.insert(place, reading);
        Ok(point)
    }

    fn is_fast_enough(&self, reading: &Reading) -> bool {
        reading.tokens_per_s >= self.least_speed
    }

    /// The lowest place with the least energy among those fast enough.
    fn best(&self) -> Option<usize> {
        let fast = || {
            let all = self.readings.iter();
            all.filter(|(_, reading)| self.is_fast_enough(reading))
        };
        let energies = fast().map(|(_, reading)| reading.joules_per_token);
        let least = energies.min_by(f64::total_cmp)?;
        let near = |reading: &Reading| reading.joules_per_token <= least * SAME;
        let mut near = fast().filter(|(_, reading)| near(reading));
        near.next().map(|(place, _)| *place)
    }

    /// Where to measure next: in the middle of the gap below the best place, as long as nothing below it is known to be
    /// fast enough; then of the larger gap beside it.
    fn next(&self, best: usize) -> Option<usize> {
        let below = self.readings.range(..best).next_back();
        let above = self.readings.range(best + 1..).next();
        let first = below.map_or(0, |(place, _)| place + 1);
        let last = above.map_or(best, |(place, _)| place - 1);
        let is_open = below.is_none_or(|(_, reading)| !self.is_fast_enough(reading));
        let (lower, upper) = (best - first, last - best);
        if lower > 0 && (is_open || lower >= upper) {
            return Some(usize::midpoint(first, best - 1));
        }
        (upper > 0).then(|| usize::midpoint(best + 1, last))
    }
}
