//! Signals that ask the program to end: heard in a thread, and at the end died by, so that shells can tell the difference.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::process::is_ignored;

/// The signal to die by.
#[derive(Debug, Clone, Default)]
pub struct Stopped(Arc<AtomicI32>);

impl Stopped {
    /// Ends the process as the signal would have, if one came; shells tell the difference.
    pub fn die(&self) {
        let signal = self.0.load(Ordering::SeqCst);
        if signal != 0 {
            signal_hook::low_level::emulate_default_handler(signal).ok();
        }
    }
}

/// Listens to INT, TERM and HUP from now on, except where they were shut out at the start, as by `nohup`. `hear` is told
/// how many came before.
///
/// # Errors
/// When the handlers cannot be installed.
pub fn listen(mut hear: impl FnMut(usize) + Send + 'static) -> std::io::Result<Stopped> {
    let stopped = Stopped::default();
    let heard = [SIGINT, SIGTERM, SIGHUP];
    let mut signals = Signals::new(heard.into_iter().filter(|signal| !is_ignored(*signal)))?;
    let remembered = Arc::clone(&stopped.0);
    std::thread::spawn(move || {
        for (count, signal) in signals.forever().enumerate() {
            remembered.store(signal, Ordering::SeqCst);
            hear(count);
        }
    });
    Ok(stopped)
}
