//! What carries a write to the card or the platform, and the words in which one is refused.

use serde::{Deserialize, Serialize};

use super::wish::Wish;
use crate::gpu::GpuError;

/// Something that is set and must be put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The board's power limit.
    PowerLimit,
    /// The ceiling of the multiprocessors' clock.
    LockedClocks,
    /// The firmware's profile for the whole machine.
    PlatformProfile,
}

/// How a write gets to where only root may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// This process may write itself.
    Direct,
    /// `smelt power helper` writes.
    Helper,
    /// `sudo -n nvidia-smi` writes.
    Sudo,
}

impl Via {
    /// As users read it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Helper => "helper",
            Self::Sudo => "sudo",
        }
    }
}

/// Why nothing was set. The text is one line for the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Refusal {
    /// For programs.
    pub code: Code,
    /// For people.
    pub text: String,
}

/// The kinds of refusal; the helper's protocol spells them as here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Chip, driver or platform does not do it, whoever asks.
    NotSupported,
    /// Not for this user; whether another could is not known.
    NoPermission,
    /// A value that is not taken.
    OutOfRange,
    /// The card fell off the bus.
    GpuLost,
    /// No driver or no such card.
    NoGpu,
    /// Somebody else holds the settings.
    Busy,
    /// The request is not understood.
    BadRequest,
    /// Anything else; it may pass.
    Failed,
}

impl Refusal {
    /// A refusal of a kind, in words.
    pub fn new(code: Code, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
        }
    }

    /// Whether asking in another way may succeed: the card itself did not say no.
    #[must_use]
    pub fn is_about_the_way(&self) -> bool {
        !matches!(
            self.code,
            Code::NotSupported | Code::OutOfRange | Code::GpuLost | Code::NoGpu
        )
    }
}

impl From<GpuError> for Refusal {
    fn from(error: GpuError) -> Self {
        let code = match error {
            GpuError::NotSupported | GpuError::TooOld(_) => Code::NotSupported,
            GpuError::NoPermission => Code::NoPermission,
            GpuError::OutOfRange => Code::OutOfRange,
            GpuError::Lost => Code::GpuLost,
            GpuError::NoDriver(_)
            | GpuError::Mismatch
            | GpuError::Blocked
            | GpuError::NoCard(_) => Code::NoGpu,
            GpuError::NoData(_) | GpuError::Failed(_) => Code::Failed,
        };
        Self::new(code, error.to_string())
    }
}

/// The board's limits in watts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// What the card holds itself to.
    pub enforced: f64,
    /// What it holds itself to after a restart, where it says.
    pub default: Option<f64>,
    /// Least and most the firmware names, where it does; that it takes them is not said.
    pub range: Option<(f64, f64)>,
}

/// The platform's profiles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profiles {
    /// The one in force.
    pub current: String,
    /// Those there are.
    pub choices: Vec<String>,
}

/// One way to write. Whatever is set is put back when this is dropped, unless it was kept; watts and MHz throughout.
pub trait Writer: Send {
    /// Which way it is.
    fn via(&self) -> Via;

    /// Whether a part can be set, found out by setting it to what it is.
    fn probe(&mut self, part: Part) -> Result<(), Refusal>;

    /// The board's limits.
    fn limits(&mut self) -> Result<Limits, Refusal>;

    /// Limits the board, and reads back what it then holds itself to.
    fn set_power_limit(&mut self, watts: f64) -> Result<f64, Refusal>;

    /// MHz the multiprocessors can be held to, ascending.
    fn clocks(&mut self) -> Result<Vec<u32>, Refusal>;

    /// Holds the multiprocessors to at most so many MHz. What is locked cannot be read back.
    fn lock_clocks(&mut self, ceiling: u32) -> Result<(), Refusal>;

    /// The platform's profiles.
    fn profiles(&mut self) -> Result<Profiles, Refusal>;

    /// Chooses a profile, and reads back which is in force.
    fn set_profile(&mut self, name: &str) -> Result<String, Refusal>;

    /// Puts back what was found; nothing to do where nothing was set.
    fn put_back(&mut self, part: Part) -> Result<(), Refusal>;

    /// Leaves what is set in force when this is dropped.
    fn keep(&mut self) -> Result<(), Refusal>;

    /// Notes what is set, for those who look.
    fn tell(&mut self, wish: &Wish) -> Result<(), Refusal>;

    /// Says that whoever wants the settings is still there; at least every two seconds while something is set.
    fn beat(&mut self) -> Result<(), Refusal>;
}
