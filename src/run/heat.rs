//! The keeper of the card beside a run: no new page while it is too hot, the engine's pace, the end at the emergency, and
//! the joules of each page.

use super::lines::Lines;
use super::{Run, RunError};
use crate::cli::{Exit, KeepArgs};
use crate::engine::program;
use crate::gpu::Choice;
use crate::power::governor::Admission;
use crate::power::keeper::{Keeper, Leave, Mode, Notice, Options, Place, Plan, Status};
use crate::power::profile::Profiles;
use crate::power::setup::Setup;
use crate::power::writer::{Code, Refusal};
use std::sync::Arc;
use std::time::Duration;

/// The profile the governor stays below unless told otherwise.
const BELOW: &str = "performance";

/// The keeper's first decision is not waited for longer.
const FIRST: Duration = Duration::from_secs(15);

impl From<Refusal> for RunError {
    fn from(refusal: Refusal) -> Self {
        let exit = match refusal.code {
            Code::OutOfRange | Code::BadRequest => Exit::Usage,
            _ => Exit::NoEngine,
        };
        Self::Power(refusal.text, exit)
    }
}

/// The keeper beside a run, with what it says to the user. Dropped, it ends as with [`Held::stop`].
pub struct Held {
    /// First, so that its last lines are said before the others wait for all to be told.
    keeper: Keeper,
    lines: Lines,
}

impl Held {
    /// Ends it; everything that was set goes back first, and every line has reached the user.
    ///
    /// # Errors
    /// What did not go back.
    pub fn stop(self) -> Result<(), String> {
        let stopped = self.keeper.stop();
        drop(self.lines);
        stopped
    }
}

/// Starts the keeper that was asked for, and lets the run obey it; `tell` gets lines for the user, from a thread of its own.
/// Without a wish there is one only where the engine itself runs on the card, to measure it.
///
/// # Errors
/// When the card cannot be held as was asked for.
pub fn start(
    run: &Arc<Run>,
    arguments: &KeepArgs,
    tell: impl Fn(&str) + Send + 'static,
) -> Result<Option<Held>, RunError> {
    let options = options(arguments, "smelt --headless --power")?;
    if !is_wanted(run, arguments) {
        return Ok(None);
    }
    let theirs = Arc::clone(run);
    let lines =
        Lines::start(tell).map_err(|error| RunError::Power(error.to_string(), Exit::Internal))?;
    let tell = lines.teller();
    let mut was_open = true;
    let hear = move |status: &Status, notice: &Notice| {
        obey(&theirs, status);
        if let Notice::Note(line) = notice {
            tell(line);
        }
        let is_open = status.admission == Admission::Open;
        if is_open != std::mem::replace(&mut was_open, is_open) {
            tell(&admission(status));
        }
        tracing::debug!(?notice, "the keeper of the GPU");
    };
    let keeper = Keeper::start(options, Box::new(hear))?;
    // No page is begun before it is known how hot the card is; a driver that hangs is a matter of the guards.
    if !keeper.wait_for_first(FIRST) {
        tracing::warn!("the GPU has not answered yet");
    }
    run.measure(&keeper);
    Ok(Some(Held { keeper, lines }))
}

/// What a keeper is started with for these arguments, on behalf of the command `what`.
///
/// # Errors
/// When there is no such profile, source or setup.
pub fn options(arguments: &KeepArgs, what: &str) -> Result<Options, RunError> {
    let usage = |line: String| RunError::Power(line, Exit::Usage);
    let choice: Choice = arguments.gpu_source.parse().map_err(usage)?;
    let plan = plan(&arguments.power).map_err(usage)?;
    let place = if choice.is_card() {
        let setup = Setup::of(&arguments.card);
        Place::Card(setup.map_err(|line| RunError::Power(line, Exit::Config))?)
    } else {
        Place::Other(choice)
    };
    Ok(Options {
        place,
        what: format!("{what} {}", arguments.power),
        plan,
        leave: match (arguments.readonly, arguments.yes) {
            (true, _) => Leave::Readonly,
            (false, true) => Leave::More,
            (false, false) => Leave::Usual,
        },
        // It would end a run that has ended.
        auto_resume: false,
        has_work: true,
    })
}

/// Whether there is a keeper for these arguments, which may set the card: then signals must be heard.
#[must_use]
pub fn is_wanted(run: &Run, arguments: &KeepArgs) -> bool {
    let is_off = matches!(arguments.power.as_str(), "off" | "");
    !is_off || arguments.gpu_source != "nvml" || measures(run)
}

/// Whether the engine itself runs on the card.
fn measures(run: &Run) -> bool {
    program::target().is_cuda() && run.selected.weights.is_some()
}

/// Carries out on a run what the keeper's status says. At an emergency what runs is given back; a run that stays goes on
/// once it is over, any other ends.
pub fn obey(run: &Run, status: &Status) {
    run.admit(status.admission == Admission::Open);
    if let Some(engine) = &run.selected.engine {
        engine.set_pace(status.pace);
    }
    if status.emergency {
        run.stop_hot(status.why.as_deref().unwrap_or("the GPU is too hot"));
    } else {
        run.go_on();
    }
}

/// Whether new pages are begun, as the user reads it.
fn admission(status: &Status) -> String {
    let why = status.why.as_deref().unwrap_or_default();
    match status.admission {
        Admission::Open => format!("pages are begun again: {why}"),
        Admission::Paused => {
            format!("no new page is begun until the GPU has cooled down: {why}")
        }
    }
}

/// What `--power` asks for.
fn plan(power: &str) -> Result<Plan, String> {
    let of = |name: &str, mode| {
        let profiles = Profiles::default();
        let profile = profiles.find(name).map_err(|error| error.to_string())?;
        Ok(Plan {
            mode,
            profile: Some(profile.name.clone()),
            ceiling_w: profile.watts,
        })
    };
    match (power, power.parse::<f64>()) {
        ("off" | "", _) => Ok(Plan::default()),
        ("auto", _) => of(BELOW, Mode::Automatic),
        (_, Ok(watts)) if !(watts.is_finite() && watts > 0.0) => {
            Err(format!("--power {power} is no number of watts"))
        }
        (_, Ok(ceiling_w)) => Ok(Plan {
            mode: Mode::Manual,
            profile: None,
            ceiling_w,
        }),
        (name, Err(_)) => of(name, Mode::Manual),
    }
}
