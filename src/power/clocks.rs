//! Locked clocks as an actuator: a ceiling in MHz, moved until the card draws the watts that were wished for.
//!
//! The one that works on laptops, where power limits can be read and not set. Which MHz give which watts depends on the
//! card and its load, so it is found out: a first guess from [`map`], then a step every few seconds under load.

pub mod map;

use std::time::Duration;

use self::map::{Map, MapFile};
use super::actuator::{Actuator, Outcome};
use super::governor::Hold;
use super::probe::no_clocks;
use super::writer::{Part, Refusal};
use super::{Shared, lock};
use crate::gpu::{Sample, Throttle};

/// What users call it.
pub(super) const NAME: &str = "locked clocks";

/// Between two corrections.
const EVERY: Duration = Duration::from_secs(5);
/// Watts off the wish that are let be.
const NEAR_W: f64 = 6.0;
/// Steps down at once, for each ten watts too many; up it goes by single ones.
const STEPS_DOWN: usize = 3;
/// MHz beside the ceiling that count as at it: one step of the card.
const NEAR_MHZ: u32 = 15;
/// Corrections in a row that were not needed before a ceiling is remembered.
const SETTLED: u32 = 3;
/// Percent of the time in which something runs, from which on the card counts as loaded.
const LOADED: u32 = 50;
/// MHz below which no ceiling goes: the card would crawl, and pausing between steps costs less.
const LEAST_MHZ: u32 = 600;
/// Weight of a new sample in the average draw.
const WEIGHT: f64 = 0.4;
/// What limits a card besides our ceiling; then more MHz would give no more watts.
const OTHER_LIMITS: u64 = Throttle::SW_POWER_CAP
    | Throttle::HW_SLOWDOWN
    | Throttle::SW_THERMAL
    | Throttle::HW_THERMAL
    | Throttle::HW_POWER_BRAKE;

/// Holds the multiprocessors' clock below a moving ceiling.
pub struct LockedClocks {
    writer: Shared,
    clocks: Vec<u32>,
    map: Map,
    file: Option<MapFile>,
    held: Option<Held>,
}

/// One wish being followed.
#[derive(Debug, Clone, Copy)]
struct Held {
    watts: f64,
    /// Index into the supported clocks.
    at: usize,
    /// When it was last moved or found right; `None` until the first sample.
    judged: Option<Duration>,
    settled: u32,
    drawn: f64,
}

impl LockedClocks {
    /// Writes through `writer`; what is learned goes to `file`, if there is one.
    #[must_use]
    pub fn new(writer: Shared, file: Option<MapFile>) -> Self {
        let map = file.as_ref().map(MapFile::load).unwrap_or_default();
        Self {
            writer,
            clocks: Vec::new(),
            map,
            file,
            held: None,
        }
    }

    fn learn_clocks(&mut self) -> Result<(), Refusal> {
        if self.clocks.is_empty() {
            self.clocks = lock(&self.writer).clocks()?;
            self.clocks.retain(|clock| *clock >= LEAST_MHZ);
        }
        if self.clocks.is_empty() {
            return Err(no_clocks());
        }
        Ok(())
    }

    fn begin(&mut self, watts: f64) -> Result<(), Refusal> {
        self.learn_clocks()?;
        // Down to a clock the card knows: one between two may be rounded up.
        let above = self
            .clocks
            .partition_point(|clock| *clock <= self.map.mhz(watts));
        let at = above.saturating_sub(1);
        if self.held.is_none_or(|held| held.at != at) {
            lock(&self.writer).lock_clocks(self.clocks[at])?;
        }
        self.held = Some(Held {
            watts,
            at,
            judged: None,
            settled: 0,
            drawn: watts,
        });
        Ok(())
    }

    /// Moves the ceiling to another of the supported clocks.
    fn shift(&mut self, held: &mut Held, at: usize) {
        match lock(&self.writer).lock_clocks(self.clocks[at]) {
            Ok(()) => {
                held.at = at;
                held.settled = 0;
            }
            Err(refusal) => {
                tracing::warn!(ceiling = self.clocks[at], why = %refusal, "the clock ceiling was not moved");
            }
        }
    }

    fn correct(&mut self, held: &mut Held, limited: bool, pinned: bool) {
        let error = held.drawn - held.watts;
        if error > NEAR_W {
            let steps = STEPS_DOWN * tens(error);
            self.shift(held, held.at.saturating_sub(steps));
        } else if error < -NEAR_W && pinned && !limited && held.at + 1 < self.clocks.len() {
            self.shift(held, held.at + 1);
        } else if error.abs() <= NEAR_W && pinned {
            held.settled += 1;
            if held.settled == SETTLED {
                self.remember(held.watts, self.clocks[held.at]);
            }
        }
    }

    fn remember(&mut self, watts: f64, mhz: u32) {
        self.map.learn(watts, mhz);
        if let Some(Err(error)) = self.file.as_ref().map(|file| file.save(&self.map)) {
            tracing::warn!(%error, "what was learned of the card's clocks was not saved");
        }
    }
}

/// Whole tens of watts, at least one.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn tens(watts: f64) -> usize {
    (watts / 10.0).max(1.0) as usize
}

impl Actuator for LockedClocks {
    fn name(&self) -> &'static str {
        NAME
    }

    fn probe(&mut self) -> Result<(), String> {
        lock(&self.writer)
            .probe(Part::LockedClocks)
            .map_err(|refusal| refusal.text)
    }

    fn hold(&mut self, watts: f64) -> Outcome {
        if self
            .held
            .is_some_and(|held| (held.watts - watts).abs() < 0.5)
        {
            return Outcome::Applied(None);
        }
        match self.begin(watts) {
            Ok(()) => Outcome::Applied(None),
            Err(refusal) => Outcome::Refused(refusal.text),
        }
    }

    fn observe(&mut self, sample: &Sample, now: Duration) {
        let Some(mut held) = self.held else { return };
        let ceiling = self.clocks[held.at];
        let (Some(clock), Some(drawn), Some(busy)) = (
            sample.sm_mhz.fresh(),
            sample.power_w.fresh(),
            sample.busy_percent.fresh(),
        ) else {
            return;
        };
        if busy < LOADED || !drawn.is_finite() {
            return;
        }
        held.drawn += WEIGHT * (drawn - held.drawn);
        let due = held
            .judged
            .is_some_and(|judged| now.saturating_sub(judged) >= EVERY);
        // A ceiling the card ignores is not worth moving.
        if due && clock <= ceiling + NEAR_MHZ {
            let throttle = sample.throttle.fresh().unwrap_or_default();
            let pinned = clock + NEAR_MHZ >= ceiling;
            self.correct(&mut held, throttle.has(OTHER_LIMITS), pinned);
        }
        if due || held.judged.is_none() {
            held.judged = Some(now);
        }
        self.held = Some(held);
    }

    fn measure(&self) -> Hold {
        self.held
            .map_or(Hold::Watts, |held| Hold::Clocks(self.clocks[held.at]))
    }

    fn restore(&mut self) -> Result<(), String> {
        self.held = None;
        lock(&self.writer)
            .put_back(Part::LockedClocks)
            .map_err(|refusal| refusal.text)
    }
}
