//! The supervisor: runs the engine worker as a child process, watches it, and starts a fresh one when it dies or stalls.

mod child;
mod ladder;
mod slots;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use self::child::Worker;
pub use self::ladder::Load;
use self::slots::Slots;
use super::lock;
use super::protocol::{Ask, Say};
use super::{Completion, Engine, EngineError, EngineInfo, Request};
use crate::pace::{self, DUTY};

/// How a worker is started.
#[derive(Debug, Clone)]
pub struct WorkerSpec {
    /// The program, normally smelt itself.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// What its environment holds beside ours.
    pub env: Vec<(&'static str, &'static str)>,
    /// What it makes room for; given to it as `--context` and `--cohort`.
    pub load: Load,
}

/// How long a worker may be silent before it is killed.
#[derive(Debug, Clone, Copy)]
pub struct Watchdog {
    /// While the model loads.
    pub load: Duration,
    /// From the question's turn to the first token: a long prompt on two CPU cores takes minutes.
    pub first_token: Duration,
    /// Between two tokens.
    pub next_token: Duration,
}

impl Default for Watchdog {
    fn default() -> Self {
        Self {
            load: Duration::from_mins(10),
            first_token: Duration::from_mins(10),
            next_token: Duration::from_mins(1),
        }
    }
}

/// Workers that are asked to count the same texts before it is given up.
const COUNT_ATTEMPTS: usize = 4;

/// Silence is counted in pieces: while smelt itself is stopped no more than one passes, at most a quarter of the limit. The
/// next one, after so much of it.
fn piece(limit: Duration, silent: Duration) -> Duration {
    let piece = Duration::from_secs(5).min(limit / 4);
    let rest = limit.saturating_sub(silent);
    piece.max(Duration::from_millis(1)).min(rest)
}

/// A change of pace that is not worth a line to the worker.
const SAME_PACE: f64 = 0.001;

/// An engine in a child process. The worker starts with the first question and is replaced when it breaks.
pub struct Supervised {
    spec: WorkerSpec,
    watchdog: Watchdog,
    worker: Mutex<Option<Arc<Worker>>>,
    ended: AtomicBool,
    next_id: AtomicU64,
    asked: AtomicUsize,
    slots: Slots,
    pace: Mutex<f64>,
    /// Less than the specification's after memory ran out.
    load: Mutex<Load>,
    /// Why there is no less: nobody need try again.
    bottom: OnceLock<String>,
}

impl Supervised {
    /// Nothing is started yet.
    #[must_use]
    pub fn new(spec: WorkerSpec, watchdog: Watchdog) -> Self {
        Self {
            load: Mutex::new(spec.load),
            spec,
            watchdog,
            worker: Mutex::new(None),
            ended: AtomicBool::new(false),
            next_id: AtomicU64::new(1),
            asked: AtomicUsize::new(0),
            slots: Slots::default(),
            pace: Mutex::new(DUTY.1),
            bottom: OnceLock::new(),
        }
    }

    /// Questions put to the model so far.
    #[must_use]
    pub fn model_calls(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Whether a worker runs whose model is loaded: the next question is answered without a wait for either.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let worker = lock(&self.worker);
        worker
            .as_ref()
            .is_some_and(|worker| worker.is_alive() && worker.is_loaded())
    }

    /// Lets the engine's steps fill this part of the time from now on, 0.05 to 1, in this worker and its successors.
    pub fn set_pace(&self, share: f64) {
        {
            let mut pace = lock(&self.pace);
            if (*pace - share).abs() < SAME_PACE {
                return;
            }
            *pace = share;
        }
        // Whoever starts a worker reads the pace while it holds this lock, so no worker misses a change.
        let worker = lock(&self.worker).clone();
        if let Some(worker) = worker {
            worker.tell(&Ask::Pace { share });
        }
    }

    /// A worker that pauses may be silent for longer.
    fn patience(&self, limit: Duration) -> Duration {
        if *lock(&self.pace) < DUTY.1 {
            limit + pace::LONGEST
        } else {
            limit
        }
    }

