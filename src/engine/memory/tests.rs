//! Free memory as read from made-up `/proc` and control-group files.

#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

use super::available::available_under;

/// A root directory with these files.
fn system(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

const MEMINFO: (&str, &str) = (
    "proc/meminfo",
    "MemTotal:       16000 kB\nMemFree:          100 kB\nMemAvailable:    8000 kB\n",
);

#[test]
fn without_groups_the_kernel_is_believed() {
    let root = system(&[MEMINFO]);
    assert_eq!(available_under(root.path()), Some(8000 * 1024));
}

#[test]
fn a_system_without_meminfo_is_unknown() {
    assert_eq!(available_under(Path::new("/nonexistent")), None);
}

#[test]
fn the_tightest_group_above_counts() {
    let root = system(&[
        MEMINFO,
        ("proc/self/cgroup", "0::/user.slice/app.scope\n"),
        ("sys/fs/cgroup/user.slice/app.scope/memory.max", "max\n"),
        ("sys/fs/cgroup/user.slice/memory.max", "4000000\n"),
        ("sys/fs/cgroup/user.slice/memory.current", "1000000\n"),
        ("sys/fs/cgroup/memory.max", "5000000\n"),
    ]);
    assert_eq!(available_under(root.path()), Some(3_000_000));
}

#[test]
fn cached_file_pages_count_as_free() {
    let root = system(&[
        MEMINFO,
        ("proc/self/cgroup", "0::/\n"),
        ("sys/fs/cgroup/memory.max", "4000000\n"),
        ("sys/fs/cgroup/memory.current", "3500000\n"),
        (
            "sys/fs/cgroup/memory.stat",
            "anon 500000\ninactive_file 3000000\n",
        ),
    ]);
    assert_eq!(available_under(root.path()), Some(3_500_000));
}

#[test]
fn version_1_without_a_limit_leaves_the_host_value() {
    let root = system(&[
        MEMINFO,
        ("proc/self/cgroup", "5:cpu:/\n4:memory:/box\n"),
        (
            "sys/fs/cgroup/memory/box/memory.limit_in_bytes",
            "9223372036854771712\n",
        ),
    ]);
    assert_eq!(available_under(root.path()), Some(8000 * 1024));
}

#[test]
fn a_version_1_limit_caps() {
    let root = system(&[
        MEMINFO,
        ("proc/self/cgroup", "4:cpuacct,memory:/box\n"),
        (
            "sys/fs/cgroup/memory/box/memory.limit_in_bytes",
            "2000000\n",
        ),
        ("sys/fs/cgroup/memory/box/memory.usage_in_bytes", "500000\n"),
    ]);
    assert_eq!(available_under(root.path()), Some(1_500_000));
}
