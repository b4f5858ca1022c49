//! Files: what a name says is in them, and how directories, patterns and standard input are opened.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::{Input, MOST_BYTES, failed, lines, page, reason};
use crate::page::Format;

/// First bytes of a gzip file.
const GZIP: &[u8] = b"\x1f\x8b";

/// What a file's name says it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Page(Format),
    Json,
    Lines,
}

fn kind(path: &Path) -> Option<Kind> {
    let name = path.file_name()?.to_str()?.to_lowercase();
    let ending = name
        .strip_suffix(".gz")
        .unwrap_or(&name)
        .rsplit_once('.')?
        .1;
    match ending {
        "html" | "htm" => Some(Kind::Page(Format::Html)),
        "txt" => Some(Kind::Page(Format::Text)),
        "md" => Some(Kind::Page(Format::Markdown)),
        "json" => Some(Kind::Json),
        "jsonl" | "ndjson" => Some(Kind::Lines),
        _ => None,
    }
}

pub(super) fn glob<E>(
    pattern: &str,
    each: &mut impl FnMut(Input) -> Result<(), E>,
) -> Result<(), E> {
    let place = Path::new(pattern);
    let paths = match glob::glob(pattern) {
        Ok(paths) => paths,
        Err(error) => return each(failed(place, None, &format!("not a pattern: {error}"))),
    };
    let mut found = false;
    for path in paths {
        found = true;
        match path {
            Ok(path) if path.is_dir() => directory(&path, each)?,
            Ok(path) => file(&path, each)?,
            Err(error) => each(failed(error.path(), None, &reason(error.error())))?,
        }
    }
    if found {
        Ok(())
    } else {
        each(failed(place, None, "no file matches this pattern"))
    }
}

pub(super) fn directory<E>(
    path: &Path,
    each: &mut impl FnMut(Input) -> Result<(), E>,
) -> Result<(), E> {
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
                let why = error.io_error().map_or_else(|| error.to_string(), reason);
                each(failed(&at, None, &why))?;
            }
        }
    }
    if found {
        return Ok(());
    }
    let names = "the directory holds no page (.html .htm .txt .md .json .jsonl, also .gz)";
    each(failed(path, None, names))
}

pub(super) fn file<E>(path: &Path, each: &mut impl FnMut(Input) -> Result<(), E>) -> Result<(), E> {
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
    match kind(path).unwrap_or(Kind::Page(Format::Html)) {
        Kind::Lines => lines::each_line(path, BufReader::new(reader), each),
        Kind::Json => whole(path, reader, each, |bytes| lines::object(path, &bytes)),
        Kind::Page(format) => whole(path, reader, each, |bytes| page(path, format, bytes)),
    }
}

/// A web page, one JSON object, or JSON lines, as its first bytes say; compressed or not.
pub(super) fn standard_input<E>(each: &mut impl FnMut(Input) -> Result<(), E>) -> Result<(), E> {
    let path = Path::new("-");
    let mut stdin = std::io::stdin().lock();
    let gzip = match stdin.fill_buf() {
        Ok(head) => head.starts_with(GZIP),
        Err(error) => return each(failed(path, None, &reason(&error))),
    };
    let mut reader: Box<dyn BufRead> = if gzip {
        Box::new(BufReader::new(MultiGzDecoder::new(stdin)))
    } else {
        Box::new(stdin)
    };
    let head = match reader.fill_buf() {
        Ok(head) => head.trim_ascii_start(),
        Err(error) => return each(failed(path, None, &reason(&error))),
    };
    if head.starts_with(b"{\"") {
        lines::each_line(path, reader, each)
    } else if head.starts_with(b"{") {
        whole(path, reader, each, |bytes| lines::object(path, &bytes))
    } else {
        whole(path, reader, each, |bytes| page(path, Format::Html, bytes))
    }
}

fn whole<E>(
    path: &Path,
    reader: impl Read,
    each: &mut impl FnMut(Input) -> Result<(), E>,
    make: impl FnOnce(Vec<u8>) -> Input,
) -> Result<(), E> {
    let mut bytes = Vec::new();
    match reader.take(MOST_BYTES).read_to_end(&mut bytes) {
        Ok(_) => each(make(bytes)),
        Err(error) => each(failed(path, None, &reason(&error))),
    }
}
