//! The keeper's loop without its thread: a sample in each second, commands between, and what is to be said of both.

use std::time::Duration;

use super::hands::Hands;
use super::order::{Command, known, planned, there};
use super::status::{Done, Mode, Notice, Pending, Plan, Status, Told};
use crate::gpu::sample::State;
use crate::gpu::{Identity, Sample};
use crate::pace::Pace;
use crate::power::actuator::Outcome;
use crate::power::confirm::{self, Raise, Verdict};
use crate::power::governor::{Decision, Governor, Observation, Settings, Stage};
use crate::power::range;
use crate::power::wish::reasons;
use crate::power::writer::Refusal;

/// Between two attempts to set what was refused.
const AGAIN: Duration = Duration::from_secs(30);

/// See the module.
pub(super) struct Control {
    pub(super) hands: Hands,
    pub(super) status: Status,
    pace: Pace,
    auto_resume: bool,
    /// There is none before a card was seen.
    governor: Option<Governor>,
    /// The cap that was carried out.
    set: Option<f64>,
    refused_at: Option<Duration>,
    was_away: bool,
    raise: Option<(Raise, Plan)>,
    said: Vec<Notice>,
}

impl Control {
    pub(super) fn new(hands: Hands, status: Status, pace: Pace, auto_resume: bool) -> Self {
        Self {
            hands,
            status,
            pace,
            auto_resume,
            governor: None,
            set: None,
            refused_at: None,
            was_away: false,
            raise: None,
            said: Vec::new(),
        }
    }

    /// What is to be said since this was last asked.
    pub(super) fn notices(&mut self) -> Vec<Notice> {
        let notes = self.hands.notes().into_iter().map(Notice::Note);
        let mut notices: Vec<Notice> = notes.collect();
        notices.append(&mut self.said);
        notices
    }

    /// A second has begun.
    pub(super) fn tick(&mut self, sample: Sample, card: Identity, now: Duration) {
        self.status.sample = sample;
        self.status.card = card;
        self.expire(now);
        let is_away = there(&self.status.sample).is_err();
        if self.was_away && !is_away {
            self.start_again();
        }
        self.was_away = is_away;
        let is_absent = matches!(self.status.sample.state, State::Absent(_));
        if self.governor.is_some() || !is_absent {
            self.govern(now, is_away);
        }
        self.show(now);
        self.said.push(Notice::Tick);
    }

    fn govern(&mut self, now: Duration, is_away: bool) {
        let hold = self.hands.measure();
        let settings = self.settings();
        let was_stopped = self.status.emergency;
        let governor = self.governor.get_or_insert_with(|| {
            let mut governor = Governor::new(settings);
            if was_stopped {
                governor.stop();
            }
            governor
        });
        let decision = governor.step(Observation {
            now,
            ..Observation::new(&self.status.sample, hold)
        });
        let is_heeded = self.status.plan.mode != Mode::Off || decision.emergency;
        self.pace
            .set_share(if is_heeded { decision.pacing } else { 1.0 });
        self.status.heed(is_heeded.then_some(&decision));
        let cap = self.cap(&decision);
        let outcome = (!is_away).then(|| self.carry_out(cap, now)).flatten();
        let unheld = decision.unheld && cap.is_some();
        if outcome.is_some() || (is_heeded && decision.why.is_some()) {
            self.said.push(Notice::Decision {
                now,
                decision,
                outcome,
            });
        }
        if !is_away {
            self.watch(now, unheld);
        }
    }

    fn settings(&self) -> Settings {
        let plan = &self.status.plan;
        let usual = Settings::default();
        let ceiling = (plan.mode != Mode::Off).then_some(plan.ceiling_w);
        let least = range::of(&self.status.sample).map_or(usual.floor_w, |(least, _)| least);
        Settings {
            ceiling_w: ceiling.unwrap_or(usual.ceiling_w),
            floor_w: least.max(usual.floor_w),
            auto_resume: self.auto_resume,
            ..usual
        }
    }

    /// The watts that are to hold; `None` where none are.
    fn cap(&self, decision: &Decision) -> Option<f64> {
        let plan = &self.status.plan;
        match plan.mode {
            Mode::Off => decision.emergency.then_some(decision.cap_w),
            Mode::Automatic => Some(decision.cap_w),
            Mode::Manual if decision.stage == Stage::Steady => Some(plan.ceiling_w),
            Mode::Manual => Some(decision.cap_w.min(plan.ceiling_w)),
        }
    }

