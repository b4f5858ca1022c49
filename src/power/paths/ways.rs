//! The ways to write, each opened when it is first needed and not asked again when it is barred.

use crate::power::Shared;
use crate::power::writer::{Refusal, Via};

/// Opens a way to write.
pub type Open = Box<dyn FnMut() -> Result<Shared, Refusal> + Send>;

/// See the module.
pub(super) struct Ways(Vec<Way>);

struct Way {
    via: Via,
    open: Open,
    state: State,
}

enum State {
    Closed,
    Open(Shared),
    Barred,
}

impl Ways {
    pub(super) fn new(ways: Vec<(Via, Open)>) -> Self {
        let closed = |(via, open)| Way {
            via,
            open,
            state: State::Closed,
        };
        Self(ways.into_iter().map(closed).collect())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// A way by its place; why it is barred is said once, and afterwards there is none.
    pub(super) fn open(&mut self, at: usize) -> Option<Result<(Via, Shared), (Via, Refusal)>> {
        let Way { via, open, state } = &mut self.0[at];
        if let State::Closed = state {
            match open() {
                Ok(writer) => *state = State::Open(writer),
                Err(refusal) => {
                    *state = State::Barred;
                    return Some(Err((*via, refusal)));
                }
            }
        }
        match state {
            State::Open(writer) => Some(Ok((*via, writer.clone()))),
            State::Closed | State::Barred => None,
        }
    }

    /// Opens a way whether it is needed or not.
    pub(super) fn open_now(&mut self, via: Via) -> Result<(), Refusal> {
        for way in self.0.iter_mut().filter(|way| way.via == via) {
            way.state = State::Open((way.open)()?);
        }
        Ok(())
    }

    /// Those that are open.
    pub(super) fn opened(&self) -> impl Iterator<Item = &Shared> {
        self.0.iter().filter_map(|way| match &way.state {
            State::Open(writer) => Some(writer),
            State::Closed | State::Barred => None,
        })
    }

    /// Closes all; each may be tried again.
    pub(super) fn close(&mut self) {
        for way in &mut self.0 {
            way.state = State::Closed;
        }
    }
}
