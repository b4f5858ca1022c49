//! Web addresses, read only where the user allowed it: one request each, bounded in time and size.

use std::path::Path;
use std::time::Duration;

use encoding_rs::{Encoding, UTF_8};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use ureq::Agent;
use ureq::http::header::CONTENT_TYPE;

use super::{Input, MOST_BYTES, failed, page, short};
use crate::page::Format;

/// For the whole request, redirects and body included.
const TIME_OUT: Duration = Duration::from_secs(30);
/// As browsers allow at most.
const REDIRECTS: u32 = 10;

/// Reads the page at an address.
pub(super) fn address(url: &str, allowed: bool) -> Input {
    let got = if allowed {
        get(url)
    } else {
        Err("a web address is only read with --allow-fetch".to_owned())
    };
    let mut input = match got {
        Ok((format, bytes)) => page(Path::new(url), format, bytes),
        Err(why) => failed(Path::new(url), None, &why),
    };
    input.posting_key = hex::encode(Sha256::digest(url));
    input.id = short(&input.posting_key);
    if input.body.is_ok() {
        input.source.path = None;
        input.fetched = Some(Timestamp::now().to_zoned_datetime(TimeZone::UTC).date());
    }
    input.source.url = Some(url.to_owned());
    input
}

fn get(url: &str) -> Result<(Format, Vec<u8>), String> {
    let agent: Agent = Agent::config_builder()
        .timeout_global(Some(TIME_OUT))
        .max_redirects(REDIRECTS)
        .user_agent(concat!("smelt/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let mut response = agent
        .get(url)
        .header(
            "accept",
            "text/html, application/xhtml+xml, text/plain;q=0.8",
        )
        .call()
        .map_err(|error| format!("the address cannot be read: {error}"))?;
    let kind = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("text/html")
        .to_lowercase();
    let format = match kind.split(';').next().unwrap_or_default().trim() {
        "text/html" | "application/xhtml+xml" | "" => Format::Html,
        "text/plain" => Format::Text,
        "text/markdown" => Format::Markdown,
        other => return Err(format!("the address holds {other}, not a page")),
    };
    let body = response
        .body_mut()
        .with_config()
        .limit(MOST_BYTES)
        .read_to_vec()
        .map_err(|error| format!("the page did not arrive whole: {error}"))?;
    Ok((format, decoded(body, &kind)))
}

/// What the server says the charset is holds unless the bytes say otherwise themselves; kept as UTF-8, since nothing
/// later knows the header.
fn decoded(body: Vec<u8>, kind: &str) -> Vec<u8> {
    let named = kind
        .split_once("charset=")
        .map(|(_, rest)| rest.split(';').next().unwrap_or_default())
        .and_then(|label| Encoding::for_label(label.trim_matches([' ', '"', '\'']).as_bytes()));
    match named {
        Some(encoding) if encoding != UTF_8 && Encoding::for_bom(&body).is_none() => {
            let mut text = String::from('\u{feff}');
            text.push_str(&encoding.decode(&body).0);
            text.into_bytes()
        }
        _ => body,
    }
}
