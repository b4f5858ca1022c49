//! What a keeper's decisions are carried out on: the card, a simulated laptop, or nothing but our own work.

use std::sync::{Arc, Mutex};

use crate::gpu::simulated::Laptop;
use crate::pace::Pace;
use crate::power::Shared;
use crate::power::actuator::Outcome;
use crate::power::governor::Hold;
use crate::power::paths::{Open, Paths};
use crate::power::session::Session;
use crate::power::setup::Setup;
use crate::power::simulated::LaptopWriter;
use crate::power::wish::Refused;
use crate::power::writer::{Refusal, Via};

/// See the module.
pub(super) enum Hands {
    /// A card; the right to write is taken with the first wish and given back with the last.
    Card(Box<OnCard>),
    /// A simulated laptop, or without one only our own pace.
    Loose {
        paths: Box<Paths>,
        laptop: Option<Laptop>,
    },
}

/// A card, and the session while there is one.
pub(super) struct OnCard {
    setup: Setup,
    what: String,
    pace: Option<Pace>,
    session: Option<Session>,
    /// Lines of sessions, not yet said.
    notes: Vec<String>,
}

impl Hands {
    /// On a card. `what` is how others see this process.
    pub(super) fn on_card(setup: Setup, what: &str, pace: Option<Pace>) -> Self {
        Self::Card(Box::new(OnCard {
            setup,
            what: what.to_owned(),
            pace,
            session: None,
            notes: Vec::new(),
        }))
    }

    /// On a simulated laptop, or on nothing.
    pub(super) fn loose(laptop: Option<Laptop>, pace: Option<Pace>) -> Self {
        let ways = laptop.iter().map(|laptop| {
            let laptop = laptop.clone();
            let open: Open = Box::new(move || {
                let writer: Shared = Arc::new(Mutex::new(LaptopWriter::new(laptop.clone())));
                Ok(writer)
            });
            (Via::Direct, open)
        });
        Self::Loose {
            paths: Box::new(Paths::new(ways.collect(), None, pace)),
            laptop,
        }
    }

    /// Takes the right to write now, so that it is known whether there is one.
    pub(super) fn open(&mut self, uuid: &str) -> Result<(), Refusal> {
        match self {
            Self::Card(card) => card.open(uuid).map(drop),
            Self::Loose { .. } => Ok(()),
        }
    }

    /// Whether the right to write a card was taken.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Card(card) if card.session.is_some())
    }

    /// Holds the card of this UUID to so many watts.
    pub(super) fn hold(&mut self, uuid: &str, watts: f64) -> Outcome {
        match self {
            Self::Card(card) => match card.open(uuid) {
                Ok(session) => session.hold(watts),
                Err(refusal) => Outcome::Refused(refusal.text),
            },
            Self::Loose { paths, .. } => paths.hold(watts),
        }
    }

    /// The ways, where there are some now.
    pub(super) fn paths(&mut self) -> Option<&mut Paths> {
        match self {
            Self::Card(card) => card.session.as_mut().map(|session| &mut session.paths),
            Self::Loose { paths, .. } => Some(paths),
        }
    }

    /// How the governor is to judge whether the work uses all it may.
    pub(super) fn measure(&mut self) -> Hold {
        self.paths().map_or(Hold::Watts, |paths| paths.measure())
    }

    /// What holds the card, and what was not used.
    pub(super) fn state(&mut self) -> (Option<String>, Vec<Refused>) {
        self.paths().map_or_else(Default::default, |paths| {
            (paths.held_by(), paths.refused().to_vec())
        })
    }

    /// The simulated laptop, if it is one.
    pub(super) fn laptop(&self) -> Option<Laptop> {
        match self {
            Self::Card(_) => None,
            Self::Loose { laptop, .. } => laptop.clone(),
        }
    }

    /// A simulated laptop's work is paced as ours is.
    pub(super) fn pace(&self, duty: f64) {
        if let Self::Loose {
            laptop: Some(laptop),
            ..
        } = self
        {
            laptop.lock().pacing = duty;
        }
    }

    /// Lines for the user.
    pub(super) fn notes(&mut self) -> Vec<String> {
        match self {
            Self::Card(card) => std::mem::take(&mut card.notes),
            Self::Loose { .. } => Vec::new(),
        }
    }

    /// Puts everything back and gives the right to write back.
    pub(super) fn release(&mut self) -> Result<(), String> {
        match self {
            Self::Card(card) => card
                .session
                .take()
                .map_or(Ok(()), |mut session| session.paths.restore()),
            Self::Loose { paths, .. } => {
                let restored = paths.restore();
                paths.start_again();
                restored
            }
        }
    }
}

impl OnCard {
    fn open(&mut self, uuid: &str) -> Result<&mut Session, Refusal> {
        let session = if let Some(session) = self.session.take() {
            session
        } else {
            let mut session = Session::open(&self.setup, &self.what, uuid)?;
            if let Some(pace) = &self.pace {
                session.paths.work_with(pace.clone());
            }
            self.notes.append(&mut session.notices);
            if let Some(wish) = &session.taken_over {
                self.notes.push(format!(
                    "takes over the {:.0} W that were set; at the end the GPU is as it was before them",
                    wish.watts
                ));
            }
            session
        };
        Ok(self.session.insert(session))
    }
}
