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
use crate::gpu::{Identity, Sample, Which};
use crate::signals;

/// A first answer that takes longer is not waited for.
const FIRST: Duration = Duration::from_secs(3);
/// Alerts are looked at so often, however seldom lines are written.
const PULSE: Duration = Duration::from_secs(1);
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
    let hook = arguments
        .on_alert
        .clone()
        .map(|command| Hook::start(command, complain))
        .transpose()?;
    let interval = Duration::from_secs_f64(arguments.interval);
    let source = choice.word();
    let which = arguments.gpu.as_deref().map(Which::of).unwrap_or_default();
    let sampler = Sampler::start(sampler::EVERY.min(interval), move || choice.open(which))?;
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
    let begun = Instant::now();
    let mut written = 0_u64;
    let mut due = begun;
    loop {
        let is_due = Instant::now() >= due;
        round.step(&sampler, is_due)?;
        if is_due {
            written += 1;
            // Seconds that were slept through with the machine are not made up for.
            due = (due + interval).max(Instant::now());
        }
        if arguments.count.is_some_and(|count| written >= count) {
            break;
        }
        let wait = due.saturating_duration_since(Instant::now()).min(PULSE);
        if interrupted.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
            break;
        }
    }
    round.output.end()?;
    Ok(Exit::Done)
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
    fn step(&mut self, sampler: &Sampler, is_due: bool) -> io::Result<()> {
        let (sample, now) = (sampler.latest(), milliseconds());
        let card = sampler.identity();
        if card != self.card && !card.name.is_empty() {
            self.card = card;
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
            let drawn = if self.output.draws() { DRAWN } else { 0 };
            let past = sampler.history(drawn);
            self.output.live(&line::line(&sample, &self.card, &past))?;
        }
        Ok(())
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

/// Now; finer than any reading is not said.
fn milliseconds() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Millisecond).unwrap_or(now)
}
