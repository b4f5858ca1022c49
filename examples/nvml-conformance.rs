//! Whether a driver and its card are as smelt takes them to be: reads only, and prints what was found for each expectation.
//!
//! `nvml-conformance [SECONDS]` asks the system's driver, or the library that `SMELT_NVML_LIB` names, so the stand-in of the
//! tests and a real card answer to the same expectations. No setting of the card is written, not even to its own value.
//! Ends with 1 if an expectation is not met, with 5 if there is no card.
#![allow(clippy::print_stdout, missing_docs)]

use std::fmt::Display;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use smelt::gpu::nvml::{NvmlCard, NvmlSource, ProtectionMargins, Target};
use smelt::gpu::sample::State;
use smelt::gpu::sampler::{EVERY, Sampler};
use smelt::gpu::{Card, GpuError, Identity, Metric, Sample, Source, Which};

/// Expectations met and not met.
#[derive(Default)]
struct Tally {
    met: u32,
    failed: u32,
}

impl Tally {
    fn expect(&mut self, is_met: bool, what: &str, found: impl Display) {
        let word = if is_met { "ok    " } else { "FAILED" };
        println!("{word} {what}: {found}");
        if is_met {
            self.met += 1;
        } else {
            self.failed += 1;
        }
    }

    /// A reading that is within bounds, or honestly not there.
    fn within(&mut self, what: &str, reading: Metric<f64>, least: f64, most: f64) {
        match reading {
            Metric::Value(value) => {
                let name = format!("{what} is within {least} to {most}");
                self.expect((least..=most).contains(&value), &name, value);
            }
            Metric::Unsupported | Metric::Denied => {
                println!("n/a    {what}: {reading:?}");
            }
            other => self.expect(false, what, format!("{other:?}")),
        }
    }
}

fn main() -> ExitCode {
    let seconds = std::env::args().nth(1);
    let seconds = seconds.map_or(Ok(10), |text| text.parse());
    let Ok(seconds) = seconds else {
        println!("usage: nvml-conformance [SECONDS]");
        return ExitCode::from(2);
    };
    let target = Target::of(Which::default());
    let mut tally = Tally::default();
    let mut source = NvmlSource::new(target.clone(), None);
    let begun = Instant::now();
    let first = source.sample(begun.elapsed());
    if let State::Absent(why) = &first.state {
        println!("no card: {why}");
        return ExitCode::from(5);
    }
    identity(&mut tally, &source);
    readings(&mut tally, &first);
    rounds(&mut tally, &mut source, begun);
    drop(source);
    limits(&mut tally, &target, &first);
    clocks(&mut tally, &target, &first);
    refusals(&mut tally, &target);
    cost(&mut tally, &target, seconds);
    println!("{} expectations met, {} not", tally.met, tally.failed);
    ExitCode::from(u8::from(tally.failed > 0))
}

fn identity(tally: &mut Tally, source: &NvmlSource) {
    let card = source.identity();
    tally.expect(!card.name.is_empty(), "the card has a name", &card.name);
    tally.expect(
        card.uuid.starts_with("GPU-"),
        "its UUID begins with GPU-",
        &card.uuid,
    );
    let version = card.driver.split('.').next();
    let major = version.and_then(|version| version.parse::<u32>().ok());
    tally.expect(major.is_some(), "the driver has a version", &card.driver);
    let pci: Vec<usize> = card.pci.split([':', '.']).map(str::len).collect();
    tally.expect(
        pci == [4, 2, 2, 1],
        "its address is spelt as in sysfs",
        &card.pci,
    );
}

