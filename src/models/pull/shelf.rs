//! The place of one file in the hub's cache: the part while it is fetched, then the blob, and the links that name it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::engine::hub;
use crate::models::number::gigabytes;

/// Bytes that are left free beside the file: directories, links, and others who write.
const SPARE: u64 = 64 << 20;

/// One blob's place.
pub(super) struct Shelf {
    repository: PathBuf,
    lock: PathBuf,
    blob: PathBuf,
    part: PathBuf,
}

fn failed(path: &Path) -> impl Fn(io::Error) -> String + '_ {
    move |error| format!("{}: {error}", path.display())
}

fn is_word(text: &str) -> bool {
    let of_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    !text.is_empty() && text.len() <= 128 && text.chars().all(of_word)
}

impl Shelf {
    /// The place of a blob of a repository; its directories are made.
    pub(super) fn new(cache: &Path, repo: &str, etag: &str) -> Result<Self, String> {
        if !is_word(etag) {
            return Err(format!(
                "the server names the file by {etag:?}, which is no digest"
            ));
        }
        let repository = hub::repository(cache, repo);
        let blobs = repository.join("blobs");
        fs::create_dir_all(&blobs).map_err(failed(&blobs))?;
        // Where the hub's own tools lock, so that the two never write one part.
        let name = repository.file_name().unwrap_or_default();
        let locks = cache.join(".locks").join(name);
        fs::create_dir_all(&locks).map_err(failed(&locks))?;
        Ok(Self {
            lock: locks.join(format!("{etag}.lock")),
            blob: blobs.join(etag),
            part: blobs.join(format!("{etag}.incomplete")),
            repository,
        })
    }

    /// Whether the blob is here whole.
    pub(super) fn holds(&self, size: Option<u64>) -> bool {
        fs::metadata(&self.blob).is_ok_and(|file| size.is_none_or(|size| file.len() == size))
    }

    /// Bytes of the part.
    pub(super) fn part_bytes(&self) -> u64 {
        fs::metadata(&self.part).map_or(0, |file| file.len())
    }

    /// Keeps others from fetching the same file as long as it is held.
    pub(super) fn lock(&self) -> Result<File, String> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&self.lock)
            .map_err(failed(&self.lock))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                Err("another process fetches this file already".to_owned())
            }
            Err(TryLockError::Error(error)) => Err(failed(&self.lock)(error)),
        }
    }

    /// Whether what is missing has room on the disk.
    pub(super) fn check_space(&self, size: Option<u64>) -> Result<(), String> {
        let directory = self.repository.join("blobs");
        let Ok(disk) = rustix::fs::statvfs(&directory) else {
            return Ok(());
        };
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let missing = size.unwrap_or(0).saturating_sub(self.part_bytes());
        enough(missing, free).map_err(|why| format!("{}: {why}", directory.display()))
    }

    /// The part, to be read and written; made if it is not there.
    pub(super) fn open_part(&self) -> io::Result<File> {
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&self.part)
    }

    /// Removes the part.
    pub(super) fn throw_away(&self) {
        fs::remove_file(&self.part).ok();
    }

    /// Makes the part the blob.
    pub(super) fn keep(&self) -> Result<(), String> {
        fs::rename(&self.part, &self.blob).map_err(failed(&self.blob))
    }

    /// Names the blob as a file of a commit, and the commit as what the revision is now.
    pub(super) fn link(&self, commit: &str, revision: &str, file: &str) -> Result<PathBuf, String> {
        if !is_word(commit) {
            return Err(format!(
                "the server names the version {commit:?}, which is no commit"
            ));
        }
        let path = self.repository.join("snapshots").join(commit).join(file);
        let directory = path.parent().unwrap_or(&path);
        fs::create_dir_all(directory).map_err(failed(directory))?;
        let name = self.blob.file_name().unwrap_or_default();
        let up = "../".repeat(2 + Path::new(file).components().count() - 1);
        let target = PathBuf::from(up).join("blobs").join(name);
        let new = path.with_extension(format!("link-{}", std::process::id()));
        fs::remove_file(&new).ok();
        std::os::unix::fs::symlink(target, &new)
            .and_then(|()| fs::rename(&new, &path))
            .map_err(failed(&path))?;
        let mut parts = Path::new(revision).components();
        if revision != commit && parts.all(|part| matches!(part, Component::Normal(_))) {
            let reference = self.repository.join("refs").join(revision);
            fs::create_dir_all(reference.parent().unwrap_or(&reference))
                .and_then(|()| fs::write(&reference, commit))
                .map_err(failed(&reference))?;
        }
        Ok(path)
    }
}

fn enough(missing: u64, free: u64) -> Result<(), String> {
    if missing.saturating_add(SPARE) <= free {
        return Ok(());
    }
    Err(format!(
        "{} are still to come and {} are free: free some space, or set HF_HUB_CACHE to a larger disk",
        gigabytes(missing),
        gigabytes(free)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_on_the_disk_is_not_begun() {
        enough(5_000_000_000, 6_000_000_000).unwrap();
        let why = enough(5_000_000_000, 5_000_000_000).unwrap_err();
        assert!(why.contains("5.00 GB are still to come"), "{why}");
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_no_digest() {
        let cache = tempfile::tempdir().unwrap();
        for etag in ["../../x", "", "a/b", "a.b"] {
            assert!(Shelf::new(cache.path(), "a/b", etag).is_err(), "{etag}");
        }
        let shelf = Shelf::new(cache.path(), "a/b", "00ff").unwrap();
        assert!(shelf.link("../x", "main", "f").is_err());
    }

    #[test]
    fn a_link_of_a_file_in_a_folder_leads_to_its_blob() {
        let cache = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(cache.path(), "a/b", "00ff").unwrap();
        fs::write(&shelf.blob, "x").unwrap();
        for name in ["f.gguf", "sub/f.gguf"] {
            let path = shelf.link("c0", "main", name).unwrap();
            assert_eq!(fs::read_to_string(path).unwrap(), "x");
        }
    }

    #[test]
    fn one_file_is_fetched_by_one_process() {
        let cache = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(cache.path(), "a/b", "00ff").unwrap();
        let held = shelf.lock().unwrap();
        assert!(shelf.lock().unwrap_err().contains("another process"));
        drop(held);
        shelf.lock().unwrap();
    }
}
