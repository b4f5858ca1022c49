//! Bytes from the network onto the disk: after what is there already, hashed on the way, tried again while it gets on.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};

use indicatif::ProgressBar;
use sha2::{Digest, Sha256};

use super::remote::{Coming, Found, Hub};
use super::shelf::Shelf;
use super::trouble::Trouble;
use crate::cli::complain;

/// Connections in a row that may break without a byte.
const FRUITLESS: usize = 3;
const CHUNK: usize = 1 << 20;

/// A part and the digest of what is in it.
struct Part {
    file: File,
    hash: Sha256,
    length: u64,
}

/// Fetches all that is missing of a file, and gives the SHA-256 of the whole.
pub(super) fn fetch(
    remote: &Hub,
    shelf: &Shelf,
    found: &Found,
    bar: &ProgressBar,
) -> Result<String, Trouble> {
    let mut part = Part::open(shelf, bar)?;
    if found.size.is_some_and(|size| part.length > size) {
        part.begin_anew()?;
    }
    let mut fruitless = 0;
    while found.size != Some(part.length) {
        let before = part.length;
        let came = remote
            .bytes(found, before)
            .and_then(|coming| part.take(coming, found.size, bar));
        match came {
            Ok(()) => break,
            Err(Trouble::Broken(why)) => {
                fruitless = if part.length > before {
                    0
                } else {
                    fruitless + 1
                };
                if fruitless == FRUITLESS {
                    return Err(Trouble::Broken(why));
                }
            }
            Err(other) => return Err(other),
        }
    }
    part.file.sync_all()?;
    Ok(hex::encode(part.hash.finalize()))
}

impl Part {
    /// What is there of a file, hashed again: what has come before is trusted no more than what comes.
    fn open(shelf: &Shelf, bar: &ProgressBar) -> Result<Self, Trouble> {
        let mut part = Self {
            file: shelf.open_part()?,
            hash: Sha256::new(),
            length: 0,
        };
        let mut chunk = vec![0; CHUNK];
        loop {
            match part.file.read(&mut chunk)? {
                0 => break,
                read => {
                    part.hash.update(&chunk[..read]);
                    part.length += read as u64;
                }
            }
        }
        bar.set_position(part.length);
        Ok(part)
    }

    fn begin_anew(&mut self) -> Result<(), Trouble> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.hash = Sha256::new();
        self.length = 0;
        Ok(())
    }

    /// Takes bytes to their end.
    fn take(
        &mut self,
        mut coming: Coming,
        size: Option<u64>,
        bar: &ProgressBar,
    ) -> Result<(), Trouble> {
        if coming.offset != self.length {
            bar.suspend(|| {
                complain(
                    "the server cannot go on in the middle: the file is fetched from its beginning",
                );
            });
            self.begin_anew()?;
        }
        bar.set_position(self.length);
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = match coming.reader.read(&mut chunk) {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => {
                    return Err(Trouble::Broken(format!("the connection broke: {error}")));
                }
            };
            if read == 0 {
                break;
            }
            if size.is_some_and(|size| self.length + read as u64 > size) {
                return Err(Trouble::Refused(
                    "the server sends more than the file has".to_owned(),
                ));
            }
            self.file.write_all(&chunk[..read])?;
            self.hash.update(&chunk[..read]);
            self.length += read as u64;
            bar.set_position(self.length);
        }
        match size {
            Some(size) if self.length < size => {
                Err(Trouble::Broken("the connection ended too early".to_owned()))
            }
            _ => Ok(()),
        }
    }
}
