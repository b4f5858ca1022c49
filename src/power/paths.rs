//! Which actuator holds the card, through which way, and why the others do not.
//!
//! Actuators are tried in the order of what they cost: power limit, locked clocks, platform profile, pacing of our own
//! work. Each is tried through each way: this process itself, the helper, sudo. What the card itself refuses is not
//! asked for again in another way; what only this user may not do is.

mod ways;

use std::collections::VecDeque;
use std::time::Duration;

pub use self::ways::Open;
use self::ways::Ways;
use super::actuator::{Actuator, Outcome};
use super::clocks::map::MapFile;
use super::clocks::{self, LockedClocks};
use super::governor::Hold;
use super::limit::{self, PowerLimit};
use super::lock;
use super::pacing::Pacing;
use super::platform::{self, PlatformProfile};
use super::wish::{Refused, Wish};
use super::writer::{Part, Refusal, Via};
use crate::gpu::Sample;
use crate::pace::Pace;

const ORDER: [Part; 3] = [Part::PowerLimit, Part::LockedClocks, Part::PlatformProfile];
/// Between two actuators that are added because the card draws more than it was told: each needs time to show.
const BETWEEN: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy)]
enum Candidate {
    Setting(Part, usize),
    Pacing,
}

struct Engaged {
    actuator: Box<dyn Actuator>,
    /// What it sets, and through which way; pacing sets nothing.
    setting: Option<(Part, Via)>,
}

impl Engaged {
    fn name(&self) -> String {
        match self.setting {
            Some((_, via)) => describe(self.actuator.name(), via),
            None => self.actuator.name().to_owned(),
        }
    }

    /// The name, and how it stands.
    fn state(&self) -> String {
        match self.actuator.measure() {
            Hold::Clocks(mhz) => format!("{}, at most {mhz} MHz", self.name()),
            Hold::Watts | Hold::Pacing(_) => self.name(),
        }
    }
}

fn name(part: Part) -> &'static str {
    match part {
        Part::PowerLimit => limit::NAME,
        Part::LockedClocks => clocks::NAME,
        Part::PlatformProfile => platform::NAME,
    }
}

fn describe(actuator: &str, via: Via) -> String {
    format!("{actuator} ({})", via.name())
}

/// See the module.
pub struct Paths {
    ways: Ways,
    map: Option<MapFile>,
    pace: Option<Pace>,
    candidates: VecDeque<Candidate>,
    engaged: Vec<Engaged>,
    /// Parts that are in use, or that no way will set.
    settled: Vec<Part>,
    refused: Vec<Refused>,
    added: Option<Duration>,
    wish: Option<f64>,
    /// What was last told of what holds the card.
    told: Option<String>,
}

impl Paths {
    /// Tries `ways` in their order. What clocks do is remembered in `map`; `pace` is there where work of ours runs.
    #[must_use]
    pub fn new(ways: Vec<(Via, Open)>, map: Option<MapFile>, pace: Option<Pace>) -> Self {
        let mut paths = Self {
            ways: Ways::new(ways),
            map,
            pace,
            candidates: VecDeque::new(),
            engaged: Vec::new(),
            settled: Vec::new(),
            refused: Vec::new(),
            added: None,
            wish: None,
            told: None,
        };
        paths.start_again();
        paths
    }

    /// Lets pacing hold the card too, from the next actuator on: work of ours obeys `pace`.
    pub fn work_with(&mut self, pace: Pace) {
        self.pace = Some(pace);
    }

    /// Forgets what was found out, as after a driver reset, when nothing that was set is in force any more.
    pub fn start_again(&mut self) {
        let ways = 0..self.ways.len();
        let settings = ORDER
            .into_iter()
            .flat_map(|part| ways.clone().map(move |way| Candidate::Setting(part, way)));
        self.candidates = settings.chain([Candidate::Pacing]).collect();
        self.engaged.clear();
        self.ways.close();
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
        if let Some(watts) = self.wish.filter(|_| self.held_by() != self.told) {
            self.tell(watts);
        }
        self.beat()
    }

    /// The sign of life alone.
    ///
    /// # Errors
    /// When a way has lost what it held.
    pub fn beat(&mut self) -> Result<(), Refusal> {
        self.ways.opened().try_for_each(|way| lock(way).beat())
    }

    /// Puts back what earlier commands have set through parts that are not in use now.
    ///
    /// # Errors
    /// When a part does not go back.
    pub fn put_others_back(&mut self) -> Result<(), Refusal> {
        let in_use = |part| {
            let settings = self.engaged.iter().filter_map(|engaged| engaged.setting);
            settings.into_iter().any(|(used, _)| used == part)
        };
        for part in ORDER.into_iter().filter(|part| !in_use(*part)) {
            self.ways
                .opened()
                .try_for_each(|way| lock(way).put_back(part))?;
        }
        Ok(())
    }

    /// Leaves what is set in force when this is dropped.
    ///
    /// # Errors
    /// When it cannot be noted; then it is put back.
    pub fn keep(&mut self) -> Result<(), Refusal> {
        self.ways.opened().try_for_each(|way| lock(way).keep())
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

    /// Whether clocks are locked from this process, so that they may end with it.
    #[must_use]
    pub fn locks_clocks_itself(&self) -> bool {
        self.engaged.iter().any(|engaged| {
            engaged.setting.is_some_and(|(_, via)| via != Via::Helper)
                && matches!(engaged.actuator.measure(), Hold::Clocks(_))
        })
    }

    /// What holds the card: actuators with their ways, joined.
    #[must_use]
    pub fn held_by(&self) -> Option<String> {
        let names: Vec<_> = self.engaged.iter().map(Engaged::state).collect();
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
        let (via, writer) = match self.ways.open(way)? {
            Ok(way) => way,
            Err((via, refusal)) => {
                self.refuse(via.name().to_owned(), refusal.text);
                return None;
            }
        };
        let probed = lock(&writer).probe(part);
        if let Err(refusal) = probed {
            if !refusal.is_about_the_way() {
                self.settled.push(part);
            }
            self.refuse(describe(name(part), via), refusal.text);
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
            setting: Some((part, via)),
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
            setting: None,
        })
    }

    /// Opens a way now, because what was set through it earlier is to be put back when this ends.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn take_over(&mut self, via: Via) -> Result<(), Refusal> {
        self.ways.open_now(via)
    }

    /// What each part could be set through, without setting any.
    pub fn survey(&mut self) -> Vec<String> {
        let mut usable = Vec::new();
        while let Some(candidate) = self.candidates.pop_front() {
            let engaged = match candidate {
                Candidate::Setting(part, way) => self.probe(part, way),
                Candidate::Pacing => self.pacing(),
            };
            usable.extend(engaged.map(|engaged| engaged.name()));
        }
        usable
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
    fn tell(&mut self, watts: f64) {
        self.told = self.held_by();
        let Some(held_by) = self.told.clone() else {
            return;
        };
        let wish = Wish {
            watts,
            held_by,
            refused: self.refused.clone(),
        };
        for way in self.ways.opened() {
            if let Err(refusal) = lock(way).tell(&wish) {
                tracing::warn!(why = %refusal, "what is set was not noted");
            }
        }
    }
}
