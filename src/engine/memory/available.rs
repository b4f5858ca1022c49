//! How much host memory a process may still take: the kernel's estimate, capped by the control groups it lives in.

use std::{fs, path::Path};

/// Where version 2 groups, and the memory controller of version 1, are mounted by convention.
const UNIFIED: &str = "sys/fs/cgroup";
const VERSION_1: &str = "sys/fs/cgroup/memory";

/// Bytes this process can take without swapping: `MemAvailable` of `/proc/meminfo`, or what its control groups leave
/// if that is less. `None` where the system does not say.
#[must_use]
pub fn available_memory() -> Option<u64> {
    available_under(Path::new("/"))
}

pub(super) fn available_under(root: &Path) -> Option<u64> {
    let meminfo = fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let host = field(&meminfo, "MemAvailable:")?.saturating_mul(1024);
    let groups = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let left = groups.lines().flat_map(|line| group_left(root, line)).min();
    Some(left.map_or(host, |left| left.min(host)))
}

/// What the group of one line of `/proc/self/cgroup`, and each group above it, leaves.
/// The line is `id:controllers:path`; version 2 has the id 0 and no controllers.
fn group_left(root: &Path, line: &str) -> Vec<u64> {
    let mut parts = line.splitn(3, ':');
    let (Some(_), Some(controllers), Some(group)) = (parts.next(), parts.next(), parts.next())
    else {
        return Vec::new();
    };
    let (mount, limit, usage, inactive) = if controllers.is_empty() {
        (UNIFIED, "memory.max", "memory.current", "inactive_file")
    } else if controllers.split(',').any(|name| name == "memory") {
        (
            VERSION_1,
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
            "total_inactive_file",
        )
    } else {
        return Vec::new();
    };
    let mount = root.join(mount);
    let group = mount.join(group.trim_start_matches('/'));
    let left = |directory: &Path| {
        // "max", the absence of a limit in version 2, is not a number.
        let limit = number(&directory.join(limit))?;
        let usage = number(&directory.join(usage)).unwrap_or(0);
        // The kernel drops cached file pages before it refuses memory; a model file just read is one of them.
        let stat = fs::read_to_string(directory.join("memory.stat")).unwrap_or_default();
        let cached = field(&stat, inactive).unwrap_or(0);
        Some(limit.saturating_sub(usage.saturating_sub(cached)))
    };
    let within = |directory: &&Path| directory.starts_with(&mount);
    group
        .ancestors()
        .take_while(within)
        .filter_map(left)
        .collect()
}

fn number(path: &Path) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// The number after `name` at the start of a line.
fn field(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        (words.next()? == name).then(|| words.next()?.parse().ok())?
    })
}
