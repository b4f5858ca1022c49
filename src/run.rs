//! The composition root: builds engine and store, queues inputs, and lets workers drain the queue.

mod bell;
pub mod energy;
pub mod enqueue;
pub mod heat;
pub mod input;
mod job;
mod lines;
mod manage;
mod owner;
pub mod signals;
mod source;
mod telling;
mod workers;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use self::bell::Bell;
use self::energy::Accounts;
use crate::cli::{EngineArgs, Exit, StoreArgs};
use crate::engine::select::{Selected, Wish, select};
use crate::engine::supervisor::Supervised;
use crate::event::{EngineState, Event, Outlet};
use crate::extract::Readers;
use crate::gpu::sampler::Watch;
use crate::power::keeper::{Keeper, Load};
use crate::store::{Claim, Store, StoreError};

pub use self::workers::work;

/// Milliseconds a job belongs to the process that claimed it without a heartbeat.
pub const LEASE_MS: i64 = 60_000;

/// What one run shares between its threads.
pub struct Run {
    /// The store.
    pub store: Mutex<Store>,
    /// The engine and its name.
    pub selected: Selected,
    /// Who reads the pages.
    pub readers: Readers,
    /// Ask again even where the store holds an answer.
    fresh: bool,
    /// Claims under way, for their heartbeats.
    active: Mutex<HashMap<i64, Claim>>,
    /// No further claims.
    stopping: AtomicBool,
    /// Give back what is under way.
    aborting: AtomicBool,
    /// No claims for now: a person wants none.
    paused: AtomicBool,
    /// Workers wait for more when the run set is finished.
    stays: bool,
    /// Who watches.
    events: Outlet,
    /// Wakes workers that wait for a job.
    bell: Bell,
    /// Jobs that a process held which has ended without giving them back.
    pub buried: usize,
    /// Records taken from the store without asking anything.
    pub reused: AtomicUsize,
    /// Why the engine cannot go on.
    pub unavailable: Mutex<Option<String>>,
    /// Why the thermal guard has stopped the run.
    pub too_hot: OnceLock<String>,
    /// No claims for now: the card is too hot for new work.
    held: AtomicBool,
    /// An emergency has ended what ran, and nothing is begun until it is over; a run that stays goes on then.
    halted: AtomicBool,
    /// What measures the card's joules, where something does.
    meter: OnceLock<Watch>,
    /// What is told of the work.
    load: OnceLock<Load>,
    /// Who has drawn them.
    accounts: Mutex<Accounts>,
}

/// Why a run did not start or went wrong as a whole; its text is one line for the user.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No engine.
    #[error("{0}")]
    Engine(String),
    /// The model was to read alone, and there is none.
    #[error(
        "--model-alone has no model to read with: leave out --engine none, or use a smelt built with an engine"
    )]
    NoModelAlone,
    /// No store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The card cannot be held as was asked for.
    #[error("{0}")]
    Power(String, Exit),
    /// No place for the store.
    #[error("no data directory is known for this user: name a store with --store FILE")]
    NoDataDirectory,
    /// No thread.
    #[error("the system has no thread left: {0}")]
    NoThread(std::io::Error),
}

impl RunError {
    /// The documented exit code.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Engine(_) | Self::NoModelAlone => Exit::NoEngine,
            Self::Power(_, exit) => *exit,
            Self::Store(_) | Self::NoDataDirectory => Exit::Store,
            Self::NoThread(_) => Exit::Internal,
        }
    }
}

impl Run {
    /// Chooses the engine and opens the store.
    ///
    /// # Errors
    /// See [`RunError`].
    pub fn open(
        engine: &EngineArgs,
        store: &StoreArgs,
        readers: Readers,
        fresh: bool,
    ) -> Result<Self, RunError> {
        let selected = select(&Wish::from(engine)).map_err(RunError::Engine)?;
        if readers == Readers::Model && selected.engine.is_none() {
            return Err(RunError::NoModelAlone);
        }
        let mut store = open_store(store)?;
        let buried = owner::bury(&mut store)?;
        Ok(Self {
            store: Mutex::new(store),
            selected,
            readers,
            fresh,
            active: Mutex::default(),
            stopping: AtomicBool::new(false),
            aborting: AtomicBool::new(false),
            paused: AtomicBool::new(false),
            stays: false,
            events: Outlet::default(),
            bell: Bell::default(),
            reused: AtomicUsize::new(0),
            buried,
            unavailable: Mutex::new(None),
            too_hot: OnceLock::new(),
            held: AtomicBool::new(false),
            halted: AtomicBool::new(false),
            meter: OnceLock::new(),
            load: OnceLock::new(),
            accounts: Mutex::default(),
        })
    }

