//! The calls of nvml.h that every driver has, as far as smelt makes them.

use std::ffi::{CStr, c_char, c_int, c_uint, c_ulonglong};

use crate::abi::{
    Code, Device, INVALID_ARGUMENT, NOT_FOUND, NOT_SUPPORTED, PciInfo, Utilization, call, fill,
    list, read, text,
};
use crate::card::{Card, permit};

/// The handle of the one card.
fn the_card() -> Device {
    std::ptr::without_provenance_mut(1)
}

/// Refuses a handle of another card, and any while the card is lost.
pub fn check(card: &Card, device: Device) -> Result<(), Code> {
    if device != the_card() {
        return Err(INVALID_ARGUMENT);
    }
    card.check()
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlInit_v2() -> Code {
    call("nvmlInit_v2()", Card::start)
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlShutdown() -> Code {
    call("nvmlShutdown()", Card::stop)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlSystemGetDriverVersion(out: *mut c_char, length: c_uint) -> Code {
    let what = "nvmlSystemGetDriverVersion()";
    unsafe { text(what, out, length, |card| card.is.driver.to_owned()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetHandleByIndex_v2(index: c_uint, out: *mut Device) -> Code {
    let what = format_args!("nvmlDeviceGetHandleByIndex_v2({index})");
    unsafe {
        read(what, out, |card| {
            card.check()?;
            permit(if index == 0 { 0 } else { INVALID_ARGUMENT })?;
            Ok(the_card())
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetHandleByUUID(uuid: *const c_char, out: *mut Device) -> Code {
    let given = unsafe { CStr::from_ptr(uuid) }.to_string_lossy();
    let what = format_args!("nvmlDeviceGetHandleByUUID({given})");
    unsafe {
        read(what, out, |card| {
            card.check()?;
            permit(if given == card.is.uuid { 0 } else { NOT_FOUND })?;
            Ok(the_card())
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetName(d: Device, out: *mut c_char, length: c_uint) -> Code {
    let _ = d;
    unsafe {
        text("nvmlDeviceGetName()", out, length, |card| {
            card.is.name.to_owned()
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetUUID(d: Device, out: *mut c_char, length: c_uint) -> Code {
    let _ = d;
    unsafe {
        text("nvmlDeviceGetUUID()", out, length, |card| {
            card.is.uuid.to_owned()
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetPciInfo_v3(d: Device, out: *mut PciInfo) -> Code {
    unsafe {
        read("nvmlDeviceGetPciInfo_v3()", out, |card| {
            check(card, d)?;
            let mut info = PciInfo {
                bus_id_legacy: [0; 16],
                domain: 0,
                bus: card.is.pci_bus,
                device: 0,
                pci_device_id: 0x2757_10de,
                pci_subsystem_id: 0,
                bus_id: [0; 32],
            };
            fill(
                &mut info.bus_id_legacy,
                &format!("0000:{:02X}:00.0", info.bus),
            );
            fill(&mut info.bus_id, &format!("00000000:{:02X}:00.0", info.bus));
            Ok(info)
        })
    }
}

/// A read of one number.
macro_rules! reads {
    ($($name:ident($($argument:ident: $type:ty),*) -> $value:ty = $body:expr;)*) => {
        $(#[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(d: $crate::abi::Device, $($argument: $type,)* out: *mut $value) -> $crate::abi::Code {
            let what = concat!(stringify!($name), "()");
            unsafe {
                $crate::abi::read(what, out, |card| {
                    $crate::exports::check(card, d)?;
                    let body: fn(&mut $crate::card::Card, $($type),*) -> Result<$value, $crate::abi::Code> = $body;
                    body(card, $($argument),*)
                })
            }
        })*
    };
}
pub(crate) use reads;

reads! {
    nvmlDeviceGetTemperature(sensor: c_int) -> c_uint = |card, sensor| {
        permit(if sensor == 0 { 0 } else { INVALID_ARGUMENT })?;
        card.temperature_c()
    };
    nvmlDeviceGetTemperatureThreshold(which: c_int) -> c_uint = |card, which| card.threshold_c(which);
    nvmlDeviceGetPowerUsage() -> c_uint = |card| Ok(card.power_mw());
    nvmlDeviceGetEnforcedPowerLimit() -> c_uint = |card| Ok(card.enforced_mw());
    nvmlDeviceGetPowerManagementLimit() -> c_uint = |card| card.requested_mw();
    nvmlDeviceGetPowerManagementDefaultLimit() -> c_uint = |card| Ok(card.is.limits_mw[1]);
    // Graphics, SM, memory, video.
    nvmlDeviceGetClockInfo(domain: c_int) -> c_uint = |card, domain| match domain {
        0 | 1 => Ok(card.sm_mhz()),
        2 => Ok(card.is.memory_mhz),
        _ => Err(NOT_SUPPORTED),
    };
    nvmlDeviceGetCurrentClocksThrottleReasons() -> c_ulonglong = |card| Ok(card.reasons());
    nvmlDeviceGetUtilizationRates() -> Utilization = |card| {
        permit(card.is.utilization)?;
        Ok(Utilization { gpu: card.busy_percent(), memory: card.busy_percent() / 2 })
    };
    nvmlDeviceGetNumFans() -> c_uint = |card| {
        permit(if card.is.has_fan { 0 } else { NOT_SUPPORTED })?;
        Ok(1)
    };
    nvmlDeviceGetTotalEnergyConsumption() -> c_ulonglong = |card| Ok(card.energy_mj());
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetPowerManagementLimitConstraints(
    d: Device,
    least: *mut c_uint,
    most: *mut c_uint,
) -> Code {
    call("nvmlDeviceGetPowerManagementLimitConstraints()", |card| {
        check(card, d)?;
        if least.is_null() || most.is_null() {
            return Err(INVALID_ARGUMENT);
        }
        unsafe {
            least.write(card.is.limits_mw[0]);
            most.write(card.is.limits_mw[2]);
        }
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlDeviceSetPowerManagementLimit(d: Device, limit: c_uint) -> Code {
    let what = format_args!("nvmlDeviceSetPowerManagementLimit({limit})");
    call(what, |card| {
        check(card, d)?;
        card.set_limit_mw(limit)
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceSetTemperatureThreshold(
    d: Device,
    which: c_int,
    degrees: *mut c_int,
) -> Code {
    let degrees = unsafe { degrees.read() };
    let what = format_args!("nvmlDeviceSetTemperatureThreshold({which},{degrees})");
    call(what, |card| {
        check(card, d)?;
        card.set_threshold_c(which, degrees)
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetSupportedMemoryClocks(
    d: Device,
    count: *mut c_uint,
    out: *mut c_uint,
) -> Code {
    let what = "nvmlDeviceGetSupportedMemoryClocks()";
    unsafe {
        list(what, count, out, |card| {
            check(card, d)?;
            Ok(vec![card.is.memory_mhz, 810, 405])
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetSupportedGraphicsClocks(
    d: Device,
    memory_mhz: c_uint,
    count: *mut c_uint,
    out: *mut c_uint,
) -> Code {
    let what = format_args!("nvmlDeviceGetSupportedGraphicsClocks({memory_mhz})");
    unsafe {
        list(what, count, out, |card| {
            check(card, d)?;
            Ok(card.is.clocks())
        })
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlDeviceSetGpuLockedClocks(d: Device, least: c_uint, most: c_uint) -> Code {
    let what = format_args!("nvmlDeviceSetGpuLockedClocks({least},{most})");
    call(what, |card| {
        check(card, d)?;
        permit(if least <= most { 0 } else { INVALID_ARGUMENT })?;
        card.lock_clocks_mhz(Some(most))
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlDeviceResetGpuLockedClocks(d: Device) -> Code {
    call("nvmlDeviceResetGpuLockedClocks()", |card| {
        check(card, d)?;
        card.lock_clocks_mhz(None)
    })
}
