//! Samples as JSON lines, both ways: what `smelt monitor` writes and a recording is read from. Unknown is null, never 0.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::sample::{State, Supply};
use super::{Identity, Metric, Sample, Throttle};

/// Version of the lines.
pub const VERSION: u8 = 1;
/// `kind` of a line that holds a sample.
pub const SAMPLE: &str = "gpu.sample";

/// A sample as a line. Readings that are stale, refused or not supported are null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Version of the lines.
    pub v: u8,
    /// When, in universal time.
    pub ts: Timestamp,
    /// The same on a clock that never jumps: milliseconds since the writer began.
    pub mono_ms: u64,
    /// [`SAMPLE`].
    pub kind: String,
    /// The card's UUID; empty when unknown.
    pub gpu: String,
    /// `absent`, `healthy`, `degraded`, `lost` or `asleep`.
    pub state: String,
    /// Why there is no card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    temp_c: Option<f64>,
    margin_c: Option<f64>,
    power_w: Option<f64>,
    power_inst_w: Option<f64>,
    limit_w: Limits,
    clock_mhz: Clocks,
    reasons: Option<Vec<String>>,
    util: Option<u32>,
    mem_mib: Memory,
    energy_j: Option<f64>,
    fan_pct: Option<u32>,
    supply: Option<Supply>,
    /// Whether what is known of the temperature is old.
    pub stale: bool,
    /// `nvml`, `simulated` or `replay`.
    pub src: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Limits {
    requested: Option<f64>,
    enforced: Option<f64>,
    default: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Clocks {
    sm: Option<u32>,
    mem: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Memory {
    used: Option<u64>,
    total: Option<u64>,
}

impl Line {
    /// The line of a sample.
    #[must_use]
    pub fn new(sample: &Sample, gpu: &Identity, ts: Timestamp, src: &str) -> Self {
        let range = sample.range_w.fresh();
        Self {
            v: VERSION,
            ts,
            mono_ms: u64::try_from(sample.at.as_millis()).unwrap_or(u64::MAX),
            kind: SAMPLE.to_owned(),
            gpu: gpu.uuid.clone(),
            state: sample.state.word().to_owned(),
            why: match &sample.state {
                State::Absent(why) => Some(why.clone()),
                _ => None,
            },
            temp_c: sample.temp_c.fresh(),
            margin_c: sample.margin_c.fresh(),
            power_w: rounded(sample.power_w),
            power_inst_w: rounded(sample.power_now_w),
            limit_w: Limits {
                requested: rounded(sample.requested_w),
                enforced: rounded(sample.enforced_w),
                default: rounded(sample.default_w),
                min: range.map(|(least, _)| least),
                max: range.map(|(_, most)| most),
            },
            clock_mhz: Clocks {
                sm: sample.sm_mhz.fresh(),
                mem: sample.memory_mhz.fresh(),
            },
            reasons: sample
                .throttle
                .fresh()
                .map(|reasons| reasons.words().map(str::to_owned).collect()),
            util: sample.busy_percent.fresh(),
            mem_mib: Memory {
                used: sample.memory_used_mib.fresh(),
                total: sample.memory_total_mib.fresh(),
            },
            energy_j: rounded(sample.energy_j),
            fan_pct: sample.fan_percent.fresh(),
            supply: sample.supply.fresh(),
            stale: matches!(sample.temp_c, Metric::Stale(..)),
            src: src.to_owned(),
        }
    }

    /// The sample of a line; what is null in it is not known.
    #[must_use]
    pub fn sample(&self) -> Sample {
        let at = Duration::from_millis(self.mono_ms);
        let state = State::named(&self.state, self.why.as_deref());
        let reasons = self.reasons.as_ref();
        Sample {
            temp_c: metric(self.temp_c),
            margin_c: metric(self.margin_c),
            power_w: metric(self.power_w),
            power_now_w: metric(self.power_inst_w),
            enforced_w: metric(self.limit_w.enforced),
            requested_w: metric(self.limit_w.requested),
            default_w: metric(self.limit_w.default),
            range_w: metric(self.limit_w.min.zip(self.limit_w.max)),
            sm_mhz: metric(self.clock_mhz.sm),
            memory_mhz: metric(self.clock_mhz.mem),
            throttle: metric(reasons.map(|words| Throttle::named(words))),
            busy_percent: metric(self.util),
            memory_used_mib: metric(self.mem_mib.used),
            memory_total_mib: metric(self.mem_mib.total),
            energy_j: metric(self.energy_j),
            fan_percent: metric(self.fan_pct),
            supply: metric(self.supply),
            ..Sample::unknown(at, state)
        }
    }
}

/// A tenth of a watt or joule is more than any card measures.
fn rounded(value: Metric<f64>) -> Option<f64> {
    value.fresh().map(|value| (value * 10.0).round() / 10.0)
}

fn metric<T>(value: Option<T>) -> Metric<T> {
    value.map_or(Metric::Unsupported, Metric::Value)
}