fn readings(tally: &mut Tally, sample: &Sample) {
    tally.expect(
        sample.state == State::Healthy,
        "the card is healthy",
        sample.state.word(),
    );
    tally.within("temperature in degrees", sample.temp_c, 1.0, 110.0);
    let sum = match (sample.temp_c, sample.margin_c) {
        (Metric::Value(temp), Metric::Value(margin)) => Metric::Value(temp + margin),
        (_, margin) => margin,
    };
    tally.within(
        "temperature and margin together, the chip's limit,",
        sum,
        60.0,
        110.0,
    );
    let (least, most) = sample.range_w.fresh().unwrap_or((0.0, 2000.0));
    println!("       the firmware names {least} to {most} W");
    tally.within("watts", sample.power_w, 1.0, 2.0 * most);
    tally.within("watts at this instant", sample.power_now_w, 1.0, 2.0 * most);
    tally.within("watts held to", sample.enforced_w, least, most);
    tally.within("watts asked for", sample.requested_w, least, most);
    tally.within("watts after a restart", sample.default_w, least, most);
    tally.within(
        "MHz of the multiprocessors",
        sample.sm_mhz.map(f64::from),
        1.0,
        4000.0,
    );
    tally.within(
        "MHz of the memory",
        sample.memory_mhz.map(f64::from),
        1.0,
        20_000.0,
    );
    tally.within(
        "percent busy",
        sample.busy_percent.map(f64::from),
        0.0,
        100.0,
    );
    tally.within(
        "percent of the fan",
        sample.fan_percent.map(f64::from),
        0.0,
        100.0,
    );
    let used = sample.memory_used_mib.fresh();
    let memory = used.zip(sample.memory_total_mib.fresh());
    let fits = memory.is_none_or(|(used, total)| total > 0 && used <= total);
    tally.expect(
        fits,
        "no more memory is used than there is",
        format!("{memory:?} MiB"),
    );
    let reasons: Option<Vec<&str>> = sample.throttle.fresh().map(|bits| bits.words().collect());
    tally.expect(
        reasons.is_some(),
        "what holds the clocks down is known",
        format!("{reasons:?}"),
    );
    println!("       supply: {:?}", sample.supply);
}

/// Rounds one after the other: all healthy, energy never less than before, and in step with the power.
fn rounds(tally: &mut Tally, source: &mut NvmlSource, begun: Instant) {
    let mut took: Vec<Duration> = Vec::new();
    let mut samples: Vec<Sample> = Vec::new();
    while took.len() < 400 {
        let asked = Instant::now();
        let sample = source.sample(begun.elapsed());
        took.push(asked.elapsed());
        samples.push(sample);
        std::thread::sleep(Duration::from_millis(10));
    }
    let healthy = samples
        .iter()
        .filter(|sample| sample.state == State::Healthy);
    let healthy = healthy.count();
    tally.expect(
        healthy == samples.len(),
        "every round is healthy",
        format!("{healthy} of 400"),
    );
    let energies: Vec<(f64, f64)> = samples
        .iter()
        .filter_map(|sample| Some((sample.at.as_secs_f64(), sample.energy_j.fresh()?)))
        .collect();
    let grows = energies.windows(2).all(|pair| pair[1].1 >= pair[0].1);
    tally.expect(
        grows,
        "energy never shrinks",
        format!("{} readings", energies.len()),
    );
    // The counter is read once a second, so only where it changes it is as old as its sample.
    let read: Vec<&(f64, f64)> = energies
        .windows(2)
        .filter(|pair| pair[1].1 > pair[0].1)
        .map(|pair| &pair[1])
        .collect();
    if let (Some(from), Some(to)) = (read.first(), read.last())
        && to.0 - from.0 > 1.5
    {
        let watts = (to.1 - from.1) / (to.0 - from.0);
        let powers: Vec<f64> = samples
            .iter()
            .filter_map(|sample| sample.power_w.fresh())
            .collect();
        let mean = powers.iter().sum::<f64>() / f64::from(u32::try_from(powers.len()).unwrap_or(1));
        let agrees = (0.7..=1.4).contains(&(watts / mean));
        let found = format!("{watts:.1} W by energy, {mean:.1} W by power");
        tally.expect(agrees, "energy and power agree", found);
    }
    took.sort_unstable();
    let [half, most, worst] = [200, 395, 399].map(|place: usize| took[place]);
    let found = format!("half within {half:?}, 99% within {most:?}, worst {worst:?}");
    tally.expect(
        half < Duration::from_millis(5),
        "a round takes little time",
        found,
    );
}

fn limits(tally: &mut Tally, target: &Target, sample: &Sample) {
    match ProtectionMargins::read(target) {
        Ok(margins) => {
            println!("       {margins:?}");
            let [shutdown, slowdown] = [margins.shutdown_c, margins.slowdown_c];
            if let (Ok(shutdown), Ok(slowdown)) = (shutdown, slowdown) {
                let in_order = -50 <= shutdown && shutdown <= slowdown && slowdown <= 20;
                let found = format!("{shutdown} and {slowdown}");
                tally.expect(
                    in_order,
                    "shutdown comes after slowdown, and both are signed",
                    found,
                );
                let margin = sample.margin_c.fresh();
                let is_clear = margin.is_none_or(|margin| margin > f64::from(slowdown));
                tally.expect(
                    is_clear,
                    "the card is not slowed down now",
                    format!("{margin:?}"),
                );
            }
        }
        Err(error) => tally.expect(false, "margins can be asked for", error),
    }
}

