//! What becomes of the model when something is heard; pure: no clock, no file, no terminal.

mod adding;
mod ending;
mod find;
mod keys;
mod mouse;
mod power;
mod triage;

use std::time::Duration;

use crossterm::event::{Event as Input, KeyEventKind};

use super::frame::Urgency;
use super::model::{Ending, Model};
use super::msg::{Effect, Ended, Msg, Rows};
use super::pane::Pane;
use crate::event::{EngineState, Event, Finished};
use crate::store::{State, States};

/// Seconds between two looks at the store while nobody watches.
const UNWATCHED: u64 = 4;

/// Changes the model by one message. `now` is the time since the console began.
#[must_use]
pub fn update(model: &mut Model, msg: Msg, now: Duration) -> Vec<Effect> {
    let mut effects = match msg {
        Msg::Input(input) => input_came(model, input, now),
        Msg::Event(event) => {
            hear(model, event, now);
            Vec::new()
        }
        Msg::Log(line) => {
            if model.log.take(line) && model.areas.log.is_some() {
                touch(model, Urgency::Stream);
            }
            Vec::new()
        }
        Msg::Rows(rows) => rows_came(model, *rows),
        Msg::Looked(looked) => {
            model.queue.look(looked);
            find::count(model);
            touch(model, Urgency::Stream);
            Vec::new()
        }
        Msg::Told(told) => {
            triage::told(model, told, now);
            Vec::new()
        }
        Msg::Preview(preview) => {
            triage::ask(model, preview, now);
            Vec::new()
        }
        Msg::Record(shown) => {
            if model.result.take(*shown) {
                touch(model, Urgency::Stream);
            }
            Vec::new()
        }
        Msg::Changed => {
            model.queue.is_foreign = true;
            model.queue.stale();
            model.result.is_stale = true;
            Vec::new()
        }
        Msg::Tick => {
            tick(model, now);
            // Looking costs a wake-up of two threads: seldom where nobody would see it.
            let is_time = model.is_watched || now.as_secs().is_multiple_of(UNWATCHED);
            is_time.then_some(Effect::Look).into_iter().collect()
        }
        Msg::Ended(ended) => work_ended(model, ended, now),
        Msg::Continued => {
            model.mark(Urgency::Input);
            vec![Effect::Redraw]
        }
        Msg::Gone => {
            model.ending = Ending::Now;
            vec![Effect::Abort, Effect::Leave]
        }
    };
    settle(model, &mut effects);
    effects
}

/// Asks for a frame, unless the view is frozen: then it is only counted.
fn touch(model: &mut Model, urgency: Urgency) {
    match &mut model.frozen {
        // Seconds that pass and readings are no changes that a reader would miss.
        Some(_) if urgency < Urgency::Stream => {}
        Some((_, missed)) if urgency < Urgency::Input => *missed += 1,
        _ => model.mark(urgency),
    }
}

/// A second has passed.
fn tick(model: &mut Model, now: Duration) {
    model.forget_notice(now);
    ending::look_again(model, now);
    if !model.work.running.is_empty() || model.frozen.is_some() {
        touch(model, Urgency::Gauge);
    }
}

/// Rows of the queue, as they were asked for.
fn rows_came(model: &mut Model, rows: Rows) -> Vec<Effect> {
    let is_other = model.queue.take(rows, height(model, Pane::Queue));
    find::count(model);
    if is_other {
        touch(model, Urgency::Stream);
    }
    take_up(model)
}

/// What others have queued is taken up as soon as a worker has nothing to do.
fn take_up(model: &mut Model) -> Vec<Effect> {
    let waiting = States::of(&[State::Waiting, State::Retrying]);
    let is_free = model.work.running.len() < model.work.workers && !model.is_held_up();
    if is_free && model.queue.is_foreign && model.queue.counts.of(waiting) > 0 {
        model.queue.is_foreign = false;
        return vec![Effect::TakeUp];
    }
    Vec::new()
}

/// Rows inside a pane; a pane that is not shown counts as one that is a page high.
fn height(model: &Model, pane: Pane) -> u64 {
    match model.areas.height(pane) {
        0 => 20,
        rows => u64::from(rows),
    }
}

/// What follows from the new state, whatever led to it: rows and a record to be read, a title.
fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    let rows = height(model, Pane::Queue);
    let sieve = model.queue.new_sieve();
    effects.extend(sieve.map(|(number, sieve)| Effect::Sieve(number, sieve)));
    effects.extend(model.queue.want(rows).map(Effect::Rows));
    if let Some(job) = model.queue.selected
        && model.result.choose(job)
    {
        effects.push(Effect::Record(job));
    }
    if std::mem::take(&mut model.result.is_stale)
        && let Some(job) = model.result.job
    {
        effects.push(Effect::Record(job));
    }
    // Other keys may hold where a record has come or gone.
    model.arrange();
    effects.extend(model.new_title().map(Effect::Title));
}

