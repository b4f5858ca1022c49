//! The power helper: a small root service on a Unix socket, so that smelt itself never runs as root.
//!
//! One client at a time holds a lease; when its connection ends, however it ends, the helper puts back what it found.

pub mod client;
mod connection;
pub mod desk;
pub mod lease;
pub mod peer;
pub mod protocol;
pub mod rules;
pub mod unit;

use std::convert::Infallible;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::Mode;
use rustix::process::{geteuid, umask};

use self::desk::{Caller, Desk};
use self::peer::Peer;
use self::protocol::{Reply, Request};
use super::lock;
use super::writer::{Code, Refusal};

/// Connections at the same time; smelt needs one or two.
const MOST_CONNECTIONS: usize = 16;
/// After a connection that was not accepted.
const PAUSE: Duration = Duration::from_millis(100);
/// A socket that its owner and its group may use.
const OTHERS: Mode = Mode::from_raw_mode(0o117);

/// The desk, and what its connections share.
pub struct Service {
    desk: Mutex<Desk>,
    /// Wakes whoever waits for the lease's end.
    changed: Condvar,
    began: Instant,
    connections: AtomicUsize,
    group: Option<u32>,
}

impl Service {
    /// A service around a desk, for members of `group`.
    #[must_use]
    pub fn new(desk: Desk, group: Option<u32>) -> Arc<Self> {
        Arc::new(Self {
            desk: Mutex::new(desk),
            changed: Condvar::new(),
            began: Instant::now(),
            connections: AtomicUsize::new(0),
            group,
        })
    }

    /// Serves everyone who connects, for as long as the process lives.
    ///
    /// # Errors
    /// When it cannot begin.
    pub fn run(self: &Arc<Self>, listener: &UnixListener) -> io::Result<Infallible> {
        let watch = Arc::clone(self);
        std::thread::Builder::new().spawn(move || watch.expire_forever())?;
        loop {
            match listener.accept() {
                Ok((stream, _)) => {
                    let admitted = self.admit(&stream);
                    match admitted {
                        Ok(caller) => Arc::clone(self).spawn(stream, caller),
                        Err(refusal) => {
                            tracing::warn!(why = %refusal, "a connection was turned away");
                        }
                    }
                }
                // A client that is gone again, or no descriptor left for one more: neither is a reason to let go of
                // what is held.
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    std::thread::sleep(PAUSE);
                }
            }
        }
    }

    /// Puts everything back. As long as the desk is held nothing is set again: the process ends with it in its hand.
    pub fn close(&self) -> MutexGuard<'_, Desk> {
        let mut desk = lock(&self.desk);
        desk.close();
        desk
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn admit(&self, stream: &UnixStream) -> Result<Caller, Refusal> {
        let admitted = self.check(stream);
        if let Err(refusal) = &admitted {
            connection::turn_away(stream, refusal.clone()).ok();
        }
        admitted
    }

    fn check(&self, stream: &UnixStream) -> Result<Caller, Refusal> {
        static NUMBER: AtomicUsize = AtomicUsize::new(1);
        let peer = Peer::of(stream).map_err(|error| {
            Refusal::new(
                Code::NoPermission,
                format!("the kernel does not say who asks: {error}"),
            )
        })?;
        if !peer.may_ask(geteuid().as_raw(), self.group) {
            let text = format!("user {} may not ask the helper; its group may", peer.user);
            return Err(Refusal::new(Code::NoPermission, text));
        }
        if self.connections.load(Ordering::SeqCst) >= MOST_CONNECTIONS {
            return Err(Refusal::new(
                Code::Busy,
                "the helper has too many connections",
            ));
        }
        Ok(Caller {
            connection: NUMBER.fetch_add(1, Ordering::SeqCst) as u64,
            who: peer.to_string(),
        })
    }

    fn spawn(self: Arc<Self>, stream: UnixStream, caller: Caller) {
        self.connections.fetch_add(1, Ordering::SeqCst);
        // What it holds goes back when it is dropped, also when the thread does not start or panics.
        let guest = Guest {
            service: self,
            caller,
        };
        let serve = move || {
            let answered = connection::serve(&stream, |request| guest.answer(request));
            if let Err(error) = answered {
                tracing::info!(%error, who = guest.caller.who, "a connection broke");
            }
        };
        if let Err(error) = std::thread::Builder::new().spawn(serve) {
            tracing::error!(%error, "no thread for a connection");
        }
    }

    fn expire_forever(&self) {
        let mut desk = lock(&self.desk);
        loop {
            desk.expire(self.now());
            let wait = desk.next().map(|at| at.saturating_sub(self.now()));
            desk = match wait {
                Some(wait) => {
                    let woken = self.changed.wait_timeout(desk, wait);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self
                    .changed
                    .wait(desk)
                    .unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

/// A connection that is served.
struct Guest {
    service: Arc<Service>,
    caller: Caller,
}

impl Guest {
    fn answer(&self, request: &Request) -> Reply {
        let mut desk = lock(&self.service.desk);
        let reply = desk.answer(&self.caller, &request.op, self.service.now());
        self.service.changed.notify_all();
        reply.into()
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.service.connections.fetch_sub(1, Ordering::SeqCst);
        let mut desk = lock(&self.service.desk);
        desk.left(&self.caller, self.service.now());
        self.service.changed.notify_all();
    }
}

/// Listens where clients look, for the owner and the group only.
///
/// # Errors
/// One line for the user.
pub fn listen(path: &Path, group: Option<u32>) -> Result<UnixListener, String> {
    let complaint = |why: String| format!("{}: {why}", path.display());
    clear(path).map_err(complaint)?;
    let before = umask(OTHERS);
    let bound = UnixListener::bind(path);
    umask(before);
    let listener = bound.map_err(|error| complaint(format!("cannot be listened on: {error}")))?;
    if let Some(group) = group {
        std::os::unix::fs::chown(path, None, Some(group))
            .map_err(|error| complaint(format!("cannot be given to its group: {error}")))?;
    }
    Ok(listener)
}

/// Removes the socket of a helper that has ended, and nothing else.
fn clear(path: &Path) -> Result<(), String> {
    let Ok(about) = std::fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !about.file_type().is_socket() {
        return Err("is there and is no socket".to_owned());
    }
    if UnixStream::connect(path).is_ok() {
        return Err("another helper listens there".to_owned());
    }
    std::fs::remove_file(path).map_err(|error| format!("cannot be removed: {error}"))
}
