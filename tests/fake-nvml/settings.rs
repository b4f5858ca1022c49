//! Settings from the environment and from the file beside the library, which wins and may change while the card runs.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::fs;
use std::path::PathBuf;

/// `Dl_info` of dlfcn.h
#[repr(C)]
struct Place {
    path: *const c_char,
    base: *mut c_void,
    symbol: *const c_char,
    address: *mut c_void,
}

unsafe extern "C" {
    fn dladdr(address: *const c_void, place: *mut Place) -> c_int;
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
}

const RTLD_NOW: c_int = 2;
const RTLD_NODELETE: c_int = 0x1000;

/// Where this library was loaded from.
fn library() -> Option<CString> {
    let mut place = Place {
        path: std::ptr::null(),
        base: std::ptr::null_mut(),
        symbol: std::ptr::null(),
        address: std::ptr::null_mut(),
    };
    let inside = (library as fn() -> Option<CString>) as *const c_void;
    let found = unsafe { dladdr(inside, &raw mut place) };
    if found == 0 || place.path.is_null() {
        return None;
    }
    Some(unsafe { CStr::from_ptr(place.path) }.to_owned())
}

/// Keeps the library loaded for good: a real card's clock does not start anew when a program lets go of the driver.
pub fn stay() {
    if let Some(path) = library() {
        unsafe { dlopen(path.as_ptr(), RTLD_NOW | RTLD_NODELETE) };
    }
}

/// The settings of this copy of the library.
pub struct Settings {
    file: Option<PathBuf>,
    lines: String,
}

impl Settings {
    pub fn new() -> Self {
        let path = library().and_then(|path| path.into_string().ok());
        let mut settings = Self {
            file: path.map(|path| PathBuf::from(format!("{path}.conf"))),
            lines: String::new(),
        };
        settings.refresh();
        settings
    }

    /// Reads the file again.
    pub fn refresh(&mut self) {
        let text = self
            .file
            .as_ref()
            .and_then(|file| fs::read_to_string(file).ok());
        self.lines = text.unwrap_or_default();
    }

    pub fn get(&self, name: &str) -> Option<String> {
        let of_line = |line: &str| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == name).then(|| value.trim().to_owned())
        };
        let environment = format!("FAKE_NVML_{}", name.to_uppercase());
        let from_file = self.lines.lines().find_map(of_line);
        from_file.or_else(|| std::env::var(environment).ok())
    }
}
