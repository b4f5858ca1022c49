//! One process at a time sets the card: a locked file that says who it is.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use super::writer::{Code, Refusal};

/// The right to write; it ends with this value or with the process, however that ends.
#[derive(Debug)]
pub struct Exclusive {
    _file: File,
}

impl Exclusive {
    /// Takes the right, or says who has it. `what` is how others will see this process.
    ///
    /// # Errors
    /// When somebody has it, or the file cannot be made.
    pub fn take(path: &Path, what: &str) -> Result<Self, Refusal> {
        let failed = |error: std::io::Error| {
            let text = format!("{}: cannot be locked: {error}", path.display());
            Refusal::new(Code::Failed, text)
        };
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).map_err(failed)?;
        }
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder).ok();
                let text = format!(
                    "`{}` holds the GPU's power settings; end it first",
                    holder.trim()
                );
                return Err(Refusal::new(Code::Busy, text));
            }
        }
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{what} (process {})", std::process::id()));
        written.map_err(failed)?;
        Ok(Self { _file: file })
    }
}
