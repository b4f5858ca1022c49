//! The model that smelt carries with it: written to the user's data directory at its first use.

use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// A small Qwen3 that was trained for smelt's own prompt; see models/demo/MODEL.md.
const BYTES: &[u8] = include_bytes!("../../models/demo/smelt-demo.gguf");

/// The name of its file.
const ID: &str = "smelt-demo";

/// The path of the bundled model; the engine reads files, so the program's own bytes become one.
///
/// # Errors
/// One line, when there is no place for the file or it cannot be written.
pub fn path() -> Result<PathBuf, String> {
    let directories = directories::ProjectDirs::from("", "", "smelt")
        .ok_or("no data directory is known for this user: name a model with --model FILE.gguf")?;
    let directory = directories.data_dir().join("models");
    // Two versions of smelt can share a directory: models of one shape have one size, so the content names the file.
    let digest = Sha256::digest(BYTES);
    let path = directory.join(format!("{ID}-{}.gguf", hex::encode(&digest[..6])));
    let is_there = std::fs::metadata(&path).is_ok_and(|file| file.len() == BYTES.len() as u64);
    if !is_there {
        write(&directory, &path).map_err(|error| {
            format!(
                "the bundled model cannot be written to {}: {error}",
                path.display()
            )
        })?;
    }
    Ok(path)
}

/// Under a name of this process first: another smelt must never see half a file.
fn write(directory: &Path, path: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(directory)?;
    let own = path.with_extension(format!("part-{}", std::process::id()));
    let mut file = std::fs::File::create(&own)?;
    file.write_all(BYTES)?;
    file.sync_all()?;
    std::fs::rename(&own, path)
}
