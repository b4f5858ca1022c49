//! Reads the primitive values of a GGUF header and never past the file's end.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use super::{GgufError, Value};

const MAGIC: [u8; 4] = *b"GGUF";

/// Large enough that a vocabulary of 150,000 tokens takes a few dozen reads.
const BUFFER_BYTES: usize = 256 * 1024;

/// Text one header may keep in memory, all strings together; a chat template has some 10 kB.
const MAX_TEXT_BYTES: u64 = 16 * 1024 * 1024;

/// Levels of arrays within arrays.
const MAX_DEPTH: usize = 4;

const TYPE_STRING: u32 = 8;
const TYPE_ARRAY: u32 = 9;

/// A position in the file, which never passes the length the file had when it was opened.
pub(super) struct Reader {
    inner: BufReader<File>,
    path: PathBuf,
    position: u64,
    length: u64,
    text_left: u64,
}

impl Reader {
    /// Opens the file and checks its magic and version.
    pub(super) fn open(path: &Path) -> Result<Self, GgufError> {
        let metadata = fs::metadata(path).map_err(|error| GgufError::io(path, error))?;
        if !metadata.is_file() {
            // Opening a named pipe would wait for a writer.
            let error = io::Error::other("it is not a regular file");
            return Err(GgufError::io(path, error));
        }
        let file = File::open(path).map_err(|error| GgufError::io(path, error))?;
        let mut reader = Self {
            inner: BufReader::with_capacity(BUFFER_BYTES, file),
            path: path.to_owned(),
            position: 0,
            length: metadata.len(),
            text_left: MAX_TEXT_BYTES,
        };
        reader.check_magic()?;
        match reader.u32()? {
            2 | 3 => Ok(reader),
            found => Err(GgufError::Version {
                path: reader.path,
                found,
            }),
        }
    }

    fn check_magic(&mut self) -> Result<(), GgufError> {
        let mut start = Vec::new();
        self.inner
            .by_ref()
            .take(4)
            .read_to_end(&mut start)
            .map_err(|error| GgufError::io(&self.path, error))?;
        self.position = 4;
        if start == MAGIC {
            return Ok(());
        }
        let found = if start.is_empty() {
            "is empty".to_owned()
        } else {
            let bytes: Vec<String> = start.iter().map(|byte| format!("{byte:02X}")).collect();
            format!("starts with {}", bytes.join(" "))
        };
        Err(GgufError::NotGguf {
            path: self.path.clone(),
            found,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes read so far.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Fails unless the file has at least `need` bytes.
    pub(super) fn require(&self, need: u64) -> Result<(), GgufError> {
        if need <= self.length {
            Ok(())
        } else {
            Err(GgufError::Truncated {
                path: self.path.clone(),
                have: self.length,
                need,
            })
        }
    }

    fn advance(&mut self, bytes: u64) -> Result<(), GgufError> {
        let end = self.position.saturating_add(bytes);
        self.require(end)?;
        self.position = end;
        Ok(())
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), GgufError> {
        self.advance(buffer.len() as u64)?;
        self.inner
            .read_exact(buffer)
            .map_err(|error| GgufError::io(&self.path, error))
    }

    fn skip(&mut self, bytes: u64) -> Result<(), GgufError> {
        self.advance(bytes)?;
        // A file's length fits an i64, and `advance` keeps within it.
        self.inner
            .seek_relative(i64::try_from(bytes).unwrap_or(i64::MAX))
            .map_err(|error| GgufError::io(&self.path, error))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], GgufError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, GgufError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, GgufError> {
        self.array().map(u64::from_le_bytes)
    }

    /// A 64-bit count of at most `most`.
    pub(super) fn count(&mut self, what: &str, most: u64) -> Result<u64, GgufError> {
        let count = self.u64()?;
        if count <= most {
            Ok(count)
        } else {
            let problem = format!("{count} is more than {most}");
            Err(GgufError::bad(&self.path, what, problem))
        }
    }

    /// A length-prefixed string that is kept.
    pub(super) fn text(&mut self, what: &str) -> Result<String, GgufError> {
        let most = self.text_left;
        let length = self.count(what, most)?;
        self.require(self.position.saturating_add(length))?;
        self.text_left -= length;
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        self.fill(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.trim_end_matches('\0').to_owned())
    }

    /// A typed metadata value; arrays are skipped and only counted.
    pub(super) fn value(&mut self, key: &str) -> Result<Value, GgufError> {
        let kind = self.u32()?;
        Ok(match kind {
            0 => Value::Unsigned(u64::from(u8::from_le_bytes(self.array()?))),
            1 => Value::Signed(i64::from(i8::from_le_bytes(self.array()?))),
            2 => Value::Unsigned(u64::from(u16::from_le_bytes(self.array()?))),
            3 => Value::Signed(i64::from(i16::from_le_bytes(self.array()?))),
            4 => Value::Unsigned(u64::from(self.u32()?)),
            5 => Value::Signed(i64::from(i32::from_le_bytes(self.array()?))),
            6 => Value::Float(f64::from(f32::from_le_bytes(self.array()?))),
            7 => Value::Bool(self.array::<1>()? != [0]),
            TYPE_STRING => Value::Text(self.text(key)?),
            TYPE_ARRAY => Value::Array(self.skip_array(key, MAX_DEPTH)?),
            10 => Value::Unsigned(self.u64()?),
            11 => Value::Signed(i64::from_le_bytes(self.array()?)),
            12 => Value::Float(f64::from_le_bytes(self.array()?)),
            unknown => return Err(self.unknown_type(key, unknown)),
        })
    }

    /// Skips an array and returns its length. Each element takes at least a byte, so the file's end bounds the work.
    fn skip_array(&mut self, key: &str, depth: usize) -> Result<u64, GgufError> {
        let kind = self.u32()?;
        let count = self.u64()?;
        let element_bytes = match kind {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            10..=12 => 8,
            TYPE_STRING => {
                // Without this, a damaged count is only noticed after reading the whole file.
                self.require(self.position.saturating_add(count.saturating_mul(8)))?;
                for _ in 0..count {
                    let length = self.u64()?;
                    self.skip(length)?;
                }
                return Ok(count);
            }
            TYPE_ARRAY if depth > 1 => {
                for _ in 0..count {
                    self.skip_array(key, depth - 1)?;
                }
                return Ok(count);
            }
            TYPE_ARRAY => return Err(GgufError::bad(&self.path, key, "arrays nest too deeply")),
            unknown => return Err(self.unknown_type(key, unknown)),
        };
        self.skip(count.saturating_mul(element_bytes))?;
        Ok(count)
    }

    fn unknown_type(&self, key: &str, kind: u32) -> GgufError {
        GgufError::bad(&self.path, key, format!("unknown value type {kind}"))
    }
}
