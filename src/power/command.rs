//! `smelt power`: one subcommand, one function.

mod auto;
mod ears;
mod get;
mod helper;
mod hold;
mod set;
mod tune;

use super::restore;
use super::session::Session;
use super::setup::Setup;
use super::simulate;
use super::wish::reasons;
use super::writer::{Code, Refusal};
use crate::cli::{CardArgs, Exit, POWER_SOCKET, PowerArgs, PowerCommand, ResetArgs, complain};
use crate::gpu::sample::State;
use crate::gpu::{Identity, Sample, Source};

/// Does what was asked for.
#[must_use]
pub fn power(arguments: &PowerArgs) -> Exit {
    let done = match &arguments.command {
        PowerCommand::Simulate(arguments) => return simulate::command::simulate(arguments),
        PowerCommand::Tune(arguments) => tune::tune(arguments),
        PowerCommand::Get(arguments) => get::get(arguments),
        PowerCommand::Set(arguments) => set::watts(arguments),
        PowerCommand::Profile(arguments) => set::profile(arguments),
        PowerCommand::Auto(arguments) => auto::auto(arguments),
        PowerCommand::Reset(arguments) => reset(arguments),
        PowerCommand::Helper(arguments) => helper::helper(arguments),
    };
    done.unwrap_or_else(|failure| {
        complain(&failure.line);
        failure.exit
    })
}

/// At any start of smelt: puts back what a process that was killed has left set, and says so.
pub fn at_start() {
    let card = CardArgs {
        gpu: None,
        helper_socket: POWER_SOCKET.into(),
    };
    let notice = Setup::of(&card)
        .ok()
        .and_then(|setup| restore::at_start(&setup));
    if let Some(notice) = notice {
        complain(&notice);
    }
}

/// Why a command ends early: one line, and what the process ends with.
#[derive(Debug)]
struct Failure {
    line: String,
    exit: Exit,
}

impl Failure {
    fn new(exit: Exit, line: impl Into<String>) -> Self {
        Self {
            line: line.into(),
            exit,
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let exit = match refusal.code {
            Code::OutOfRange | Code::BadRequest => Exit::Usage,
            _ => Exit::NoEngine,
        };
        Self::new(exit, refusal.text)
    }
}

/// Without handlers nothing may be set: a signal would end the process and leave it so.
fn unheard(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Internal, format!("signals cannot be heard: {error}"))
}

fn setup(card: &CardArgs) -> Result<Setup, Failure> {
    Setup::of(card).map_err(|line| Failure::new(Exit::Config, line))
}

/// Which card it is, and how it is.
fn look(setup: &Setup) -> Result<(Identity, Sample), Failure> {
    let mut source = setup.source();
    let sample = source.sample(std::time::Duration::ZERO);
    match &sample.state {
        State::Absent(why) => Err(Failure::new(Exit::NoEngine, why.clone())),
        State::Lost => Err(Failure::new(
            Exit::NoEngine,
            crate::gpu::GpuError::Lost.to_string(),
        )),
        _ => Ok((source.identity(), sample)),
    }
}

/// The same of a card that is to be set.
fn look_awake(setup: &Setup) -> Result<(Identity, Sample), Failure> {
    let (identity, sample) = look(setup)?;
    if sample.state == State::Asleep {
        let line = "the GPU sleeps, and setting it would wake it; set it when its work has begun";
        return Err(Failure::new(Exit::NoEngine, line));
    }
    Ok((identity, sample))
}

/// Puts back what was set, here and in the helper.
fn reset(arguments: &ResetArgs) -> Result<Exit, Failure> {
    let setup = setup(&arguments.card)?;
    let count = restore::reset(&setup)?;
    complain(match count {
        0 => "nothing is set",
        _ => "the GPU's power settings are as they were found",
    });
    Ok(Exit::Done)
}

/// Nothing took it.
fn unable(session: &Session) -> Failure {
    let why = reasons(session.paths.refused());
    let line = format!("nothing holds the GPU's power down here, and nothing was changed: {why}");
    Failure::new(Exit::NoEngine, line)
}

/// What was tried and not used.
fn explain(session: &Session) {
    let refused = session.paths.refused();
    if !refused.is_empty() {
        complain(&format!("not used: {}", reasons(refused)));
    }
}
