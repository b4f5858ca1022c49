//! One round of readings, each by itself known or not; how often each is asked for is [`super::tiers`]' matter.

use std::time::{Duration, Instant};

use nvml_wrapper::Device;
use nvml_wrapper::enum_wrappers::device::{Clock, TemperatureSensor, TemperatureThreshold};
use nvml_wrapper::enums::device::SampleValue;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::structs::device::FieldId;
use nvml_wrapper::sys_exports::field_id::NVML_FI_DEV_POWER_INSTANT;

use super::plausible::Plausibility;
use super::shims;
use super::tiers::{Call, Calls, Turn};
use crate::gpu::sample::State;
use crate::gpu::{GpuError, Metric, Sample, Throttle};

/// Degrees of margin from which on it is asked for every second, whatever that costs.
const NEAR_C: f64 = 15.0;
const MIB: u64 = 1024 * 1024;

/// The last readings, and what is known of the calls.
pub(super) struct Reader {
    last: Sample,
    calls: Calls,
    max_c: Metric<u32>,
    processes: Metric<usize>,
    plausibility: Plausibility,
}

/// How a round went.
pub(super) struct Round {
    /// What was read.
    pub(super) sample: Sample,
    /// Whether some program computes on the card.
    pub(super) is_used: bool,
    /// The worst that happened: a lost card before a failed call.
    pub(super) trouble: Option<GpuError>,
}

/// One round under way.
struct Asking<'a> {
    device: &'a Device<'a>,
    now: Duration,
    calls: &'a mut Calls,
    /// Whether a failure that may pass says something about the card, and not only about that call.
    counts: bool,
    trouble: Option<GpuError>,
}

impl Asking<'_> {
    /// Asks if it is due and not known to be in vain. A failure that may pass leaves the value before it, with its age.
    fn read<T: Copy>(
        &mut self,
        call: Call,
        before: Metric<T>,
        ask: impl FnOnce(&Device) -> Result<T, NvmlError>,
    ) -> Metric<T> {
        // A lost card is not asked again: that can end the process.
        if self.trouble == Some(GpuError::Lost) {
            return self.calls.older(call, before, self.now);
        }
        match self.calls.turn(call, self.now) {
            Turn::Never => return Metric::Unsupported,
            Turn::Not => return before,
            Turn::Late => return self.calls.older(call, before, self.now),
            Turn::Due => {}
        }
        let began = Instant::now();
        let answer = ask(self.device).map_err(GpuError::from);
        self.calls.took(call, began.elapsed());
        match answer {
            Ok(value) => {
                self.calls.known(call, self.now);
                Metric::Value(value)
            }
            Err(GpuError::NotSupported | GpuError::TooOld(_) | GpuError::OutOfRange) => {
                self.calls.is_in_vain(call);
                tracing::debug!(?call, "not supported");
                Metric::Unsupported
            }
            Err(GpuError::NoData(_)) => Metric::Unsupported,
            Err(GpuError::NoPermission) => Metric::Denied,
            Err(error) => {
                tracing::debug!(?call, "{error}");
                let reading = match (before.last(), &error) {
                    (None, GpuError::Failed(code)) => Metric::Error(*code),
                    _ => self.calls.older(call, before, self.now),
                };
                if self.counts || !matches!(error, GpuError::Failed(_)) {
                    self.trouble = Some(error);
                }
                reading
            }
        }
    }
}

impl Reader {
    pub(super) fn new() -> Self {
        Self {
            last: Sample::unknown(Duration::ZERO, State::Healthy),
            calls: Calls::default(),
            max_c: Metric::Unsupported,
            processes: Metric::Unsupported,
            plausibility: Plausibility::default(),
        }
    }

    /// What the card supports may differ when it is back, after its driver was exchanged.
    pub(super) fn forget(&mut self) {
        self.calls = Calls::default();
    }

    /// The last readings, older by now.
    pub(super) fn aged(&self, now: Duration) -> Sample {
        self.last.clone().aged(now)
    }

    /// Reads what is due.
    pub(super) fn round(&mut self, now: Duration, device: &Device) -> Round {
        let mut sample = self.last.clone();
        let mut asking = Asking {
            device,
            now,
            calls: &mut self.calls,
            counts: true,
            trouble: None,
        };
        asking.fast(&mut sample);
        asking.counts = false;
        asking.medium(&mut sample);
        let processes = asking.read(Call::Processes, self.processes, |device| {
            device.running_compute_processes().map(|list| list.len())
        });
        self.processes = processes;
        asking.slow(&mut sample, &mut self.max_c);
        let trouble = asking.trouble;
        if self.calls.are_in_vain(Call::Margin) {
            sample.margin_c = below(self.max_c.last(), sample.temp_c);
        }
        sample.at = now;
        self.plausibility.check(&mut sample);
        self.last = sample.clone();
        Round {
            // Where processes are not shown, the card counts as used while anything is unknown of it.
            is_used: self.processes.last().is_none_or(|count| count > 0)
                || sample.busy_percent.fresh() != Some(0),
            sample,
            trouble,
        }
    }
}