    /// Ends the worker until [`Self::revive`], at once; questions in flight fail with [`EngineError::Crashed`], and so do later ones.
    pub fn kill(&self) {
        self.ended.store(true, Ordering::SeqCst);
        let worker = lock(&self.worker).take();
        if let Some(worker) = worker {
            worker.kill();
        }
    }

    /// Whether it was ended by [`Self::kill`]: what fails then is no fault of the engine's.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    /// Stops the worker where it is, or lets it go on.
    pub fn freeze(&self, is_frozen: bool) {
        if let Some(worker) = lock(&self.worker).as_ref() {
            worker.freeze(is_frozen);
        }
    }

    /// Takes questions again after [`Self::kill`]: the next one starts a fresh worker.
    pub fn revive(&self) {
        self.ended.store(false, Ordering::SeqCst);
    }

    /// The running worker, a fresh one if need be, with its model loaded.
    fn worker(&self) -> Result<(Arc<Worker>, EngineInfo), EngineError> {
        loop {
            let worker = self.started()?;
            match worker.info(self.watchdog.load) {
                Ok(info) => return Ok((worker, info)),
                // Nothing was asked yet, so nobody else need know.
                Err(EngineError::OutOfMemory(why)) => self.step_down(&worker, &why)?,
                Err(error) => return Err(error),
            }
        }
    }

    /// Ends a worker whose memory ran out; the next makes room for less. Many may report the same worker: it counts once.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] when there is no less.
    fn step_down(&self, worker: &Arc<Worker>, why: &str) -> Result<(), EngineError> {
        let mut load = lock(&self.load);
        let held = worker.load();
        if *load == held {
            let Some(less) = held.less() else {
                let bottom = self.bottom.get_or_init(|| {
                    format!(
                        "the model runs out of memory even with one question in {} tokens: free what other programs hold, or choose \
                         a smaller model or a smaller quantisation of it ({why})",
                        held.context
                    )
                });
                return Err(EngineError::Unavailable(bottom.clone()));
            };
            tracing::warn!(
                why,
                "out of memory: going on with {} questions together in {} tokens each",
                less.cohort,
                less.context
            );
            *load = less;
        }
        drop(load);
        self.discard(worker);
        Ok(())
    }

    fn started(&self) -> Result<Arc<Worker>, EngineError> {
        let mut slot = lock(&self.worker);
        if self.ended.load(Ordering::SeqCst) {
            return Err(EngineError::Crashed("the engine was stopped".to_owned()));
        }
        if let Some(why) = self.bottom.get() {
            return Err(EngineError::Unavailable(why.clone()));
        }
        if let Some(worker) = slot.as_ref() {
            if worker.is_alive() {
                return Ok(Arc::clone(worker));
            }
            // It may still hold the card's memory, which its successor needs.
            worker.kill();
        }
        let worker = Arc::new(Worker::start(&self.spec, *lock(&self.load))?);
        let share = *lock(&self.pace);
        if share < DUTY.1 {
            worker.tell(&Ask::Pace { share });
        }
        *slot = Some(Arc::clone(&worker));
        Ok(worker)
    }

    /// Kills the worker, unless another thread has replaced it already.
    fn discard(&self, broken: &Arc<Worker>) {
        broken.kill();
        let mut slot = lock(&self.worker);
        if slot
            .as_ref()
            .is_some_and(|worker| Arc::ptr_eq(worker, broken))
        {
            *slot = None;
        }
    }

