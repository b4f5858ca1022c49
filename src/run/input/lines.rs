//! JSON objects: one posting each, a whole file or a line of a JSON Lines file.

use std::collections::HashSet;
use std::io::{BufRead, Read};
use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;

use super::{Input, MOST_BYTES, failed, key, page, reason, short};
use crate::page::Format;

/// Markup may double when it is escaped inside JSON.
const MOST_LINE_BYTES: u64 = 2 * MOST_BYTES;

/// Editors on Windows put it before the first line.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A posting. Other keys are the caller's own.
#[derive(Deserialize)]
struct Object {
    id: Option<String>,
    url: Option<String>,
    html: Option<String>,
    text: Option<String>,
    fetched: Option<Date>,
}

/// Hands out a JSON Lines file posting by posting; a broken line is named by its number and costs nothing else.
pub(super) fn each_line<E>(
    path: &Path,
    mut reader: impl BufRead,
    each: &mut impl FnMut(Input) -> Result<(), E>,
) -> Result<(), E> {
    let mut seen = HashSet::new();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        match reader
            .by_ref()
            .take(MOST_LINE_BYTES)
            .read_until(b'\n', &mut line)
        {
            Ok(0) if number == 1 => return each(failed(path, None, "the file is empty")),
            Ok(0) => break,
            Ok(_) if line.trim_ascii().is_empty() => {}
            Ok(read) if read as u64 == MOST_LINE_BYTES && !line.ends_with(b"\n") => {
                let why = format!("line {number}: longer than {MOST_LINE_BYTES} bytes");
                each(failed(path, Some(number), &why))?;
                skip_line(&mut reader).ok();
            }
            Ok(_) => each(posting(path, number, &line, &mut seen))?,
            Err(error) => {
                let why = format!("line {number}: {}", reason(&error));
                return each(failed(path, Some(number), &why));
            }
        }
    }
    Ok(())
}

fn skip_line(reader: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let (used, done) = match end {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        reader.consume(used);
        if done {
            return Ok(());
        }
    }
}

fn posting(path: &Path, number: usize, line: &[u8], seen: &mut HashSet<String>) -> Input {
    let object: Object = match parse(line) {
        Ok(object) => object,
        Err(why) => return failed(path, Some(number), &format!("line {number}: {why}")),
    };
    let id = object.id.clone();
    // Two lines that claim one id are still two postings.
    let within = id
        .clone()
        .filter(|id| seen.insert(id.clone()))
        .unwrap_or_else(|| format!("#{number}"));
    let mut input = match made(path, object) {
        Ok(input) => input,
        Err(why) => return failed(path, Some(number), &format!("line {number}: {why}")),
    };
    input.source.line = Some(number);
    input.posting_key = key(path, &within);
    input.id = id.unwrap_or_else(|| short(&input.posting_key));
    input
}

/// A file that is one JSON object.
pub(super) fn object(path: &Path, bytes: &[u8]) -> Input {
    let made = parse(bytes).and_then(|object: Object| {
        let id = object.id.clone();
        made(path, object).map(|input| (id, input))
    });
    match made {
        Ok((id, mut input)) => {
            input.id = id.unwrap_or(input.id);
            input
        }
        Err(why) => failed(path, None, &why),
    }
}

fn parse(bytes: &[u8]) -> Result<Object, String> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    serde_json::from_slice(bytes)
        .map_err(|error| format!("not a JSON object with html or text: {error}"))
}

fn made(path: &Path, object: Object) -> Result<Input, String> {
    let (format, body) = match (object.html, object.text) {
        (Some(html), _) => (Format::Html, html),
        (None, Some(text)) => (Format::Text, text),
        (None, None) => return Err("the object has neither html nor text".to_owned()),
    };
    let mut input = page(path, format, body.into_bytes());
    input.source.url = object.url;
    input.fetched = object.fetched;
    Ok(input)
}
