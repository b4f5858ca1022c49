//! One worker process: its pipes, the threads that read them, and its last words.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Pid, Signal, getpriority_process, kill_process, setpriority_process};
use tracing::Level;

use super::{Load, WorkerSpec, lock, piece};
use crate::engine::protocol::{self, Ask, Say};
use crate::engine::{EngineError, EngineInfo};
use crate::log::foreign;

/// Lines of a dead worker's standard error that go into the message.
const LAST_WORDS: usize = 3;

/// Steps of niceness that a worker is below who started it.
const LOWER: i32 = 5;

/// Who waits for which question's replies. Dropping a sender tells its reader that the worker is gone.
type Waiting = Arc<Mutex<HashMap<u64, Sender<Say>>>>;

/// A running worker.
pub(super) struct Worker {
    loading: Mutex<Receiver<Say>>,
    info: OnceLock<Result<EngineInfo, EngineError>>,
    child: Mutex<Child>,
    stdin: Mutex<ChildStdin>,
    waiting: Waiting,
    alive: Arc<AtomicBool>,
    stderr: Mutex<Option<JoinHandle<()>>>,
    words: Arc<Mutex<VecDeque<String>>>,
    load: Load,
    starved: Arc<AtomicBool>,
    said: Arc<AtomicU64>,
}

impl Worker {
    /// Starts the process; its model loads while [`Worker::info`] waits.
    pub(super) fn start(spec: &WorkerSpec, load: Load) -> Result<Self, EngineError> {
        let unavailable = |why: &str| EngineError::Unavailable(format!("the engine worker {why}"));
        let mut child = Command::new(&spec.program)
            .args(&spec.args)
            .args(["--context", &load.context.to_string()])
            .args(["--cohort", &load.cohort.to_string()])
            .envs(spec.env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C in the terminal is for smelt: the worker finishes what it was asked.
            .process_group(0)
            .spawn()
            .map_err(|error| unavailable(&format!("does not start: {error}")))?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(unavailable("has no pipes"));
        };
        yield_to_others(&child);
        let waiting = Waiting::default();
        let alive = Arc::new(AtomicBool::new(true));
        let words = Arc::default();
        let (ready, loading) = channel();
        let replies = Replies {
            ready,
            waiting: Arc::clone(&waiting),
            alive: Arc::clone(&alive),
            starved: Arc::default(),
            said: Arc::default(),
        };
        let (starved, said) = (Arc::clone(&replies.starved), Arc::clone(&replies.said));
        std::thread::spawn(move || replies.read(stdout));
        let stderr = log_stderr(stderr, Arc::clone(&words));
        Ok(Self {
            loading: Mutex::new(loading),
            info: OnceLock::new(),
            child: Mutex::new(child),
            stdin: Mutex::new(stdin),
            waiting,
            alive,
            stderr: Mutex::new(Some(stderr)),
            words,
            load,
            starved,
            said,
        })
    }

    /// Whether its memory ran out; set before anybody can see it end.
    pub(super) fn is_starved(&self) -> bool {
        self.starved.load(Ordering::SeqCst)
    }

    /// Lines it has said so far, whoever they were for.
    pub(super) fn said(&self) -> u64 {
        self.said.load(Ordering::SeqCst)
    }

    /// What it was started to hold.
    pub(super) fn load(&self) -> Load {
        self.load
    }

    /// What the model is, as soon as it is loaded; whoever asks first waits for all, and a kill ends the waiting.
    pub(super) fn info(&self, load_limit: Duration) -> Result<EngineInfo, EngineError> {
        self.info.get_or_init(|| self.loaded(load_limit)).clone()
    }

    pub(super) fn is_loaded(&self) -> bool {
        self.info.get().is_some_and(Result::is_ok)
    }

    fn loaded(&self, limit: Duration) -> Result<EngineInfo, EngineError> {
        let unavailable = |why: String| Err(EngineError::Unavailable(why));
        let said = receive(&lock(&self.loading), limit);
        match said {
            Ok(Say::Ready(info)) => Ok(info),
            Ok(Say::Failed(error)) => Err(error),
            Ok(_) => {
                unavailable("the engine worker answered before its model was loaded".to_owned())
            }
            Err(RecvTimeoutError::Timeout) => {
                self.kill();
                unavailable(format!(
                    "the engine worker did not load its model within {} s",
                    limit.as_secs()
                ))
            }
            // Memory may run out where the engine has no error for it, and ends or panics.
            Err(RecvTimeoutError::Disconnected) => Err(EngineError::unless_out_of_memory(
                format!("while loading, {}", self.last_words()),
                EngineError::Unavailable,
            )),
        }
    }

