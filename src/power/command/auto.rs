//! `smelt power auto`: the card, the governor and the actuators in one loop, once a second, until a signal.

mod lines;

use std::io::IsTerminal;
use std::time::Duration;

use self::lines::Lines;
use super::ears::{Answer, Ears, can_ask};
use super::hold::{TICK, finish, sampler};
use super::set::{check_range, unconfirmed};
use super::{Failure, explain, look_awake, setup, unable};
use crate::cli::{AutoArgs, Exit, complain};
use crate::gpu::Sample;
use crate::gpu::sample::State;
use crate::gpu::sampler::Sampler;
use crate::power::actuator::Outcome;
use crate::power::confirm;
use crate::power::governor::{Decision, Governor, Observation, Settings};
use crate::power::profile::Profiles;
use crate::power::session::Session;

/// Between two attempts to set what was refused.
const AGAIN: Duration = Duration::from_secs(30);

/// Runs the governor.
pub(super) fn auto(arguments: &AutoArgs) -> Result<Exit, Failure> {
    let (name, ceiling_w) = ceiling(&arguments.below)?;
    let setup = setup(&arguments.card)?;
    let (identity, sample) = look_awake(&setup)?;
    check_range(ceiling_w, &sample)?;
    let ears = Ears::open()?;
    let what = format!("smelt power auto {name}");
    let session = Session::open(&setup, &what, &identity.uuid)?;
    session.notices.iter().for_each(|notice| complain(notice));
    if let Some(wish) = &session.taken_over {
        complain(&format!(
            "takes over the {:.0} W that were set; at the end the GPU is as it was before them",
            wish.watts
        ));
    }
    if !arguments.yes && confirm::is_needed(ceiling_w, 0.0, sample.default_w.last()) {
        let question = format!("up to {ceiling_w:.0} W while it is cool enough?");
        match can_ask().then(|| ears.ask(&question)) {
            Some(Answer::Yes) => {}
            Some(Answer::Signal) => return Ok(finish(session, &ears)),
            Some(Answer::No) | None => {
                return Err(unconfirmed(ceiling_w, sample.default_w.last()));
            }
        }
    }
    let settings = Settings {
        ceiling_w,
        floor_w: floor(&sample),
        // Nobody is there to acknowledge; what was cancelled is not started again by this.
        auto_resume: true,
        ..Settings::default()
    };
    Control {
        session,
        governor: Governor::new(settings),
        lines: Lines {
            is_json: arguments.json || !std::io::stdout().is_terminal(),
            gpu: identity.uuid,
        },
        set: None,
        refused_at: None,
        was_away: false,
    }
    .run(&sampler(&setup)?, &ears)
}

/// A profile's name and watts, or the watts themselves.
fn ceiling(below: &str) -> Result<(String, f64), Failure> {
    match below.parse::<f64>() {
        Ok(watts) if watts.is_finite() && watts > 0.0 => Ok((below.to_owned(), watts)),
        _ => Profiles::default()
            .find(below)
            .map(|profile| (profile.name.clone(), profile.watts))
            .map_err(|error| Failure::new(Exit::Usage, error.to_string())),
    }
}

/// The governor's floor, where the card takes so little.
fn floor(sample: &Sample) -> f64 {
    let usual = Settings::default().floor_w;
    let least = sample.range_w.last().map_or(usual, |(least, _)| least);
    least.max(usual)
}

struct Control {
    session: Session,
    governor: Governor,
    lines: Lines,
    /// The cap that was carried out.
    set: Option<f64>,
    refused_at: Option<Duration>,
    was_away: bool,
}

impl Control {
    fn run(mut self, sampler: &Sampler, ears: &Ears) -> Result<Exit, Failure> {
        if !sampler.wait_for_first(Duration::from_secs(10)) {
            let line = "the driver does not answer; nothing was changed";
            return Err(Failure::new(Exit::NoEngine, line));
        }
        self.tick(&sampler.latest(), sampler.now());
        if self.set.is_none() && !self.was_away {
            return Err(unable(&self.session));
        }
        explain(&self.session);
        loop {
            if ears.wait(TICK) {
                return Ok(finish(self.session, ears));
            }
            self.tick(&sampler.latest(), sampler.now());
        }
    }

    fn tick(&mut self, sample: &Sample, now: Duration) {
        let is_away = !matches!(sample.state, State::Healthy | State::Degraded(_));
        if self.was_away && !is_away {
            // A driver that was reset has forgotten what it was told.
            self.session.paths.start_again();
            self.set = None;
            self.refused_at = None;
        }
        self.was_away = is_away;
        let seen = Observation {
            now,
            ..Observation::new(sample, self.session.paths.measure())
        };
        let decision = self.governor.step(seen);
        self.session.paths.set_share(decision.pacing);
        let outcome = (!is_away).then(|| self.carry_out(&decision, now)).flatten();
        if outcome.is_some() || decision.why.is_some() {
            let held_by = self.session.paths.held_by();
            self.lines
                .decision(sample, now, &decision, outcome.as_ref(), held_by.as_deref());
        }
        if !is_away {
            self.watch(sample, now, decision.unheld);
        }
    }

    /// Sets the cap if it is another than the one set; what was refused is tried again after a while.
    fn carry_out(&mut self, decision: &Decision, now: Duration) -> Option<Outcome> {
        let is_set = |set: f64| (set - decision.cap_w).abs() < 0.5;
        let is_due = |at| now.saturating_sub(at) >= AGAIN;
        if self.set.is_some_and(is_set) || !self.refused_at.is_none_or(is_due) {
            return None;
        }
        if self.refused_at.is_some() {
            self.session.paths.start_again();
        }
        let outcome = self.session.hold(decision.cap_w);
        match &outcome {
            Outcome::Applied(_) => {
                self.set = Some(decision.cap_w);
                self.refused_at = None;
            }
            Outcome::Refused(_) => {
                self.set = None;
                self.refused_at = Some(now);
            }
        }
        Some(outcome)
    }

    fn watch(&mut self, sample: &Sample, now: Duration, unheld: bool) {
        if unheld && let Some(outcome) = self.session.paths.unheld(now) {
            let held_by = self.session.paths.held_by();
            self.lines.unheld(sample, now, &outcome, held_by.as_deref());
        }
        if let Err(refusal) = self.session.paths.observe(sample, now) {
            self.lines.lost(now, &refusal.text);
            self.session.paths.start_again();
            self.set = None;
        }
    }
}
