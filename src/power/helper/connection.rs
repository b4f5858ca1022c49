//! One connection to the helper: lines in, lines out, and little patience with what is no request.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::protocol::{MOST_BYTES, Reply, Request, parse};
use crate::power::writer::{Code, Refusal};

/// Lines that are no request, after which the connection is closed.
const MOST_BAD: usize = 8;
/// A client that says nothing for so long has no business here; one that holds the lease must speak sooner anyway.
const IDLE: Duration = Duration::from_mins(5);
/// A client that does not read its replies must not hold a thread.
const UNREAD: Duration = Duration::from_secs(5);

/// Serves until the client goes, is silent for long, or has said too much that is no request.
///
/// # Errors
/// When the connection breaks.
pub fn serve(stream: &UnixStream, mut answer: impl FnMut(&Request) -> Reply) -> io::Result<()> {
    stream.set_read_timeout(Some(IDLE))?;
    stream.set_write_timeout(Some(UNREAD))?;
    let mut lines = BufReader::new(stream);
    let mut bad = 0;
    while bad < MOST_BAD {
        let Some(line) = next_line(&mut lines)? else {
            return Ok(());
        };
        let reply = if line.len() > MOST_BYTES {
            bad = MOST_BAD;
            refuse(None, format!("a line has at most {MOST_BYTES} bytes"))
        } else {
            match parse(&line) {
                Ok(request) => Reply {
                    id: Some(request.id),
                    ..answer(&request)
                },
                Err((id, refusal)) => {
                    bad += 1;
                    Reply {
                        id,
                        ..Err(refusal).into()
                    }
                }
            }
        };
        say(stream, &reply)?;
    }
    Ok(())
}

/// Answers a client that is not served.
///
/// # Errors
/// When the connection breaks.
pub fn turn_away(stream: &UnixStream, refusal: Refusal) -> io::Result<()> {
    stream.set_write_timeout(Some(UNREAD))?;
    say(stream, &Err(refusal).into())
}

fn refuse(id: Option<u64>, why: String) -> Reply {
    Reply {
        id,
        ..Err(Refusal::new(Code::BadRequest, why)).into()
    }
}

/// A line, or as much of it as shows that it is too long; `None` at the end.
fn next_line(lines: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let most = MOST_BYTES as u64 + 1;
    let read = lines.take(most).read_until(b'\n', &mut line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok((read > 0).then_some(line))
}

fn say(mut stream: &UnixStream, reply: &Reply) -> io::Result<()> {
    let mut line = serde_json::to_vec(reply)?;
    line.push(b'\n');
    stream.write_all(&line)
}
