//! Inputs: files, directories, globs, web addresses and standard input become postings, or one clear line on why not.

mod fetch;
mod files;
mod lines;

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::extract::record::PageSource;
use crate::page::Format;

/// Bytes read from one file or line at most: just over the page room's own limit, which then names it.
const MOST_BYTES: u64 = (16 << 20) + 1;

/// One posting to be read, or an input that could not be.
#[derive(Debug)]
pub struct Input {
    /// What makes it this posting and no other, in any run.
    pub posting_key: String,
    /// The id its record shows.
    pub id: String,
    /// Where it came from.
    pub source: PageSource,
    /// The day its bytes were fetched, where that is known: "3 days ago" means nothing without it.
    pub fetched: Option<Date>,
    /// Its bytes and how to read them, or why there are none.
    pub body: Result<(Format, Vec<u8>), String>,
}

impl Input {
    /// A posting that another file holds or names: `place` and `id` tell it from any other.
    #[must_use]
    pub fn held(
        place: &Path,
        id: &str,
        url: Option<String>,
        body: Result<(Format, Vec<u8>), String>,
    ) -> Self {
        let sha256 = body
            .as_ref()
            .ok()
            .map(|(_, bytes)| hex::encode(Sha256::digest(bytes)));
        Self {
            posting_key: key(place, id),
            id: id.to_owned(),
            source: PageSource {
                path: Some(place.display().to_string()),
                url,
                sha256,
                ..PageSource::default()
            },
            fetched: None,
            body,
        }
    }
}

impl Input {
    /// A posting that somebody typed or pasted; the same text is the same posting.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        let start = text.trim_start();
        let format = if start.starts_with('<') {
            Format::Html
        } else {
            Format::Text
        };
        let id = short(&hex::encode(Sha256::digest(text)));
        let place = format!("typed {}", id.get(..8).unwrap_or(&id));
        Self::held(Path::new(&place), &id, None, Ok((format, text.into())))
    }
}

/// Hands out every posting of the arguments, in their order; directories sorted by name.
///
/// # Errors
/// Whatever `each` fails with.
pub fn read<E>(
    arguments: &[String],
    allow_fetch: bool,
    each: &mut impl FnMut(Input) -> Result<(), E>,
) -> Result<(), E> {
    for argument in arguments {
        let path = Path::new(argument);
        if argument == "-" {
            files::standard_input(each)?;
        } else if argument.starts_with("http://") || argument.starts_with("https://") {
            each(fetch::address(argument, allow_fetch))?;
        } else if path.is_dir() {
            files::directory(path, each)?;
        } else if path.exists() || !argument.contains(['*', '?', '[']) {
            files::file(path, each)?;
        } else {
            files::glob(argument, each)?;
        }
    }
    Ok(())
}

fn page(path: &Path, format: Format, bytes: Vec<u8>) -> Input {
    let sha256 = hex::encode(Sha256::digest(&bytes));
    // Standard input has no place of its own: its content is what tells two postings apart.
    let posting_key = if path == Path::new("-") {
        hex::encode(Sha256::digest(format!("-{sha256}")))
    } else {
        key(path, "")
    };
    Input {
        id: short(&posting_key),
        posting_key,
        source: PageSource {
            path: Some(path.display().to_string()),
            sha256: Some(sha256),
            ..PageSource::default()
        },
        fetched: None,
        body: Ok((format, bytes)),
    }
}

fn failed(path: &Path, line: Option<usize>, why: &str) -> Input {
    let within = line.map_or_else(String::new, |line| format!("#{line}"));
    let posting_key = key(path, &within);
    Input {
        id: short(&posting_key),
        posting_key,
        source: PageSource {
            path: Some(path.display().to_string()),
            line,
            ..PageSource::default()
        },
        fetched: None,
        body: Err(why.to_owned()),
    }
}

/// Why a file cannot be read, in a user's words.
#[must_use]
pub fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => {
            "the file may not be read (permission denied)".to_owned()
        }
        std::io::ErrorKind::UnexpectedEof => "the compressed file is truncated".to_owned(),
        _ => format!("the file cannot be read: {error}"),
    }
}

/// The same file is the same posting whatever the working directory; `within` tells postings of one file apart.
fn key(path: &Path, within: &str) -> String {
    let place = place(path);
    hex::encode(Sha256::digest(format!("{}\0{within}", place.display())))
}

/// Where a file is, or would be: one that is missing today is the same posting tomorrow.
fn place(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| {
        let parent = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let parent = std::fs::canonicalize(parent.unwrap_or(Path::new(".")));
        let within = parent.ok().zip(path.file_name());
        within.map_or_else(|| path.to_owned(), |(parent, name)| parent.join(name))
    })
}

/// The shown form of a key: 64 bits are enough for a person, and for far more postings than one store holds.
fn short(key: &str) -> String {
    key.chars().take(16).collect()
}
