//! Owners of leases are processes of this machine; a dead one's leases are free at once.

use crate::process;
use crate::store::{Store, StoreError};

/// Gives back what dead processes held, and says how many jobs: after `kill -9` the next run starts with it instead of waiting for its lease.
pub(super) fn bury(store: &mut Store) -> Result<usize, StoreError> {
    let mut buried = 0;
    let owners = store.owners()?;
    for owner in owners.into_iter().filter(|owner| process::has_ended(owner)) {
        let jobs = store.requeue(&owner)?;
        tracing::info!(owner, jobs, "took over from a process that has ended");
        buried += jobs;
    }
    Ok(buried)
}
