//! The keeper: one thread that watches the card, decides, and holds it for as long as a program runs.
//!
//! The console's keys, a batch run and `smelt power auto` are all fronts of it: they tell it what they want, look at its
//! [`Status`], and hear [`Notice`]s. Whatever was set goes back when it ends.

mod control;
mod hands;
mod order;
mod status;

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use self::control::Control;
use self::hands::Hands;
pub use self::order::Command;
pub use self::status::{Done, Mode, Notice, Pending, Plan, Status, Told};
use super::governor::TICK;
use super::range;
use super::setup::Setup;
use super::writer::{Code, Refusal};
use super::{confirm, lock};
use crate::gpu::choice::Choice;
use crate::gpu::history::Bucket;
use crate::gpu::sample::State;
use crate::gpu::sampler::{self, Sampler, Watch};
use crate::gpu::simulated::Laptop;
use crate::gpu::{GpuError, Identity, Sample, Source};
use crate::pace::Pace;

/// A driver that has not answered by then is not waited for with the first decision.
const FIRST: Duration = Duration::from_secs(10);

/// Where a keeper's card is.
pub enum Place {
    /// A card, read and set through the driver or whoever may.
    Card(Setup),
    /// A simulated or recorded one.
    Other(Choice),
}

/// What a keeper is started with.
pub struct Options {
    /// Which card.
    pub place: Place,
    /// How others see this process when they want to set the card.
    pub what: String,
    /// What is wished for from the beginning.
    pub plan: Plan,
    /// What may be set.
    pub leave: Leave,
    /// Whether an emergency ends by itself once the card is cool, or waits for [`Command::Acknowledge`].
    pub auto_resume: bool,
    /// Whether work of ours runs, which obeys [`Status::pace`]: then it can hold the card where nothing else does.
    pub has_work: bool,
}

/// What a keeper may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// Nothing, whatever is wished for; guards and our own pace work all the same.
    Readonly,
    /// From the beginning what is usual for the card; later more, if that is confirmed.
    Usual,
    /// More from the beginning: a person has said so.
    More,
}

/// Hears what happens, in the keeper's own thread, with the status after it: it must not wait.
pub type Hear = Box<dyn FnMut(&Status, &Notice) + Send>;

enum Order {
    Do(u64, Command, Sender<Told>),
    Stop,
}

struct Shared {
    status: Mutex<(Status, u64)>,
    changed: Condvar,
}

/// The work of a simulated card, if the card is one; a card that is not told works without a pause.
#[derive(Debug, Clone)]
pub struct Load(Option<Laptop>);

impl Load {
    /// Says whether there is work.
    pub fn set(&self, is_busy: bool) {
        if let Some(laptop) = &self.0 {
            laptop.lock().has_work = is_busy;
        }
    }
}

/// See the module.
pub struct Keeper {
    orders: Sender<Order>,
    shared: Arc<Shared>,
    watch: Watch,
    load: Load,
    next: Mutex<u64>,
    thread: Option<JoinHandle<Result<(), String>>>,
}

impl Keeper {
    /// Starts. Where something is wished for from the beginning, the right to set the card is taken before this returns.
    ///
    /// # Errors
    /// When something is wished for and there is no card, or it does not take such watts, or somebody else holds it.
    pub fn start(options: Options, mut hear: Hear) -> Result<Self, Refusal> {
        let pace = Pace::default();
        let (hands, sampler) = open(&options, &pace)?;
        let watch = sampler.watch();
        let load = Load(hands.laptop());
        let mut status = Status::new(watch.latest(), options.leave == Leave::Readonly);
        status.plan = options.plan;
        let shared = Arc::new(Shared {
            status: Mutex::new((status.clone(), 0)),
            changed: Condvar::new(),
        });
        let control = Control::new(hands, status, pace, options.auto_resume);
        let (orders, given) = channel();
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("power-keeper".to_owned())
            .spawn(move || run(control, &sampler, &given, &theirs, &mut hear))
            .map_err(|error| no_thread(&error))?;
        Ok(Self {
            orders,
            shared,
            watch,
            load,
            next: Mutex::new(1),
            thread: Some(thread),
        })
    }

    /// Tells it something. What comes of it arrives over the receiver, is said to whoever hears, and is in the status.
    pub fn tell(&self, command: Command) -> (u64, Receiver<Told>) {
        let (reply, told) = channel();
        let id = {
            let mut next = lock(&self.next);
            *next += 1;
            *next - 1
        };
        // One that has ended drops the reply's other side, which the receiver shows.
        self.orders.send(Order::Do(id, command, reply)).ok();
        (id, told)
    }

    /// What tells a simulated card that there is work; a real one sees that by itself.
    #[must_use]
    pub fn load(&self) -> Load {
        self.load.clone()
    }

    /// How it stands.
    #[must_use]
    pub fn status(&self) -> Status {
        lock(&self.shared.status).0.clone()
    }

    /// The samples themselves, their history and the joules drawn; they outlive the keeper.
    #[must_use]
    pub fn watch(&self) -> Watch {
        self.watch.clone()
    }