    fn id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    /// The next line about a question. While it waits for its turn the worker is silent only if it says nothing to anybody.
    fn receive(
        &self,
        worker: &Arc<Worker>,
        replies: &Receiver<Say>,
        limit: Duration,
        is_waiting: bool,
    ) -> Result<Say, EngineError> {
        let (mut silent, mut said) = (Duration::ZERO, worker.said());
        while silent < limit {
            let piece = piece(limit, silent);
            match replies.recv_timeout(piece) {
                Ok(Say::Error {
                    error: EngineError::OutOfMemory(why),
                    ..
                }) => return Err(self.ran_out(worker, why)),
                Ok(Say::Error { error, .. }) => {
                    if matches!(error, EngineError::Crashed(_)) {
                        self.discard(worker);
                    }
                    return Err(error);
                }
                Ok(say) => return Ok(say),
                Err(RecvTimeoutError::Timeout) => {
                    silent += piece;
                    if is_waiting && worker.said() != said {
                        (silent, said) = (Duration::ZERO, worker.said());
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Err(self.lost(worker)),
            }
        }
        self.discard(worker);
        Err(EngineError::Crashed(format!(
            "no token for {} s, the worker was killed",
            limit.as_secs_f32()
        )))
    }

    /// Why a worker that is gone answers no more. It ends with the first of its questions for which memory ran out; the
    /// others ran out with it.
    fn lost(&self, worker: &Arc<Worker>) -> EngineError {
        if worker.is_starved() {
            let why = "another question answered together with this one";
            return self.ran_out(worker, why.to_owned());
        }
        self.discard(worker);
        match EngineError::unless_out_of_memory(worker.last_words(), EngineError::Crashed) {
            EngineError::OutOfMemory(why) => self.ran_out(worker, why),
            crashed => crashed,
        }
    }

    fn ran_out(&self, worker: &Arc<Worker>, why: String) -> EngineError {
        match self.step_down(worker, &why) {
            Ok(()) => EngineError::OutOfMemory(why),
            Err(error) => error,
        }
    }

    fn count_once(&self, texts: &[String]) -> Result<Vec<usize>, EngineError> {
        let (worker, _) = self.worker()?;
        let id = self.id();
        let texts = texts.to_vec();
        let wanted = texts.len();
        let asked = worker.ask(id, &Ask::Count { id, texts });
        let replies = asked.ok_or_else(|| self.lost(&worker))?;
        match self.receive(&worker, &replies, self.watchdog.first_token, false)? {
            Say::Counted { tokens, .. } if tokens.len() == wanted => Ok(tokens),
            other => Err(EngineError::Crashed(format!(
                "the worker answered a count with {other:?}"
            ))),
        }
    }

    /// Answers a question; with `is_alone` no other is with the worker meanwhile, so that what breaks it is known.
    ///
    /// # Errors
    /// As [`Engine::generate`].
    pub fn answer(
        &self,
        request: &Request,
        is_alone: bool,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Completion, EngineError> {
        let info = self.info()?;
        let _slot = self.slots.take(info.max_in_flight, is_alone);
        // Only now: whoever had the slot before may have broken the worker.
        let (worker, _) = self.worker()?;
        self.asked.fetch_add(1, Ordering::SeqCst);
        let id = self.id();
        let ask = Ask::Generate {
            id,
            request: request.clone(),
        };
        let asked = worker.ask(id, &ask);
        let replies = asked.ok_or_else(|| self.lost(&worker))?;
        let mut pieces = 0;
        loop {
            // Behind a first token the engine reads the prompts of others before it writes on.
            let is_waiting = pieces < 2;
            let limit = if is_waiting {
                self.watchdog.first_token
            } else {
                self.watchdog.next_token
            };
            match self.receive(&worker, &replies, self.patience(limit), is_waiting)? {
                Say::Text { text, .. } => {
                    on_text(&text);
                    pieces += 1;
                }
                Say::Done { completion, .. } => return Ok(completion),
                other => {
                    return Err(EngineError::Crashed(format!(
                        "the worker answered a question with {other:?}"
                    )));
                }
            }
        }
    }
}

impl Engine for Supervised {
    fn info(&self) -> Result<EngineInfo, EngineError> {
        self.worker().map(|(_, info)| info)
    }

    /// Counting breaks no engine: when the worker dies meanwhile, another page's question was the cause, and a fresh
    /// worker is asked.
    fn count_tokens(&self, texts: &[String]) -> Result<Vec<usize>, EngineError> {
        let mut counted = self.count_once(texts);
        for _ in 1..COUNT_ATTEMPTS {
            use EngineError::{Crashed, OutOfMemory};
            if !matches!(counted, Err(Crashed(_) | OutOfMemory(_))) {
                break;
            }
            counted = self.count_once(texts);
        }
        counted
    }

    fn generate(
        &self,
        request: &Request,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Completion, EngineError> {
        self.answer(request, false, on_text)
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.kill();
    }
}
