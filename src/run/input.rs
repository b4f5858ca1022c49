//! Inputs: files, directories, globs and standard input become postings, or one clear line on why not.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde::Deserialize;
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
    /// Its bytes and how to read them, or why there are none.
    pub body: Result<(Format, Vec<u8>), String>,
}

/// A line of a JSON Lines file. Other keys are the caller's own.
#[derive(Deserialize)]
struct Line {
    id: Option<String>,
    url: Option<String>,
    html: Option<String>,
    text: Option<String>,
}

/// Hands out every posting of the arguments, in their order; directories sorted by name.
///
/// # Errors
/// Whatever `each` fails with.
pub fn read<E>(
    arguments: &[String],
    each: &mut impl FnMut(Input) -> Result<(), E>,
) -> Result<(), E> {
    for argument in arguments {
        let path = Path::new(argument);
        if argument == "-" {
            standard_input(each)?;
        } else if path.is_dir() {
            directory(path, each)?;
        } else if path.exists() || !argument.contains(['*', '?', '[']) {
            file(path, each)?;
        } else {
            glob(argument, each)?;
        }
    }
    Ok(())
}

fn glob<E>(pattern: &str, each: &mut impl FnMut(Input) -> Result<(), E>) -> Result<(), E> {
    let mut found = false;
    for path in glob::glob(pattern).into_iter().flatten().flatten() {
        found = true;
        if path.is_dir() {
            directory(&path, each)?
        } else {
            file(&path, each)?
        }
    }
    if found {
        Ok(())
    } else {
        each(failed(
            Path::new(pattern),
            None,
            "no file matches this pattern",
        ))
    }
}

fn directory<E>(path: &Path, each: &mut impl FnMut(Input) -> Result<(), E>) -> Result<(), E> {
    let mut found = false;
    for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_dir() || kind(entry.path()).is_none() => {}
            Ok(entry) => {
                found = true;
                file(entry.path(), each)?;
            }
            Err(error) => {
                found = true;
                let at = error.path().unwrap_or(path).to_owned();
                each(failed(&at, None, &error.to_string()))?;
            }
        }
    }
    let names = "the directory holds no page (.html .htm .txt .md .json .jsonl .jsonl.gz)";
    if found {
        Ok(())
    } else {
        each(failed(path, None, names))
    }
}

/// What a file's name says it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Page(Format),
    Json,
    Lines,
}

fn kind(path: &Path) -> Option<Kind> {
    let name = path.file_name()?.to_str()?.to_lowercase();
    match name
        .strip_suffix(".gz")
        .unwrap_or(&name)
        .rsplit_once('.')?
        .1
    {
        "html" | "htm" => Some(Kind::Page(Format::Html)),
        "txt" => Some(Kind::Page(Format::Text)),
        "md" => Some(Kind::Page(Format::Markdown)),
        "json" => Some(Kind::Json),
        "jsonl" | "ndjson" => Some(Kind::Lines),
        _ => None,
    }
}

fn file<E>(path: &Path, each: &mut impl FnMut(Input) -> Result<(), E>) -> Result<(), E> {
    let reader: Box<dyn Read> = match File::open(path) {
        Ok(file)
            if path
                .extension()
                .is_some_and(|ending| ending.eq_ignore_ascii_case("gz")) =>
        {
            Box::new(MultiGzDecoder::new(BufReader::new(file)))
        }
        Ok(file) => Box::new(file),
        Err(error) => return each(failed(path, None, &reason(&error))),
    };
    // A file named on the command line is read as a web page unless its name says otherwise.
    let kind = kind(path).unwrap_or(Kind::Page(Format::Html));
    if kind == Kind::Lines {
        return lines(path, reader, each);
    }
    let mut bytes = Vec::new();
    if let Err(error) = reader.take(MOST_BYTES).read_to_end(&mut bytes) {
        return each(failed(path, None, &reason(&error)));
    }
    match kind {
        Kind::Page(format) => each(page(path, format, bytes)),
        _ => each(object(path, None, &bytes)),
    }
}