    /// Sets the cap if it is another than the one set; what was refused is tried again after a while.
    fn carry_out(&mut self, cap: Option<f64>, now: Duration) -> Option<Outcome> {
        let Some(cap) = cap else {
            self.release();
            return None;
        };
        let is_set = |set: f64| (set - cap).abs() < 0.5;
        let is_due = |at| now.saturating_sub(at) >= AGAIN;
        if self.set.is_some_and(is_set) || !self.refused_at.is_none_or(is_due) {
            return None;
        }
        if self.refused_at.is_some() {
            self.start_again();
        }
        let outcome = match self.fits(cap) {
            Ok(()) => self.hands.hold(&self.status.card.uuid, cap),
            Err(refusal) => Outcome::Refused(refusal.text),
        };
        match &outcome {
            Outcome::Applied(read_back) => {
                self.set = Some(cap);
                self.status.effective_w = *read_back;
                self.refused_at = None;
            }
            Outcome::Refused(_) => {
                self.set = None;
                self.status.effective_w = None;
                self.refused_at = Some(now);
            }
        }
        Some(outcome)
    }

    /// A plan may be older than what is known of the card, which slept. What the guards ask for is never looked at.
    fn fits(&self, cap: f64) -> Result<(), Refusal> {
        if self.set.is_some() || self.status.stage != Stage::Steady {
            return Ok(());
        }
        range::check(cap, &self.status.sample)
    }

    fn watch(&mut self, now: Duration, unheld: bool) {
        let Some(paths) = self.hands.paths() else {
            return;
        };
        if unheld && let Some(outcome) = paths.unheld(now) {
            self.said.push(Notice::Unheld { now, outcome });
        }
        if let Err(refusal) = paths.observe(&self.status.sample, now) {
            let why = refusal.text;
            self.said.push(Notice::Unset { now, why });
            self.start_again();
        }
        self.hands.pace(self.pace.duty());
    }

    /// A driver that was reset has forgotten what it was told.
    fn start_again(&mut self) {
        if let Some(paths) = self.hands.paths() {
            paths.start_again();
        }
        self.set = None;
        self.refused_at = None;
    }

    fn release(&mut self) {
        self.refused_at = None;
        self.status.effective_w = None;
        let was_set = self.set.take().is_some();
        if (was_set || self.hands.is_open())
            && let Err(why) = self.hands.release()
        {
            let line = format!("{why}; the next start of smelt tries again");
            self.said.push(Notice::Note(line));
        }
    }

    /// Takes back a raise that nobody confirmed, and lets one stand that somebody did.
    fn expire(&mut self, now: Duration) {
        let Some((raise, before)) = &self.raise else {
            return;
        };
        match raise.verdict(now) {
            Verdict::Wait(_) => {}
            Verdict::Keep => self.raise = None,
            Verdict::Revert => {
                let before = before.clone();
                self.raise = None;
                // Even where nothing takes it now: the raise must not be tried again without a question.
                let result = match self.follow(&before, now) {
                    Ok(done) => Ok(Done {
                        text: format!("not confirmed: {}", done.text),
                        ..done
                    }),
                    Err(why) => Err(format!(
                        "not confirmed, but what was before is refused, and tried again: {why}"
                    )),
                };
                self.tell(Told { id: 0, result });
            }
        }
    }

    /// Does what was told, and says what came of it.
    pub(super) fn obey(&mut self, id: u64, command: &Command, now: Duration) -> Told {
        let result = match planned(command, &self.status.plan, &self.status.sample) {
            Some(_) if self.status.readonly => {
                Err("nothing is set: smelt was started with --readonly".to_owned())
            }
            Some(Err(why)) => Err(why),
            Some(Ok(plan)) => self.wish(&plan, now),
            None => self.other(command, now),
        };
        let told = Told { id, result };
        self.tell(told.clone());
        self.show(now);
        told
    }

    fn other(&mut self, command: &Command, now: Duration) -> Result<Done, String> {
        match command {
            Command::Release => {
                self.raise = None;
                self.apply(&Plan::default(), now)
            }
            Command::Confirm | Command::Decline => {
                let Some((raise, _)) = &mut self.raise else {
                    return Err("no raise waits to be confirmed".to_owned());
                };
                let is_wanted = *command == Command::Confirm;
                raise.answer(is_wanted, now);
                self.expire(now);
                Ok(self.done(if is_wanted { "confirmed" } else { "taken back" }))
            }
            Command::Emergency => {
                match &mut self.governor {
                    Some(governor) => governor.stop(),
                    None => self.status.stop(),
                }
                Ok(self.without_watts("everything stops".to_owned()))
            }
            _ => {
                if !self.status.emergency {
                    return Err("there is no emergency to go on from".to_owned());
                }
                let Some(governor) = &mut self.governor else {
                    // No card has to cool down first.
                    self.status.heed(None);
                    return Ok(self.without_watts("goes on".to_owned()));
                };
                governor.acknowledge();
                let cool = format!("below {:.0} °C", governor.cool_c());
                let temp = self.status.sample.temp_c.last();
                let temp = temp.map_or_else(String::new, |temp| format!("; it has {temp:.0} °C"));
                let line = format!("goes on when the GPU was {cool} for a minute{temp}");
                Ok(self.without_watts(line))
            }
        }
    }

