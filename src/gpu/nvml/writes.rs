//! A card's settings through the driver: what [`Card`] promises, call by call.

use nvml_wrapper::enum_wrappers::device::{Clock, TemperatureThreshold};
use nvml_wrapper::enums::device::GpuLockedClocksSetting;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{Device, Nvml};

use super::link::Target;
use super::shims;
use crate::gpu::{Card, GpuError};

/// A card behind the driver. The library is opened at the first call and stays open as long as this lives: on a headless
/// machine the driver forgets locked clocks when its last user leaves.
pub struct NvmlCard {
    target: Target,
    nvml: Option<Nvml>,
}

impl NvmlCard {
    /// A card to be written to; nothing is opened yet.
    #[must_use]
    pub fn new(target: Target) -> Self {
        Self { target, nvml: None }
    }

    fn ask<T>(
        &mut self,
        call: impl FnOnce(&mut Device) -> Result<T, NvmlError>,
    ) -> Result<T, GpuError> {
        let nvml = match &mut self.nvml {
            Some(nvml) => nvml,
            closed => closed.insert(self.target.open()?),
        };
        let answer = self
            .target
            .device(nvml)
            .and_then(|mut device| Ok(call(&mut device)?));
        // The handle of a lost card must not be used again.
        if matches!(answer, Err(GpuError::Lost | GpuError::Failed(_))) {
            self.nvml = None;
        }
        answer
    }
}

impl Card for NvmlCard {
    fn enforced_power_limit_mw(&mut self) -> Result<u32, GpuError> {
        self.ask(|device| device.enforced_power_limit())
    }

    fn default_power_limit_mw(&mut self) -> Result<u32, GpuError> {
        self.ask(|device| device.power_management_limit_default())
    }

    fn power_limit_range_mw(&mut self) -> Result<(u32, u32), GpuError> {
        self.ask(|device| {
            let range = device.power_management_limit_constraints()?;
            Ok((range.min_limit, range.max_limit))
        })
    }

    fn set_power_limit_mw(&mut self, limit: u32) -> Result<(), GpuError> {
        self.ask(|device| device.set_power_management_limit(limit))
    }

    fn supported_sm_clocks_mhz(&mut self) -> Result<Vec<u32>, GpuError> {
        self.ask(|device| {
            let memory = device.supported_memory_clocks()?;
            let memory = memory.into_iter().max().ok_or(NvmlError::NoData)?;
            let mut clocks = shims::graphics_clocks(device, memory)?;
            clocks.sort_unstable();
            Ok(clocks)
        })
    }

    fn sm_clock_mhz(&mut self) -> Result<u32, GpuError> {
        self.ask(|device| device.clock_info(Clock::SM))
    }

    fn lock_clocks_mhz(&mut self, min: u32, max: u32) -> Result<(), GpuError> {
        self.ask(|device| {
            device.set_gpu_locked_clocks(GpuLockedClocksSetting::Numeric {
                min_clock_mhz: min,
                max_clock_mhz: max,
            })
        })
    }

    #[allow(
        clippy::redundant_closure_for_method_calls,
        reason = "the method itself is not general enough in the handle's lifetime"
    )]
    fn reset_clocks(&mut self) -> Result<(), GpuError> {
        self.ask(|device| device.reset_gpu_locked_clocks())
    }

    fn target_temperature_c(&mut self) -> Result<u32, GpuError> {
        self.ask(|device| device.temperature_threshold(TemperatureThreshold::AcousticCurr))
    }

    fn target_temperature_range_c(&mut self) -> Result<(u32, u32), GpuError> {
        self.ask(|device| {
            let least = device.temperature_threshold(TemperatureThreshold::AcousticMin)?;
            let most = device.temperature_threshold(TemperatureThreshold::AcousticMax)?;
            Ok((least, most))
        })
    }

    fn set_target_temperature_c(&mut self, degrees: u32) -> Result<(), GpuError> {
        let degrees = i32::try_from(degrees).map_err(|_| GpuError::OutOfRange)?;
        self.ask(|device| {
            device.set_temperature_threshold(TemperatureThreshold::AcousticCurr, degrees)
        })
    }
}
