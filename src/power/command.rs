//! `smelt power`: one subcommand, one function.

use super::{simulate, tune};
use crate::cli::{Exit, PowerArgs, PowerCommand};

/// Does what was asked for.
#[must_use]
pub fn power(arguments: &PowerArgs) -> Exit {
    match &arguments.command {
        PowerCommand::Simulate(arguments) => simulate::command::simulate(arguments),
        PowerCommand::Tune(arguments) => tune::command::tune(arguments),
    }
}