    /// A line that the watts of this moment are not about.
    fn without_watts(&mut self, text: String) -> Done {
        let done = self.done("");
        Done { text, ..done }
    }

    /// Wishes for another plan; a raise that is asked about holds until nobody has confirmed it.
    fn wish(&mut self, plan: &Plan, now: Duration) -> Result<Done, String> {
        let before = self.status.plan.clone();
        let sample = &self.status.sample;
        let held = known(&before, sample).unwrap_or(confirm::ASK_ABOVE_W);
        let is_asked = confirm::is_needed(plan.ceiling_w, held, sample.default_w.last());
        let usual = confirm::usual(sample.default_w.last());
        let mut done = self.apply(plan, now)?;
        if is_asked {
            let first = self.raise.take().map_or(before, |(_, first)| first);
            self.raise = Some((Raise::new(now), first));
            let seconds = confirm::ANSWER_WITHIN.as_secs();
            done.text = format!(
                "{}; more than {usual:.0} W goes back in {seconds} s unless it is confirmed",
                done.text
            );
        } else if plan.ceiling_w <= usual {
            self.raise = None;
        }
        Ok(done)
    }

    /// Follows a plan from now on; if nothing takes it, the one before stays.
    fn apply(&mut self, plan: &Plan, now: Duration) -> Result<Done, String> {
        let before = self.status.plan.clone();
        let followed = self.follow(plan, now);
        if followed.is_err() {
            self.turn_to(before);
        }
        followed
    }

    fn turn_to(&mut self, plan: Plan) {
        if let Some(governor) = &mut self.governor {
            governor.set_ceiling(plan.ceiling_w);
        }
        self.status.plan = plan;
    }

    /// Follows a plan from now on, whether or not something takes it.
    fn follow(&mut self, plan: &Plan, now: Duration) -> Result<Done, String> {
        self.turn_to(plan.clone());
        let cap = match plan.mode {
            Mode::Off => None,
            // A guard that stands, and the governor, go on from where they are, at the next second.
            _ if self.status.stage != Stage::Steady => Some(self.set.unwrap_or(plan.ceiling_w)),
            Mode::Manual => Some(plan.ceiling_w),
            Mode::Automatic => Some(self.set.unwrap_or(plan.ceiling_w)),
        };
        let cap = cap.map(|cap| cap.min(plan.ceiling_w));
        if there(&self.status.sample).is_ok() {
            self.refused_at = None;
            if let Some(Outcome::Refused(why)) = self.carry_out(cap, now) {
                let (_, refused) = self.hands.state();
                let why = if refused.is_empty() {
                    why
                } else {
                    reasons(&refused)
                };
                return Err(why);
            }
        }
        Ok(self.done(&describe(plan)))
    }

    fn done(&mut self, text: &str) -> Done {
        let (held_by, _) = self.hands.state();
        let text = match (self.set, held_by, self.status.effective_w) {
            (Some(set), Some(by), Some(watts)) => {
                format!("{text}: {set:.0} W asked for, by {by}; {watts:.0} W in force")
            }
            (Some(set), Some(by), None) => {
                format!("{text}: {set:.0} W asked for, by {by}; its effect shows under load")
            }
            _ => text.to_owned(),
        };
        Done {
            text,
            requested_w: self.set,
            effective_w: self.status.effective_w,
        }
    }

    fn tell(&mut self, told: Told) {
        self.status.last = Some(told.clone());
        self.said.push(Notice::Told(told));
    }

    /// Brings up to date what is shown.
    fn show(&mut self, now: Duration) {
        (self.status.held_by, self.status.refused) = self.hands.state();
        self.status.requested_w = self.set;
        self.status.pace = self.pace.duty();
        let ceiling_w = self.status.plan.ceiling_w;
        self.status.pending = self
            .raise
            .as_ref()
            .and_then(|(raise, _)| match raise.verdict(now) {
                Verdict::Wait(left) => Some(Pending {
                    watts: ceiling_w,
                    left,
                }),
                Verdict::Keep | Verdict::Revert => None,
            });
    }
}

fn describe(plan: &Plan) -> String {
    let most = match &plan.profile {
        Some(name) => format!("{name}, {:.0} W", plan.ceiling_w),
        None => format!("{:.0} W", plan.ceiling_w),
    };
    match plan.mode {
        Mode::Off => "nothing is set any more".to_owned(),
        Mode::Manual => most,
        Mode::Automatic => format!("automatic below {most}"),
    }
}

#[cfg(test)]
mod tests;
