//! Charset: byte order mark, valid UTF-8, then `<meta>`, then detection.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::PageError;

/// Bytes searched for a `<meta charset>`, as browsers do.
const META_BYTES: usize = 1024;
/// Bytes looked at to tell text from something else.
const HEAD_BYTES: usize = 4096;

/// First bytes of files that are certainly no page.
const MAGIC: [(&[u8], &str); 15] = [
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"PK\x03\x04", "ZIP or Office"),
    (b"\xd0\xcf\x11\xe0", "Office"),
    (b"{\\rtf", "RTF"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x7fELF", "ELF"),
    (b"SQLite format 3", "SQLite"),
    (b"GGUF", "GGUF"),
    (b"\xff\xfe\x00\x00", "UTF-32"),
];

/// Decodes bytes; remarks go to `flags`.
pub fn decode(bytes: &[u8], flags: &mut Vec<String>) -> Result<String, PageError> {
    if let Some((_, name)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(PageError::Binary(name));
    }
    let encoding = detect(bytes)?;
    let (text, _, errors) = encoding.decode(bytes);
    if errors {
        flags.push("charset_errors".to_owned());
    }
    if encoding != UTF_8 && !text.is_ascii() {
        flags.push(format!("charset:{}", encoding.name()));
    }
    Ok(text.into_owned())
}

fn detect(bytes: &[u8]) -> Result<&'static Encoding, PageError> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Ok(encoding);
    }
    let head = bytes.get(..bytes.len().min(HEAD_BYTES)).unwrap_or_default();
    if let Some(encoding) = utf16(head)? {
        return Ok(encoding);
    }
    if !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok() {
        // A page saved anew keeps the `<meta>` of its old charset; no other text is valid UTF-8 by chance.
        return Ok(UTF_8);
    }
    if let Some(encoding) = meta(head) {
        return Ok(encoding);
    }
    if bytes.is_ascii() {
        return Ok(UTF_8);
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    Ok(detector.guess(None, chardetng::Utf8Detection::Allow))
}

/// UTF-16 without a mark has NUL in every other byte of its ASCII letters; other NUL and control bytes are no text.
fn utf16(head: &[u8]) -> Result<Option<&'static Encoding>, PageError> {
    let nuls = |odd: usize| {
        let every_other = head.iter().skip(odd).step_by(2);
        every_other.filter(|byte| **byte == 0).count()
    };
    let (even, odd) = (nuls(0), nuls(1));
    if even + odd > head.len() / 16 {
        return match () {
            () if odd > head.len() / 4 && even <= odd / 16 => Ok(Some(UTF_16LE)),
            () if even > head.len() / 4 && odd <= even / 16 => Ok(Some(UTF_16BE)),
            () => Err(PageError::Binary("NUL bytes")),
        };
    }
    let is_control =
        |byte: &&u8| **byte < 0x20 && !matches!(**byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    if head.iter().filter(is_control).count() > head.len() / 16 {
        return Err(PageError::Binary("control bytes"));
    }
    Ok(None)
}

/// What `<meta charset>` or an XML declaration says.
fn meta(head: &[u8]) -> Option<&'static Encoding> {
    let head =
        String::from_utf8_lossy(head.get(..head.len().min(META_BYTES))?).to_ascii_lowercase();
    let after = head.split_once("charset=").or_else(|| {
        let declaration = head.trim_start().strip_prefix("<?xml")?;
        declaration.split_once("encoding=")
    });
    let label: String = after?
        .1
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect();
    // A page that we could read so far is not UTF-16, whatever it says.
    Encoding::for_label(label.as_bytes()).map(|found| {
        if found == UTF_16LE || found == UTF_16BE {
            UTF_8
        } else {
            found
        }
    })
}
