//! `smelt power set` and `profile`: one setting, left in force or held.

use super::ears::{Answer, Ears, can_ask};
use super::{Failure, explain, hold, look_awake, setup, unable};
use crate::cli::{Exit, HowArgs, ProfileArgs, SetArgs, complain};
use crate::gpu::Sample;
use crate::power::actuator::Outcome;
use crate::power::confirm;
use crate::power::profile::Profiles;
use crate::power::range;
use crate::power::session::Session;

/// Sets watts.
pub(super) fn watts(arguments: &SetArgs) -> Result<Exit, Failure> {
    let watts = arguments.watts;
    let what = format!("smelt power set {watts}");
    set(watts, &what, &arguments.how)
}

/// Sets the watts of a profile.
pub(super) fn profile(arguments: &ProfileArgs) -> Result<Exit, Failure> {
    let profiles = Profiles::default();
    let profile = profiles
        .find(&arguments.name)
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let what = format!("smelt power profile {}", profile.name);
    set(profile.watts, &what, &arguments.how)
}

fn set(watts: f64, what: &str, how: &HowArgs) -> Result<Exit, Failure> {
    let setup = setup(&how.card)?;
    let (identity, sample) = look_awake(&setup)?;
    range::check(watts, &sample)?;
    let ears = Ears::open()?;
    let mut session = Session::open(&setup, what, &identity.uuid)?;
    session.notices.iter().for_each(|notice| complain(notice));
    let before = before(&session, &sample);
    let is_raise = confirm::is_needed(watts, before, sample.default_w.last());
    if is_raise && !how.yes && !can_ask() {
        return Err(confirm::unconfirmed(watts, sample.default_w.last()).into());
    }
    let applied = apply(&mut session, watts)?;
    if is_raise && !how.yes {
        let answer = ears.ask(&format!("{applied}; keep it?"));
        if !matches!(answer, Answer::Yes) {
            go_back(session)?;
            complain(&format!("not confirmed: back to {before:.0} W"));
            return Ok(match answer {
                Answer::Signal => ears.die(),
                Answer::Yes | Answer::No => Exit::Usage,
            });
        }
    }
    complain(&applied);
    explain(&session);
    if how.hold {
        return hold::hold(session, &setup, &ears);
    }
    session.paths.keep()?;
    complain(
        "it stays so after this command, until `smelt power reset`, a restart, or a reload of the driver",
    );
    if session.paths.locks_clocks_itself() {
        complain(
            "locked clocks end with the last program that uses the GPU, unless persistence mode is on; --hold keeps them",
        );
    }
    Ok(Exit::Done)
}

/// To what an earlier command has set, or else to what was found.
fn go_back(mut session: Session) -> Result<(), Failure> {
    if let Some(wish) = session.taken_over.take() {
        apply(&mut session, wish.watts)?;
        session.paths.keep()?;
    }
    Ok(())
}

/// Watts that held until now: what an earlier command asked for, or what the card holds itself to.
fn before(session: &Session, sample: &Sample) -> f64 {
    let wish = session.taken_over.as_ref().map(|wish| wish.watts);
    let known = wish.or(sample.enforced_w.last());
    known.unwrap_or(confirm::ASK_ABOVE_W)
}

/// Sets, and says what came of it.
fn apply(session: &mut Session, watts: f64) -> Result<String, Failure> {
    match session.hold(watts) {
        Outcome::Applied(read_back) => {
            let held_by = session.paths.held_by().unwrap_or_default();
            let in_force = read_back.map_or_else(
                || "its effect shows under load".to_owned(),
                |watts| format!("{watts:.0} W in force"),
            );
            session.paths.put_others_back()?;
            Ok(format!("{watts:.0} W asked for, by {held_by}; {in_force}"))
        }
        Outcome::Refused(_) => Err(unable(session)),
    }
}
