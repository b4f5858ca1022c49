//! The clerk: carries out what the user wants of the queue, in a thread of its own, and says what came of it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::{io, thread};

use super::inbox::Inbox;
use crate::event::Event;
use crate::run::Run;
use crate::store::StoreError;

/// What is wanted of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Read it again.
    Retry,
    /// Call it off.
    Cancel,
    /// Give it this priority; lower goes first.
    Priority(i64),
}

/// Takes orders.
#[derive(Debug, Clone)]
pub struct Clerk(Sender<(i64, Order)>);

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
        self.0.send((job, order)).ok();
    }
}

fn serve(run: &Run, orders: &Receiver<(i64, Order)>, inbox: &Inbox) {
    for (job, order) in orders {
        let line = carry_out(run, job, &order).unwrap_or_else(|error| error.to_string());
        inbox.event(Event::Notice { line });
    }
}

fn carry_out(run: &Run, job: i64, order: &Order) -> Result<String, StoreError> {
    let (done, line, otherwise) = match order {
        Order::Retry => (
            run.retry(job)?,
            "queued again".to_owned(),
            "only a posting that failed or waits to be tried again can be retried",
        ),
        Order::Cancel => (
            run.cancel(job)?,
            "cancelled; retry brings it back".to_owned(),
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
