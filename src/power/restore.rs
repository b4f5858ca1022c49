//! What a process that died has left set: put back at the next start, unless somebody wanted it to stay.

use std::path::Path;
use std::sync::{Arc, Mutex};

use super::exclusive::Exclusive;
use super::ledger::{Entries, Ledger, Left, discard};
use super::local::Local;
use super::lock;
use super::setup::Setup;
use super::sudo::SudoCard;
use super::writer::{Code, Refusal, Via};

/// What was found, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Settled {
    /// Nothing was set.
    Nothing,
    /// It is to stay.
    Kept(Entries),
    /// A process died; what it had set is as it was before.
    PutBack(String),
    /// The machine was restarted since, and the settings went with it.
    Gone,
    /// What was set is not known any more.
    Damaged(String),
}

impl Settled {
    /// What the user should know of it.
    #[must_use]
    pub fn notice(&self) -> Option<String> {
        match self {
            Self::Nothing | Self::Kept(_) | Self::Gone => None,
            Self::PutBack(owner) => Some(format!(
                "process {owner} ended without putting the GPU's power settings back; they are as before it now"
            )),
            Self::Damaged(why) => Some(format!(
                "it is not known any more what an earlier run has set ({why}); a restart undoes it"
            )),
        }
    }
}

/// Settles what is left, for whoever has the right to write.
///
/// # Errors
/// When it does not go back; then the ledger stays, and the next start tries again.
pub fn settle(setup: &Setup, _right: &Exclusive) -> Result<Settled, Refusal> {
    let path = setup.ledger();
    match Ledger::look(&path) {
        Left::Nothing => Ok(Settled::Nothing),
        Left::Kept(entries) => Ok(Settled::Kept(entries)),
        Left::Gone => discard(&path).map(|()| Settled::Gone),
        Left::Damaged(why) => discard(&path).map(|()| Settled::Damaged(why)),
        Left::Stale(entries) | Left::Held(entries) => {
            let owner = entries.process().to_owned();
            put_back(setup, &path, entries)?;
            Ok(Settled::PutBack(owner))
        }
    }
}

/// Puts back what a ledger says, each part in the way it was set.
///
/// # Errors
/// The last of what did not go back.
pub fn put_back(setup: &Setup, path: &Path, entries: Entries) -> Result<(), Refusal> {
    let setup = &setup.for_card(&entries.gpu);
    let ledger = Arc::new(Mutex::new(Ledger::take_over(path, entries)));
    let mut all = Ok(());
    for via in [Via::Direct, Via::Sudo] {
        if !lock(&ledger).uses(via) {
            continue;
        }
        let done = open(setup, via, &ledger).and_then(|mut local| local.put_all_back());
        all = done.and(all);
    }
    all
}

/// Opens a way that writes from this process.
///
/// # Errors
/// When sudo does not let this user.
pub fn open(setup: &Setup, via: Via, ledger: &Arc<Mutex<Ledger>>) -> Result<Local, Refusal> {
    let card = match via {
        Via::Direct => setup.card(),
        Via::Sudo => Box::new(SudoCard::open(setup.card(), setup.target.which.clone())?),
        Via::Helper => {
            let text = "the helper keeps a ledger of its own";
            return Err(Refusal::new(Code::NotSupported, text));
        }
    };
    Ok(Local::new(via, card, setup.platform(), Arc::clone(ledger)))
}

/// At any start of smelt: puts back what a dead process has left, if nobody else is at it. A look at one small file
/// where there is nothing to do.
#[must_use]
pub fn at_start(setup: &Setup) -> Option<String> {
    if !matches!(
        Ledger::look(&setup.ledger()),
        Left::Stale(_) | Left::Damaged(_)
    ) {
        return None;
    }
    let right = Exclusive::take(&setup.lock(), "smelt, putting settings back").ok()?;
    match settle(setup, &right) {
        Ok(settled) => settled.notice(),
        Err(refusal) => Some(format!(
            "what an earlier run has set on the GPU does not go back: {refusal}"
        )),
    }
}

/// Puts back everything that was set: by this user's smelt, and by the helper for anybody who no longer holds it. How
/// many parts that were.
///
/// # Errors
/// When somebody holds the settings, or they do not go back.
pub fn reset(setup: &Setup) -> Result<usize, Refusal> {
    let _right = Exclusive::take(&setup.lock(), "smelt power reset")?;
    let mut count = 0;
    match Ledger::look(&setup.ledger()) {
        Left::Kept(entries) | Left::Stale(entries) | Left::Held(entries) => {
            count += entries.found.len();
            put_back(setup, &setup.ledger(), entries)?;
        }
        Left::Gone | Left::Damaged(_) => discard(&setup.ledger())?,
        Left::Nothing => {}
    }
    // Without a helper there is nothing in its hands.
    if let Ok(mut helper) = setup.helper() {
        let set = helper.status()?.set.len();
        if set > 0 {
            helper.reset()?;
        }
        count += set;
    }
    Ok(count)
}