    /// The run of a console: told to `events`, and when its set is finished it waits for more until it is stopped.
    #[must_use]
    pub fn watched(mut self, events: Outlet) -> Self {
        self.events = events;
        self.stays = true;
        self.tell_of_engine();
        self
    }

    /// Tells which engine there is, while it has not started or was stopped.
    fn tell_of_engine(&self) {
        let model = self.selected.model.clone();
        let state = model.map_or(EngineState::None, |model| EngineState::Chosen { model });
        self.events.tell(|| Event::Engine(state));
    }

    /// Takes what waits in the queue into the run set, and wakes the workers.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn take_up(&self) -> Result<usize, StoreError> {
        let jobs = lock(&self.store).select_unfinished()?;
        self.announce();
        Ok(jobs)
    }

    /// Claims nothing while a person wants none; what runs goes on.
    pub fn pause(&self, is_paused: bool) {
        self.paused.store(is_paused, Ordering::SeqCst);
        self.announce();
    }

    /// Lets running jobs finish and claims no more.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.announce();
    }

    /// Wakes whoever waits; takes no lock that is held for long, since the screen and the keeper of the card ring too.
    fn announce(&self) {
        self.bell.ring();
    }

    /// Gives running jobs back to the queue at once.
    pub fn abort(&self) {
        self.aborting.store(true, Ordering::SeqCst);
        if let Some(engine) = &self.selected.engine {
            engine.kill();
        }
        self.stop();
    }

    /// Stops the model where it is while the program is stopped, whose guards of the card stand still too; or lets it go on.
    pub fn freeze(&self, is_frozen: bool) {
        if let Some(engine) = &self.selected.engine {
            engine.freeze(is_frozen);
        }
    }

    /// Whether workers may claim; what is under way goes on either way.
    pub fn admit(&self, is_open: bool) {
        if self.held.swap(!is_open, Ordering::SeqCst) == is_open {
            self.announce();
        }
    }

    /// Counts the joules of each page by what a keeper watches.
    pub fn measure(&self, keeper: &Keeper) {
        self.meter.set(keeper.watch()).ok();
    }

    /// Gives running jobs back to the queue, because of an emergency of the card. A run that stays waits for its end, any
    /// other is over; the first reason stands.
    pub fn stop_hot(&self, why: &str) {
        if !self.stays {
            if self.too_hot.set(why.to_owned()).is_ok() {
                self.abort();
            }
        } else if !self.halted.swap(true, Ordering::SeqCst) {
            if let Some(engine) = &self.selected.engine {
                engine.kill();
            }
            self.tell_of_engine();
            self.announce();
        }
    }

    /// Goes on after an emergency that is over.
    pub fn go_on(&self) {
        if self.halted.swap(false, Ordering::SeqCst) {
            if let Some(engine) = self
                .selected
                .engine
                .as_ref()
                .filter(|_| !self.is_stopping())
            {
                engine.revive();
            }
            self.announce();
        }
    }

    /// As [`Self::measure`], and tells a simulated card when there is work.
    pub fn watch(&self, keeper: &Keeper) {
        self.measure(keeper);
        self.load.set(keeper.load()).ok();
        self.weigh();
    }

    /// Tells a simulated card whether a page is being read.
    fn weigh(&self) {
        if let Some(load) = self.load.get() {
            load.set(!lock(&self.active).is_empty());
        }
    }

    /// Joules the card has drawn since it is measured.
    #[must_use]
    pub fn joules(&self) -> Option<f64> {
        self.meter.get()?.joules()
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    fn is_held(&self) -> bool {
        let is_set = |flag: &AtomicBool| flag.load(Ordering::SeqCst);
        is_set(&self.held) || is_set(&self.paused) || is_set(&self.halted)
    }

    fn is_aborting(&self) -> bool {
        self.aborting.load(Ordering::SeqCst) || self.halted.load(Ordering::SeqCst)
    }

    /// Questions put to the model.
    #[must_use]
    pub fn model_calls(&self) -> usize {
        self.selected
            .engine
            .as_ref()
            .map_or(0, Supervised::model_calls)
    }
}

/// A file in the user's data directory.
#[must_use]
pub fn own_file(name: &str) -> Option<PathBuf> {
    let directories = directories::ProjectDirs::from("", "", "smelt")?;
    Some(directories.data_dir().join(name))
}

/// Opens the store that was named, or the user's own.
///
/// # Errors
/// See [`RunError`].
pub fn open_store(store: &StoreArgs) -> Result<Store, RunError> {
    let path: PathBuf = store
        .store
        .clone()
        .or_else(|| own_file("smelt.db"))
        .ok_or(RunError::NoDataDirectory)?;
    Ok(Store::open(&path)?)
}

/// Milliseconds since the Unix epoch.
#[must_use]
pub fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A thread that panicked must not take the others' data with it.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
