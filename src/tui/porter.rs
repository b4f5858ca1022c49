//! The porter: carries what the user names or types into the queue, in threads of its own, and says what came of it.

use std::sync::Arc;
use std::thread;

use super::inbox::Inbox;
use crate::cli::RunArgs;
use crate::event::Event;
use crate::extract::Readers;
use crate::run::enqueue::{Inputs, Queue, Queued, enqueue};
use crate::run::input::Input;
use crate::run::{self, Run, RunError};

/// What is carried in.
#[derive(Debug, Clone)]
pub enum Load {
    /// Files, directories, patterns or addresses.
    Names(Vec<String>),
    /// A posting.
    Text(String),
}

/// Carries in, as the arguments say.
pub struct Porter {
    run: Arc<Run>,
    arguments: RunArgs,
    inbox: Inbox,
}

impl Porter {
    /// For this run; what comes of each load goes to `inbox`.
    #[must_use]
    pub fn new(run: Arc<Run>, arguments: RunArgs, inbox: Inbox) -> Self {
        Self {
            run,
            arguments,
            inbox,
        }
    }

    /// Carries a load in. Loads do not wait for each other: one may be a thousand files.
    pub fn carry(self: &Arc<Self>, load: Load) {
        let porter = Arc::clone(self);
        let thread = thread::Builder::new().name("porter".to_owned());
        let spawned = thread.spawn(move || {
            let event = porter.queue(&load).unwrap_or_else(|error| Event::Notice {
                line: error.to_string(),
            });
            porter.inbox.event(event);
        });
        if let Err(error) = spawned {
            let line = RunError::NoThread(error).to_string();
            self.inbox.event(Event::Notice { line });
        }
    }

    /// Queues on a connection of its own, so that no worker waits for a thousand files to be read.
    fn queue(&self, load: &Load) -> Result<Event, RunError> {
        let mut store = run::open_store(&self.arguments.store)?;
        let mut last = String::new();
        let mut complain = |line: &str| {
            tracing::warn!("{line}");
            self.inbox.event(Event::Notice {
                line: line.to_owned(),
            });
            line.clone_into(&mut last);
        };
        let selected = &self.run.selected;
        let queued = match load {
            Load::Names(names) => {
                let names: Vec<String> = names.iter().map(|name| at_home(name)).collect();
                let inputs = Inputs {
                    names: &names,
                    allow_fetch: self.arguments.fetch.allow_fetch,
                    fresh: self.arguments.fresh,
                };
                enqueue(&mut store, &inputs, selected, &mut complain)?
            }
            Load::Text(text) => {
                let fresh = self.arguments.fresh;
                let mut queue =
                    Queue::new(&mut store, selected, Readers::All, fresh, &mut complain);
                queue.add(Input::typed(text))?;
                queue.finish()?
            }
        };
        self.run.take_up()?;
        Ok(told(queued, &last))
    }
}

/// Numbers alone would hide why the last one could not be read.
fn told(queued: Queued, last: &str) -> Event {
    let Queued {
        jobs,
        already,
        unreadable,
    } = queued;
    if unreadable == 0 || jobs > 0 {
        return Event::Queued {
            jobs,
            already,
            unreadable,
        };
    }
    let line = match unreadable {
        1 => last.to_owned(),
        _ => format!(
            "{last}; {} more cannot be read either, see the log",
            unreadable - 1
        ),
    };
    Event::Notice { line }
}

/// A shell would have put the home directory in.
fn at_home(name: &str) -> String {
    let home = std::env::var("HOME").ok();
    match (name.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => format!("{home}/{rest}"),
        _ => name.to_owned(),
    }
}
