//! The inbox: everything the console hears, from all threads. Who puts something in never waits.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::msg::Msg;
use crate::event::ring::Ring;
use crate::event::{Event, Outlet};
use crate::log::Line;

/// Keys and answers that wait at most, while the terminal takes nothing.
const MOST_MESSAGES: usize = 4096;
/// Events that wait at most.
const MOST_EVENTS: usize = 1024;
/// Lines of the log that wait at most.
const MOST_LINES: usize = 512;

/// Clones share it.
#[derive(Debug, Clone)]
pub struct Inbox(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    waiting: Mutex<Waiting>,
    filled: Condvar,
}

#[derive(Debug)]
struct Waiting {
    messages: VecDeque<Msg>,
    events: Ring,
    lines: VecDeque<Line>,
    tick: bool,
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.events.is_empty() && self.lines.is_empty() && !self.tick
    }

    /// Input first: a key must not wait behind a thousand events.
    fn take(&mut self) -> Vec<Msg> {
        let mut taken: Vec<Msg> = self.messages.drain(..).collect();
        while let Some(event) = self.events.pop() {
            taken.push(Msg::Event(event));
        }
        taken.extend(self.lines.drain(..).map(Msg::Log));
        if std::mem::take(&mut self.tick) {
            taken.push(Msg::Tick);
        }
        taken
    }
}

impl Default for Inbox {
    fn default() -> Self {
        Self(Arc::new(Shared {
            waiting: Mutex::new(Waiting {
                messages: VecDeque::new(),
                events: Ring::new(MOST_EVENTS),
                lines: VecDeque::new(),
                tick: false,
            }),
            filled: Condvar::new(),
        }))
    }
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Waiting)) {
        change(&mut self.lock());
        self.0.filled.notify_one();
    }

    /// Puts in what must not be lost; only a terminal that takes nothing for minutes lets so much pile up that it is.
    pub fn put(&self, msg: Msg) {
        self.change(|waiting| {
            if waiting.messages.len() < MOST_MESSAGES {
                waiting.messages.push_back(msg);
            }
        });
    }

    /// Puts in an event; the oldest is lost if too many wait.
    pub fn event(&self, event: Event) {
        self.change(|waiting| waiting.events.push(event));
    }

    /// Puts in a line of the log; the oldest is lost if too many wait.
    pub fn line(&self, line: Line) {
        self.change(|waiting| {
            if waiting.lines.len() == MOST_LINES {
                waiting.lines.pop_front();
            }
            waiting.lines.push_back(line);
        });
    }

    /// Says that a second has passed.
    pub fn tick(&self) {
        self.change(|waiting| waiting.tick = true);
    }

    /// An outlet that leads here.
    #[must_use]
    pub fn outlet(&self) -> Outlet {
        let inbox = self.clone();
        Outlet::new(move |event| inbox.event(event))
    }

    /// Everything that waits, as soon as there is something; nothing once `until` has come.
    #[must_use]
    pub fn wait(&self, until: Option<Instant>) -> Vec<Msg> {
        let mut waiting = self.lock();
        while waiting.is_empty() {
            let left = match until {
                None => Duration::from_hours(1),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Vec::new();
                    }
                    left
                }
            };
            let woken = self.0.filled.wait_timeout(waiting, left);
            waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        waiting.take()
    }
}