/// Degrees below the chip's own highest temperature, where the driver does not tell the margin itself.
fn below(max_c: Option<u32>, temp_c: Metric<f64>) -> Metric<f64> {
    match max_c {
        Some(max_c) => temp_c.map(|temp| f64::from(max_c) - temp),
        None => Metric::Unsupported,
    }
}

fn watts(milliwatts: u32) -> f64 {
    f64::from(milliwatts) / 1000.0
}

impl Asking<'_> {
    fn fast(&mut self, sample: &mut Sample) {
        sample.temp_c = self.read(Call::Temperature, sample.temp_c, |device| {
            device.temperature(TemperatureSensor::Gpu).map(f64::from)
        });
        sample.power_w = self.read(Call::Power, sample.power_w, |device| {
            device.power_usage().map(watts)
        });
        sample.power_now_w = self.read(Call::PowerNow, sample.power_now_w, power_now);
        sample.enforced_w = self.read(Call::Enforced, sample.enforced_w, |device| {
            device.enforced_power_limit().map(watts)
        });
        sample.sm_mhz = self.read(Call::SmClock, sample.sm_mhz, |device| {
            device.clock_info(Clock::SM)
        });
        sample.memory_mhz = self.read(Call::MemoryClock, sample.memory_mhz, |device| {
            device.clock_info(Clock::Memory)
        });
        sample.throttle = self.read(Call::Throttle, sample.throttle, |device| {
            let reasons = device.current_throttle_reasons()?;
            Ok(Throttle(reasons.bits()))
        });
        sample.busy_percent = self.read(Call::Busy, sample.busy_percent, |device| {
            device.utilization_rates().map(|rates| rates.gpu)
        });
        let total = sample.memory_total_mib.last().unwrap_or_default();
        let before = sample.memory_used_mib.map(|used| (used, total));
        let memory = self.read(Call::Memory, before, |device| {
            let memory = device.memory_info()?;
            Ok((memory.used / MIB, memory.total / MIB))
        });
        sample.memory_used_mib = memory.map(|(used, _)| used);
        sample.memory_total_mib = memory.map(|(_, total)| total);
    }

    fn medium(&mut self, sample: &mut Sample) {
        let is_near = sample.margin_c.last().is_some_and(|left| left <= NEAR_C);
        self.calls.hurry(Call::Margin, is_near);
        sample.margin_c = self.read(Call::Margin, sample.margin_c, |device| {
            shims::margin_c(device).map(f64::from)
        });
        sample.energy_j = self.read(Call::Energy, sample.energy_j, energy);
        sample.fan_percent = self.read(Call::Fan, sample.fan_percent, |device| device.fan_speed(0));
    }

    fn slow(&mut self, sample: &mut Sample, max_c: &mut Metric<u32>) {
        sample.requested_w = self.read(Call::Requested, sample.requested_w, |device| {
            device.power_management_limit().map(watts)
        });
        sample.supply = self.read(Call::Supply, sample.supply, shims::supply);
        sample.default_w = self.read(Call::Default, sample.default_w, |device| {
            device.power_management_limit_default().map(watts)
        });
        sample.range_w = self.read(Call::Range, sample.range_w, |device| {
            let range = device.power_management_limit_constraints()?;
            Ok((watts(range.min_limit), watts(range.max_limit)))
        });
        *max_c = self.read(Call::MaxTemperature, *max_c, |device| {
            device.temperature_threshold(TemperatureThreshold::GpuMax)
        });
    }
}

/// Watts at this instant; only as a field, since `nvmlDeviceGetPowerUsage` is an average over a second from Ampere on.
fn power_now(device: &Device) -> Result<f64, NvmlError> {
    let fields = device.field_values_for(&[FieldId(NVML_FI_DEV_POWER_INSTANT)])?;
    let field = fields.into_iter().next().ok_or(NvmlError::NoData)??;
    match field.value? {
        SampleValue::U32(milliwatts) => Ok(watts(milliwatts)),
        _ => Err(NvmlError::NoData),
    }
}

/// Joules; NVML counts whole millijoules, of which a float holds 2^53 without loss: 285 years at 1 kW.
#[allow(clippy::cast_precision_loss, reason = "see above")]
fn energy(device: &Device) -> Result<f64, NvmlError> {
    Ok(device.total_energy_consumption()? as f64 / 1000.0)
}
