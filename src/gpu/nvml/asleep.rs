//! The runtime-suspend gate: a laptop's sleeping card is not asked, and one that nobody uses is let go, so that it may sleep.
//!
//! An open handle keeps the card awake at 5 to 7 W, and any call wakes it. Its sleep is seen in sysfs, which does not.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::gpu::sysfs;

/// `0x10de` is NVIDIA, class `0x03` a display controller.
const VENDOR: &str = "0x10de";
const DISPLAY: &str = "0x03";
/// Unused for so long, the card is let go.
const UNUSED: Duration = Duration::from_secs(30);
/// A card that was let go and is still awake is looked at again after so long: it falls asleep within seconds if it can.
const LOOK_AGAIN: Duration = Duration::from_secs(20);
/// How long that look lasts.
const LOOK: Duration = Duration::from_secs(5);

/// What the kernel says of the card's power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Power {
    /// Asking would wake it.
    Suspended,
    /// Awake, and the kernel may put it to sleep.
    Active,
    /// It is never put to sleep, or nothing is known.
    Always,
}

/// Whether the driver may be asked.
#[derive(Debug)]
pub(super) struct Gate {
    devices: PathBuf,
    /// Whether some program used the card when it was asked last.
    is_used: bool,
    unused_since: Option<Duration>,
    let_go_at: Option<Duration>,
    patience: Duration,
}

impl Gate {
    /// Reads below `sysfs`, or where the environment says, or in /sys.
    pub(super) fn new(sysfs: Option<PathBuf>) -> Self {
        let root = sysfs.unwrap_or_else(sysfs::root);
        Self {
            devices: root.join("bus/pci/devices"),
            is_used: false,
            unused_since: None,
            let_go_at: None,
            patience: UNUSED,
        }
    }

    /// Whether the driver must not be asked now. Without a known address every NVIDIA card must sleep for that: opening the
    /// library wakes them all.
    pub(super) fn is_shut(&mut self, now: Duration, pci: &str, is_open: bool) -> bool {
        // What computes does not sleep, and the kernel's files cost as much as the calls.
        if is_open && self.is_used {
            return false;
        }
        match self.power(pci) {
            Power::Suspended => {
                // When it wakes, somebody uses it.
                self.let_go_at = None;
                self.patience = UNUSED;
                true
            }
            Power::Active if !is_open => match self.let_go_at {
                Some(at) if now < at + LOOK_AGAIN => true,
                Some(_) => {
                    self.let_go_at = None;
                    self.patience = LOOK;
                    false
                }
                None => false,
            },
            _ => false,
        }
    }

    /// Whether the card is to be let go: nobody has used it for a while, and the kernel would put it to sleep.
    pub(super) fn lets_go(&mut self, now: Duration, pci: &str, is_used: bool) -> bool {
        self.is_used = is_used;
        if is_used {
            self.unused_since = None;
            self.patience = UNUSED;
            return false;
        }
        let since = *self.unused_since.get_or_insert(now);
        if now < since + self.patience || self.power(pci) != Power::Active {
            return false;
        }
        self.unused_since = None;
        self.let_go_at = Some(now);
        true
    }

    fn power(&self, pci: &str) -> Power {
        if !pci.is_empty() {
            return power(&self.devices.join(pci));
        }
        let entries = fs::read_dir(&self.devices).into_iter().flatten().flatten();
        let cards = entries
            .map(|entry| entry.path())
            .filter(|path| is_card(path));
        let states: Vec<Power> = cards.map(|path| power(&path)).collect();
        let all_asleep =
            !states.is_empty() && states.iter().all(|state| *state == Power::Suspended);
        if all_asleep {
            Power::Suspended
        } else {
            Power::Always
        }
    }
}

fn is_card(device: &Path) -> bool {
    line(&device.join("vendor")) == VENDOR && line(&device.join("class")).starts_with(DISPLAY)
}

fn power(device: &Path) -> Power {
    match line(&device.join("power/runtime_status")).as_str() {
        "suspended" => Power::Suspended,
        "active" | "resuming" | "suspending" if line(&device.join("power/control")) == "auto" => {
            Power::Active
        }
        _ => Power::Always,
    }
}

fn line(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.trim().to_owned()
}
