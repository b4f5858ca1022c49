//! Alerts: each is raised when something is wrong for a while and resolved when it is right for a while, so that none flaps.

use std::time::Duration;

use serde::Serialize;

use crate::gpu::metric::IMPLAUSIBLE;
use crate::gpu::sample::{State, Supply};
use crate::gpu::sampler::STALE;
use crate::gpu::{Metric, Sample};

/// Watts between limit asked for and limit held that count as the same.
const SAME_W: f64 = 1.0;

/// An alert that begins or ends.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    /// Which.
    pub id: &'static str,
    /// Whether it begins or ends.
    pub state: Stage,
    /// What was read, where it is a number.
    pub value: Option<f64>,
    /// What it was compared with.
    pub threshold: Option<f64>,
    /// A line for a person.
    pub message: String,
    /// For how long it has been so.
    #[serde(skip)]
    pub lasted: Duration,
}

/// Whether an alert begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// It begins.
    Firing,
    /// It ends.
    Resolved,
}

/// What a sample says about one alert.
#[derive(Debug, Clone, PartialEq)]
enum Verdict {
    /// Wrong, with the number and the words.
    Wrong(Option<f64>, String),
    /// Right.
    Right,
    /// Neither, or nothing is known: things stay as they are.
    Neither,
}

struct Rule {
    id: &'static str,
    /// Wrong for so long before it is raised.
    raise: Duration,
    /// Right for so long before it is resolved.
    resolve: Duration,
    threshold: Option<f64>,
    judge: fn(&Sample, f64) -> Verdict,
}

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

const fn rule(
    id: &'static str,
    raise: u64,
    resolve: u64,
    threshold: Option<f64>,
    judge: fn(&Sample, f64) -> Verdict,
) -> Rule {
    Rule {
        id,
        raise: seconds(raise),
        resolve: seconds(resolve),
        threshold,
        judge,
    }
}

/// All alerts. The thresholds of temperature are the governor's; what is raised at one is resolved some degrees below.
const RULES: [Rule; 9] = [
    rule("gpu_temp_warning", 5, 15, Some(80.0), |sample, most| {
        hot(sample, most, 77.0)
    }),
    rule("gpu_temp_throttle", 2, 15, Some(87.0), |sample, most| {
        hot(sample, most, 82.0)
    }),
    rule("gpu_temp_critical", 0, 60, Some(95.0), |sample, most| {
        hot(sample, most, 75.0)
    }),
    rule("gpu_lost", 0, 0, None, |sample, _| lost(sample)),
    rule("gpu_telemetry_stale", 0, 5, Some(3.0), |sample, _| {
        stale(sample)
    }),
    rule("gpu_telemetry_implausible", 3, 15, None, |sample, _| {
        implausible(sample)
    }),
    rule("gpu_limit_not_effective", 10, 10, Some(SAME_W), ineffective),
    rule("gpu_memory_full", 5, 15, Some(95.0), full),
    rule("gpu_power_source", 2, 5, None, |sample, _| supply(sample)),
];

/// What is known about each alert.
#[derive(Debug, Default)]
pub struct Alerts {
    watches: [Watch; RULES.len()],
}

#[derive(Debug, Clone, Copy, Default)]
struct Watch {
    is_firing: bool,
    /// Since when the opposite of what is told has been true.
    contrary_since: Option<Duration>,
    /// Since when it has been wrong.
    wrong_since: Duration,
}

impl Alerts {
    /// What begins and ends with this sample.
    pub fn step(&mut self, now: Duration, sample: &Sample) -> Vec<Alert> {
        let pairs = RULES.iter().zip(&mut self.watches);
        pairs
            .filter_map(|(rule, watch)| watch.step(rule, now, sample))
            .collect()
    }

    /// The alerts that are firing.
    pub fn firing(&self) -> impl Iterator<Item = &'static str> {
        let pairs = RULES.iter().zip(&self.watches);
        pairs
            .filter(|(_, watch)| watch.is_firing)
            .map(|(rule, _)| rule.id)
    }
}

