//! The calls that came with later drivers; an old one lacks their symbols.

use std::ffi::{c_int, c_longlong, c_uint, c_ulonglong};

use crate::abi::{
    ARGUMENT_VERSION_MISMATCH, Code, Device, INVALID_ARGUMENT, NOT_SUPPORTED, ProcessInfo, SUCCESS,
    call, list,
};
use crate::card::{Card, permit};
use crate::exports::{check, reads};

/// `nvmlMemory_v2_t`
#[repr(C)]
pub struct Memory {
    version: c_uint,
    total: c_ulonglong,
    reserved: c_ulonglong,
    free: c_ulonglong,
    used: c_ulonglong,
}

/// `nvmlMarginTemperature_v1_t`
#[repr(C)]
pub struct Margin {
    version: c_uint,
    degrees: c_int,
}

/// `nvmlValue_t`, as wide as its widest member.
#[repr(C)]
union Value {
    signed: c_int,
    unsigned: c_uint,
    wide: c_ulonglong,
}

/// `nvmlFieldValue_t`
#[repr(C)]
pub struct Field {
    id: c_uint,
    scope: c_uint,
    timestamp: c_longlong,
    latency_us: c_longlong,
    value_type: c_uint,
    code: Code,
    value: Value,
}

const UNSIGNED_INT: c_uint = 1;
const SIGNED_INT: c_uint = 5;
const MIB: u64 = 1024 * 1024;

fn version<T>(number: u32) -> u32 {
    size_of::<T>() as u32 | number << 24
}

reads! {
    nvmlDeviceGetFanSpeed_v2(fan: c_uint) -> c_uint = |card, fan| {
        permit(if card.is.has_fan { SUCCESS } else { NOT_SUPPORTED })?;
        permit(if fan == 0 { SUCCESS } else { INVALID_ARGUMENT })?;
        Ok(card.fan_percent())
    };
    nvmlDeviceGetPowerSource() -> c_uint = |card| Ok(card.supply());
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetMemoryInfo_v2(d: Device, memory: *mut Memory) -> Code {
    call("nvmlDeviceGetMemoryInfo_v2()", |card| {
        check(card, d)?;
        let memory = unsafe { memory.as_mut() }.ok_or(INVALID_ARGUMENT)?;
        if memory.version != version::<Memory>(2) {
            return Err(ARGUMENT_VERSION_MISMATCH);
        }
        memory.total = card.is.memory_mib * MIB;
        memory.reserved = 400 * MIB;
        memory.used = card.memory_used_mib() * MIB;
        memory.free = memory.total - memory.reserved - memory.used;
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetMarginTemperature(d: Device, margin: *mut Margin) -> Code {
    call("nvmlDeviceGetMarginTemperature()", |card| {
        check(card, d)?;
        let margin = unsafe { margin.as_mut() }.ok_or(INVALID_ARGUMENT)?;
        if margin.version != version::<Margin>(1) {
            return Err(ARGUMENT_VERSION_MISMATCH);
        }
        margin.degrees = card.margin_c()?;
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetFieldValues(
    d: Device,
    count: c_int,
    fields: *mut Field,
) -> Code {
    call("nvmlDeviceGetFieldValues()", |card| {
        check(card, d)?;
        for number in 0..usize::try_from(count).map_err(|_| INVALID_ARGUMENT)? {
            let field = unsafe { fields.add(number).as_mut() }.ok_or(INVALID_ARGUMENT)?;
            field.code = SUCCESS;
            answer(card, field);
        }
        Ok(())
    })
}

/// Fields by the numbers of nvml.h: average and instant power, then the T.Limit thresholds, which are signed.
fn answer(card: &Card, field: &mut Field) {
    let signed = |degrees| (SIGNED_INT, Value { signed: degrees });
    let (value_type, value) = match field.id {
        185 => (
            UNSIGNED_INT,
            Value {
                unsigned: card.power_mw(),
            },
        ),
        186 => (
            UNSIGNED_INT,
            Value {
                unsigned: card.power_now_mw(),
            },
        ),
        193 => signed(-8),
        194 => signed(-2),
        195 | 196 => signed(0),
        _ => {
            field.code = NOT_SUPPORTED;
            return;
        }
    };
    field.value_type = value_type;
    field.value = Value { wide: 0 };
    field.value = value;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetComputeRunningProcesses_v3(
    d: Device,
    count: *mut c_uint,
    out: *mut ProcessInfo,
) -> Code {
    unsafe {
        list(
            "nvmlDeviceGetComputeRunningProcesses_v3()",
            count,
            out,
            |card| {
                check(card, d)?;
                permit(card.is.processes)?;
                let process = ProcessInfo {
                    pid: 4242,
                    used_gpu_memory: card.memory_used_mib() * MIB,
                    gpu_instance: u32::MAX,
                    compute_instance: u32::MAX,
                };
                Ok(card.is_used().then_some(process).into_iter().collect())
            },
        )
    }
}
