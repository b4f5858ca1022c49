//! One command's hold on the card: the right to write, what was left settled, and the ways to write.

use std::sync::{Arc, Mutex};

use super::actuator::Outcome;
use super::exclusive::Exclusive;
use super::ledger::Ledger;
use super::paths::{Open, Paths};
use super::restore::{self, Settled, settle};
use super::setup::Setup;
use super::wish::Wish;
use super::writer::{Code, Refusal, Via};
use super::{Shared, lock};

/// See the module. Dropping it puts everything back that is not kept, and then gives up the right to write.
pub struct Session {
    /// The ways and actuators.
    pub paths: Paths,
    /// What an earlier command has left in force and is now taken over.
    pub taken_over: Option<Wish>,
    /// Lines the user should see.
    pub notices: Vec<String>,
    ledger: Arc<Mutex<Ledger>>,
    // Last, because fields are dropped in their order.
    _right: Exclusive,
}

impl Session {
    /// Takes the right to write as `what`, for the card with this UUID.
    ///
    /// # Errors
    /// When somebody else has it, or what was left cannot be settled.
    pub fn open(setup: &Setup, what: &str, uuid: &str) -> Result<Self, Refusal> {
        let right = Exclusive::take(&setup.lock(), what)?;
        let settled = settle(setup, &right)?;
        let notices = settled.notice().into_iter().collect();
        let (ledger, taken_over) = match settled {
            Settled::Kept(entries) if entries.gpu != uuid => {
                let text = format!(
                    "GPU {} is still set by an earlier command; `smelt power reset` first",
                    entries.gpu
                );
                return Err(Refusal::new(Code::Busy, text));
            }
            Settled::Kept(entries) => {
                let wish = entries.wish.clone();
                (Ledger::take_over(&setup.ledger(), entries), wish)
            }
            _ => (Ledger::new(&setup.ledger(), uuid), kept_by_helper(setup)),
        };
        let ledger = Arc::new(Mutex::new(ledger));
        let ways = vec![
            (Via::Direct, local(setup, Via::Direct, &ledger)),
            (Via::Helper, helper(setup)),
            (Via::Sudo, local(setup, Via::Sudo, &ledger)),
        ];
        let mut paths = Paths::new(ways, Some(setup.map(uuid)), None);
        for via in [Via::Direct, Via::Sudo] {
            if lock(&ledger).uses(via) {
                paths.take_over(via)?;
            }
        }
        Ok(Self {
            paths,
            taken_over,
            notices,
            ledger,
            _right: right,
        })
    }

    /// Holds the card to so many watts. From then on what an earlier command has left in force is this session's, and
    /// goes when it goes; if nothing takes the watts it stays as it was.
    pub fn hold(&mut self, watts: f64) -> Outcome {
        let was_kept = lock(&self.ledger).is_kept();
        if let Err(refusal) = lock(&self.ledger).release() {
            return Outcome::Refused(refusal.text);
        }
        let outcome = self.paths.hold(watts);
        if was_kept && matches!(outcome, Outcome::Refused(_)) {
            // Where even this cannot be written down, it is put back at the end.
            lock(&self.ledger).keep().ok();
        }
        outcome
    }
}

/// What an earlier command has left with the helper.
fn kept_by_helper(setup: &Setup) -> Option<Wish> {
    let status = setup.helper().and_then(|mut helper| helper.status());
    status.ok().filter(|status| status.kept)?.wish
}

fn local(setup: &Setup, via: Via, ledger: &Arc<Mutex<Ledger>>) -> Open {
    let (setup, ledger) = (setup.clone(), Arc::clone(ledger));
    Box::new(move || {
        let local: Shared = Arc::new(Mutex::new(restore::open(&setup, via, &ledger)?));
        Ok(local)
    })
}

fn helper(setup: &Setup) -> Open {
    let setup = setup.clone();
    Box::new(move || {
        let remote = setup.helper()?;
        let remote: Shared = Arc::new(Mutex::new(remote));
        Ok(remote)
    })
}
