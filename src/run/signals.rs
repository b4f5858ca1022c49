//! Signals: the first INT or TERM finishes what runs, the second gives it back; then smelt dies by that signal.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::Run;
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

/// Listens from now on; `tell` gets a line for the user.
///
/// # Errors
/// When the handlers cannot be installed.
pub fn listen(run: Arc<Run>, tell: impl Fn(&str) + Send + 'static) -> std::io::Result<Stopped> {
    let stopped = Stopped::default();
    let heard = [SIGINT, SIGTERM, SIGHUP];
    let mut signals = Signals::new(heard.into_iter().filter(|signal| !is_ignored(*signal)))?;
    let remembered = Arc::clone(&stopped.0);
    std::thread::spawn(move || {
        for (count, signal) in signals.forever().enumerate() {
            remembered.store(signal, Ordering::SeqCst);
            match count {
                0 => {
                    run.stop();
                    tell(
                        "stopping: what runs is finished first; a second signal gives it back to the queue",
                    );
                }
                _ => run.abort(),
            }
        }
    });
    Ok(stopped)
}
