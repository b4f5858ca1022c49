//! Behind the stage: opens engine and store, has inputs queued, and works, while the console is on the screen already.

use std::io;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, OnceLock};
use std::thread;

use super::clerk::Clerk;
use super::held::Held;
use super::inbox::Inbox;
use super::librarian::Librarian;
use super::msg::{Ended, Msg};
use super::porter::{Load, Porter};
use super::reviewer::Reviewer;
use crate::cli::{Exit, RunArgs};
use crate::event::Event;
use crate::extract::Readers;
use crate::run::{self, Run, RunError, lock};

/// Records that are marked as handed out in one go.
const BATCH: u32 = 64;

/// What is behind the stage, as soon as it is there.
#[derive(Clone, Default)]
pub struct Backstage {
    /// The run.
    pub run: Arc<OnceLock<Arc<Run>>>,
    /// Who reads the store.
    pub librarian: Arc<OnceLock<Librarian>>,
    /// Who watches and holds the card.
    pub keeper: Held,
    /// Who changes the queue.
    pub clerk: Arc<OnceLock<Clerk>>,
    /// Who writes what is said of records.
    pub reviewer: Arc<OnceLock<Reviewer>>,
    /// Who queues more.
    pub porter: Arc<OnceLock<Arc<Porter>>>,
}

impl Backstage {
    /// Begins to open everything; how it ends goes to `inbox`, and that it has ended to the receiver too.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn start(&self, arguments: RunArgs, who: String, inbox: Inbox) -> io::Result<Receiver<()>> {
        let backstage = self.clone();
        let (end, over) = channel();
        thread::Builder::new()
            .name("backstage".to_owned())
            .spawn(move || {
                let ended = match backstage.open(&arguments, who, &inbox) {
                    Ok(run) => backstage.work(&run, &arguments),
                    Err(error) => Ended {
                        why: Some(error.to_string()),
                        exit: error.exit(),
                        is_final: true,
                    },
                };
                inbox.put(Msg::Ended(ended));
                end.send(()).ok();
            })?;
        Ok(over)
    }

    fn open(&self, arguments: &RunArgs, who: String, inbox: &Inbox) -> Result<Arc<Run>, RunError> {
        let librarian = Librarian::start(&arguments.store, inbox.clone())?;
        self.librarian.set(librarian).ok();
        let reviewer = Reviewer::start(&arguments.store, who, inbox.clone())?;
        self.reviewer.set(reviewer).ok();
        // What was there before is shown while the engine is still being chosen.
        inbox.event(Event::Resumed {
            jobs: 0,
            given_back: 0,
        });
        let run = Run::open(
            &arguments.engine,
            &arguments.store,
            Readers::All,
            arguments.fresh,
        )?;
        if let Some(line) = run.selected.notice.clone() {
            inbox.event(Event::Notice { line });
        }
        let run = Arc::new(run.watched(inbox.outlet()));
        self.run.set(Arc::clone(&run)).ok();
        self.keeper.with(|keeper| run.watch(keeper));
        let clerk = Clerk::start(Arc::clone(&run), inbox.clone()).map_err(RunError::NoThread)?;
        self.clerk.set(clerk).ok();
        let porter = Porter::new(Arc::clone(&run), arguments.clone(), inbox.clone());
        self.porter.set(Arc::new(porter)).ok();
        let jobs = run.take_up()?;
        inbox.event(Event::Resumed {
            jobs,
            given_back: run.buried,
        });
        Ok(run)
    }

    /// Works until the run is stopped.
    fn work(&self, run: &Arc<Run>, arguments: &RunArgs) -> Ended {
        let (sender, finished) = channel();
        let marking = {
            let run = Arc::clone(run);
            thread::spawn(move || mark(&run, &finished))
        };
        // A long list of inputs is not waited for: what is in the store stays there.
        if !arguments.inputs.is_empty()
            && let Some(porter) = self.porter.get()
        {
            porter.carry(Load::Names(arguments.inputs.clone()));
        }
        let jobs = run.selected.jobs(arguments.jobs);
        let worked = run::work(run, jobs, &sender);
        drop(sender);
        marking.join().ok();
        let unavailable = lock(&run.unavailable).take();
        match (worked, unavailable) {
            (Err(error), _) => Ended {
                why: Some(error.to_string()),
                exit: Exit::Store,
                is_final: false,
            },
            (Ok(()), Some(why)) => Ended {
                why: Some(why),
                exit: Exit::NoEngine,
                is_final: false,
            },
            (Ok(()), None) => Ended {
                why: None,
                exit: Exit::Done,
                is_final: false,
            },
        }
    }
}

/// Takes finished jobs out of the run set, which the search for the next job would otherwise walk over.
fn mark(run: &Run, finished: &Receiver<()>) {
    for () in finished {
        let taken = lock(&run.store).take_finished(false, false, BATCH);
        if let Err(error) = taken {
            tracing::error!("{error}");
        }
    }
}
