//! Which actuator holds the card, through which way, and why the others do not.
//!
//! Actuators are tried in the order of what they cost: power limit, locked clocks, platform profile, pacing of our own
//! work. Each is tried through each way: this process itself, the helper, sudo. What the card itself refuses is not
//! asked for again in another way; what only this user may not do is.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::actuator::{Actuator, Outcome};
use super::clocks::map::MapFile;
use super::clocks::{self, LockedClocks};
use super::governor::Hold;
use super::ledger::Wish;
use super::limit::{self, PowerLimit};
use super::pacing::{Pace, Pacing};
use super::platform::{self, PlatformProfile};
use super::writer::{Part, Refusal, Via};
use super::{Shared, lock};
use crate::gpu::Sample;

const ORDER: [Part; 3] = [Part::PowerLimit, Part::LockedClocks, Part::PlatformProfile];
/// Between two actuators that are added because the card draws more than it was told: each needs time to show.
const BETWEEN: Duration = Duration::from_secs(10);

/// Opens a way to write.
pub type Open = Box<dyn FnOnce() -> Result<Shared, Refusal> + Send>;

/// A way to write, opened when it is first needed.
enum Way {
    Closed(Open),
    Open(Shared),
    Barred,
}

/// Something that was not used, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// A way, or an actuator with its way.
    pub what: String,
    /// One line.
    pub why: String,
}

#[derive(Debug, Clone, Copy)]
enum Candidate {
    Setting(Part, usize),
    Pacing,
}

struct Engaged {
    actuator: Box<dyn Actuator>,
    via: Option<Via>,
}

impl Engaged {
    fn name(&self) -> String {
        match self.via {
            Some(via) => describe(self.actuator.name(), via),
            None => self.actuator.name().to_owned(),
        }
    }
}

fn describe(actuator: &str, via: Via) -> String {
    format!("{actuator} ({})", via.name())
}

/// See the module.
pub struct Paths {
    ways: Vec<(Via, Way)>,
    map: Option<MapFile>,
    pace: Option<Pace>,
    candidates: VecDeque<Candidate>,
    engaged: Vec<Engaged>,
    /// Parts that are in use, or that no way will set.
    settled: Vec<Part>,
    refused: Vec<Refused>,
    added: Option<Duration>,
    wish: Option<f64>,
}

impl Paths {
    /// Tries `ways` in their order. What clocks do is remembered in `map`; `pace` is there where work of ours runs.
    #[must_use]
    pub fn new(ways: Vec<(Via, Open)>, map: Option<MapFile>, pace: Option<Pace>) -> Self {
        let mut paths = Self {
            ways: ways
                .into_iter()
                .map(|(via, open)| (via, Way::Closed(open)))
                .collect(),
            map,
            pace,
            candidates: VecDeque::new(),
            engaged: Vec::new(),
            settled: Vec::new(),
            refused: Vec::new(),
            added: None,
            wish: None,
        };
        paths.start_again();
        paths
    }

    /// Forgets what was found out, as after a driver reset, when nothing that was set is in force any more.
    pub fn start_again(&mut self) {
        let ways = 0..self.ways.len();
        let settings = ORDER
            .into_iter()
            .flat_map(|part| ways.clone().map(move |way| Candidate::Setting(part, way)));
        self.candidates = settings.chain([Candidate::Pacing]).collect();
        self.engaged.clear();
        self.settled.clear();
        self.refused.clear();
        self.added = None;
    }

    /// Holds the card to so many watts, with what is engaged or the next actuator that takes it.
    pub fn hold(&mut self, watts: f64) -> Outcome {
        self.wish = Some(watts);
        let mut read_back = None;
        for mut engaged in std::mem::take(&mut self.engaged) {
            match engaged.actuator.hold(watts) {
                Outcome::Applied(watts) => {
                    read_back = watts.or(read_back);
                    self.engaged.push(engaged);
                }
                Outcome::Refused(why) => self.drop_out(engaged, why),
            }
        }
        let outcome = if self.engaged.is_empty() {
            self.engage(watts)
        } else {
            Outcome::Applied(read_back)
        };
        self.tell(watts);
        outcome
    }

    /// The card draws more than it was told, and has for a while: the next actuator is engaged as well.
    pub fn unheld(&mut self, now: Duration) -> Option<Outcome> {
        let waited = |added| now.saturating_sub(added) >= BETWEEN;
        let watts = self.wish.filter(|_| self.added.is_none_or(waited))?;
        self.added = Some(now);
        if self.candidates.is_empty() {
            return None;
        }
        let outcome = self.engage(watts);
        self.tell(watts);
        Some(outcome)
    }

    /// A sample for what corrects itself, and a sign of life for who holds settings for us.
    ///
    /// # Errors
    /// When a way has lost what it held.
    pub fn observe(&mut self, sample: &Sample, now: Duration) -> Result<(), Refusal> {
        for engaged in &mut self.engaged {
            engaged.actuator.observe(sample, now);
        }
        self.beat()
    }

    /// The sign of life alone.
    ///
    /// # Errors
    /// When a way has lost what it held.
    pub fn beat(&mut self) -> Result<(), Refusal> {
        self.open_ways().try_for_each(|way| lock(way).beat())
    }

