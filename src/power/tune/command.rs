//! `smelt power tune`: the search on the simulated laptop, and how what was found is told.

use std::io::{ErrorKind, Write};

use serde::Serialize;

use super::simulated::SimulatedMeter;
use super::{Found, MOST_POINTS, Meter, Point, search};
use crate::cli::{Exit, TuneArgs, complain};
use crate::gpu::simulated::plant::{Parameters, Plant};
use crate::gpu::simulated::workload::Workload;

/// Caps that are tried, in watts.
const CAPS_W: std::ops::RangeInclusive<u16> = 80..=150;
const STEP_W: usize = 5;

/// What is printed as JSON.
#[derive(Serialize)]
struct Tuned<'a> {
    v: u8,
    kind: &'static str,
    src: &'static str,
    phase: &'a str,
    max_slowdown: f64,
    #[serde(flatten)]
    found: &'a Found,
    #[serde(skip_serializing_if = "<[Point]>::is_empty")]
    every_cap: &'a [Point],
}

/// Tunes the simulated laptop, and says what was found.
#[must_use]
pub fn simulated(arguments: &TuneArgs) -> Exit {
    match measured(arguments) {
        Ok((found, all)) => tell(arguments, "simulated", &found, &all),
        Err(why) => {
            complain(&why);
            Exit::Internal
        }
    }
}

/// Says what was found; `all` holds every cap's point, where all were measured to compare.
#[must_use]
pub fn tell(arguments: &TuneArgs, src: &'static str, found: &Found, all: &[Point]) -> Exit {
    match print(arguments, src, found, all) {
        Ok(()) => Exit::Done,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => {
            complain(&error.to_string());
            Exit::Internal
        }
    }
}

fn measured(arguments: &TuneArgs) -> Result<(Found, Vec<Point>), String> {
    let parameters = Parameters::named(&arguments.plant).unwrap_or(Parameters::NOMINAL);
    let workload = match arguments.phase.as_str() {
        "prefill" => Workload::Constant,
        "both" => Workload::Batch,
        _ => Workload::Decode,
    };
    let caps: Vec<f64> = CAPS_W.step_by(STEP_W).map(f64::from).collect();
    let plant = Plant::new(parameters, arguments.seed);
    let mut meter = SimulatedMeter::new(plant, workload);
    let mut every = meter.clone();
    let found = search(&mut meter, &caps, arguments.max_slowdown)?;
    let all = caps.iter().map(|cap| {
        let reading = every.measure(*cap)?;
        Ok(Point {
            setting: *cap,
            reading,
        })
    });
    let all: Result<Vec<Point>, String> = all.collect();
    Ok((found, all?))
}

fn print(
    arguments: &TuneArgs,
    src: &'static str,
    found: &Found,
    all: &[Point],
) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if arguments.json {
        let tuned = Tuned {
            v: 1,
            kind: "power.tuned",
            src,
            phase: &arguments.phase,
            max_slowdown: arguments.max_slowdown,
            found,
            every_cap: all,
        };
        serde_json::to_writer(&mut out, &tuned)?;
        return writeln!(out);
    }
    writeln!(out, "{:>5} {:>9} {:>8}", "cap W", "tokens/s", "J/token")?;
    for point in &found.points {
        row(&mut out, point)?;
    }
    let Point { setting, reading } = found.best;
    writeln!(
        out,
        "best: {setting:.0} W with {:.3} J/token, {:.1}% less than at {:.0} W, each token {:.2} times as long; {} of at most \
         {MOST_POINTS} points measured",
        reading.joules_per_token,
        100.0 * found.saved(),
        found.reference.setting,
        found.slowdown(),
        found.points.len()
    )?;
    let fast = found.reference.reading.tokens_per_s / arguments.max_slowdown;
    let fast = all
        .iter()
        .filter(|point| point.reading.tokens_per_s >= fast);
    let energy = |point: &&Point| point.reading.joules_per_token;
    if let Some(point) = fast.min_by(|one, other| energy(one).total_cmp(&energy(other))) {
        write!(out, "best of all {} caps, each measured:", all.len())?;
        row(&mut out, point)?;
    }
    Ok(())
}

fn row(out: &mut impl Write, point: &Point) -> std::io::Result<()> {
    let Point { setting, reading } = point;
    let (speed, energy) = (reading.tokens_per_s, reading.joules_per_token);
    writeln!(out, "{setting:>5.0} {speed:>9.1} {energy:>8.3}")
}
