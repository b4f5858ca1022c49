//! A run and signals: the first INT or TERM finishes what runs, the second gives it back.

use std::sync::Arc;

use super::Run;
use crate::signals::{self, Stopped};

/// Listens from now on; `tell` gets a line for the user.
///
/// # Errors
/// When the handlers cannot be installed.
pub fn listen(run: Arc<Run>, tell: impl Fn(&str) + Send + 'static) -> std::io::Result<Stopped> {
    signals::listen(move |count| match count {
        0 => {
            run.stop();
            tell(
                "stopping: what runs is finished first; a second signal gives it back to the queue",
            );
        }
        _ => run.abort(),
    })
}