    /// Leaves what is set in force when this is dropped.
    ///
    /// # Errors
    /// When it cannot be noted; then it is put back.
    pub fn keep(&mut self) -> Result<(), Refusal> {
        self.open_ways().try_for_each(|way| lock(way).keep())
    }

    /// The share of the time a guard leaves our own work.
    pub fn set_share(&self, share: f64) {
        if let Some(pace) = &self.pace {
            pace.set_share(share);
        }
    }

    /// How the governor is to judge whether the work uses all it may.
    #[must_use]
    pub fn measure(&self) -> Hold {
        self.engaged
            .last()
            .map_or(Hold::Watts, |engaged| engaged.actuator.measure())
    }

    /// What holds the card: actuators with their ways, joined.
    #[must_use]
    pub fn held_by(&self) -> Option<String> {
        let names: Vec<_> = self.engaged.iter().map(Engaged::name).collect();
        (!names.is_empty()).then(|| names.join(" + "))
    }

    /// What was tried and not used, in order.
    #[must_use]
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// Puts everything back.
    ///
    /// # Errors
    /// The last of what could not be put back; the rest was.
    pub fn restore(&mut self) -> Result<(), String> {
        let mut all = Ok(());
        for mut engaged in std::mem::take(&mut self.engaged) {
            if let Err(why) = engaged.actuator.restore() {
                all = Err(format!("{} was not put back: {why}", engaged.name()));
            }
        }
        all
    }

    fn engage(&mut self, watts: f64) -> Outcome {
        while let Some(candidate) = self.candidates.pop_front() {
            let actuator = match candidate {
                Candidate::Setting(part, way) => self.probe(part, way),
                Candidate::Pacing => self.pacing(),
            };
            let Some(mut engaged) = actuator else {
                continue;
            };
            match engaged.actuator.hold(watts) {
                Outcome::Applied(read_back) => {
                    self.engaged.push(engaged);
                    return Outcome::Applied(read_back);
                }
                Outcome::Refused(why) => self.drop_out(engaged, why),
            }
        }
        Outcome::Refused("nothing here can hold the GPU's power down".to_owned())
    }

    fn probe(&mut self, part: Part, way: usize) -> Option<Engaged> {
        if self.settled.contains(&part) {
            return None;
        }
        let (via, writer) = (self.ways[way].0, self.open(way)?);
        let (name, probed) = match part {
            Part::PowerLimit => (limit::NAME, limit::probe(&writer)),
            Part::LockedClocks => (clocks::NAME, clocks::probe(&writer)),
            Part::PlatformProfile => (platform::NAME, platform::probe(&writer)),
        };
        if let Err(refusal) = probed {
            if !refusal.is_about_the_way() {
                self.settled.push(part);
            }
            self.refuse(describe(name, via), refusal.text);
            return None;
        }
        self.settled.push(part);
        let actuator: Box<dyn Actuator> = match part {
            Part::PowerLimit => Box::new(PowerLimit::new(writer)),
            Part::LockedClocks => Box::new(LockedClocks::new(writer, self.map.clone())),
            Part::PlatformProfile => Box::new(PlatformProfile::new(writer)),
        };
        Some(Engaged {
            actuator,
            via: Some(via),
        })
    }

    fn pacing(&mut self) -> Option<Engaged> {
        let Some(pace) = &self.pace else {
            let why = "slows smelt's own work only, and this process does none";
            self.refuse("pacing".to_owned(), why.to_owned());
            return None;
        };
        Some(Engaged {
            actuator: Box::new(Pacing::new(pace.clone())),
            via: None,
        })
    }

    fn open(&mut self, way: usize) -> Option<Shared> {
        let (via, state) = &mut self.ways[way];
        let via = *via;
        match std::mem::replace(state, Way::Barred) {
            Way::Barred => None,
            Way::Open(writer) => {
                *state = Way::Open(writer.clone());
                Some(writer)
            }
            Way::Closed(open) => match open() {
                Ok(writer) => {
                    *state = Way::Open(writer.clone());
                    Some(writer)
                }
                Err(refusal) => {
                    self.refuse(via.name().to_owned(), refusal.text);
                    None
                }
            },
        }
    }

    fn open_ways(&self) -> impl Iterator<Item = &Shared> {
        self.ways.iter().filter_map(|(_, way)| match way {
            Way::Open(writer) => Some(writer),
            Way::Closed(_) | Way::Barred => None,
        })
    }

    fn refuse(&mut self, what: String, why: String) {
        tracing::info!(what, why, "not used to hold the card");
        self.refused.push(Refused { what, why });
    }

    fn drop_out(&mut self, mut engaged: Engaged, why: String) {
        // What it may have set must not stay; the ledger has it if this fails too.
        engaged.actuator.restore().ok();
        self.refuse(engaged.name(), why);
    }

    /// Notes what is set for those who look; who cannot note it holds it all the same.
    fn tell(&self, watts: f64) {
        let Some(held_by) = self.held_by() else {
            return;
        };
        let wish = Wish {
            watts,
            held_by,
            refused: self.refused.clone(),
        };
        for way in self.open_ways() {
            if let Err(refusal) = lock(way).tell(&wish) {
                tracing::warn!(why = %refusal, "what is set was not noted");
            }
        }
    }
}
