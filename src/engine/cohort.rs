//! Cohorts: questions are held until several can be answered together, with all prompts brought to one length.
//!
//! mistral.rs 0.8.1 runs only sequences of exactly equal length together and pushes all others out of the card's memory,
//! so a question may not join others that have begun: it waits in a room until the last cohort is done, and leaves it with
//! those whose length is nearest.

mod relay;

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use self::relay::{Guest, Turn};
use self::relay::{Relay, caught};
use super::lock;

/// How long a question waits for others once the engine is free. Pages that were read together ask again within a few
/// milliseconds of each other; answers take seconds.
const GATHER: Duration = Duration::from_millis(25);

/// How long it waits for those whose prompts are still being put into tokens, which the engine does one after the other.
const COMING: Duration = Duration::from_secs(1);

/// What a cohort may hold.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Questions.
    pub width: usize,
    /// Tokens of all prompts and their longest answers together: more would push sequences out of the cache.
    pub tokens: usize,
    /// Tokens of one prompt and its longest answer.
    pub context: usize,
    /// Tokens of the prompts that are read in one go; a longer one is read by itself.
    pub at_once: usize,
}

/// What the room must know of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Tokens of the prompt.
    pub prompt: usize,
    /// Tokens of the longest answer.
    pub answer: usize,
    /// Of which beginning the engine may hold a part; only questions with the same one leave together.
    pub lead: u64,
}

struct Waiting {
    id: u64,
    size: Size,
    since: Instant,
    guest: Box<dyn Guest>,
}

struct Inside {
    next: u64,
    /// On their way into the room.
    coming: usize,
    /// In the order of their coming.
    waiting: Vec<Waiting>,
    travelling: usize,
    free_since: Instant,
}

/// Runs what puts the first of a cohort to the engine so that the engine begins with none before it has all of them.
pub type AsOne = Box<dyn Fn(&mut dyn FnMut()) + Send + Sync>;

/// Where questions wait.
pub struct Room {
    limits: Limits,
    as_one: AsOne,
    inside: Mutex<Inside>,
    changed: Condvar,
}

/// A question on its way into the room: while one is, the others wait for it.
pub struct Coming<'a>(&'a Room);

impl Drop for Coming<'_> {
    fn drop(&mut self) {
        self.0.inside().coming -= 1;
        self.0.changed.notify_all();
    }
}

/// A question that is being answered. The next cohort leaves when all of this one's are dropped.
pub struct Seat<'a>(&'a Room);

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut inside = self.0.inside();
        inside.travelling -= 1;
        if inside.travelling == 0 {
            inside.free_since = Instant::now();
            drop(inside);
            self.0.changed.notify_all();
        }
    }
}

impl Room {
    /// An empty room.
    #[must_use]
    pub fn new(limits: Limits, as_one: AsOne) -> Self {
        Self {
            limits,
            as_one,
            inside: Mutex::new(Inside {
                next: 0,
                coming: 0,
                waiting: Vec::new(),
                travelling: 0,
                free_since: Instant::now(),
            }),
            changed: Condvar::new(),
        }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        lock(&self.inside)
    }

    /// Announces a question before it is known how long it is.
    pub fn announce(&self) -> Coming<'_> {
        self.inside().coming += 1;
        Coming(self)
    }

    /// Waits for company and for the engine; when this returns the guest has departed, by this thread or by another, or will
    /// in its turn. Where it panics it is dropped with all it holds, and neither those who leave with it nor those who wait
    /// are held up.
    pub fn enter(&self, coming: Coming<'_>, size: Size, guest: Box<dyn Guest>) -> Seat<'_> {
        let mut inside = self.inside();
        let id = inside.next;
        inside.next += 1;
        inside.waiting.push(Waiting {
            id,
            size,
            since: Instant::now(),
            guest,
        });
        drop(inside);
        drop(coming);
        let mut inside = self.inside();
        while inside.waiting.iter().any(|other| other.id == id) {
            let rest = match self.due_in(&inside, Instant::now()) {
                Some(Duration::ZERO) => {
                    self.leave(&mut inside);
                    self.changed.notify_all();
                    continue;
                }
                // Nothing to wait for but the end of the cohort on its way, which is told.
                None => Duration::from_hours(1),
                Some(rest) => rest,
            };
            let woken = self.changed.wait_timeout(inside, rest);
            (inside, _) = woken.unwrap_or_else(PoisonError::into_inner);
        }
        Seat(self)
    }

    /// How long from `now` until the next cohort leaves; `None` while one is on its way.
    fn due_in(&self, inside: &Inside, now: Instant) -> Option<Duration> {
        if inside.travelling > 0 {
            return None;
        }
        let oldest = inside.waiting.first()?;
        if inside.waiting.len() >= self.limits.width {
            return Some(Duration::ZERO);
        }
        let gather = if inside.coming > 0 { COMING } else { GATHER };
        let due = oldest.since.max(inside.free_since) + gather;
        Some(due.saturating_duration_since(now))
    }

    fn leave(&self, inside: &mut Inside) {
        let sizes: Vec<Size> = inside.waiting.iter().map(|waiting| waiting.size).collect();
        let chosen = choose(&sizes, self.limits);
        let mut cohort = Vec::new();
        for index in chosen.into_iter().rev() {
            cohort.push(inside.waiting.remove(index).guest);
        }
        cohort.reverse();
        inside.travelling = cohort.len();
        caught(|| {
            (self.as_one)(&mut || {
                Relay::of(std::mem::take(&mut cohort), self.limits.at_once).start();
            });
        });
    }
}

/// Which of those who wait leave together, in ascending order. The first, who has waited longest, is among them; beside it
/// as many as fit, nearest in length first, and none more than twice as long or half or with another beginning.
fn choose(waiting: &[Size], limits: Limits) -> Vec<usize> {
    let Some(oldest) = waiting.first().copied() else {
        return Vec::new();
    };
    let mut others: Vec<usize> = (1..waiting.len()).collect();
    others.sort_by_key(|index| {
        let size = waiting.get(*index).copied().unwrap_or(oldest);
        (size.prompt.abs_diff(oldest.prompt), *index)
    });
    let mut chosen = vec![0];
    let (mut shortest, mut length, mut answer) = (oldest.prompt, oldest.prompt, oldest.answer);
    for index in others {
        let Some(size) = waiting.get(index) else {
            continue;
        };
        let (least, most) = (shortest.min(size.prompt), length.max(size.prompt));
        let longest = answer.max(size.answer);
        // All are counted with the longest answer, which any of them may take.
        let tokens = (chosen.len() + 1) * (most + longest);
        let fits = chosen.len() < limits.width
            && most <= 2 * least
            && size.lead == oldest.lead
            && most + longest <= limits.context
            && tokens <= limits.tokens;
        if fits {
            chosen.push(index);
            (shortest, length, answer) = (least, most, longest);
        }
    }
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
#[path = "cohort/tests.rs"]
mod tests;