    /// The last so many seconds, oldest first.
    #[must_use]
    pub fn history(&self, seconds: usize) -> Vec<Option<Bucket>> {
        self.watch.history(seconds)
    }

    /// Waits until it has decided for the first time; false when that took too long.
    #[must_use]
    pub fn wait_for_first(&self, most: Duration) -> bool {
        let status = lock(&self.shared.status);
        let waited = self
            .shared
            .changed
            .wait_timeout_while(status, most, |(_, ticks)| *ticks == 0);
        let (status, _) = waited.unwrap_or_else(PoisonError::into_inner);
        status.1 > 0
    }

    /// Ends it; everything that was set goes back first.
    ///
    /// # Errors
    /// What did not go back.
    pub fn stop(mut self) -> Result<(), String> {
        self.end()
    }

    fn end(&mut self) -> Result<(), String> {
        self.orders.send(Order::Stop).ok();
        let ended = self.thread.take().map(JoinHandle::join);
        // After a panic its session has put everything back while it was unwound.
        ended.and_then(Result::ok).unwrap_or(Ok(()))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Err(why) = self.end() {
            tracing::warn!(why, "the GPU's settings were not put back");
        }
    }
}

fn no_thread(error: &std::io::Error) -> Refusal {
    Refusal::new(Code::Failed, format!("no thread for the GPU: {error}"))
}

/// What decisions are carried out on, and where samples come from.
fn open(options: &Options, pace: &Pace) -> Result<(Hands, Sampler), Refusal> {
    let is_wished = options.plan.mode != Mode::Off;
    let is_readonly = options.leave == Leave::Readonly;
    let paced = options.has_work.then(|| pace.clone());
    let (mut hands, sampler) = match &options.place {
        Place::Card(setup) => {
            let hands = if is_readonly {
                Hands::loose(None, paced)
            } else {
                Hands::on_card(setup.clone(), &options.what, paced)
            };
            let theirs = setup.clone();
            let source = move || -> Box<dyn Source> { Box::new(theirs.source()) };
            (hands, Sampler::start(sampler::EVERY, source))
        }
        Place::Other(choice) => {
            let laptop = choice.laptop();
            let hands = Hands::loose(laptop.clone().filter(|_| !is_readonly), paced);
            let (choice, speed) = (choice.clone(), choice.speed);
            let source = move || match laptop {
                Some(laptop) => Box::new(laptop),
                None => choice.open(crate::gpu::Which::default()),
            };
            (hands, Sampler::start_at(speed, sampler::EVERY, source))
        }
    };
    let sampler = sampler.map_err(|error| no_thread(&error))?;
    if is_wished {
        let (card, sample) = look(&sampler)?;
        // Of one that sleeps neither is known: the range is looked at again before it is held first.
        let (watts, default) = (options.plan.ceiling_w, sample.default_w.last());
        range::check(watts, &sample)?;
        if options.leave == Leave::Usual && confirm::is_needed(watts, 0.0, default) {
            return Err(confirm::unconfirmed(watts, default));
        }
        if sample.state != State::Asleep {
            hands.open(&card.uuid)?;
        }
    }
    Ok((hands, sampler))
}

/// Which card it is, and how it is.
fn look(sampler: &Sampler) -> Result<(Identity, Sample), Refusal> {
    if !sampler.wait_for_first(FIRST) {
        let text = "the driver does not answer; nothing was changed";
        return Err(Refusal::new(Code::NoGpu, text));
    }
    let sample = sampler.latest();
    match &sample.state {
        State::Absent(why) => Err(Refusal::new(Code::NoGpu, why.clone())),
        State::Lost => Err(Refusal::from(GpuError::Lost)),
        _ => Ok((sampler.identity(), sample)),
    }
}

fn run(
    mut control: Control,
    sampler: &Sampler,
    orders: &Receiver<Order>,
    shared: &Shared,
    hear: &mut Hear,
) -> Result<(), String> {
    let tick = TICK.div_f64(sampler.speed());
    // Orders wait for the first answer, but not for a driver that hangs.
    let answered = sampler.wait_for_first(FIRST);
    tracing::debug!(answered, "the GPU is watched");
    let mut due = Instant::now();
    loop {
        control.tick(sampler.latest(), sampler.identity(), sampler.now());
        publish(&mut control, shared, true, hear);
        // Seconds that were slept through are not made up for.
        due = (due + tick).max(Instant::now());
        loop {
            let left = due.saturating_duration_since(Instant::now());
            match orders.recv_timeout(left) {
                Ok(Order::Do(id, command, reply)) => {
                    let told = control.obey(id, &command, sampler.now());
                    publish(&mut control, shared, false, hear);
                    // Whoever asked may not wait for it.
                    reply.send(told).ok();
                }
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => {
                    return control.hands.release();
                }
                Err(RecvTimeoutError::Timeout) => break,
            }
        }
    }
}

fn publish(control: &mut Control, shared: &Shared, is_tick: bool, hear: &mut Hear) {
    let notices = control.notices();
    {
        let mut status = lock(&shared.status);
        status.0 = control.status.clone();
        status.1 += u64::from(is_tick);
    }
    shared.changed.notify_all();
    for notice in notices {
        hear(&control.status, &notice);
    }
}
