//! Why a file did not come.

use std::io::{self, ErrorKind};

/// By what can be done about it.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The connection; what came is kept.
    Broken(String),
    /// The disk; what came is kept.
    Full,
    /// Another attempt would end alike.
    Refused(String),
}

/// A failure of the disk.
impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Refused(format!("it cannot be written: {error}")),
        }
    }
}
