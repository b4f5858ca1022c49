//! `smelt models verify`: loads a model anew for each number of questions together, and sees that all are answered soundly.

mod judge;

use std::time::Duration;

use serde::Serialize;

use self::judge::{Answered, Round};
use super::{Refused, is_read, print};
use crate::cli::{VerifyArgs, complain};
use crate::engine::memory;
use crate::engine::profile::{self, Failed, Key};
use crate::engine::program;
use crate::engine::select::{Selected, Wish, select};
use crate::engine::{Engine, EngineError, EngineInfo};

/// Numbers of questions together that are tried.
pub const WIDTHS: [usize; 4] = [1, 2, 4, 8];

/// What came of it.
#[derive(Debug, Default, Serialize)]
struct Outcome {
    model: Option<String>,
    #[serde(skip)]
    key: Option<Key>,
    verified: Vec<usize>,
    failed: Option<Failed>,
    /// Why more were not tried, where none failed.
    stopped: Option<String>,
}

/// How one number of questions together ended.
enum Tried {
    Passed,
    Failed(String),
    /// Not tried, nor any more.
    Stopped(String),
}

/// Tries the numbers one after the other, remembers which passed, and says so.
pub(super) fn verify(arguments: &VerifyArgs) -> Result<(), Refused> {
    let mut outcome = Outcome::default();
    for width in WIDTHS.into_iter().filter(|width| *width <= arguments.most) {
        match one(arguments, width, &mut outcome)? {
            Tried::Passed => {
                outcome.verified.push(width);
                complain(&format!("{}: sound", together(width)));
            }
            Tried::Failed(why) => {
                complain(&format!("{}: FAILED: {why}", together(width)));
                outcome.failed = Some(Failed { cohort: width, why });
                break;
            }
            Tried::Stopped(why) => {
                complain(&format!("{}: not tried: {why}", together(width)));
                outcome.stopped = Some(why);
                break;
            }
        }
    }
    finish(arguments.json, &outcome)
}

fn together(width: usize) -> String {
    match width {
        1 => "1 question at a time".to_owned(),
        width => format!("{width} questions together"),
    }
}

fn finish(json: bool, outcome: &Outcome) -> Result<(), Refused> {
    let name = outcome.model.as_deref().unwrap_or_default();
    if let Some(key) = &outcome.key {
        profile::record_verified(key, name, &outcome.verified, outcome.failed.clone())?;
        if json || !is_read() {
            let mut report = serde_json::json!(outcome);
            report["place"] = serde_json::json!(key.place);
            report["build"] = key.build.clone().into();
            print(&format!("{report}\n"));
        }
    }
    match (outcome.verified.last(), &outcome.failed) {
        (None, Some(failed)) => Err(format!("{name} does not work here: {}", failed.why)),
        (None, None) => Err(outcome.stopped.clone().unwrap_or_default()),
        (Some(_), _) => Ok(()),
    }
}

/// A fresh engine, asked so many questions at once.
fn one(arguments: &VerifyArgs, width: usize, outcome: &mut Outcome) -> Result<Tried, Refused> {
    let wish = Wish {
        engine: arguments.engine.clone(),
        model: arguments.model.clone(),
        context: arguments.context,
        cohort: Some(width),
        second_look: false,
        again: true,
        watchdog_s: arguments.watchdog,
    };
    let selected = match select(&wish) {
        Ok(selected) => selected,
        // The file was good for fewer: what is lacking is memory.
        Err(why) if width > 1 => return Ok(Tried::Stopped(why)),
        Err(why) => return Err(why),
    };
    let Some(engine) = &selected.engine else {
        return Err("there is no engine to verify".to_owned());
    };
    let info = match engine.info() {
        Ok(info) => info,
        // What cannot be loaded at all says nothing of cohorts.
        Err(EngineError::Unavailable(why)) if width == 1 => return Err(why),
        Err(error) => return Ok(Tried::Failed(error.to_string())),
    };
    remember(&selected, outcome);
    if info.cohort < width {
        let why = format!("this engine answers at most {} together here", info.cohort);
        return Ok(Tried::Stopped(why));
    }
    let judged = rounds(engine, &info, width, arguments.watchdog);
    Ok(judged.map_or_else(Tried::Failed, |()| Tried::Passed))
}

/// All that is asked of one number, one after the other; the first that fails ends it.
fn rounds(
    engine: &dyn Engine,
    info: &EngineInfo,
    width: usize,
    watchdog_s: u64,
) -> Result<(), String> {
    Round::Alike.judge(&Round::Alike.ask(engine, width).answers)?;
    let most = judge::lines(engine, info.context_tokens).map_err(|error| error.to_string())?;
    let round = Round::Lengths(most);
    let lengths = round.ask(engine, width);
    round.judge(&lengths.answers)?;
    full(engine, info, &lengths, watchdog_s)
}

/// Prompts that fill the room that each of a cohort has: what takes the most memory, and what a run will ask. Where reading
/// them would take most of the watchdog's patience they are left out, and that is said.
fn full(
    engine: &dyn Engine,
    info: &EngineInfo,
    before: &Answered,
    watchdog_s: u64,
) -> Result<(), String> {
    let width = before.answers.len().max(1);
    let room = memory::cache_tokens(info.context_tokens, width) / width;
    let room = room.min(info.context_tokens);
    // The longest silence: each first token is a word from the engine.
    let at_once = program::target().at_once(info.context_tokens, room * width);
    let time = before.reading(at_once);
    let patience = Duration::from_secs(watchdog_s) / 2;
    if let Some(time) = time.filter(|time| *time > patience) {
        let seconds = time.as_secs();
        complain(&format!(
            "{}: prompts of {room} tokens are not tried, to read as many as are read at once would take about {seconds} s",
            together(width)
        ));
        return Ok(());
    }
    let lines = judge::lines(engine, room).map_err(|error| error.to_string())?;
    let round = Round::Long(lines);
    round.judge(&round.ask(engine, width).answers)
}

fn remember(selected: &Selected, outcome: &mut Outcome) {
    outcome.model.clone_from(&selected.model);
    outcome.key.clone_from(&selected.profile);
}