fn standard_input<E>(each: &mut impl FnMut(Input) -> Result<(), E>) -> Result<(), E> {
    let path = Path::new("-");
    let mut bytes = Vec::new();
    if let Err(error) = std::io::stdin()
        .lock()
        .take(MOST_BYTES)
        .read_to_end(&mut bytes)
    {
        return each(failed(path, None, &reason(&error)));
    }
    let json = bytes.trim_ascii_start().starts_with(b"{\"");
    if json {
        lines(path, Box::new(std::io::Cursor::new(bytes)), each)
    } else {
        each(page(path, Format::Html, bytes))
    }
}

fn lines<E>(
    path: &Path,
    reader: Box<dyn Read>,
    each: &mut impl FnMut(Input) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = BufReader::new(reader);
    for number in 1.. {
        let mut line = Vec::new();
        match reader
            .by_ref()
            .take(2 * MOST_BYTES)
            .read_until(b'\n', &mut line)
        {
            Ok(0) if number == 1 => return each(failed(path, None, "the file is empty")),
            Ok(0) => break,
            Ok(_) if line.trim_ascii().is_empty() => {}
            Ok(_) => each(object(path, Some(number), &line))?,
            Err(error) => return each(failed(path, Some(number), &reason(&error))),
        }
    }
    Ok(())
}

fn object(path: &Path, number: Option<usize>, bytes: &[u8]) -> Input {
    let place = number.map_or_else(String::new, |number| format!("line {number}: "));
    let line: Line = match serde_json::from_slice(bytes) {
        Ok(line) => line,
        Err(error) => {
            return failed(
                path,
                number,
                &format!("{place}not a JSON object with html or text: {error}"),
            );
        }
    };
    let (format, body) = match (line.html, line.text) {
        (Some(html), _) => (Format::Html, html),
        (None, Some(text)) => (Format::Text, text),
        (None, None) => {
            return failed(
                path,
                number,
                &format!("{place}the object has neither html nor text"),
            );
        }
    };
    let mut input = page(path, format, body.into_bytes());
    input.source.line = number;
    input.source.url = line.url;
    input.posting_key = key(path, number, line.id.as_deref());
    input.id = line
        .id
        .unwrap_or_else(|| input.posting_key.chars().take(16).collect());
    input
}

fn page(path: &Path, format: Format, bytes: Vec<u8>) -> Input {
    let sha256 = hex(&Sha256::digest(&bytes));
    // Standard input has no place of its own: its content is what tells two postings apart.
    let posting_key = if path == Path::new("-") {
        hex(&Sha256::digest(format!("-{sha256}")))
    } else {
        key(path, None, None)
    };
    Input {
        id: posting_key.chars().take(16).collect(),
        posting_key,
        source: PageSource {
            path: Some(path.display().to_string()),
            sha256: Some(sha256),
            ..PageSource::default()
        },
        body: Ok((format, bytes)),
    }
}

fn failed(path: &Path, line: Option<usize>, why: &str) -> Input {
    let posting_key = key(path, line, None);
    Input {
        id: posting_key.chars().take(16).collect(),
        posting_key,
        source: PageSource {
            path: Some(path.display().to_string()),
            line,
            ..PageSource::default()
        },
        body: Err(why.to_owned()),
    }
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => {
            "the file may not be read (permission denied)".to_owned()
        }
        std::io::ErrorKind::UnexpectedEof => "the compressed file is truncated".to_owned(),
        _ => format!("the file cannot be read: {error}"),
    }
}

/// The same file is the same posting whatever the working directory.
fn key(path: &Path, line: Option<usize>, id: Option<&str>) -> String {
    let absolute: PathBuf = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let within = id
        .map(str::to_owned)
        .or_else(|| line.map(|line| format!("#{line}")))
        .unwrap_or_default();
    hex(&Sha256::digest(format!("{}\0{within}", absolute.display())))
}

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
