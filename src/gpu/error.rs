//! What can go wrong with a card, in words a user can act on; the driver's own codes are mapped to it in one place.

/// Why the card did not answer or did not obey.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GpuError {
    /// Neither library nor driver; the text says which is missing.
    #[error("no NVIDIA driver: {0}")]
    NoDriver(String),
    /// The driver was replaced while it ran.
    #[error("the NVIDIA driver was updated while it ran; restart the machine")]
    Mismatch,
    /// The operating system keeps the card away: WSL, a container, a control group.
    #[error(
        "the operating system blocks access to the GPU; under WSL run `wsl --shutdown` on Windows and start it again"
    )]
    Blocked,
    /// A driver, but not this card.
    #[error("no GPU {0}; `nvidia-smi -L` lists those there are")]
    NoCard(String),
    /// The driver is too old for this call.
    #[error("the NVIDIA driver is too old: it lacks {0}")]
    TooOld(String),
    /// Chip or platform does not do this.
    #[error("this GPU does not support it")]
    NotSupported,
    /// Not for this user. It does not say that another user could: an unsupported chip may answer this first.
    #[error("no permission: only root may change it, if this GPU can at all")]
    NoPermission,
    /// A value outside what the card takes.
    #[error("the GPU refuses this value as out of range")]
    OutOfRange,
    /// It fell off the bus, or needs a reset.
    #[error("the GPU is lost; it comes back after a driver reset or a restart")]
    Lost,
    /// There is nothing to report now; carries the NVML code.
    #[error("the driver has nothing to report (NVML code {0})")]
    NoData(u32),
    /// A failure that may pass; carries the NVML code.
    #[error("the driver failed (NVML code {0})")]
    Failed(u32),
}
