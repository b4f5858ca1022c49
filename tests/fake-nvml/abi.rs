//! What crosses the boundary: codes and structures of nvml.h, and the guard every exported call stands behind.

use std::ffi::{c_char, c_int, c_uint, c_ulonglong, c_void};
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::card::{self, Card};

pub type Code = c_uint;
/// The only handle there is; never dereferenced.
pub type Device = *mut c_void;

pub const SUCCESS: Code = 0;
pub const UNINITIALIZED: Code = 1;
pub const INVALID_ARGUMENT: Code = 2;
pub const NOT_SUPPORTED: Code = 3;
pub const NO_PERMISSION: Code = 4;
pub const NOT_FOUND: Code = 6;
pub const INSUFFICIENT_SIZE: Code = 7;
pub const GPU_IS_LOST: Code = 15;
pub const ARGUMENT_VERSION_MISMATCH: Code = 25;
pub const UNKNOWN: Code = 999;

/// `nvmlUtilization_t`
#[repr(C)]
pub struct Utilization {
    pub gpu: c_uint,
    pub memory: c_uint,
}

/// `nvmlPciInfo_t`
#[repr(C)]
pub struct PciInfo {
    pub bus_id_legacy: [c_char; 16],
    pub domain: c_uint,
    pub bus: c_uint,
    pub device: c_uint,
    pub pci_device_id: c_uint,
    pub pci_subsystem_id: c_uint,
    pub bus_id: [c_char; 32],
}

/// `nvmlProcessInfo_t`, version 2 and later
#[repr(C)]
pub struct ProcessInfo {
    pub pid: c_uint,
    pub used_gpu_memory: c_ulonglong,
    pub gpu_instance: c_uint,
    pub compute_instance: c_uint,
}

/// `nvmlTemperatureThresholds_t`
pub const SHUTDOWN: c_int = 0;
pub const SLOWDOWN: c_int = 1;
pub const GPU_MAX: c_int = 3;
pub const ACOUSTIC_MIN: c_int = 4;
pub const ACOUSTIC_CURRENT: c_int = 5;
pub const ACOUSTIC_MAX: c_int = 6;

/// Copies text with its final zero, cut where the room ends.
pub fn fill(target: &mut [c_char], text: &str) {
    target.fill(0);
    let room = target.len().saturating_sub(1);
    for (place, byte) in target.iter_mut().zip(text.bytes().take(room)) {
        *place = c_char::from_ne_bytes([byte]);
    }
}

/// Runs a call: it is counted and logged, faults of the personality come first, and no panic crosses the boundary.
pub fn call(what: impl Display, body: impl FnOnce(&mut Card) -> Result<(), Code>) -> Code {
    let run = || card::with(|card| card.answer(&what, body));
    catch_unwind(AssertUnwindSafe(run)).unwrap_or(UNKNOWN)
}

/// A call that hands out one value.
///
/// # Safety
/// `out` is null or may be written.
pub unsafe fn read<T>(
    what: impl Display,
    out: *mut T,
    body: impl FnOnce(&mut Card) -> Result<T, Code>,
) -> Code {
    call(what, |card| {
        let value = body(card)?;
        if out.is_null() {
            return Err(INVALID_ARGUMENT);
        }
        unsafe { out.write(value) };
        Ok(())
    })
}

/// A call that hands out text.
///
/// # Safety
/// `out` is null or has room for `length` characters.
pub unsafe fn text(
    what: impl Display,
    out: *mut c_char,
    length: c_uint,
    body: impl FnOnce(&mut Card) -> String,
) -> Code {
    call(what, |card| {
        let text = body(card);
        if out.is_null() {
            return Err(INVALID_ARGUMENT);
        }
        if text.len() >= length as usize {
            return Err(INSUFFICIENT_SIZE);
        }
        fill(
            unsafe { std::slice::from_raw_parts_mut(out, length as usize) },
            &text,
        );
        Ok(())
    })
}

/// A call that hands out a list, after the manner of NVML: too little room leaves the list as it is and tells the number.
///
/// # Safety
/// `count` is null or may be read and written; `out` has room for that many, or is null.
pub unsafe fn list<T>(
    what: impl Display,
    count: *mut c_uint,
    out: *mut T,
    body: impl FnOnce(&mut Card) -> Result<Vec<T>, Code>,
) -> Code {
    call(what, |card| {
        let items = body(card)?;
        if count.is_null() {
            return Err(INVALID_ARGUMENT);
        }
        let room = unsafe { count.read() } as usize;
        unsafe { count.write(items.len() as c_uint) };
        if items.len() > room || (out.is_null() && !items.is_empty()) {
            return Err(INSUFFICIENT_SIZE);
        }
        for (place, item) in items.into_iter().enumerate() {
            unsafe { out.add(place).write(item) };
        }
        Ok(())
    })
}
