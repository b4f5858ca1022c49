//! Where the kernel tells about devices without waking them, and whether this is Linux inside Windows.

use std::path::{Path, PathBuf};

/// Names the directory to read instead of /sys.
pub const ROOT: &str = "SMELT_SYSFS_ROOT";

/// The directory that the environment names, or /sys.
#[must_use]
pub fn root() -> PathBuf {
    std::env::var_os(ROOT).map_or_else(|| PathBuf::from("/sys"), PathBuf::from)
}

/// Whether this is WSL2: its kernel says so, and the card is a device called `dxg`.
#[must_use]
pub fn is_wsl(root: &Path) -> bool {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    kernel.to_lowercase().contains("microsoft") || root.join("class/misc/dxg").exists()
}
