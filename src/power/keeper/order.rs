//! What a keeper can be told, and how a wish for watts is checked.

use crate::gpu::Sample;
use crate::gpu::sample::State;
use crate::power::profile::Profiles;
use crate::power::range;

use super::status::{Mode, Plan};

/// The ceiling of the governor that is switched on before any was chosen.
const USUAL: &str = "performance";

/// What a keeper can be told.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// The watts of a profile.
    Profile(String),
    /// So many watts.
    Watts(f64),
    /// So many watts more, or less.
    Step(f64),
    /// Whether the governor moves below the ceiling.
    Automatic(bool),
    /// Nothing is set any more; the card is only watched.
    Release,
    /// Everything that runs is to end, and the card goes to its floor.
    Emergency,
    /// The emergency was seen; it ends when the card is cool.
    Acknowledge,
    /// The raise that waits is wanted.
    Confirm,
    /// It is not.
    Decline,
}

/// What a command would have the plan be; `None` where it does not ask for watts.
pub(super) fn planned(
    command: &Command,
    plan: &Plan,
    sample: &Sample,
) -> Option<Result<Plan, String>> {
    let mode = match plan.mode {
        Mode::Automatic => Mode::Automatic,
        Mode::Off | Mode::Manual => Mode::Manual,
    };
    let watts = |ceiling_w| Plan {
        mode,
        profile: None,
        ceiling_w,
    };
    let wish = match command {
        Command::Profile(name) => profile(name).map(|plan| Plan { mode, ..plan }),
        Command::Watts(wish) => Ok(watts(*wish)),
        Command::Step(by) => match known(plan, sample) {
            Some(before) => Ok(watts(before + by)),
            None => Err("the watts in force are not known, so there are none to step from".into()),
        },
        Command::Automatic(is_on) => automatic(*is_on, plan, sample),
        Command::Release
        | Command::Emergency
        | Command::Acknowledge
        | Command::Confirm
        | Command::Decline => return None,
    };
    Some(wish.and_then(|plan| {
        there(sample)?;
        range::check(plan.ceiling_w, sample).map_err(|refusal| refusal.text)?;
        Ok(plan)
    }))
}

fn profile(name: &str) -> Result<Plan, String> {
    let profiles = Profiles::default();
    let found = profiles.find(name).map_err(|error| error.to_string())?;
    Ok(Plan {
        mode: Mode::Manual,
        profile: Some(found.name.clone()),
        ceiling_w: found.watts,
    })
}

fn automatic(is_on: bool, plan: &Plan, sample: &Sample) -> Result<Plan, String> {
    let before = match plan.mode {
        Mode::Off => {
            let usual = profile(USUAL)?;
            let (least, most) = range::of(sample).unwrap_or((usual.ceiling_w, usual.ceiling_w));
            let fits = (least..=most).contains(&usual.ceiling_w);
            // Of a card that is no laptop's the default is the usual.
            let watts = sample.default_w.last().filter(|_| !fits);
            Plan {
                profile: watts.is_none().then_some(usual.profile).flatten(),
                ceiling_w: watts.unwrap_or(usual.ceiling_w),
                ..usual
            }
        }
        Mode::Manual | Mode::Automatic => plan.clone(),
    };
    let mode = if is_on { Mode::Automatic } else { Mode::Manual };
    Ok(Plan { mode, ..before })
}

/// The watts that hold now.
pub(super) fn known(plan: &Plan, sample: &Sample) -> Option<f64> {
    match plan.mode {
        Mode::Off => sample.enforced_w.last().or(sample.default_w.last()),
        Mode::Manual | Mode::Automatic => Some(plan.ceiling_w),
    }
}

/// Whether there is a card that can be set now.
pub(super) fn there(sample: &Sample) -> Result<(), String> {
    match &sample.state {
        State::Healthy | State::Degraded(_) => Ok(()),
        State::Absent(why) => Err(format!("there is no GPU to set: {why}")),
        State::Lost => Err(crate::gpu::GpuError::Lost.to_string()),
        State::Asleep => Err(
            "the GPU sleeps, and setting it would wake it; set it when its work has begun"
                .to_owned(),
        ),
    }
}
