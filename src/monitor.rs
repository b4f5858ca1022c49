//! `smelt monitor`: what the card does, as a live line or as JSON lines, with alerts; it changes nothing.

pub mod alerts;
mod hook;
pub mod line;
mod output;

use std::io::{self, ErrorKind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp, Unit};
use serde::Serialize;

use self::alerts::{Alert, Alerts, Stage};
use self::hook::Hook;
use self::output::Output;
use crate::cli::{Exit, MonitorArgs, complain};
use crate::gpu::choice::Choice;
use crate::gpu::json::{Line, VERSION};
use crate::gpu::sample::State;
use crate::gpu::sampler::{self, Sampler};
use crate::gpu::sysfs::{self, is_wsl};
use crate::gpu::{Identity, Sample, Which};
use crate::signals;

/// A first answer that takes longer is not waited for.
const FIRST: Duration = Duration::from_secs(3);
/// Alerts are looked at so often, however seldom lines are written.
const PULSE: Duration = Duration::from_secs(1);
const WSL: &str = "under WSL2 the driver tells less than elsewhere, shown as n/a, and the GPU's limits are set on the \
Windows side";
/// Seconds of temperature drawn in the live line.
const DRAWN: usize = 20;

/// Watches the card until it is told to stop, or has written as many samples as wanted.
#[must_use]
pub fn monitor(arguments: &MonitorArgs) -> Exit {
    let choice: Choice = match arguments.source.parse() {
        Ok(choice) => choice,
        Err(problem) => {
            complain(&problem);
            return Exit::Usage;
        }
    };
    let (interrupt, interrupted) = sync_channel(1);
    // Without handlers a signal simply ends the process, and nothing is lost by it.
    let stopped = signals::listen(move |_| {
        interrupt.try_send(()).ok();
    });
    let exit = match watch(arguments, choice, &interrupted) {
        Ok(exit) => exit,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => {
            complain(&error.to_string());
            Exit::Internal
        }
    };
    if let Ok(stopped) = stopped {
        stopped.die();
    }
    exit
}

fn watch(arguments: &MonitorArgs, choice: Choice, interrupted: &Receiver<()>) -> io::Result<Exit> {
    let log = arguments.log.as_deref();
    let mut output = match Output::new(arguments.json, log) {
        Ok(output) => output,
        Err(error) => {
            let directory = log.unwrap_or(std::path::Path::new("")).display();
            complain(&format!("no log can be written in {directory}: {error}"));
            return Ok(Exit::Config);
        }
    };
    if choice.is_card() && is_wsl(&sysfs::root()) {
        complain(WSL);
    }
    let hook = arguments
        .on_alert
        .clone()
        .map(|command| Hook::start(command, complain))
        .transpose()?;
    let (source, length, speed) = (choice.word(), choice.length(), choice.speed);
    let interval = Duration::from_secs_f64(arguments.interval);
    let every = sampler::EVERY.min(interval);
    let interval = interval.div_f64(speed);
    let which = arguments.gpu.as_deref().map(Which::of).unwrap_or_default();
    let sampler = Sampler::start_at(speed, every, move || choice.open(which))?;
    let answered = sampler.wait_for_first(FIRST);
    let first = sampler.latest();
    if let (State::Absent(why), true, false) = (&first.state, answered, arguments.wait) {
        complain(&format!("nothing to monitor: {why}"));
        return Ok(Exit::NoEngine);
    }
    let mut round = Round {
        output: &mut output,
        hook,
        source,
        card: Identity::default(),
        state: "",
        alerts: Alerts::default(),
    };
    let end = End {
        count: arguments.count,
        length,
    };
    follow(&mut round, &sampler, interval, &end, interrupted)?;
    round.output.end()?;
    Ok(Exit::Done)
}

/// When it is enough, unless a signal comes first.
struct End {
    /// So many samples were written.
    count: Option<u64>,
    /// So much of a recording was played.
    length: Option<Duration>,
}

fn follow(
    round: &mut Round,
    sampler: &Sampler,
    interval: Duration,
    end: &End,
    interrupted: &Receiver<()>,
) -> io::Result<()> {
    let mut written = 0_u64;
    let mut due = Instant::now();
    loop {
        let is_due = Instant::now() >= due;
        let at = round.step(sampler, is_due)?;
        if is_due {
            written += 1;
            // Seconds that were slept through with the machine are not made up for.
            due = (due + interval).max(Instant::now());
        }
        let is_over = is_due && end.length.is_some_and(|length| at >= length);
        if is_over || end.count.is_some_and(|count| written >= count) {
            return Ok(());
        }
        let wait = due.saturating_duration_since(Instant::now()).min(PULSE);
        if interrupted.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
            return Ok(());
        }
    }
}

