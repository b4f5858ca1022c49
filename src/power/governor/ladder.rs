//! The ladder: the steps by which the cap falls and rises while no guard stands.

use std::time::Duration;

use super::since::Since;
use super::{Thresholds, Why};

const STEP_W: f64 = 5.0;
/// The step down once the warning temperature has been read.
const WARM_STEP_W: f64 = 15.0;
/// The step up from a card that is cold under load.
const COLD_STEP_W: f64 = 15.0;
/// The step that takes back a step up: half of it stays, so that the next try ends nearer to what can be held.
const BACK_STEP_W: f64 = 2.5;
/// Degrees above the mean of the last half minute from which the heatsink counts as still warming: the temperature says
/// nothing yet about what can be held.
const WARMING_K: f64 = 2.0;
/// Time between a change and the next step down, as predicted and as read.
const FALL: Duration = Duration::from_secs(3);
const WARM_FALL: Duration = Duration::from_secs(1);
/// Time between a change and the next step up, at least and at most.
const LEAST_DWELL: Duration = Duration::from_secs(30);
const MOST_DWELL: Duration = Duration::from_mins(10);
/// How long the work must have used the whole cap in the cold.
const COLD: Duration = Duration::from_secs(20);
/// A step up undone within this time was wrong.
const REVERSAL: Duration = Duration::from_mins(3);
/// Without a wrong step for so long, the dwell is halved.
const FORGIVEN: Duration = Duration::from_mins(20);

/// What the ladder looks at.
#[derive(Debug)]
pub struct Tick {
    pub now: Duration,
    pub temp_c: Option<f64>,
    pub predicted_c: Option<f64>,
    /// Degrees above the mean of the last half minute.
    pub warming_k: f64,
    /// The driver says that it holds clocks down because of heat.
    pub is_slowed: bool,
    pub is_binding: bool,
    pub is_guarded: bool,
    pub floor_w: f64,
    pub ceiling_w: f64,
    pub limits: Thresholds,
}

/// The cap and what it has been through.
#[derive(Debug, Clone)]
pub struct Ladder {
    cap_w: f64,
    start_w: f64,
    changed: Option<Duration>,
    fell: Option<Duration>,
    rose: Option<Duration>,
    reversed: Option<Duration>,
    dwell: Duration,
    cold: Since,
    is_heat: bool,
}

impl Ladder {
    /// A ladder that begins at so many watts, and returns to them at once when only the profile was in the way.
    pub fn new(start_w: f64, floor_w: f64, ceiling_w: f64) -> Self {
        Self {
            cap_w: start_w.clamp(floor_w, ceiling_w),
            start_w,
            changed: None,
            fell: None,
            rose: None,
            reversed: None,
            dwell: LEAST_DWELL,
            cold: Since::default(),
            is_heat: false,
        }
    }

    pub fn cap_w(&self) -> f64 {
        self.cap_w
    }

    /// Whether heat has taken watts that the profile allows.
    pub fn is_heat(&self) -> bool {
        self.is_heat
    }

    /// Moves the cap, if there is reason to; says which.
    pub fn step(&mut self, tick: &Tick) -> Option<Why> {
        // The first second counts as a change: what follows it is a start, not a place found.
        self.changed.get_or_insert(tick.now);
        self.forgive(tick.now);
        let is_cold = tick.is_binding && tick.predicted_c.is_some_and(|c| c < tick.limits.cold_c);
        let cold = self.cold.lasts(tick.now, is_cold) >= COLD;
        let profile = (self.cap_w, Why::Profile(tick.ceiling_w));
        let (wish, why) = self.wish(tick, cold).unwrap_or(profile);
        let cap_w = wish.clamp(tick.floor_w, tick.ceiling_w);
        if (cap_w - self.cap_w).abs() < f64::EPSILON {
            return None;
        }
        let is_heat = tick.is_guarded || !matches!(why, Why::Profile(_));
        self.remember(tick, cap_w, is_heat);
        Some(why)
    }

    fn wish(&self, tick: &Tick, cold: bool) -> Option<(f64, Why)> {
        if tick.is_guarded {
            return Some((tick.floor_w, Why::Profile(tick.ceiling_w)));
        }
        let (temp, predicted) = (tick.temp_c?, tick.predicted_c?);
        let hot = self.lower(tick, temp, predicted);
        if let Some((least, wish)) = hot {
            return waited(tick.now, least, self.changed).then_some(wish);
        }
        let lifted = self.start_w.min(tick.ceiling_w);
        if !self.is_heat && self.cap_w < lifted && predicted < tick.limits.cold_c {
            let higher = (lifted, Why::Profile(tick.ceiling_w));
            return waited(tick.now, LEAST_DWELL, self.fell).then_some(higher);
        }
        let (step, dwell) = if cold {
            (COLD_STEP_W, LEAST_DWELL)
        } else {
            (STEP_W, self.dwell)
        };
        let limit = tick.limits.raise_c;
        let has_room = predicted <= limit && tick.warming_k <= WARMING_K;
        let may_rise = tick.is_binding && has_room && waited(tick.now, dwell, self.changed);
        may_rise.then_some((self.cap_w + step, Why::Room { predicted, limit }))
    }

    /// The lower cap that the temperature asks for, and how long after the last change it may come.
    fn lower(&self, tick: &Tick, temp: f64, predicted: f64) -> Option<(Duration, (f64, Why))> {
        let limits = tick.limits;
        let hot = |limit| Why::Hot { temp, limit };
        if temp >= limits.hard_c {
            return Some((Duration::ZERO, (tick.floor_w, hot(limits.hard_c))));
        }
        if temp >= limits.warning_c {
            return Some((WARM_FALL, (self.cap_w - WARM_STEP_W, hot(limits.warning_c))));
        }
        if predicted < limits.act_c && !tick.is_slowed {
            return None;
        }
        let step = if self.rose > self.fell {
            BACK_STEP_W
        } else {
            STEP_W
        };
        let why = if tick.is_slowed {
            Why::DriverSlowdown
        } else {
            Why::Predicted {
                predicted,
                limit: limits.act_c,
            }
        };
        Some((FALL, (self.cap_w - step, why)))
    }

    fn remember(&mut self, tick: &Tick, cap_w: f64, is_heat: bool) {
        let now = tick.now;
        if cap_w > self.cap_w {
            self.rose = Some(now);
            self.is_heat &= cap_w < tick.ceiling_w.min(self.start_w);
        } else {
            let is_recent = |rose| now.saturating_sub(rose) <= REVERSAL;
            let is_reversal = self.rose > self.fell && self.rose.is_some_and(is_recent);
            if is_heat && is_reversal {
                self.dwell = MOST_DWELL.min(2 * self.dwell);
                self.reversed = Some(now);
            }
            self.fell = Some(now);
            self.is_heat |= is_heat;
        }
        self.changed = Some(now);
        self.cap_w = cap_w;
    }

    fn forgive(&mut self, now: Duration) {
        let is_long = |then| now.saturating_sub(then) > FORGIVEN;
        if self.dwell > LEAST_DWELL && self.reversed.is_none_or(is_long) {
            self.dwell = LEAST_DWELL.max(self.dwell / 2);
            self.reversed = Some(now);
        }
    }
}

fn waited(now: Duration, least: Duration, since: Option<Duration>) -> bool {
    since.is_none_or(|then| now.saturating_sub(then) >= least)
}
