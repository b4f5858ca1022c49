//! The librarian: reads the store for the console, on a connection and in a thread of its own.

mod search;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use self::search::Search;
use super::inbox::Inbox;
use super::model::sieve::Sieve;
use super::msg::{Looked, Msg, Rows, Shown, Window};
use crate::cli::StoreArgs;
use crate::event::Event;
use crate::review::{Case, ReviewError};
use crate::run::{self, RunError};
use crate::store::{Store, StoreError};

/// Between two reads: a queue that changes a hundred times a second is still shown ten times.
const PAUSE: Duration = Duration::from_millis(50);

/// Something to be read.
#[derive(Debug, Clone)]
pub enum Wish {
    /// From now on windows are of the jobs that come through this sieve, which has a number.
    Sieve(u64, Sieve),
    /// A window of the queue.
    Rows(Window),
    /// The newest record of a job.
    Record(i64),
    /// Whether the store was changed since this was last asked; without an answer it was not.
    Look,
}

/// Asks the librarian.
#[derive(Debug, Clone)]
pub struct Librarian(Sender<Wish>);

impl Librarian {
    /// Starts; answers go to `inbox`.
    ///
    /// # Errors
    /// When the store cannot be opened, or the system has no thread left.
    pub fn start(args: &StoreArgs, inbox: Inbox) -> Result<Self, RunError> {
        let mut desk = Desk {
            store: run::open_store(args)?,
            inbox,
            number: 0,
            sieve: Sieve::default(),
            search: None,
            changes: 0,
        };
        let (sender, wishes) = channel();
        let thread = thread::Builder::new().name("librarian".to_owned());
        thread
            .spawn(move || while desk.serve(&wishes) {})
            .map_err(RunError::NoThread)?;
        Ok(Self(sender))
    }

    /// Wants something; without an answer the store could not be read, and the log says why.
    pub fn want(&self, wish: Wish) {
        self.0.send(wish).ok();
    }
}

struct Desk {
    store: Store,
    inbox: Inbox,
    number: u64,
    sieve: Sieve,
    search: Option<Search>,
    changes: i64,
}

impl Desk {
    /// Answers what is wanted by now, and while nothing is, looks further through the queue; false at the end.
    fn serve(&mut self, wishes: &Receiver<Wish>) -> bool {
        let is_looking = self.search.as_ref().is_some_and(Search::is_looking);
        let first = if is_looking {
            match wishes.try_recv() {
                Ok(wish) => Some(wish),
                Err(TryRecvError::Empty) => None,
                Err(TryRecvError::Disconnected) => return false,
            }
        } else {
            match wishes.recv() {
                Ok(wish) => Some(wish),
                Err(_) => return false,
            }
        };
        let has_read = first.is_some_and(|first| {
            let wishes = std::iter::once(first).chain(wishes.try_iter());
            self.answer(wishes)
        });
        if self.search.as_ref().is_some_and(Search::is_looking) {
            self.look_further();
        } else if has_read {
            thread::sleep(PAUSE);
        }
        true
    }

    /// Of several wishes of a kind the newest counts; true when rows or a record were read.
    fn answer(&mut self, wishes: impl Iterator<Item = Wish>) -> bool {
        let (mut window, mut job, mut looks) = (None, None, false);
        for wish in wishes {
            match wish {
                Wish::Sieve(number, sieve) => {
                    self.search = (!sieve.text.is_empty()).then(Search::default);
                    (self.number, self.sieve) = (number, sieve);
                }
                Wish::Rows(wanted) => window = Some(wanted),
                Wish::Record(wanted) => job = Some(wanted),
                Wish::Look => looks = true,
            }
        }
        if looks {
            self.look();
        }
        if let Some(window) = window {
            let read = self.rows(window);
            self.put(read.map(|rows| Msg::Rows(Box::new(rows))));
        }
        if let Some(job) = job {
            let read = self.record(job);
            self.put(read.map(|shown| Msg::Record(Box::new(shown))));
        }
        window.is_some() || job.is_some()
    }

    fn look(&mut self) {
        let before = self.changes;
        match self.store.changes() {
            Ok(changes) => self.changes = changes,
            Err(error) => tracing::debug!(%error, "it is not known whether the store was changed"),
        }
        if self.changes != before {
            self.inbox.put(Msg::Changed);
        }
    }

    fn put<E: ToString>(&self, read: Result<Msg, E>) {
        match read {
            Ok(msg) => self.inbox.put(msg),
            Err(error) => {
                let line = error.to_string();
                tracing::error!("{line}");
                self.inbox.event(Event::Notice { line });
            }
        }
    }

    fn look_further(&mut self) {
        let Some(search) = &mut self.search else {
            return;
        };
        let looked = search.look_further(&self.store, &self.sieve);
        let now = Looked {
            sieve: self.number,
            found: search.found().len() as u64,
            is_over: !search.is_looking(),
        };
        // An unreadable store ends the search too.
        if !matches!(looked, Ok(false)) {
            self.inbox.put(Msg::Looked(now));
        }
        if let Err(error) = looked {
            self.put(Err(error));
        }
    }

    fn rows(&mut self, window: Window) -> Result<Rows, StoreError> {
        let Sieve { states, order, .. } = self.sieve;
        if let Some(search) = &mut self.search {
            search.renew();
        }
        let found = self.search.as_ref().map(Search::found);
        let place = match (window.anchor, found) {
            (Some(job), Some(found)) => found.iter().position(|other| *other == job),
            (Some(job), None) => {
                let place = self.store.position(job, states, order)?;
                place.and_then(|place| usize::try_from(place).ok())
            }
            (None, _) => None,
        };
        let place = place.map(|place| place as u64);
        // Where the selected job has moved out of the window, the window goes with it.
        let limit = window.limit as u64;
        let offset = match place {
            Some(place) if !(window.offset..window.offset + limit).contains(&place) => {
                place.saturating_sub(limit / 2)
            }
            _ => window.offset,
        };
        let counts = self.store.counts()?;
        let (rows, length) = if let Some(found) = found {
            let start = usize::try_from(offset).unwrap_or(usize::MAX);
            let seen = found.iter().copied().skip(start).take(window.limit);
            let seen: Vec<i64> = seen.collect();
            (self.store.rows_of(&seen)?, found.len() as u64)
        } else {
            let rows = self.store.rows(states, order, offset, window.limit)?;
            (rows, counts.of(states))
        };
        Ok(Rows {
            window: Window { offset, ..window },
            rows,
            counts,
            length,
            place,
        })
    }

    fn record(&self, job: i64) -> Result<Shown, ReviewError> {
        let stored = self.store.record_of(job)?;
        let case = stored.map(Case::of).transpose()?.map(Arc::new);
        Ok(Shown { job, case })
    }
}
