//! Files that are whole or not there: written beside, synced, and renamed.

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Replaces a file, making its directory; readers see the old or the new one. Only the user may read it.
///
/// # Errors
/// When directory or file cannot be written; then the old file stands.
pub fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory)?;
    let beside = path.with_extension(format!("{}.tmp", std::process::id()));
    // A new file, never one that somebody has put there.
    std::fs::remove_file(&beside).ok();
    let mut file = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)?;
    let written = write(&mut file)
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        std::fs::remove_file(&beside).ok();
    }
    written?;
    // The new name must survive a power cut as well.
    File::open(directory)?.sync_all()
}