    /// Sends a question; its replies come over the receiver, which disconnects when the worker dies. None if it is dead.
    pub(super) fn ask(&self, id: u64, ask: &Ask) -> Option<Receiver<Say>> {
        let (sender, replies) = channel();
        lock(&self.waiting).insert(id, sender);
        let sent = protocol::write(&mut *lock(&self.stdin), ask);
        // Between the insert and now the reader may have cleared the map for good.
        if sent.is_err() || !self.is_alive() {
            lock(&self.waiting).remove(&id);
            return None;
        }
        Some(replies)
    }

    /// Says something that is not answered; a worker that has died is noticed by whoever waits for one.
    pub(super) fn tell(&self, ask: &Ask) {
        protocol::write(&mut *lock(&self.stdin), ask).ok();
    }

    pub(super) fn is_alive(&self) -> bool {
        self.alive.load(Ordering::SeqCst)
    }

    /// Stops the process, or continues it.
    pub(super) fn freeze(&self, is_frozen: bool) {
        let signal = if is_frozen {
            Signal::STOP
        } else {
            Signal::CONT
        };
        let pid = Pid::from_child(&lock(&self.child));
        if let Err(error) = kill_process(pid, signal) {
            tracing::warn!(%error, "the engine worker was not stopped or continued");
        }
    }

    /// Ends the process and collects it.
    pub(super) fn kill(&self) {
        self.alive.store(false, Ordering::SeqCst);
        let mut child = lock(&self.child);
        if let Err(error) = child.kill().and_then(|()| child.wait()) {
            tracing::warn!(%error, "the engine worker could not be ended");
        }
    }

    /// How it ended, and what it printed last.
    pub(super) fn last_words(&self) -> String {
        let status = lock(&self.child).wait();
        // Its output is complete only when its reader has met the end.
        if let Some(reader) = lock(&self.stderr).take() {
            reader.join().ok();
        }
        let words = lock(&self.words)
            .iter()
            .cloned()
            .collect::<Vec<_>>()
            .join(" | ");
        let how = status.map_or_else(
            |_| "ended".to_owned(),
            |status| format!("ended with {status}"),
        );
        if words.is_empty() {
            format!("the worker {how}")
        } else {
            format!("the worker {how}: {words}")
        }
    }
}

/// A key of the console must not wait behind the model's threads, which take every core there is.
fn yield_to_others(child: &Child) {
    let own = getpriority_process(None).unwrap_or_default();
    let worker = Some(Pid::from_child(child));
    if let Err(error) = setpriority_process(worker, own + LOWER) {
        tracing::debug!(%error, "the engine worker keeps its priority");
    }
}

/// The next line, waited for in pieces: while smelt itself is stopped no more than one passes.
fn receive(lines: &Receiver<Say>, limit: Duration) -> Result<Say, RecvTimeoutError> {
    let mut waited = Duration::ZERO;
    while waited < limit {
        let piece = piece(limit, waited);
        match lines.recv_timeout(piece) {
            Err(RecvTimeoutError::Timeout) => waited += piece,
            other => return other,
        }
    }
    Err(RecvTimeoutError::Timeout)
}

/// Where a worker's lines go.
struct Replies {
    ready: Sender<Say>,
    waiting: Waiting,
    alive: Arc<AtomicBool>,
    starved: Arc<AtomicBool>,
    said: Arc<AtomicU64>,
}

impl Replies {
    fn read(&self, stdout: impl Read) {
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            if let Some(say) = protocol::parse::<Say>(&line) {
                self.said.fetch_add(1, Ordering::SeqCst);
                self.dispatch(say);
            } else {
                pass_on(&line);
            }
        }
        self.alive.store(false, Ordering::SeqCst);
        lock(&self.waiting).clear();
    }

    fn dispatch(&self, say: Say) {
        let Some(id) = say.id() else {
            self.ready.send(say).ok();
            return;
        };
        if let Say::Error { error, .. } = &say
            && matches!(error, EngineError::OutOfMemory(_))
        {
            self.starved.store(true, Ordering::SeqCst);
        }
        let mut waiting = lock(&self.waiting);
        let last = !matches!(say, Say::Text { .. });
        // The asker may have given up; then the line is nobody's.
        if let Some(sender) = waiting.get(&id) {
            sender.send(say).ok();
        }
        if last {
            waiting.remove(&id);
        }
    }
}

fn log_stderr(
    stderr: impl Read + Send + 'static,
    words: Arc<Mutex<VecDeque<String>>>,
) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
            let line = pass_on(&String::from_utf8_lossy(&line));
            let mut words = lock(&words);
            if words.len() == LAST_WORDS {
                words.pop_front();
            }
            words.push_back(line);
        }
    })
}

/// Logs a line of the worker as grave as it says it is, and gives its text.
fn pass_on(line: &str) -> String {
    let (level, text) = foreign::read(line);
    match level {
        Level::ERROR => tracing::error!(target: "engine_worker", "{text}"),
        Level::WARN => tracing::warn!(target: "engine_worker", "{text}"),
        Level::INFO => tracing::info!(target: "engine_worker", "{text}"),
        _ => tracing::debug!(target: "engine_worker", "{text}"),
    }
    text
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}