fn clocks(tally: &mut Tally, target: &Target, sample: &Sample) {
    let mut card = NvmlCard::new(target.clone());
    match card.supported_sm_clocks_mhz() {
        Ok(clocks) => {
            let found = format!(
                "{} from {:?} to {:?}",
                clocks.len(),
                clocks.first(),
                clocks.last()
            );
            let is_sound = clocks.is_sorted() && clocks.first().is_some_and(|mhz| *mhz > 0);
            tally.expect(
                is_sound,
                "the clocks to lock to are listed in order, none 0",
                found,
            );
            let top = clocks.last().copied().unwrap_or_default();
            let now = sample.sm_mhz.fresh().unwrap_or_default();
            tally.expect(
                now <= top,
                "the clock is none above them",
                format!("{now} of {top} MHz"),
            );
        }
        Err(error @ (GpuError::NotSupported | GpuError::NoPermission)) => {
            println!("n/a    clocks: {error}");
        }
        Err(error) => tally.expect(false, "the clocks to lock to are listed", error),
    }
    match (card.enforced_power_limit_mw(), sample.enforced_w.fresh()) {
        (Ok(limit), Some(watts)) => {
            let is_same = (f64::from(limit) / 1000.0 - watts).abs() < 0.001;
            tally.expect(
                is_same,
                "both ways to read the limit agree",
                format!("{limit} mW"),
            );
        }
        (limit, watts) => println!("n/a    limit: {limit:?}, {watts:?}"),
    }
}

fn refusals(tally: &mut Tally, target: &Target) {
    for which in [Which::Index(999), Which::Uuid("GPU-none".to_owned())] {
        let name = format!("there is no GPU {which}");
        let other = Target {
            which,
            ..target.clone()
        };
        let refused = NvmlCard::new(other).enforced_power_limit_mw();
        let is_told = matches!(refused, Err(GpuError::NoCard(_)));
        tally.expect(is_told, &name, format!("{refused:?}"));
    }
}

/// What asking four times a second costs, by the kernel's count of this process's time.
fn cost(tally: &mut Tally, target: &Target, seconds: u64) {
    let target = target.clone();
    let inside = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&inside);
    let source = move || -> Box<dyn Source> {
        Box::new(Timed {
            source: NvmlSource::new(target, None),
            nanoseconds: clock,
        })
    };
    let Ok(sampler) = Sampler::start(EVERY, source) else {
        return tally.expect(false, "a thread can be started", "none");
    };
    // Opening the library and finding out what is costly are paid once and not counted.
    let answered = sampler.wait_for_first(Duration::from_secs(30));
    tally.expect(answered, "the sampler answers", answered);
    std::thread::sleep(Duration::from_secs(4));
    let (before, begun) = (busy(), Instant::now());
    let asked = inside.load(Relaxed);
    std::thread::sleep(Duration::from_secs(seconds));
    let share = busy().saturating_sub(before).as_secs_f64() / begun.elapsed().as_secs_f64();
    let asking = Duration::from_nanos(inside.load(Relaxed) - asked);
    let found = format!(
        "{:.4}% of a core over {seconds} s; {asking:?} passed within the source",
        100.0 * share
    );
    tally.expect(share < 0.05, "asking four times a second is cheap", found);
}

/// A source, and how long was waited for it.
struct Timed {
    source: NvmlSource,
    nanoseconds: Arc<AtomicU64>,
}

impl Source for Timed {
    fn sample(&mut self, now: Duration) -> Sample {
        let asked = Instant::now();
        let sample = self.source.sample(now);
        let took = u64::try_from(asked.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(took, Relaxed);
        sample
    }

    fn identity(&self) -> Identity {
        self.source.identity()
    }
}

/// Processor time of this process's threads so far.
fn busy() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten();
    let nanoseconds = threads.flatten().filter_map(|thread| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum())
}
