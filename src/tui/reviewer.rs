//! The reviewer: writes what the user says of records, on a connection and in a thread of its own, and says what came of it.

mod desk;

use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use self::desk::Desk;
use super::asks::Step;
use super::inbox::Inbox;
use crate::cli::StoreArgs;
use crate::run::{self, RunError};

/// What the reviewer is sent.
#[derive(Debug)]
enum Order {
    Step(Step),
    /// Everything before it is done: say so.
    End(Sender<()>),
}

/// Takes steps.
#[derive(Debug, Clone)]
pub struct Reviewer(Sender<Order>);

impl Reviewer {
    /// Starts; `who` is the name that is written. What comes of each step goes to `inbox`.
    ///
    /// # Errors
    /// When the store cannot be opened, or the system has no thread left.
    pub fn start(args: &StoreArgs, who: String, inbox: Inbox) -> Result<Self, RunError> {
        let mut desk = Desk::new(run::open_store(args)?, who, inbox);
        let (sender, orders) = channel();
        let thread = thread::Builder::new().name("reviewer".to_owned());
        thread
            .spawn(move || {
                for order in orders {
                    match order {
                        Order::Step(step) => desk.take(&step),
                        Order::End(done) => {
                            done.send(()).ok();
                        }
                    }
                }
            })
            .map_err(RunError::NoThread)?;
        Ok(Self(sender))
    }

    /// Takes a step after those before it.
    pub fn step(&self, step: Step) {
        self.0.send(Order::Step(step)).ok();
    }

    /// Waits so long at most until all steps are taken.
    pub fn finish(&self, patience: Duration) {
        let (done, all) = channel();
        self.0.send(Order::End(done)).ok();
        all.recv_timeout(patience).ok();
    }
}
