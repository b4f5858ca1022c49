//! The hub over HTTP: which blob a file is, and its bytes from an offset on. The token goes to the hub's own host only.

use std::fmt::Write;
use std::io::Read;
use std::time::Duration;

use ureq::http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, LOCATION, RANGE,
};
use ureq::http::{Response, StatusCode, Uri};
use ureq::{Agent, Body};

use super::trouble::Trouble;
use crate::engine::hub;

/// As browsers allow at most.
const REDIRECTS: usize = 10;
const CONNECT: Duration = Duration::from_secs(30);
/// Silence after which a connection counts as broken.
const SILENCE: Duration = Duration::from_mins(1);

/// What the hub says of a file.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Commit of the repository.
    pub(super) commit: String,
    /// Under which the hub stores it; of large files the SHA-256.
    pub(super) etag: String,
    /// Bytes.
    pub(super) size: Option<u64>,
    /// Where its bytes are.
    address: String,
}

/// Bytes of a file as they come.
pub(super) struct Coming {
    /// Where in the file they begin.
    pub(super) offset: u64,
    /// The bytes.
    pub(super) reader: Box<dyn Read>,
}

/// The hub.
pub(super) struct Hub {
    agent: Agent,
    endpoint: String,
    token: Option<String>,
}

impl Hub {
    /// The hub, or the mirror that the environment names, asked with this user's token.
    pub(super) fn new() -> Result<Self, String> {
        let endpoint = hub::endpoint();
        if origin(&endpoint).is_none() {
            return Err(format!("HF_ENDPOINT={endpoint} is no http(s) address"));
        }
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // Followed by hand: each hop decides whether it gets the token, and the first one says what the file is.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(SILENCE))
            .timeout_per_read(Some(SILENCE))
            .user_agent(concat!("smelt/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Ok(Self {
            agent,
            endpoint,
            token: hub::token(),
        })
    }

    /// Asks which blob a file is.
    pub(super) fn look(&self, repo: &str, revision: &str, file: &str) -> Result<Found, String> {
        let mut address = format!(
            "{}/{repo}/resolve/{}/{}",
            self.endpoint,
            encoded(revision, ""),
            encoded(file, "/")
        );
        for _ in 0..REDIRECTS {
            let response = self
                .send("HEAD", &address, 0)
                .map_err(|why| format!("{} cannot be reached: {why}", self.endpoint))?;
            let header = |name: &str| text(&response, name);
            let onward = redirect(&response, &address);
            // A repository that was renamed; a file's own address tells its blob.
            if let Some(onward) = onward.as_ref().filter(|onward| {
                header("x-linked-etag").is_none() && origin(onward) == origin(&address)
            }) {
                address.clone_from(onward);
                continue;
            }
            if onward.is_none() && !response.status().is_success() {
                return Err(self.refusal(&response, repo, revision, file));
            }
            let etag = header("x-linked-etag").or_else(|| header("etag"));
            let size = header("x-linked-size").or_else(|| header(CONTENT_LENGTH.as_str()));
            let (Some(commit), Some(etag)) = (header("x-repo-commit"), etag) else {
                return Err(format!(
                    "{} does not say which version of {file} it has: is it a Hugging Face hub?",
                    self.endpoint
                ));
            };
            return Ok(Found {
                commit,
                etag: etag.trim_start_matches("W/").trim_matches('"').to_owned(),
                size: size.and_then(|size| size.parse().ok()),
                address: onward.unwrap_or(address),
            });
        }
        Err(format!("{repo} is redirected in a circle"))
    }

