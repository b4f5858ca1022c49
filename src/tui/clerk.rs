//! The clerk: carries out what the user wants of the queue, in a thread of its own, and says what came of it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::{io, thread};

use super::asks::Order;
use super::inbox::Inbox;
use crate::event::Event;
use crate::run::{Run, lock};
use crate::store::{State, StoreError};

/// What the clerk is asked for.
enum Ask {
    Order(i64, Order),
    TakeUp,
}

/// Takes orders.
#[derive(Debug, Clone)]
pub struct Clerk(Sender<Ask>);

impl Clerk {
    /// Starts; what came of an order goes to `inbox`.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn start(run: Arc<Run>, inbox: Inbox) -> io::Result<Self> {
        let (sender, orders) = channel();
        let thread = thread::Builder::new().name("clerk".to_owned());
        thread.spawn(move || serve(&run, &orders, &inbox))?;
        Ok(Self(sender))
    }

    /// Gives an order for a job.
    pub fn order(&self, job: i64, order: Order) {
        self.0.send(Ask::Order(job, order)).ok();
    }

    /// Takes up what others have queued.
    pub fn take_up(&self) {
        self.0.send(Ask::TakeUp).ok();
    }
}

fn serve(run: &Run, asked: &Receiver<Ask>, inbox: &Inbox) {
    for ask in asked {
        let done = match ask {
            Ask::Order(job, order) => carry_out(run, job, &order).map(Some),
            Ask::TakeUp => run.take_up().map(|_| None),
        };
        let line = done.unwrap_or_else(|error| Some(error.to_string()));
        if let Some(line) = line {
            inbox.event(Event::Notice { line });
        }
    }
}

/// What has become of a job that was just called off: one that was read before keeps what it had.
fn cancelled(run: &Run, job: i64) -> Result<String, StoreError> {
    let rows = lock(&run.store).rows_of(&[job])?;
    let line = match rows.first().map(|row| row.state) {
        Some(State::Failed) => "cancelled; retry brings it back",
        _ => "cancelled; it keeps the record it had",
    };
    Ok(line.to_owned())
}

fn carry_out(run: &Run, job: i64, order: &Order) -> Result<String, StoreError> {
    let (done, line, otherwise) = match order {
        Order::Retry => (
            run.retry(job)?,
            "queued again".to_owned(),
            "only a posting that failed or waits to be tried again can be retried; an input that could not be read is added again",
        ),
        Order::Cancel => (
            run.cancel(job)?,
            cancelled(run, job)?,
            "only a posting that waits or is being read can be cancelled",
        ),
        Order::Priority(priority) => (
            run.set_priority(job, *priority)?,
            format!("priority {priority}; lower numbers go first"),
            "the posting is no longer there",
        ),
    };
    Ok(if done { line } else { otherwise.to_owned() })
}
