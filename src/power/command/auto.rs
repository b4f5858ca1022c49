//! `smelt power auto`: the keeper in the foreground, its decisions as lines, until a signal.

mod lines;

use std::io::IsTerminal;
use std::time::Duration;

use self::lines::Lines;
use super::ears::{Answer, Ears, can_ask};
use super::hold::{TICK, restored};
use super::{Failure, look_awake, setup};
use crate::cli::{AutoArgs, Exit, complain};
use crate::gpu::choice::Choice;
use crate::power::confirm;
use crate::power::keeper::{Keeper, Leave, Mode, Notice, Options, Place, Plan, Status};
use crate::power::profile::Profiles;
use crate::power::range;
use crate::power::wish::reasons;

/// The first decision is not waited for longer.
const FIRST: Duration = Duration::from_secs(15);

/// Runs the governor.
pub(super) fn auto(arguments: &AutoArgs) -> Result<Exit, Failure> {
    let plan = plan(&arguments.below)?;
    let choice: Choice = arguments
        .source
        .parse()
        .map_err(|line: String| Failure::new(Exit::Usage, line))?;
    let ears = Ears::open()?;
    let name = plan.profile.as_deref().unwrap_or(&arguments.below);
    let what = format!("smelt power auto {name}");
    let place = if choice.is_card() {
        let setup = setup(&arguments.card)?;
        let (_, sample) = look_awake(&setup)?;
        range::check(plan.ceiling_w, &sample)?;
        let is_asked = confirm::is_needed(plan.ceiling_w, 0.0, sample.default_w.last());
        if is_asked && !arguments.yes {
            let question = format!("up to {:.0} W while it is cool enough?", plan.ceiling_w);
            match can_ask().then(|| ears.ask(&question)) {
                Some(Answer::Yes) => {}
                Some(Answer::Signal) => return Ok(ears.die()),
                Some(Answer::No) | None => {
                    return Err(
                        confirm::unconfirmed(plan.ceiling_w, sample.default_w.last()).into(),
                    );
                }
            }
        }
        Place::Card(setup)
    } else {
        Place::Other(choice)
    };
    let lines = Lines {
        is_json: arguments.json || !std::io::stdout().is_terminal(),
    };
    let options = Options {
        place,
        what,
        plan,
        leave: Leave::More,
        // Nobody is there to acknowledge; what was cancelled is not started again by this.
        auto_resume: true,
        has_work: false,
    };
    let keeper = Keeper::start(
        options,
        Box::new(move |status, notice| say(&lines, status, notice)),
    )?;
    watch(keeper, &ears)
}

fn watch(keeper: Keeper, ears: &Ears) -> Result<Exit, Failure> {
    if !keeper.wait_for_first(FIRST) {
        let line = "the driver does not answer; nothing was changed";
        return Err(Failure::new(Exit::NoEngine, line));
    }
    let status = keeper.status();
    if status.held_by.is_none() && !status.refused.is_empty() {
        drop(keeper);
        let why = reasons(&status.refused);
        let line =
            format!("nothing holds the GPU's power down here, and nothing was changed: {why}");
        return Err(Failure::new(Exit::NoEngine, line));
    }
    if !status.refused.is_empty() {
        complain(&format!("not used: {}", reasons(&status.refused)));
    }
    while !ears.wait(TICK) {}
    restored(keeper.stop());
    Ok(ears.die())
}

fn say(lines: &Lines, status: &Status, notice: &Notice) {
    match notice {
        Notice::Decision {
            now,
            decision,
            outcome,
        } => lines.decision(status, *now, decision, outcome.as_ref()),
        Notice::Unheld { now, outcome } => lines.unheld(status, *now, outcome),
        Notice::Unset { now, why } => lines.lost(status, *now, why),
        Notice::Note(line) => complain(line),
        Notice::Tick | Notice::Told(_) => {}
    }
}

/// A profile, or the watts themselves, below which the governor moves.
fn plan(below: &str) -> Result<Plan, Failure> {
    let (profile, ceiling_w) = match below.parse::<f64>() {
        Ok(watts) if watts.is_finite() && watts > 0.0 => (None, watts),
        _ => Profiles::default()
            .find(below)
            .map(|profile| (Some(profile.name.clone()), profile.watts))
            .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?,
    };
    Ok(Plan {
        mode: Mode::Automatic,
        profile,
        ceiling_w,
    })
}
