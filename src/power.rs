//! The card's power: profiles as ceilings, the governor that moves below them, and what carries its decisions out.

pub mod actuator;
pub mod clocks;
pub mod command;
pub mod confirm;
pub mod exclusive;
mod file;
pub mod governor;
pub mod helper;
pub mod keeper;
pub mod ledger;
pub mod limit;
pub mod local;
pub mod pacing;
pub mod paths;
pub mod platform;
pub mod probe;
pub mod profile;
pub mod range;
pub mod restore;
pub mod session;
pub mod setup;
pub mod simulate;
pub mod simulated;
pub mod sudo;
pub mod sysfs;
pub mod tune;
pub mod wish;
pub mod writer;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::writer::Writer;

/// A way to write that several actuators use.
pub type Shared = Arc<Mutex<dyn Writer>>;

/// What is set must be put back, whatever panicked while it was locked.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
