//! `smelt power tune` on a real card and engine: the keeper holds the caps, and everything goes back at the end.

use std::time::Duration;

use super::ears::Ears;
use super::hold::restored;
use super::{Failure, look_awake, setup};
use crate::cli::{Exit, TuneArgs, complain};
use crate::engine::Engine;
use crate::engine::select::{Wish, select};
use crate::engine::supervisor::Supervised;
use crate::power::keeper::{Keeper, Leave, Mode, Notice, Options, Place, Plan, Status};
use crate::power::setup::Setup;
use crate::power::tune::asking::{Asking, Phase, caps};
use crate::power::tune::{command, search};

/// Tunes, and says what was found.
pub(super) fn tune(arguments: &TuneArgs) -> Result<Exit, Failure> {
    if arguments.simulated {
        return Ok(command::simulated(arguments));
    }
    let setup = setup(&arguments.card)?;
    let (_, sample) = look_awake(&setup).map_err(|failure| Failure {
        line: format!(
            "{}; --simulated shows the search on a simulated laptop",
            failure.line
        ),
        ..failure
    })?;
    let engine = engine(arguments)?;
    let caps = caps(&sample);
    let ears = Ears::open()?;
    let keeper = keeper(setup, caps.last().copied().unwrap_or_default())?;
    // A model that does not load is known before anything is measured.
    let found = engine.info().map_err(|error| error.to_string());
    let found = found.and_then(|_| {
        let mut meter = Asking {
            engine: &engine,
            keeper: &keeper,
            phase: Phase::named(&arguments.phase),
            length: Duration::from_secs_f64(arguments.seconds),
            is_over: &|| ears.wait(Duration::ZERO),
        };
        search(&mut meter, &caps, arguments.max_slowdown)
    });
    restored(keeper.stop());
    match found {
        Ok(found) => Ok(command::tell(arguments, "nvml", &found, &[])),
        Err(why) => {
            complain(&why);
            // By the signal, if it was one.
            ears.die();
            Ok(Exit::NoEngine)
        }
    }
}

/// Who answers.
fn engine(arguments: &TuneArgs) -> Result<Supervised, Failure> {
    let unavailable = |line: String| Failure::new(Exit::NoEngine, line);
    let selected = select(&Wish::from(&arguments.engine)).map_err(unavailable)?;
    let engine = selected.engine.ok_or_else(|| {
        let line = "tune measures a model at work, and there is none: give --model FILE.gguf";
        unavailable(line.to_owned())
    })?;
    selected.notice.iter().for_each(|notice| complain(notice));
    Ok(engine)
}

/// Who holds the card, below so many watts.
fn keeper(setup: Setup, ceiling_w: f64) -> Result<Keeper, Failure> {
    let options = Options {
        place: Place::Card(setup),
        what: "smelt power tune".to_owned(),
        plan: Plan {
            mode: Mode::Manual,
            profile: None,
            ceiling_w,
        },
        leave: Leave::Usual,
        auto_resume: true,
        // Pacing would make each token dearer, so it is none of what is measured.
        has_work: false,
    };
    let hear = |_: &Status, notice: &Notice| {
        if let Notice::Note(line) = notice {
            complain(line);
        }
    };
    Ok(Keeper::start(options, Box::new(hear))?)
}
