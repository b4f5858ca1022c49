//! `smelt power helper`: the service, and what an administrator installs.

use std::path::Path;
use std::sync::mpsc::sync_channel;

use super::{Failure, unheard};
use crate::cli::{Exit, HelperArgs, complain};
use crate::gpu::nvml::{NvmlCard, SYSFS_ROOT, Target};
use crate::gpu::{Card, Which};
use crate::power::helper::desk::{self, Desk, Equipment, OpenCard};
use crate::power::helper::rules::{self, Rules};
use crate::power::helper::{Service, listen, peer, unit};
use crate::power::sysfs::PlatformFiles;
use crate::power::writer::Code;
use crate::signals;

/// Serves until a signal, or prints.
pub(super) fn helper(arguments: &HelperArgs) -> Result<Exit, Failure> {
    if arguments.print_unit || arguments.print_sudoers {
        let text = if arguments.print_unit {
            unit::UNIT
        } else {
            unit::SUDOERS
        };
        // A pager that was closed early is no failure.
        std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes()).ok();
        return Ok(Exit::Done);
    }
    serve(arguments)
}

fn serve(arguments: &HelperArgs) -> Result<Exit, Failure> {
    let named = arguments.config.as_deref();
    let rules = Rules::load(named.unwrap_or(Path::new(rules::PATH)), named.is_some())
        .map_err(|line| Failure::new(Exit::Config, line))?;
    let target = Target::of(Which::of(&rules.gpu));
    let mut open: OpenCard =
        Box::new(move || -> Box<dyn Card> { Box::new(NvmlCard::new(target.clone())) });
    match desk::check(open()) {
        Err(refusal) if refusal.code == Code::NoPermission => {
            return Err(refusal.into());
        }
        Err(refusal) => complain(&format!("{refusal}; waiting for it")),
        Ok(()) => {}
    }
    let group = peer::group(&rules.group);
    if group.is_none() {
        complain(&format!(
            "there is no group {}: only root and the helper's own user may ask it",
            rules.group
        ));
    }
    let (tell, told) = sync_channel(1);
    let stopped = signals::listen(move |_| {
        tell.try_send(()).ok();
    })
    .map_err(|error| unheard(&error))?;
    let listener =
        listen(&arguments.socket, group).map_err(|line| Failure::new(Exit::NoEngine, line))?;
    let root = std::env::var_os(SYSFS_ROOT).unwrap_or_else(|| "/sys".into());
    let desk = Desk::open(Equipment {
        rules,
        open,
        platform: PlatformFiles::under(Path::new(&root)),
        ledger: arguments.socket.with_extension("json"),
        audit: Box::new(std::io::stderr()),
    })?;
    let service = Service::new(desk, group);
    let (ending, socket) = (service.clone(), arguments.socket.clone());
    std::thread::spawn(move || {
        if told.recv().is_ok() {
            let _desk = ending.close();
            std::fs::remove_file(socket).ok();
            stopped.die();
        }
    });
    complain(&format!("listening on {}", arguments.socket.display()));
    let Err(error) = service.run(&listener);
    drop(service.close());
    let line = format!("no thread for the lease: {error}");
    Err(Failure::new(Exit::Internal, line))
}
