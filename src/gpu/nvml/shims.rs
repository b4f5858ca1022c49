//! Calls that nvml-wrapper 0.13 gets wrong or lacks, made by hand; the only `unsafe` of the program.
#![allow(unsafe_code)]

use std::ffi::c_uint;

use nvml_wrapper::Device;
use nvml_wrapper::error::{NvmlError, nvml_sym, nvml_try};
use nvml_wrapper_sys::bindings::{
    NVML_POWER_SOURCE_AC, NVML_POWER_SOURCE_BATTERY, NVML_POWER_SOURCE_UNDERSIZED,
    nvmlFieldValue_t, nvmlMarginTemperature_t, nvmlValueType_enum_NVML_VALUE_TYPE_SIGNED_INT,
};

use crate::gpu::sample::Supply;

/// More steps than any card has: a 4090 Laptop has 194.
const MOST_CLOCKS: c_uint = 512;
/// `NVML_STRUCT_VERSION(MarginTemperature, 1)` of nvml.h: the structure's size, and its version from bit 24 on.
const MARGIN_VERSION: u32 = 1 << 24 | 8;
const _: () = assert!(size_of::<nvmlMarginTemperature_t>() == 8);

/// MHz the multiprocessors can be locked to. The wrapper takes "too little room" for success and hands out 128 zeros.
pub(super) fn graphics_clocks(device: &Device, memory_mhz: u32) -> Result<Vec<u32>, NvmlError> {
    let library = device.nvml().lib();
    let call = nvml_sym(library.nvmlDeviceGetSupportedGraphicsClocks.as_ref())?;
    let mut clocks = vec![0; MOST_CLOCKS as usize];
    let mut count = MOST_CLOCKS;
    // SAFETY: the handle belongs to a living `Nvml`; there is room for `count` clocks.
    let code = unsafe {
        call(
            device.handle(),
            memory_mhz,
            &raw mut count,
            clocks.as_mut_ptr(),
        )
    };
    nvml_try(code)?;
    clocks.truncate(count as usize);
    Ok(clocks)
}

/// What feeds the machine. The wrapper does not know a charger that is too small.
pub(super) fn supply(device: &Device) -> Result<Supply, NvmlError> {
    let library = device.nvml().lib();
    let call = nvml_sym(library.nvmlDeviceGetPowerSource.as_ref())?;
    let mut source = 0;
    // SAFETY: the handle belongs to a living `Nvml`; the driver writes one number.
    nvml_try(unsafe { call(device.handle(), &raw mut source) })?;
    match source {
        NVML_POWER_SOURCE_AC => Ok(Supply::Mains),
        NVML_POWER_SOURCE_BATTERY => Ok(Supply::Battery),
        NVML_POWER_SOURCE_UNDERSIZED => Ok(Supply::Undersized),
        _ => Err(NvmlError::NoData),
    }
}

/// Degrees left to the end of the chip's range, below 0 beyond it. The wrapper has no such call.
pub(super) fn margin_c(device: &Device) -> Result<i32, NvmlError> {
    let library = device.nvml().lib();
    let call = nvml_sym(library.nvmlDeviceGetMarginTemperature.as_ref())?;
    let mut margin = nvmlMarginTemperature_t {
        version: MARGIN_VERSION,
        marginTemperature: 0,
    };
    // SAFETY: the handle belongs to a living `Nvml`; the structure says its own size and version.
    nvml_try(unsafe { call(device.handle(), &raw mut margin) })?;
    Ok(margin.marginTemperature)
}

/// A field that may be negative, as T.Limit thresholds are. The wrapper knows no signed 32-bit fields.
pub(super) fn signed_field(device: &Device, id: u32) -> Result<i32, NvmlError> {
    let library = device.nvml().lib();
    let call = nvml_sym(library.nvmlDeviceGetFieldValues.as_ref())?;
    // SAFETY: all of its members are numbers, for which zero is a value.
    let mut field: nvmlFieldValue_t = unsafe { std::mem::zeroed() };
    field.fieldId = id;
    // SAFETY: the handle belongs to a living `Nvml`; one field is handed over and one is said to be.
    nvml_try(unsafe { call(device.handle(), 1, &raw mut field) })?;
    nvml_try(field.nvmlReturn)?;
    if field.valueType != nvmlValueType_enum_NVML_VALUE_TYPE_SIGNED_INT {
        return Err(NvmlError::NoData);
    }
    // SAFETY: the driver says that this member was written.
    Ok(unsafe { field.value.siVal })
}