    fn refusal(&self, response: &Response<Body>, repo: &str, revision: &str, file: &str) -> String {
        let place = format!("{}/{repo}", self.endpoint);
        let code = text(response, "x-error-code").unwrap_or_default();
        match (response.status(), &self.token) {
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, None) => format!(
                "{repo} is gated, private or not there: accept its terms at {place}, then set HF_TOKEN"
            ),
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, Some(_)) => format!(
                "{repo} is refused to this token (HF_TOKEN, or the hub's token file): accept its terms at {place}, or use a token that may read it"
            ),
            (StatusCode::NOT_FOUND, _) if code == "RevisionNotFound" => {
                format!("{repo} has no revision {revision}")
            }
            (StatusCode::NOT_FOUND, _) => {
                format!(
                    "{file} is not in {repo} at {revision}, or there is no such repository at {place}"
                )
            }
            (status, _) => format!("{place} answered {status}; try again later"),
        }
    }

    /// A file's bytes from an offset on; a server that cannot do that begins at 0.
    pub(super) fn bytes(&self, found: &Found, from: u64) -> Result<Coming, Trouble> {
        let mut address = found.address.clone();
        for _ in 0..REDIRECTS {
            let response = self.send("GET", &address, from).map_err(Trouble::Broken)?;
            if let Some(onward) = redirect(&response, &address) {
                address = onward;
                continue;
            }
            let offset = match response.status() {
                StatusCode::OK => 0,
                StatusCode::PARTIAL_CONTENT => {
                    let range = text(&response, CONTENT_RANGE.as_str()).unwrap_or_default();
                    let start = range.trim_start_matches("bytes ").split('-').next();
                    match start.and_then(|start| start.parse::<u64>().ok()) {
                        Some(start) if start == from => from,
                        _ => {
                            return Err(Trouble::Refused(format!(
                                "the server sent {range:?} instead of the bytes from {from} on"
                            )));
                        }
                    }
                }
                status if status.is_server_error() => {
                    return Err(Trouble::Broken(format!("the server answered {status}")));
                }
                status => return Err(Trouble::Refused(format!("the server answered {status}"))),
            };
            let reader = Box::new(response.into_body().into_reader());
            return Ok(Coming { offset, reader });
        }
        Err(Trouble::Refused(
            "the file is redirected in a circle".to_owned(),
        ))
    }

    fn send(&self, method: &str, address: &str, from: u64) -> Result<Response<Body>, String> {
        let mut request = match method {
            "HEAD" => self.agent.head(address),
            _ => self.agent.get(address),
        };
        // Compressed on the way, its size and offsets would not be the file's.
        request = request.header(ACCEPT_ENCODING, "identity");
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        let is_home = origin(address) == origin(&self.endpoint);
        if let Some(token) = self.token.as_ref().filter(|_| is_home) {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        request.call().map_err(|error| error.to_string())
    }
}

fn text(response: &Response<Body>, name: &str) -> Option<String> {
    let value = response.headers().get(name)?.to_str().ok()?;
    Some(value.to_owned())
}

/// Where a response leads, if it leads on.
fn redirect(response: &Response<Body>, from: &str) -> Option<String> {
    if !response.status().is_redirection() {
        return None;
    }
    let to = text(response, LOCATION.as_str())?;
    if to.starts_with('/') {
        let (scheme, host) = origin(from)?;
        return Some(format!("{scheme}://{host}{to}"));
    }
    Some(to)
}

/// Scheme, host and port of an address.
fn origin(address: &str) -> Option<(String, String)> {
    let uri: Uri = address.parse().ok()?;
    let scheme = uri
        .scheme_str()
        .filter(|scheme| matches!(*scheme, "http" | "https"))?;
    let host = uri.authority()?.as_str().to_ascii_lowercase();
    Some((scheme.to_owned(), host))
}

/// Percent-encoded for a path; letters, digits, `-._~` and what is in `kept` stay.
fn encoded(text: &str, kept: &str) -> String {
    let mut path = String::new();
    for byte in text.bytes() {
        let letter = char::from(byte);
        if letter.is_ascii_alphanumeric() || "-._~".contains(letter) || kept.contains(letter) {
            path.push(letter);
        } else {
            // Writing to a String cannot fail.
            write!(path, "%{byte:02X}").ok();
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_told_apart_by_scheme_host_and_port() {
        assert_eq!(
            origin("https://Hub.example/a"),
            origin("https://hub.example/b?c")
        );
        assert_ne!(
            origin("https://hub.example/"),
            origin("http://hub.example/")
        );
        assert_ne!(origin("http://127.0.0.1:1/"), origin("http://127.0.0.1:2/"));
        assert_eq!(origin("ftp://hub.example/"), None);
        assert_eq!(origin("hub.example"), None);
    }

    #[test]
    fn a_revision_is_one_part_of_the_path() {
        assert_eq!(encoded("refs/pr/1", ""), "refs%2Fpr%2F1");
        assert_eq!(encoded("a b/c.gguf", "/"), "a%20b/c.gguf");
    }
}
