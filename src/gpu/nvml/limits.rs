//! The temperatures at which a chip protects itself, as margins to the end of its range (NVML's T.Limit).

use nvml_wrapper::sys_exports::field_id::{
    NVML_FI_DEV_TEMPERATURE_GPU_MAX_TLIMIT, NVML_FI_DEV_TEMPERATURE_MEM_MAX_TLIMIT,
    NVML_FI_DEV_TEMPERATURE_SHUTDOWN_TLIMIT, NVML_FI_DEV_TEMPERATURE_SLOWDOWN_TLIMIT,
};

use super::link::Target;
use super::shims;
use crate::gpu::GpuError;

/// Degrees of margin, usually 0 or below, at which something happens; compare with [`crate::gpu::Sample::margin_c`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectionMargins {
    /// The card switches itself off.
    pub shutdown_c: Result<i32, GpuError>,
    /// The hardware slows the card down.
    pub slowdown_c: Result<i32, GpuError>,
    /// The memory is at its highest.
    pub memory_c: Result<i32, GpuError>,
    /// The die is at its highest: where margins are counted from.
    pub die_c: Result<i32, GpuError>,
}

impl ProtectionMargins {
    /// Asks the driver; each margin may be unknown by itself.
    ///
    /// # Errors
    /// When there is no driver or no such card.
    pub fn read(target: &Target) -> Result<Self, GpuError> {
        let nvml = target.open()?;
        let device = target.device(&nvml)?;
        let read = |id| Ok(shims::signed_field(&device, id)?);
        Ok(Self {
            shutdown_c: read(NVML_FI_DEV_TEMPERATURE_SHUTDOWN_TLIMIT),
            slowdown_c: read(NVML_FI_DEV_TEMPERATURE_SLOWDOWN_TLIMIT),
            memory_c: read(NVML_FI_DEV_TEMPERATURE_MEM_MAX_TLIMIT),
            die_c: read(NVML_FI_DEV_TEMPERATURE_GPU_MAX_TLIMIT),
        })
    }
}
