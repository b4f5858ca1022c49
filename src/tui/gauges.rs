//! The gauges: once a second the card's readings become an event, and a second is told to have passed.

use std::io;
use std::thread;
use std::time::Duration;

use super::inbox::Inbox;
use crate::event::{Event, GpuNow};
use crate::gpu::choice::Choice;
use crate::gpu::sample::State;
use crate::gpu::sampler::Sampler;
use crate::gpu::{Identity, Metric, Sample, Which};

const SECOND: Duration = Duration::from_secs(1);

/// Starts.
///
/// # Errors
/// When the system has no thread left.
pub fn start(choice: Choice, which: Which, inbox: Inbox) -> io::Result<()> {
    let sampler = Sampler::start(SECOND, move || choice.open(which))?;
    thread::Builder::new()
        .name("gauges".to_owned())
        .spawn(move || {
            loop {
                thread::sleep(SECOND);
                let now = reading(&sampler.latest(), &sampler.identity());
                inbox.event(Event::Gpu(Box::new(now)));
                inbox.tick();
            }
        })?;
    Ok(())
}

fn reading(sample: &Sample, identity: &Identity) -> GpuNow {
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
        name: identity.name.clone(),
        state: sample.state.word().to_owned(),
        why,
        stale_s,
        temp_c: sample.temp_c.last(),
        power_w: sample.power_w.last(),
        requested_w: sample.requested_w.last(),
        enforced_w: sample.enforced_w.last(),
        busy_percent: sample.busy_percent.last(),
        sm_mhz: sample.sm_mhz.last(),
        memory_used_mib: sample.memory_used_mib.last(),
        memory_total_mib: sample.memory_total_mib.last(),
        energy_j: sample.energy_j.last(),
        fan_percent: sample.fan_percent.last(),
        throttle: throttle.words().map(str::to_owned).collect(),
    }
}
