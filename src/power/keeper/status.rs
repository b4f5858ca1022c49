//! What a keeper shows of itself, and what it says when something happens.

use std::time::Duration;

use crate::gpu::{Identity, Sample};
use crate::power::actuator;
use crate::power::governor::{Admission, Bound, Decision, Stage};
use crate::power::wish::Refused;

/// Who decides the watts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Nobody: the card is only watched.
    #[default]
    Off,
    /// A person; the guards alone go below.
    Manual,
    /// The governor, below what a person allows.
    Automatic,
}

/// What is wished for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Who decides the watts.
    pub mode: Mode,
    /// The profile, if the watts are one's.
    pub profile: Option<String>,
    /// The most watts there may be; counts while the mode is not [`Mode::Off`].
    pub ceiling_w: f64,
}

/// A raise that goes back by itself unless a person confirms it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pending {
    /// Watts it raised the ceiling to.
    pub watts: f64,
    /// How long there is to confirm it.
    pub left: Duration,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Counted from 1, in the order in which commands were given; 0 is the keeper itself, as when a raise goes back.
    pub id: u64,
    /// What came of it, or why nothing did, as one line.
    pub result: Result<Done, String>,
}

/// What a command did.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// One line for a person.
    pub text: String,
    /// Watts now asked for; `None` where nothing is.
    pub requested_w: Option<f64>,
    /// Watts that reading back showed; `None` where only the draw under load can show it.
    pub effective_w: Option<f64>,
}

/// The card and what is done about it, at one moment.
#[derive(Debug, Clone)]
pub struct Status {
    /// The newest sample.
    pub sample: Sample,
    /// Which card it is.
    pub card: Identity,
    /// What is wished for.
    pub plan: Plan,
    /// Watts asked for now; `None` where nothing is set.
    pub requested_w: Option<f64>,
    /// Watts that reading back showed when they were set.
    pub effective_w: Option<f64>,
    /// Actuators with their ways; `None` where nothing holds the card.
    pub held_by: Option<String>,
    /// What was tried and not used, with the reasons.
    pub refused: Vec<Refused>,
    /// Which guard stands.
    pub stage: Stage,
    /// What keeps the cap where it is.
    pub bound: Bound,
    /// Why the cap or the stage last changed.
    pub why: Option<String>,
    /// Whether new work may begin.
    pub admission: Admission,
    /// What runs must end.
    pub emergency: bool,
    /// The part of the time our own steps may fill, 0.05 to 1.
    pub pace: f64,
    /// A raise that waits for its confirmation.
    pub pending: Option<Pending>,
    /// What became of the last command.
    pub last: Option<Told>,
    /// Whether nothing may be set.
    pub readonly: bool,
}

impl Status {
    /// Before anything is known.
    pub(super) fn new(sample: Sample, readonly: bool) -> Self {
        Self {
            sample,
            card: Identity::default(),
            plan: Plan::default(),
            requested_w: None,
            effective_w: None,
            held_by: None,
            refused: Vec::new(),
            stage: Stage::Steady,
            bound: Bound::Profile,
            why: None,
            admission: Admission::Open,
            emergency: false,
            pace: 1.0,
            pending: None,
            last: None,
            readonly,
        }
    }

    /// Stopped by hand where no card was seen: work ends all the same.
    pub(super) fn stop(&mut self) {
        self.stage = Stage::Emergency;
        self.admission = Admission::Paused;
        self.emergency = true;
        self.why = Some("stopped by hand".to_owned());
    }

    /// Takes over what a decision says, or where none is heeded that nothing stands in the way.
    pub(super) fn heed(&mut self, decision: Option<&Decision>) {
        let Some(decision) = decision else {
            self.stage = Stage::Steady;
            self.bound = Bound::Profile;
            self.admission = Admission::Open;
            self.emergency = false;
            self.why = None;
            return;
        };
        self.stage = decision.stage;
        self.bound = decision.bound;
        self.admission = decision.admission;
        self.emergency = decision.emergency;
        if let Some(why) = decision.why {
            self.why = Some(why.to_string());
        }
    }

    /// Watts drawn now, averaged over a second.
    #[must_use]
    pub fn drawn_w(&self) -> Option<f64> {
        self.sample.power_w.fresh()
    }
}

/// Something that happened; the status it comes with is the one after it.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// A second has passed.
    Tick,
    /// The governor has moved the cap or changed its guard, or a cap was carried out or refused.
    Decision {
        /// On the samples' clock.
        now: Duration,
        /// What it decided.
        decision: Decision,
        /// What came of it, if something was to be set.
        outcome: Option<actuator::Outcome>,
    },
    /// The card does not keep to its cap; what was then engaged beside.
    Unheld {
        /// On the samples' clock.
        now: Duration,
        /// Whether something was left to try.
        outcome: actuator::Outcome,
    },
    /// What was set is lost, and is set anew.
    Unset {
        /// On the samples' clock.
        now: Duration,
        /// Why.
        why: String,
    },
    /// A command was carried out, or not.
    Told(Told),
    /// One line the user should see.
    Note(String),
}
