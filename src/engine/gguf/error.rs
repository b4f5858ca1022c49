//! What can be wrong with a model file, and what to do about it.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Why a model file cannot be used. Each message is one line that ends in what to do next.
#[derive(Debug, thiserror::Error)]
pub enum GgufError {
    /// Nothing lies at the path.
    #[error("{} does not exist; give --model a .gguf file or a models/*.toml card", path.display())]
    NotFound {
        /// The path asked for.
        path: PathBuf,
    },
    /// The file is there but cannot be read.
    #[error("{} cannot be read: {source}; check that it is a regular file and its permissions", path.display())]
    Unreadable {
        /// The path asked for.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is something else.
    #[error("{} is not a GGUF file (it {found}); give --model a .gguf file or a models/*.toml card", path.display())]
    NotGguf {
        /// The path asked for.
        path: PathBuf,
        /// How the file starts, in words: `starts with 3C 21 64 6F`.
        found: String,
    },
    /// A version, or a byte order, this reader does not know.
    #[error("{} is GGUF version {found}, only 2 and 3 (little-endian) are read; download a current conversion of the model", path.display())]
    Version {
        /// The path asked for.
        path: PathBuf,
        /// The version the file states.
        found: u32,
    },
    /// The file ends before what its header promises.
    #[error("{} is cut short: it has {have} bytes and needs at least {need}; download it again", path.display())]
    Truncated {
        /// The path asked for.
        path: PathBuf,
        /// Bytes of the file.
        have: u64,
        /// Bytes the file must have at least.
        need: u64,
    },
    /// A model of another family.
    #[error("{} is a \"{found}\" model, only \"qwen3\" and \"qwen3moe\" are supported; choose a Qwen3 file", path.display())]
    Architecture {
        /// The path asked for.
        path: PathBuf,
        /// `general.architecture` of the file.
        found: String,
    },
    /// A metadata key or tensor without which the model cannot run.
    #[error("{} lacks {key}; download a complete conversion of the model", path.display())]
    MissingKey {
        /// The path asked for.
        path: PathBuf,
        /// The metadata key, or the tensor's name.
        key: String,
    },
    /// A value that cannot be right, or that the engine cannot use.
    #[error("{}: {key} is not usable: {problem}; download another conversion of the model", path.display())]
    BadValue {
        /// The path asked for.
        path: PathBuf,
        /// The metadata key, the tensor's name, or the part of the header.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl GgufError {
    pub(super) fn architecture(path: &Path, found: &str) -> Self {
        Self::Architecture {
            path: path.to_owned(),
            found: found.to_owned(),
        }
    }

    pub(super) fn missing(path: &Path, key: &str) -> Self {
        Self::MissingKey {
            path: path.to_owned(),
            key: key.to_owned(),
        }
    }

    pub(super) fn bad(path: &Path, key: &str, problem: impl Into<String>) -> Self {
        Self::BadValue {
            path: path.to_owned(),
            key: key.to_owned(),
            problem: problem.into(),
        }
    }

    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        if source.kind() == io::ErrorKind::NotFound {
            Self::NotFound { path }
        } else {
            Self::Unreadable { path, source }
        }
    }
}
