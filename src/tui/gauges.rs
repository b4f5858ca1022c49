//! The gauges: the keeper of the card, whose status becomes an event each second, and that a second has passed.

use std::sync::Arc;
use std::{io, thread};

use super::backstage::Backstage;
use super::inbox::Inbox;
use crate::cli::KeepArgs;
use crate::event::{Event, GpuNow, Kept};
use crate::gpu::Metric;
use crate::gpu::sample::State;
use crate::power::actuator::Outcome;
use crate::power::governor::{Admission, Decision, Stage};
use crate::power::keeper::{Hear, Keeper, Mode, Notice, Plan, Status};
use crate::run::{RunError, heat};

/// Begins to open the card; what is wished for and refused is told, and the card is then only watched.
///
/// # Errors
/// When the system has no thread left.
pub fn start(arguments: KeepArgs, backstage: Backstage, inbox: Inbox) -> io::Result<()> {
    if !backstage.keeper.begin() {
        return Ok(());
    }
    thread::Builder::new()
        .name("gauges".to_owned())
        .spawn(move || match open(&arguments, &backstage, &inbox) {
            Ok(keeper) => {
                keeper.load().set(false);
                backstage.keeper.keep(Some(keeper));
                // Looked for only now: whoever sets the run looks for the keeper after that.
                if let Some(run) = backstage.run.get() {
                    backstage.keeper.with(|keeper| run.watch(keeper));
                }
            }
            Err(error) => {
                backstage.keeper.keep(None);
                inbox.event(Event::Notice {
                    line: error.to_string(),
                });
            }
        })?;
    Ok(())
}

fn open(arguments: &KeepArgs, backstage: &Backstage, inbox: &Inbox) -> Result<Keeper, RunError> {
    let options = heat::options(arguments, "smelt")?;
    let refused = match Keeper::start(options, hear(backstage, inbox)) {
        Ok(keeper) => return Ok(keeper),
        Err(refusal) => refusal,
    };
    inbox.event(Event::Notice { line: refused.text });
    let mut options = heat::options(arguments, "smelt")?;
    options.plan = Plan::default();
    Ok(Keeper::start(options, hear(backstage, inbox))?)
}

fn hear(backstage: &Backstage, inbox: &Inbox) -> Hear {
    let (run, inbox) = (Arc::clone(&backstage.run), inbox.clone());
    Box::new(move |status, notice| {
        if let Some(run) = run.get() {
            heat::obey(run, status);
        }
        match notice {
            Notice::Tick => {}
            Notice::Told(told) => {
                let line = match &told.result {
                    Ok(done) => done.text.clone(),
                    Err(why) => why.clone(),
                };
                inbox.event(Event::Notice { line });
            }
            Notice::Note(line) | Notice::Unset { why: line, .. } => {
                inbox.event(Event::Notice { line: line.clone() });
            }
            Notice::Decision {
                decision, outcome, ..
            } => log_decision(decision, outcome.as_ref()),
            Notice::Unheld { outcome, .. } => {
                tracing::warn!("the card draws more than its cap; {}", came(outcome));
            }
        }
        inbox.event(Event::Gpu(Box::new(reading(status))));
        inbox.tick();
    })
}

/// A line of the log for what the governor decided, and for what came of it.
fn log_decision(decision: &Decision, outcome: Option<&Outcome>) {
    let why = decision.why.map(|why| format!(": {why}"));
    let why = why.unwrap_or_default();
    let (from, to) = (decision.from_w, decision.cap_w);
    let watts = if (from - to).abs() < 0.1 {
        format!("{to:.0} W")
    } else {
        format!("from {from:.0} to {to:.0} W")
    };
    let stage = match decision.stage {
        Stage::Steady => String::new(),
        stage => format!(", {}", stage.name()),
    };
    if let Some(refused @ Outcome::Refused(_)) = outcome {
        tracing::warn!("the card, {watts}{stage}{why}; {}", came(refused));
    } else {
        tracing::info!("the card, {watts}{stage}{why}");
    }
}

fn came(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Applied(Some(watts)) => format!("{watts:.0} W are in force"),
        Outcome::Applied(None) => "its effect shows under load".to_owned(),
        Outcome::Refused(why) => why.clone(),
    }
}

fn reading(status: &Status) -> GpuNow {
    let sample = &status.sample;
    let stale_s = match sample.temp_c {
        Metric::Stale(_, age) => Some(age.as_secs()),
        _ => None,
    };
    let why = match &sample.state {
        State::Absent(why) => Some(why.clone()),
        State::Lost => Some("the card is gone".to_owned()),
        State::Asleep => Some("the card sleeps".to_owned()),
        State::Healthy | State::Degraded(_) => None,
    };
    let throttle = sample.throttle.last().unwrap_or_default();
    GpuNow {
        name: status.card.name.clone(),
        state: sample.state.word().to_owned(),
        why,
        stale_s,
        temp_c: sample.temp_c.last(),
        power_w: sample.power_w.last(),
        requested_w: status.requested_w,
        enforced_w: status.effective_w.or(sample.enforced_w.last()),
        busy_percent: sample.busy_percent.last(),
        sm_mhz: sample.sm_mhz.last(),
        memory_used_mib: sample.memory_used_mib.last(),
        memory_total_mib: sample.memory_total_mib.last(),
        energy_j: sample.energy_j.last(),
        fan_percent: sample.fan_percent.last(),
        throttle: throttle.words().map(str::to_owned).collect(),
        kept: kept(status),
    }
}

fn kept(status: &Status) -> Kept {
    let mode = match status.plan.mode {
        Mode::Off => "off",
        Mode::Manual => "manual",
        Mode::Automatic => "automatic",
    };
    Kept {
        mode: mode.to_owned(),
        profile: status.plan.profile.clone(),
        ceiling_w: (status.plan.mode != Mode::Off).then_some(status.plan.ceiling_w),
        held_by: status.held_by.clone(),
        why: status.why.clone(),
        guard: status.stage.name().to_owned(),
        is_open: status.admission == Admission::Open,
        pace: status.pace,
        pending: status
            .pending
            .map(|pending| (pending.watts, pending.left.as_secs())),
    }
}
