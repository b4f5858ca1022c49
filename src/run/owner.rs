//! Owners of leases are processes of this machine; a dead one's leases are free at once.

use crate::process;
use crate::store::{Store, StoreError};

/// Gives back what dead processes held: after `kill -9` the next run starts with it instead of waiting for its lease.
pub(super) fn bury(store: &mut Store) -> Result<(), StoreError> {
    let owners = store.owners()?;
    for owner in owners.into_iter().filter(|owner| process::has_ended(owner)) {
        let jobs = store.requeue(&owner)?;
        tracing::info!(owner, jobs, "took over from a process that has ended");
    }
    Ok(())
}
