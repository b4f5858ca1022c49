//! `smelt power simulate`: one run with its events, or the whole report.

use std::io::{ErrorKind, Write};
use std::time::Duration;

use serde::Serialize;

use super::report::{Choice, Report, report};
use super::{Control, Event, Outcome, Scenario, run, table};
use crate::cli::{Exit, SimulateArgs, complain};
use crate::gpu::Source;
use crate::gpu::replay::Replay;
use crate::gpu::simulated::plant::Parameters;
use crate::gpu::simulated::workload::Workload;
use crate::power::governor::{Governor, Hold, Observation, Settings, TICK};
use crate::power::profile::Profiles;

/// Simulates, and says what came of it. Ends with `Usage` for an unknown name and for what is no recording.
#[must_use]
pub fn simulate(arguments: &SimulateArgs) -> Exit {
    let profiles = Profiles::default();
    let ceiling_w = match profiles.find(&arguments.profile) {
        Ok(profile) => profile.watts,
        Err(error) => {
            complain(&error.to_string());
            return Exit::Usage;
        }
    };
    let settings = Settings {
        ceiling_w,
        ..Settings::default()
    };
    let printed = if let Some(path) = &arguments.replay {
        match Replay::open(path) {
            Ok(recording) => {
                if recording.broken() > 0 {
                    complain(&format!(
                        "{}: {} broken lines passed over",
                        path.display(),
                        recording.broken()
                    ));
                }
                recorded(recording, arguments, settings)
            }
            Err(error) => {
                complain(&error.to_string());
                return Exit::Usage;
            }
        }
    } else if arguments.report {
        whole(arguments, settings)
    } else {
        one(arguments, settings)
    };
    match printed {
        Ok(()) => Exit::Done,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => {
            complain(&format!("stdout cannot be written: {error}"));
            Exit::Internal
        }
    }
}

fn whole(arguments: &SimulateArgs, settings: Settings) -> std::io::Result<()> {
    let report: Report = report(&Choice {
        plant: arguments.plant.clone(),
        workload: arguments.workload.clone(),
        settings,
        seed: arguments.seed,
    });
    let mut out = std::io::stdout().lock();
    if arguments.json {
        return tagged(&mut out, "power.report", &report);
    }
    write!(out, "{}", table::report(&report))
}

fn one(arguments: &SimulateArgs, settings: Settings) -> std::io::Result<()> {
    let plant = arguments.plant.as_deref().unwrap_or("nominal");
    let work = arguments.workload.as_deref().unwrap_or("constant");
    let known = Workload::NAMED.into_iter().find(|(name, _)| *name == work);
    let scenario = Scenario {
        plant: Parameters::named(plant).unwrap_or(Parameters::NOMINAL),
        seed: arguments.seed,
        workload: known.map_or(Workload::Constant, |(_, workload)| workload),
        control: Control::Governor(settings),
        length: 60 * u32::from(arguments.minutes),
        trouble: None,
    };
    let mut out = std::io::stdout().lock();
    let mut written = Ok(());
    let outcome = run(&scenario, |event| {
        if written.is_ok() {
            written = line(&mut out, &event, arguments.json);
        }
    });
    written?;
    last(&mut out, &outcome, arguments.json)
}

/// What the governor would have done: the recording does not answer to it, so its cap is only compared with the power.
fn recorded(
    mut recording: Replay,
    arguments: &SimulateArgs,
    settings: Settings,
) -> std::io::Result<()> {
    let mut governor = Governor::new(settings);
    let mut out = std::io::stdout().lock();
    let (mut now, mut decisions, mut cap_w) = (Duration::ZERO, 0_u64, 0.0);
    while now <= recording.length() {
        let sample = recording.sample(now);
        let decision = governor.step(Observation::new(&sample, Hold::Watts));
        cap_w = decision.cap_w;
        if let Some(why) = decision.why {
            decisions += 1;
            line(
                &mut out,
                &Event::new(&sample, &decision, why),
                arguments.json,
            )?;
        }
        now += TICK;
    }
    let seconds = recording.length().as_secs();
    if arguments.json {
        let judged =
            serde_json::json!({"seconds": seconds, "decisions": decisions, "cap_w": cap_w});
        return tagged(&mut out, "power.judged", &judged);
    }
    writeln!(
        out,
        "{seconds} s of samples, {decisions} decisions, {cap_w:.0} W at the end"
    )
}

fn line(out: &mut impl Write, event: &Event, json: bool) -> std::io::Result<()> {
    if json {
        return tagged(out, "gpu.limit", event);
    }
    writeln!(out, "{}", table::event(event))
}

fn last(out: &mut impl Write, outcome: &Outcome, json: bool) -> std::io::Result<()> {
    if json {
        return tagged(out, "power.simulated", outcome);
    }
    writeln!(
        out,
        "highest {:.1} C, {:.1} C with the start; {:.2}% of the steady time above 80 C; {:.0} changes/h; work {:.3} of the uncapped",
        outcome.max_c,
        outcome.max_with_start_c,
        outcome.over_80_percent,
        outcome.changes_per_h,
        outcome.throughput
    )
}

/// One line of JSON with its version and kind.
fn tagged(out: &mut impl Write, kind: &str, what: &impl Serialize) -> std::io::Result<()> {
    #[derive(Serialize)]
    struct Tagged<'a, T> {
        v: u8,
        kind: &'a str,
        #[serde(flatten)]
        what: &'a T,
    }
    serde_json::to_writer(&mut *out, &Tagged { v: 1, kind, what })?;
    writeln!(out)
}
