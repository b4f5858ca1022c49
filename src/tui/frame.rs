//! The frame clock: when the next frame is due, from why it was asked for. Nothing is drawn that nobody asked for.

use std::time::Duration;

/// Least time between two frames of streamed text.
const STREAM: Duration = Duration::from_millis(100);
/// Least time between two frames of readings, and of all else while nobody looks.
const GAUGE: Duration = Duration::from_secs(1);
/// A frame that took so long to be written went over a slow line.
const SLOW: Duration = Duration::from_millis(50);
/// How many times the usual distance a slow line may widen it to.
const WIDEST: u32 = 16;

/// Why a frame is wanted, the most patient first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// A reading changed.
    Gauge,
    /// Work went on.
    Stream,
    /// Somebody pressed a key or waits for an answer.
    Input,
}

/// Decides when to draw.
#[derive(Debug, Clone, Default)]
pub struct FrameClock {
    due: Option<Duration>,
    last: Option<Duration>,
    widened: u32,
    is_unwatched: bool,
}

impl FrameClock {
    /// Asks for a frame; the earliest wish counts.
    pub fn request(&mut self, urgency: Urgency, now: Duration) {
        let distance = match urgency {
            Urgency::Input => Duration::ZERO,
            Urgency::Stream if !self.is_unwatched => STREAM * (1 << self.widened),
            Urgency::Stream | Urgency::Gauge => GAUGE.max(STREAM * (1 << self.widened)),
        };
        let at = self.last.map_or(now, |last| now.max(last + distance));
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// Says whether the terminal is looked at.
    pub fn watch(&mut self, is_watched: bool) {
        self.is_unwatched = !is_watched;
    }

    /// When the next frame is due; `None` when none is wanted.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        self.due
    }

    /// A frame was written, and it took so long: over a slow line frames come further apart, and slowly nearer again.
    pub fn drawn(&mut self, now: Duration, took: Duration) {
        self.due = None;
        self.last = Some(now);
        if took > SLOW {
            self.widened = (self.widened + 1).min(WIDEST.ilog2());
        } else {
            self.widened = self.widened.saturating_sub(1);
        }
    }
}
