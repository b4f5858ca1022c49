//! Charset: byte order mark, then `<meta>`, then valid UTF-8, then detection.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::PageError;

/// Bytes searched for a `<meta charset>`, as browsers do.
const META_BYTES: usize = 1024;

/// First bytes of files that are certainly no page.
const MAGIC: [(&[u8], &str); 8] = [
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"PK\x03\x04", "ZIP or Office"),
    (b"\x1f\x8b", "gzip"),
    (b"\x7fELF", "ELF"),
    (b"GGUF", "GGUF"),
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
    if encoding != UTF_8 {
        flags.push(format!("charset:{}", encoding.name()));
    }
    Ok(text.into_owned())
}

fn detect(bytes: &[u8]) -> Result<&'static Encoding, PageError> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Ok(encoding);
    }
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let nuls = |odd: usize| {
        head.iter()
            .skip(odd)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd) = (nuls(0), nuls(1));
    if even + odd > head.len() / 16 {
        return match () {
            () if odd > head.len() / 4 && even == 0 => Ok(UTF_16LE),
            () if even > head.len() / 4 && odd == 0 => Ok(UTF_16BE),
            () => Err(PageError::Binary("NUL bytes")),
        };
    }
    if let Some(encoding) = meta(bytes) {
        return Ok(encoding);
    }
    if std::str::from_utf8(bytes).is_ok() {
        return Ok(UTF_8);
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    Ok(detector.guess(None, chardetng::Utf8Detection::Allow))
}

fn meta(bytes: &[u8]) -> Option<&'static Encoding> {
    let head =
        String::from_utf8_lossy(bytes.get(..bytes.len().min(META_BYTES))?).to_ascii_lowercase();
    let (_, after) = head.split_once("charset=")?;
    let label: String = after
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
