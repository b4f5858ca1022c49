//! The client's side: a way to write that asks the helper. When it is dropped the helper puts everything back.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::protocol::{Answer, MOST_BYTES, Op, Reply, Request, Status, VERSION};
use crate::power::wish::Wish;
use crate::power::writer::{Code, Limits, Part, Profiles, Refusal, Via, Writer};

/// A driver that hangs must not hang us for longer than this.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// A connection to the helper.
#[derive(Debug)]
pub struct Remote {
    stream: BufReader<UnixStream>,
    last: u64,
}

impl Remote {
    /// Connects to the helper and makes sure that it serves the card that is meant.
    ///
    /// # Errors
    /// When no helper listens, this user may not ask it, or it serves another card.
    pub fn connect(path: &Path, is_meant: impl FnOnce(&str) -> bool) -> Result<Self, Refusal> {
        let stream = UnixStream::connect(path).map_err(|error| absent(path, &error))?;
        let limit = Some(ANSWER_WITHIN);
        stream
            .set_read_timeout(limit)
            .and_then(|()| stream.set_write_timeout(limit))
            .map_err(|error| absent(path, &error))?;
        let mut remote = Self {
            stream: BufReader::new(stream),
            last: 0,
        };
        let served = remote.status()?.gpu;
        if is_meant(&served) {
            return Ok(remote);
        }
        let text = format!("the helper serves another card, GPU {served}");
        Err(Refusal::new(Code::Busy, text))
    }

    /// What the helper holds.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn status(&mut self) -> Result<Status, Refusal> {
        let answer = self.ask(Op::Status)?;
        answer.status.ok_or_else(|| strange("status"))
    }

    /// Puts everything back, also what was kept.
    ///
    /// # Errors
    /// When somebody else holds the settings, or they do not go back.
    pub fn reset(&mut self) -> Result<(), Refusal> {
        self.ask(Op::Reset { part: None }).map(|_| ())
    }

    fn ask(&mut self, op: Op) -> Result<Answer, Refusal> {
        self.last += 1;
        let request = Request {
            v: VERSION,
            id: self.last,
            op,
        };
        let gone = |why: String| Refusal::new(Code::Failed, format!("the helper is gone: {why}"));
        let mut line = serde_json::to_vec(&request).map_err(|error| gone(error.to_string()))?;
        line.push(b'\n');
        let sent = self.stream.get_mut().write_all(&line);
        // A helper that turns us away says why before it closes the connection, and what was said is still there.
        let reply = self
            .hear()
            .map_err(|refusal| sent.err().map_or(refusal, |error| gone(error.to_string())))?;
        if reply.ok {
            return Ok(reply.answer);
        }
        let code = reply.answer.code.unwrap_or(Code::Failed);
        Err(Refusal::new(code, reply.answer.msg.unwrap_or_default()))
    }

    /// The reply to the last request; older ones are of requests that were given up.
    fn hear(&mut self) -> Result<Reply, Refusal> {
        loop {
            let mut line = String::new();
            let read = self.stream.read_line(&mut line);
            let reply: Reply = match read {
                Ok(0) => {
                    return Err(Refusal::new(
                        Code::Failed,
                        "the helper has closed the connection",
                    ));
                }
                Ok(_) => {
                    serde_json::from_str(&line).map_err(|error| strange(&error.to_string()))?
                }
                Err(error) => {
                    let text = format!("the helper does not answer: {error}");
                    return Err(Refusal::new(Code::Failed, text));
                }
            };
            if reply.id.is_none_or(|id| id == self.last) {
                return Ok(reply);
            }
        }
    }
}

fn absent(path: &Path, error: &std::io::Error) -> Refusal {
    let path = path.display();
    match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::ConnectionRefused => Refusal::new(
            Code::NoPermission,
            format!(
                "no helper listens on {path}; `smelt power helper --print-unit` shows how to set it up"
            ),
        ),
        std::io::ErrorKind::PermissionDenied => Refusal::new(
            Code::NoPermission,
            format!(
                "{path}: this user may not ask the helper; its group may (`smelt power helper --help`)"
            ),
        ),
        _ => Refusal::new(Code::Failed, format!("{path}: {error}")),
    }
}

fn strange(what: &str) -> Refusal {
    Refusal::new(
        Code::Failed,
        format!("the helper's answer is not understood: {what}"),
    )
}

impl Writer for Remote {
    fn via(&self) -> Via {
        Via::Helper
    }

    fn probe(&mut self, part: Part) -> Result<(), Refusal> {
        self.ask(Op::Probe { part }).map(|_| ())
    }

    fn limits(&mut self) -> Result<Limits, Refusal> {
        let answer = self.ask(Op::Limits)?;
        answer.limits.ok_or_else(|| strange("limits"))
    }

    fn set_power_limit(&mut self, watts: f64) -> Result<f64, Refusal> {
        let answer = self.ask(Op::SetPower { watts })?;
        answer.effective.ok_or_else(|| strange("set_power"))
    }

    fn clocks(&mut self) -> Result<Vec<u32>, Refusal> {
        let answer = self.ask(Op::Clocks)?;
        answer.clocks.ok_or_else(|| strange("clocks"))
    }

    fn lock_clocks(&mut self, ceiling: u32) -> Result<(), Refusal> {
        self.ask(Op::SetClocks { mhz: ceiling }).map(|_| ())
    }

    fn profiles(&mut self) -> Result<Profiles, Refusal> {
        let answer = self.ask(Op::Profiles)?;
        answer.profiles.ok_or_else(|| strange("profiles"))
    }

    fn set_profile(&mut self, name: &str) -> Result<String, Refusal> {
        let profile = name.to_owned();
        let answer = self.ask(Op::SetProfile { profile })?;
        answer.profile.ok_or_else(|| strange("set_profile"))
    }

    fn put_back(&mut self, part: Part) -> Result<(), Refusal> {
        self.ask(Op::Reset { part: Some(part) }).map(|_| ())
    }

    fn keep(&mut self) -> Result<(), Refusal> {
        self.ask(Op::Keep).map(|_| ())
    }

    fn tell(&mut self, wish: &Wish) -> Result<(), Refusal> {
        let mut wish = wish.clone();
        // Reasons can be long, and a request may not be.
        while serde_json::to_vec(&wish).is_ok_and(|json| json.len() > MOST_BYTES / 2) {
            wish.refused.pop();
        }
        self.ask(Op::Tell { wish }).map(|_| ())
    }

    fn beat(&mut self) -> Result<(), Refusal> {
        self.ask(Op::Heartbeat).map(|_| ())
    }
}
