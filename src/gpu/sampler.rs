//! The thread that asks the card, so that nobody else waits for it: the newest sample is always at hand, with its age.

use std::ops::Deref;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::energy::Meter;
use super::history::{Bucket, History};
use super::sample::State;
use super::{Identity, Sample, Source};

/// How often the card is asked unless said otherwise: four times a second, of which the costly readings take one.
pub const EVERY: Duration = Duration::from_millis(250);
/// Without an answer for so long, the last sample is stale.
pub const STALE: Duration = Duration::from_secs(3);
/// Seconds of history kept: an hour.
const HISTORY: usize = 3600;
/// A thread that has not ended by then is stuck in the driver, and is left behind.
const FAREWELL: Duration = Duration::from_secs(1);
/// Without a card, and of one at rest, a round comes no more often than this, on the samples' clock.
const IDLE: Duration = Duration::from_secs(1);
/// Degrees below which a card that does nothing is at rest.
const COOL_C: f64 = 65.0;

/// Samples a card in a thread of its own until it is dropped. A call that hangs in the driver hangs nobody else, and no
/// second thread is started on top of it.
pub struct Sampler {
    watch: Watch,
    stop: Option<SyncSender<()>>,
    ended: Receiver<()>,
}

/// What a sampler has found out, for whoever looks; clones look at the same.
#[derive(Debug, Clone)]
pub struct Watch {
    shared: Arc<Shared>,
    clock: Clock,
}

/// The samples' clock: the one on the wall, or for simulated and recorded cards one that runs faster.
#[derive(Debug, Clone, Copy)]
struct Clock {
    began: Instant,
    speed: f64,
}

impl Clock {
    fn now(self) -> Duration {
        self.began.elapsed().mul_f64(self.speed)
    }
}

impl Deref for Sampler {
    type Target = Watch;

    fn deref(&self) -> &Watch {
        &self.watch
    }
}

#[derive(Debug)]
struct Shared {
    now: Mutex<Now>,
    changed: Condvar,
}

#[derive(Debug)]
struct Now {
    sample: Option<Sample>,
    rounds: u64,
    identity: Identity,
    history: History,
    meter: Meter,
}

impl Shared {
    /// Held for the copy of a few hundred bytes, never while the card is asked.
    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sampler {
    /// Starts; the source is made in the thread, since that may hang too.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn start(
        every: Duration,
        source: impl FnOnce() -> Box<dyn Source> + Send + 'static,
    ) -> std::io::Result<Self> {
        Self::start_at(1.0, every, source)
    }

    /// The same with a clock that runs `speed` times as fast as the one on the wall: for what is simulated or recorded.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn start_at(
        speed: f64,
        every: Duration,
        source: impl FnOnce() -> Box<dyn Source> + Send + 'static,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            now: Mutex::new(Now {
                sample: None,
                rounds: 0,
                identity: Identity::default(),
                history: History::new(HISTORY),
                meter: Meter::default(),
            }),
            changed: Condvar::new(),
        });
        let clock = Clock {
            began: Instant::now(),
            speed,
        };
        let (stop, stopped) = sync_channel(1);
        let (end, ended) = sync_channel(1);
        let theirs = Arc::clone(&shared);
        thread::Builder::new()
            .name("gpu-sampler".to_owned())
            .spawn(move || {
                run(&theirs, source(), clock, every.div_f64(speed), &stopped);
                end.try_send(()).ok();
            })?;
        Ok(Self {
            watch: Watch { shared, clock },
            stop: Some(stop),
            ended,
        })
    }

    /// What outlives a borrow of the sampler; when that ends, the last sample grows old.
    #[must_use]
    pub fn watch(&self) -> Watch {
        self.watch.clone()
    }
}

impl Watch {
    /// The clock the samples carry: time since this began.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.clock.now()
    }

    /// How many times as fast as the clock on the wall that runs.
    #[must_use]
    pub fn speed(&self) -> f64 {
        self.clock.speed
    }

    /// Joules the card has drawn since this began; `None` where nothing measures them.
    #[must_use]
    pub fn joules(&self) -> Option<f64> {
        self.shared.lock().meter.joules_at(self.now())
    }

    /// The newest sample, at once. Without an answer for three seconds every reading in it is stale.
    #[must_use]
    pub fn latest(&self) -> Sample {
        let now = self.now();
        match &self.shared.lock().sample {
            Some(sample) if now.saturating_sub(sample.at) < STALE => sample.clone(),
            Some(sample) => sample.clone().aged(now),
            None => Sample::unknown(now, State::Absent("no answer yet".to_owned())),
        }
    }

    /// Which card it is, as far as known.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.shared.lock().identity.clone()
    }

    /// The last so many seconds, oldest first.
    #[must_use]
    pub fn history(&self, seconds: usize) -> Vec<Option<Bucket>> {
        self.shared.lock().history.last(self.now(), seconds)
    }

    /// Waits for the first answer; false when there was none in that time.
    #[must_use]
    pub fn wait_for_first(&self, most: Duration) -> bool {
        let now = self.shared.lock();
        let waiting = |now: &mut Now| now.rounds == 0;
        let waited = self.shared.changed.wait_timeout_while(now, most, waiting);
        let (now, _) = waited.unwrap_or_else(PoisonError::into_inner);
        now.rounds > 0
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        self.stop = None;
        if self.ended.recv_timeout(FAREWELL) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("the driver does not answer; its thread is left behind");
        }
    }
}

fn run(
    shared: &Shared,
    mut source: Box<dyn Source>,
    clock: Clock,
    every: Duration,
    stopped: &Receiver<()>,
) {
    let mut due = Instant::now();
    loop {
        let mut sample = source.sample(clock.now());
        // An answer is as old as its arrival: one that comes after a hang is news.
        sample.at = clock.now();
        let is_idle = is_idle(&sample);
        let identity = source.identity();
        {
            let mut now = shared.lock();
            now.history.add(&sample);
            now.meter.add(&sample);
            now.sample = Some(sample);
            now.rounds += 1;
            if now.identity != identity {
                now.identity = identity;
            }
        }
        shared.changed.notify_all();
        // After a long answer the missed rounds are not made up for.
        let pause = if is_idle {
            every.max(IDLE.div_f64(clock.speed))
        } else {
            every
        };
        due = (due + pause).max(Instant::now());
        let wait = due.saturating_duration_since(Instant::now());
        if stopped.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

/// Whether nothing is missed by looking once a second.
fn is_idle(sample: &Sample) -> bool {
    let is_cool = sample.temp_c.fresh().is_some_and(|temp| temp < COOL_C);
    match sample.state {
        State::Absent(_) | State::Asleep => true,
        State::Healthy => is_cool && sample.busy_percent.fresh() == Some(0),
        State::Degraded(_) | State::Lost => false,
    }
}