/// What one look at the card needs.
struct Round<'a> {
    output: &'a mut Output,
    hook: Option<Hook>,
    source: &'static str,
    card: Identity,
    state: &'static str,
    alerts: Alerts,
}

/// A line other than a sample.
#[derive(Serialize)]
struct Event<'a, T> {
    v: u8,
    ts: Timestamp,
    mono_ms: u128,
    kind: &'a str,
    gpu: String,
    #[serde(flatten)]
    what: &'a T,
}

#[derive(Serialize)]
struct Card {
    name: String,
    driver: String,
    pci: String,
}

#[derive(Serialize)]
struct Change<'a> {
    from: &'a str,
    to: &'a str,
}

#[derive(Serialize)]
struct Since {
    #[serde(flatten)]
    alert: Alert,
    since: Timestamp,
}

impl Round<'_> {
    /// Tells what the newest sample brings, and when that was taken.
    fn step(&mut self, sampler: &Sampler, is_due: bool) -> io::Result<Duration> {
        let sample = sampler.latest();
        let now = moment(sampler.now().saturating_sub(sample.at));
        let card = sampler.identity();
        let is_new = card != self.card && !card.name.is_empty();
        self.card = card;
        if is_new {
            let Identity {
                name, driver, pci, ..
            } = self.card.clone();
            self.event(&sample, now, "gpu.card", &Card { name, driver, pci })?;
        }
        let state = sample.state.word();
        if state != self.state {
            let from = std::mem::replace(&mut self.state, state);
            if !from.is_empty() {
                self.event(&sample, now, "gpu.state", &Change { from, to: state })?;
            }
        }
        for alert in self.alerts.step(sampler.now(), &sample) {
            self.alert(&sample, now, alert)?;
        }
        if is_due {
            let line = Line::new(&sample, &self.card, now, self.source);
            self.output.json(&line, complain)?;
        }
        if self.output.is_live() {
            let plain = line::line(&sample, &self.card, &[]);
            let past = sampler.history(self.output.room(&plain).min(DRAWN));
            self.output.live(&line::line(&sample, &self.card, &past))?;
        }
        Ok(sample.at)
    }

    fn alert(&mut self, sample: &Sample, now: Timestamp, alert: Alert) -> io::Result<()> {
        let lasted = SignedDuration::try_from(alert.lasted).unwrap_or_default();
        let begins = alert.state == Stage::Firing;
        let word = if begins { "ALERT" } else { "over" };
        let said = format!(
            "{} {word} {}: {}",
            now.strftime("%H:%M:%SZ"),
            alert.id,
            alert.message
        );
        let what = Since {
            since: now - lasted,
            alert,
        };
        let event = self.made(sample, now, "alert", &what);
        let json = serde_json::to_string(&event)?;
        self.output.json(&event, complain)?;
        self.output.alarm(&said, begins)?;
        if self.hook.as_ref().is_some_and(|hook| !hook.send(json)) {
            complain(
                "the command of --on-alert is slower than the alerts; one was not handed over",
            );
        }
        Ok(())
    }

    fn event<T: Serialize>(
        &mut self,
        sample: &Sample,
        now: Timestamp,
        kind: &str,
        what: &T,
    ) -> io::Result<()> {
        let event = self.made(sample, now, kind, what);
        self.output.json(&event, complain)
    }

    fn made<'a, T: Serialize>(
        &self,
        sample: &Sample,
        now: Timestamp,
        kind: &'a str,
        what: &'a T,
    ) -> Event<'a, T> {
        Event {
            v: VERSION,
            ts: now,
            mono_ms: sample.at.as_millis(),
            kind,
            gpu: self.card.uuid.clone(),
            what,
        }
    }
}

/// The time of day so long ago; finer than any reading is not said.
fn moment(ago: Duration) -> Timestamp {
    let moment = Timestamp::now() - SignedDuration::try_from(ago).unwrap_or_default();
    moment.round(Unit::Millisecond).unwrap_or(moment)
}