fn input_came(model: &mut Model, input: Input, now: Duration) -> Vec<Effect> {
    match input {
        Input::Key(key) if key.kind != KeyEventKind::Release => {
            model.banner = None;
            model.mark(Urgency::Input);
            keys::pressed(model, key, now)
        }
        Input::Resize(width, height) => {
            model.size = (width, height);
            model.arrange();
            model.queue.scroll(self::height(model, Pane::Queue));
            model.mark(Urgency::Input);
            Vec::new()
        }
        Input::Paste(text) => {
            model.mark(Urgency::Input);
            match &mut model.over {
                Some(over) => {
                    over.paste(&text);
                    find::apply(model);
                }
                None => adding::compose(model, &text, now),
            }
            Vec::new()
        }
        Input::Mouse(mouse) => {
            if mouse::heard(model, mouse) {
                model.banner = None;
                model.mark(Urgency::Input);
            }
            Vec::new()
        }
        // What the terminal showed before it was looked away from may be gone.
        Input::FocusGained => {
            model.is_watched = true;
            model.mark(Urgency::Input);
            Vec::new()
        }
        Input::FocusLost => {
            model.is_watched = false;
            Vec::new()
        }
        Input::Key(_) => Vec::new(),
    }
}

fn hear(model: &mut Model, event: Event, now: Duration) {
    let urgency = match &event {
        Event::Gpu(_) => Urgency::Gauge,
        _ => Urgency::Stream,
    };
    model.work.hear(&event, now);
    match event {
        Event::Gpu(gpu) => {
            let was_emergency = model.is_emergency();
            let changed = model.hardware.take(*gpu, &model.work, now);
            if was_emergency && !model.is_emergency() {
                model.say("the emergency is over: work goes on", now);
            }
            let is_idle = model.work.running.is_empty();
            if is_idle && (!changed || !model.is_watched) {
                return;
            }
        }
        Event::Claimed { job, .. } => {
            model.queue.stale();
            follow(model, job, now);
        }
        Event::Text { job, .. } => follow(model, job, now),
        Event::Finished(finished) => finish(model, &finished, now),
        Event::GivenBack { job, id, why, .. } => {
            model.queue.stale();
            if let Some(why) = why {
                let posting = named(model, job, &id);
                model.say(format!("{posting} goes back into the queue: {why}"), now);
            }
        }
        Event::Queued {
            jobs,
            already,
            unreadable,
        } => {
            model.queue.stale();
            model.say(queued(jobs, already, unreadable), now);
        }
        Event::Resumed { jobs, given_back } => {
            model.queue.stale();
            model.banner = resumed(jobs, given_back);
        }
        // What was done to the queue is told this way.
        Event::Notice { line } => {
            model.queue.stale();
            model.say(line, now);
        }
        Event::Engine(EngineState::Failed { why }) => model.say(why, now),
        Event::Engine(_) | Event::Asked { .. } => {}
    }
    touch(model, urgency);
}

/// Until the user chooses a job, the one that is being answered is shown.
fn follow(model: &mut Model, job: i64, now: Duration) {
    let shown = model.queue.selected;
    if !shown.is_some_and(|shown| model.work.speaks(shown, now)) {
        model.queue.follow(job);
    }
}

/// What became of what was put into the queue.
fn queued(jobs: usize, already: usize, unreadable: usize) -> String {
    let mut line = format!("{} queued", jobs - already.min(jobs));
    for (count, what) in [
        (already, "read before"),
        (unreadable, "unreadable: see the log"),
    ] {
        if count > 0 {
            line = format!("{line}, {count} {what}");
        }
    }
    line
}

/// What was taken up at the start, if anything.
fn resumed(jobs: usize, given_back: usize) -> Option<String> {
    let back = match given_back {
        0 => String::new(),
        jobs => format!(", {jobs} given back by a smelt that was killed"),
    };
    (jobs > 0).then(|| format!("resumed: {jobs} queued{back}"))
}

fn finish(model: &mut Model, finished: &Finished, now: Duration) {
    model.queue.stale();
    if model.result.job == Some(finished.job) {
        // It is read again, now that there is a record.
        model.result.job = None;
    }
    if let Some(why) = &finished.error {
        let line = format!("{}: {why}", named(model, finished.job, &finished.id));
        model.say(line, now);
    }
}

/// The file or the address of a job, else its id.
fn named(model: &Model, job: i64, id: &str) -> String {
    let label = model.queue.row_of(job).map(|row| row.label.as_str());
    label
        .filter(|label| !label.is_empty())
        .unwrap_or(id)
        .to_owned()
}

fn work_ended(model: &mut Model, ended: Ended, now: Duration) -> Vec<Effect> {
    let is_wanted = matches!(model.ending, Ending::Finishing | Ending::GivingBack);
    let leaves = ended.is_final || is_wanted;
    model.work.running.clear();
    model.queue.stale();
    if let Some(why) = ended.why.as_ref().filter(|_| !leaves) {
        model.say(format!("work has stopped: {why}"), now);
    }
    model.ended = Some(ended);
    if leaves {
        model.ending = Ending::Now;
        return vec![Effect::Leave];
    }
    Vec::new()
}
