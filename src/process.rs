//! Processes of this machine, told apart by number and start time, so that a dead one is known at once; and the machine's start.

/// This process.
#[must_use]
pub fn this() -> String {
    let process = std::process::id();
    format!("{process}/{}", started(process).unwrap_or_default())
}

/// Whether a process named by [`this`] has ended. Of a name that is none, or where /proc tells nothing, it is not known
/// and so not said.
#[must_use]
pub fn has_ended(name: &str) -> bool {
    let Some((process, start)) = name.split_once('/') else {
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
    // A zombie holds nothing it could still serve.
    if fields.next() == Some("Z") {
        return None;
    }
    fields.nth(18).map(str::to_owned)
}

/// What tells this start of the machine from every other; empty where the kernel does not say.
#[must_use]
pub fn boot() -> String {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim().to_owned()
}

/// Whoever started smelt may have shut a signal out, as `nohup` does; it stays shut out. Mask of /proc/self/status.
#[must_use]
pub fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