impl Watch {
    fn step(&mut self, rule: &Rule, now: Duration, sample: &Sample) -> Option<Alert> {
        let verdict = (rule.judge)(sample, rule.threshold.unwrap_or_default());
        let is_contrary = match verdict {
            Verdict::Wrong(..) => !self.is_firing,
            Verdict::Right => self.is_firing,
            Verdict::Neither => false,
        };
        if !is_contrary {
            self.contrary_since = None;
            return None;
        }
        let since = *self.contrary_since.get_or_insert(now);
        let hold = if self.is_firing {
            rule.resolve
        } else {
            rule.raise
        };
        if now.saturating_sub(since) < hold {
            return None;
        }
        self.contrary_since = None;
        self.is_firing = !self.is_firing;
        if self.is_firing {
            self.wrong_since = since;
        }
        let (value, message) = match verdict {
            Verdict::Wrong(value, message) => (value, message),
            _ => (None, "all right again".to_owned()),
        };
        Some(Alert {
            id: rule.id,
            state: if self.is_firing {
                Stage::Firing
            } else {
                Stage::Resolved
            },
            value,
            threshold: rule.threshold,
            message,
            lasted: now.saturating_sub(self.wrong_since),
        })
    }
}

fn hot(sample: &Sample, most: f64, cool: f64) -> Verdict {
    if sample.state == State::Asleep {
        return Verdict::Right;
    }
    match sample.temp_c.fresh() {
        Some(temp) if temp >= most => {
            Verdict::Wrong(Some(temp), format!("{temp:.0} °C, {most:.0} or above"))
        }
        Some(temp) if temp <= cool => Verdict::Right,
        _ => Verdict::Neither,
    }
}

fn lost(sample: &Sample) -> Verdict {
    match sample.state {
        State::Lost => Verdict::Wrong(
            None,
            "the GPU is lost; it is looked for again, at most 30 s apart".to_owned(),
        ),
        State::Healthy | State::Degraded(_) => Verdict::Right,
        State::Absent(_) | State::Asleep => Verdict::Neither,
    }
}

fn stale(sample: &Sample) -> Verdict {
    match (&sample.state, sample.temp_c) {
        (State::Healthy | State::Degraded(_), Metric::Stale(_, age)) if age >= STALE => {
            Verdict::Wrong(
                Some(age.as_secs_f64()),
                format!("no temperature for {:.0} s", age.as_secs_f64()),
            )
        }
        (_, Metric::Stale(..) | Metric::Error(IMPLAUSIBLE)) => Verdict::Neither,
        (_, Metric::Error(code)) => Verdict::Wrong(
            None,
            format!("the driver fails to report the temperature (NVML code {code})"),
        ),
        _ => Verdict::Right,
    }
}

fn implausible(sample: &Sample) -> Verdict {
    let readings = [
        ("temperature", sample.temp_c),
        ("power", sample.power_w),
        ("instant power", sample.power_now_w),
    ];
    let wrong = readings
        .into_iter()
        .find(|(_, reading)| *reading == Metric::Error(IMPLAUSIBLE));
    match wrong {
        Some((name, _)) => Verdict::Wrong(
            None,
            format!("the driver reports a {name} that cannot be true; it is ignored"),
        ),
        None if sample.temp_c.fresh().is_some() => Verdict::Right,
        None => Verdict::Neither,
    }
}

fn ineffective(sample: &Sample, same: f64) -> Verdict {
    match sample.requested_w.fresh().zip(sample.enforced_w.fresh()) {
        Some((requested, enforced)) if (requested - enforced).abs() > same => Verdict::Wrong(
            Some(enforced),
            format!(
                "{requested:.0} W were asked for, and the card holds itself to {enforced:.0} W"
            ),
        ),
        Some(_) => Verdict::Right,
        None => Verdict::Neither,
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "MiB of a card are far below 2^53"
)]
fn full(sample: &Sample, most: f64) -> Verdict {
    let memory = sample.memory_used_mib.fresh();
    let memory = memory.zip(sample.memory_total_mib.fresh());
    let percent = memory
        .filter(|(_, total)| *total > 0)
        .map(|(used, total)| 100.0 * used as f64 / total as f64);
    match percent {
        Some(percent) if percent > most => Verdict::Wrong(
            Some(percent.round()),
            format!("{percent:.0} % of the GPU's memory is in use"),
        ),
        Some(percent) if percent < most - 5.0 => Verdict::Right,
        _ => Verdict::Neither,
    }
}

fn supply(sample: &Sample) -> Verdict {
    match sample.supply.fresh() {
        Some(Supply::Undersized) => Verdict::Wrong(
            None,
            "the charger is too small for this load: the GPU will be held down".to_owned(),
        ),
        Some(Supply::Battery) => Verdict::Wrong(
            None,
            "the machine runs on its battery: the GPU will be held down".to_owned(),
        ),
        Some(Supply::Mains) => Verdict::Right,
        None => Verdict::Neither,
    }
}
