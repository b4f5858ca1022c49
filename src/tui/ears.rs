//! The threads that listen: keys, signals, and whether the terminal is still there. Each only puts into the inbox, except
//! that an end which the console does not come to is brought about here.

use std::io;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGCONT, SIGHUP};
use signal_hook::iterator::Signals;

use super::backstage::Backstage;
use super::held::Held;
use super::inbox::Inbox;
use super::msg::Msg;
use super::terminal::{self, Pulse};
use crate::run::Run;
use crate::signals::{self, Stopped};

/// How often it is looked whether the terminal is there.
const PULSE: Duration = Duration::from_millis(750);
/// How long the console has to end by itself once it has to.
const GRACE: Duration = Duration::from_millis(1200);
/// How long the card has, even so, to be put back.
const RESTORED: Duration = Duration::from_secs(5);

/// What the listening threads share.
#[derive(Clone)]
pub struct Ears {
    inbox: Inbox,
    run: Arc<OnceLock<Arc<Run>>>,
    keeper: Held,
}

impl Ears {
    /// Puts into `inbox`, and at the end stops the run and the keeper that are behind the stage by then.
    #[must_use]
    pub fn new(inbox: Inbox, backstage: &Backstage) -> Self {
        Self {
            inbox,
            run: Arc::clone(&backstage.run),
            keeper: backstage.keeper.clone(),
        }
    }

    /// Reads keys in a thread of its own: the library's reader spins for ever once the terminal is gone.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn keys(&self) -> io::Result<()> {
        let inbox = self.inbox.clone();
        thread::Builder::new()
            .name("keys".to_owned())
            .spawn(move || {
                while let Ok(input) = crossterm::event::read() {
                    inbox.put(Msg::Input(input));
                }
                inbox.put(Msg::Gone);
            })?;
        Ok(())
    }

    /// Listens to the signals that ask for the end, and to that which says that the process was continued.
    ///
    /// # Errors
    /// When they cannot be listened to.
    pub fn signals(&self) -> io::Result<Stopped> {
        let ears = self.clone();
        let stopped = signals::listen(move |_| ears.end())?;
        let inbox = self.inbox.clone();
        let mut continued = Signals::new([SIGCONT])?;
        thread::Builder::new()
            .name("continued".to_owned())
            .spawn(move || {
                for _ in continued.forever() {
                    inbox.put(Msg::Continued);
                }
            })?;
        Ok(stopped)
    }

    /// Looks whether the terminal is still there: who started smelt may have kept the signal that says so to themselves.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn pulse(&self, pulse: Pulse) -> io::Result<()> {
        let ears = self.clone();
        thread::Builder::new()
            .name("pulse".to_owned())
            .spawn(move || {
                while pulse.is_alive() {
                    thread::sleep(PULSE);
                }
                ears.end();
            })?;
        Ok(())
    }

    /// Ends the console, and the process if the console does not: it may be waiting for a terminal that takes nothing.
    fn end(&self) {
        let keeper = self.keeper.clone();
        // First, and by itself: everything else here may wait for the store.
        thread::spawn(move || {
            let began = Instant::now();
            if let Err(why) = keeper.let_go(RESTORED) {
                tracing::warn!("{why}");
            }
            thread::sleep(GRACE.saturating_sub(began.elapsed()));
            terminal::give_back_at_once();
            signal_hook::low_level::emulate_default_handler(SIGHUP).ok();
        });
        if let Some(run) = self.run.get() {
            run.abort();
        }
        self.inbox.put(Msg::Gone);
    }
}
