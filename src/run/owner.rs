//! Owners of leases: processes of this machine, told apart by number and start time, so that a dead one is known at once.

use crate::store::{Store, StoreError};

/// This process.
pub(super) fn this() -> String {
    let process = std::process::id();
    format!("{process}/{}", started(process).unwrap_or_default())
}

/// Gives back what dead processes held: after `kill -9` the next run starts with it instead of waiting for its lease.
pub(super) fn bury(store: &mut Store) -> Result<(), StoreError> {
    for owner in store.owners()?.into_iter().filter(|owner| is_dead(owner)) {
        let jobs = store.requeue(&owner)?;
        tracing::info!(owner, jobs, "took over from a process that has ended");
    }
    Ok(())
}

fn is_dead(owner: &str) -> bool {
    let Some((process, start)) = owner.split_once('/') else {
        return false;
    };
    // Where /proc tells nothing about ourselves it tells nothing about others either.
    let readable = started(std::process::id()).is_some();
    readable
        && process
            .parse()
            .is_ok_and(|process| started(process).as_deref() != Some(start))
}

/// Start time in clock ticks since boot: field 22 of /proc/PID/stat, counted after the name, which may hold spaces.
fn started(process: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after) = stat.rsplit_once(')')?;
    let mut fields = after.split_whitespace();
    // A zombie holds no lease it could still serve.
    if fields.next() == Some("Z") {
        return None;
    }
    fields.nth(18).map(str::to_owned)
}
