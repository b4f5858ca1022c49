//! The driver's errors as ours: the one place where NVML's codes get a meaning.

use nvml_wrapper::error::NvmlError;

use crate::gpu::GpuError;

// Codes of nvml.h, the later three unknown to the wrapper.
const NOT_FOUND: u32 = 6;
const NO_DATA: u32 = 21;
const ARGUMENT_VERSION_MISMATCH: u32 = 25;
const DEPRECATED: u32 = 26;
const GPU_NOT_FOUND: u32 = 28;

impl From<NvmlError> for GpuError {
    fn from(error: NvmlError) -> Self {
        match error {
            NvmlError::LibloadingError(_) => Self::NoDriver(
                "libnvidia-ml.so.1 cannot be loaded; install the driver, under WSL2 on the Windows side, \
                 or start the container with its GPU"
                    .to_owned(),
            ),
            NvmlError::DriverNotLoaded => Self::NoDriver(
                "its library is here, but its kernel module is not loaded; `sudo modprobe nvidia` loads it"
                    .to_owned(),
            ),
            NvmlError::LibraryNotFound => {
                Self::NoDriver("a library it needs is missing; install it anew".to_owned())
            }
            NvmlError::LibRmVersionMismatch => Self::Mismatch,
            NvmlError::OperatingSystem => Self::Blocked,
            NvmlError::FailedToLoadSymbol(text) => Self::TooOld(symbol(&text)),
            NvmlError::FunctionNotFound => Self::TooOld("a function it needs itself".to_owned()),
            NvmlError::NotSupported | NvmlError::UnexpectedVariant(DEPRECATED) => {
                Self::NotSupported
            }
            NvmlError::NoPermission => Self::NoPermission,
            NvmlError::InvalidArg => Self::OutOfRange,
            NvmlError::GpuLost
            | NvmlError::ResetRequired
            | NvmlError::UnexpectedVariant(GPU_NOT_FOUND) => Self::Lost,
            NvmlError::NotFound => Self::NoData(NOT_FOUND),
            NvmlError::NoData => Self::NoData(NO_DATA),
            NvmlError::UnexpectedVariant(ARGUMENT_VERSION_MISMATCH) => {
                Self::TooOld("this version of the call".to_owned())
            }
            other => Self::Failed(other.into()),
        }
    }
}

/// The name of the call: the last word of a loader's complaint.
fn symbol(complaint: &str) -> String {
    let last = complaint.split_whitespace().last();
    last.unwrap_or(complaint).to_owned()
}
