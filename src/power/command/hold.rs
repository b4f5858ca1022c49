//! Holding a setting: once a second what corrects itself is corrected, until a signal; then everything is put back.

use std::time::Duration;

use super::Failure;
use super::ears::Ears;
use crate::cli::{Exit, complain};
use crate::gpu::sampler::Sampler;
use crate::power::session::Session;
use crate::power::setup::Setup;

/// Between two looks at the card.
pub(super) const TICK: Duration = Duration::from_secs(1);

/// Samples of the card, from a thread that may hang where this one must not.
fn sampler(setup: &Setup) -> Result<Sampler, Failure> {
    let setup = setup.clone();
    Sampler::start(TICK, move || Box::new(setup.source()))
        .map_err(|error| Failure::new(Exit::Internal, format!("no thread for samples: {error}")))
}

/// Holds until a signal.
pub(super) fn hold(mut session: Session, setup: &Setup, ears: &Ears) -> Result<Exit, Failure> {
    let sampler = sampler(setup)?;
    complain("holding it; INT (Ctrl-C) ends this and puts everything back");
    loop {
        if ears.wait(TICK) {
            return Ok(finish(session, ears));
        }
        session.paths.observe(&sampler.latest(), sampler.now())?;
    }
}

/// Puts everything back, then dies by the signal.
fn finish(mut session: Session, ears: &Ears) -> Exit {
    let put_back = session.paths.restore();
    drop(session);
    restored(put_back);
    ears.die()
}

/// Says whether everything was put back.
pub(super) fn restored(put_back: Result<(), String>) {
    match put_back {
        Ok(()) => complain("the GPU's power settings are as they were found"),
        Err(why) => complain(&format!("{why}; the next start of smelt tries again")),
    }
}
