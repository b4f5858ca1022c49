//! The librarian: reads the store for the console, on a connection and in a thread of its own.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use super::inbox::Inbox;
use super::msg::{Msg, Rows, Shown, Window};
use crate::cli::StoreArgs;
use crate::event::Event;
use crate::run::{self, RunError};
use crate::store::{Order, States, Store, StoreError};

/// Between two reads: a queue that changes a hundred times a second is still shown ten times.
const PAUSE: Duration = Duration::from_millis(50);

/// Something to be read.
#[derive(Debug, Clone, Copy)]
pub enum Wish {
    /// A window of the queue.
    Rows(Window),
    /// The newest record of a job.
    Record(i64),
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
        let store = run::open_store(args)?;
        let (sender, wishes) = channel();
        let thread = thread::Builder::new().name("librarian".to_owned());
        thread
            .spawn(move || serve(&store, &wishes, &inbox))
            .map_err(RunError::NoThread)?;
        Ok(Self(sender))
    }

    /// Wants something; without an answer the store could not be read, and the log says why.
    pub fn want(&self, wish: Wish) {
        self.0.send(wish).ok();
    }
}

fn serve(store: &Store, wishes: &Receiver<Wish>, inbox: &Inbox) {
    while let Ok(first) = wishes.recv() {
        let (mut window, mut job) = (None, None);
        for wish in std::iter::once(first).chain(wishes.try_iter()) {
            match wish {
                Wish::Rows(wanted) => window = Some(wanted),
                Wish::Record(wanted) => job = Some(wanted),
            }
        }
        let read = window.map(|window| rows(store, window)).transpose();
        answer(inbox, read);
        let read = job.map(|job| record(store, job)).transpose();
        answer(inbox, read);
        thread::sleep(PAUSE);
    }
}

fn answer(inbox: &Inbox, read: Result<Option<Msg>, StoreError>) {
    match read {
        Ok(Some(msg)) => inbox.put(msg),
        Ok(None) => {}
        Err(error) => {
            tracing::error!("{error}");
            inbox.event(Event::Notice {
                line: error.to_string(),
            });
        }
    }
}

fn rows(store: &Store, window: Window) -> Result<Msg, StoreError> {
    let (states, order) = (States::ALL, Order::Queued);
    let place = match window.anchor {
        Some(job) => store.position(job, states, order)?,
        None => None,
    };
    // Where the selected job has moved out of the window, the window goes with it.
    let limit = window.limit as u64;
    let offset = match place {
        Some(place) if !(window.offset..window.offset + limit).contains(&place) => {
            place.saturating_sub(limit / 2)
        }
        _ => window.offset,
    };
    let window = Window { offset, ..window };
    Ok(Msg::Rows(Box::new(Rows {
        window,
        rows: store.rows(states, order, offset, window.limit)?,
        counts: store.counts()?,
        place,
    })))
}

fn record(store: &Store, job: i64) -> Result<Msg, StoreError> {
    let record = store.record_of(job)?;
    let (json, text) = record.map_or((None, None), |record| (Some(record.json), record.text));
    Ok(Msg::Record(Box::new(Shown { job, json, text })))
}
