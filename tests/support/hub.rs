//! A Hugging Face hub on the loopback, and the storage it sends to: two ports, every request remembered.
#![allow(dead_code, clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};

pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
pub const REPO_DIRECTORY: &str = "models--Qwen--Qwen3-0.6B-GGUF";

/// What is wrong with it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Behaviour {
    /// Answers every question with this.
    pub status: Option<u16>,
    /// Answers only who has this token.
    pub token: Option<&'static str>,
    /// Sends whole files only.
    pub no_ranges: bool,
    /// Breaks each connection after so many bytes of the file.
    pub cut_after: Option<usize>,
    /// Sends no more after so many bytes, and keeps the connection open.
    pub stall_after: Option<usize>,
    /// Does not say which commit a file is of.
    pub no_commit: bool,
}

#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub at_hub: bool,
    pub range: Option<String>,
    pub token: Option<String>,
}

#[derive(Default)]
struct Log {
    requests: Vec<Request>,
    sent: usize,
}

pub struct FakeHub {
    hub: u16,
    log: Arc<Mutex<Log>>,
}

impl FakeHub {
    /// Serves one file under every name.
    pub fn start(content: Vec<u8>, behaviour: Behaviour) -> Self {
        let log = Arc::<Mutex<Log>>::default();
        let content = Arc::new(content);
        let storage = listen(|_| {
            let (content, behaviour, log) = (Arc::clone(&content), behaviour, Arc::clone(&log));
            move |stream: TcpStream| serve_bytes(&stream, &content, &behaviour, &log)
        });
        let hub = listen(|_| {
            let (content, behaviour, log) = (Arc::clone(&content), behaviour, Arc::clone(&log));
            move |stream: TcpStream| serve_hub(&stream, storage, &content, &behaviour, &log)
        });
        Self { hub, log }
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.hub)
    }

    pub fn asked(&self) -> Vec<Request> {
        self.log.lock().unwrap().requests.clone()
    }

    /// Requests for bytes.
    pub fn bodies(&self) -> impl Iterator<Item = Request> {
        self.asked()
            .into_iter()
            .filter(|request| request.method == "GET")
    }

    /// Bytes of the file that were sent.
    pub fn sent(&self) -> usize {
        self.log.lock().unwrap().sent
    }
}

/// Serves a free port in a thread that ends with the test.
fn listen<S: FnMut(TcpStream) + Send + 'static>(server: impl FnOnce(u16) -> S) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut serve = server(port);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            serve(stream.unwrap());
        }
    });
    port
}

fn read(stream: &TcpStream, at_hub: bool, log: &Mutex<Log>) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let method = lines.next()?.split(' ').next()?.to_owned();
    let mut request = Request {
        method,
        at_hub,
        range: None,
        token: None,
    };
    for line in lines.take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':')?;
        let value = Some(value.trim().to_owned());
        match name.to_ascii_lowercase().as_str() {
            "range" => request.range = value,
            "authorization" => request.token = value,
            _ => {}
        }
    }
    log.lock().unwrap().requests.push(request.clone());
    Some(request)
}

fn say(mut stream: &TcpStream, status: &str, headers: &[String]) {
    let headers = headers.join("\r\n");
    let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}\r\n\r\n");
    stream.write_all(answer.as_bytes()).ok();
}

fn serve_hub(
    stream: &TcpStream,
    storage: u16,
    content: &[u8],
    behaviour: &Behaviour,
    log: &Mutex<Log>,
) {
    let Some(request) = read(stream, true, log) else {
        return;
    };
    let nothing = "content-length: 0".to_owned();
    let given = request
        .token
        .as_deref()
        .and_then(|token| token.strip_prefix("Bearer "));
    if behaviour.token.is_some_and(|token| given != Some(token)) {
        let status = if given.is_some() {
            "403 Forbidden"
        } else {
            "401 Unauthorized"
        };
        return say(
            stream,
            status,
            &[nothing, "x-error-code: GatedRepo".to_owned()],
        );
    }
    if let Some(status) = behaviour.status {
        return say(stream, &format!("{status} No"), &[nothing]);
    }
    let mut headers = vec![
        nothing,
        format!("location: http://127.0.0.1:{storage}/blob?signed=yes"),
        format!(
            "x-linked-etag: \"{}\"",
            hex::encode(Sha256::digest(content))
        ),
        format!("x-linked-size: {}", content.len()),
        "etag: \"not-the-file\"".to_owned(),
    ];
    if !behaviour.no_commit {
        headers.push(format!("x-repo-commit: {COMMIT}"));
    }
    say(stream, "302 Found", &headers);
}

fn serve_bytes(mut stream: &TcpStream, content: &[u8], behaviour: &Behaviour, log: &Mutex<Log>) {
    let Some(request) = read(stream, false, log) else {
        return;
    };
    let asked = request.range.as_deref().filter(|_| !behaviour.no_ranges);
    let start = asked.map(|range| {
        range
            .trim_start_matches("bytes=")
            .trim_end_matches('-')
            .parse()
            .unwrap()
    });
    let start: usize = start.unwrap_or(0);
    let rest = &content[start..];
    let mut headers = vec![format!("content-length: {}", rest.len())];
    let status = match asked {
        Some(_) => {
            headers.push(format!(
                "content-range: bytes {start}-{}/{}",
                content.len() - 1,
                content.len()
            ));
            "206 Partial Content"
        }
        None => "200 OK",
    };
    say(stream, status, &headers);
    let most = behaviour.cut_after.or(behaviour.stall_after);
    let sent = &rest[..most.unwrap_or(rest.len()).min(rest.len())];
    if behaviour.stall_after.is_some() {
        // A second handle that nobody closes.
        std::mem::forget(stream.try_clone().unwrap());
    }
    log.lock().unwrap().sent += sent.len();
    stream.write_all(sent).ok();
}
