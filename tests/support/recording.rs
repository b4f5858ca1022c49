//! Recordings of a card, as `smelt monitor` writes them, with the temperatures a test wants.
#![allow(dead_code, clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::time::Duration;

use smelt::gpu::json::Line;
use smelt::gpu::sample::State;
use smelt::gpu::{Identity, Metric, Sample};

/// Writes a sample a second: so many seconds of each temperature, one after the other, at a power that moves with time.
pub fn record(path: &Path, temperatures: &[(u32, f64)]) {
    let card = Identity {
        uuid: "GPU-recorded".to_owned(),
        ..Identity::default()
    };
    let degrees = temperatures
        .iter()
        .flat_map(|(seconds, degrees)| (0..*seconds).map(move |_| *degrees));
    let lines = degrees.zip(0_u32..).map(|(degrees, second)| {
        let sample = Sample {
            temp_c: Metric::Value(degrees),
            power_w: Metric::Value(100.0 + f64::from(second % 2)),
            busy_percent: Metric::Value(97),
            ..Sample::unknown(Duration::from_secs(second.into()), State::Healthy)
        };
        let line = Line::new(&sample, &card, jiff::Timestamp::UNIX_EPOCH, "nvml");
        serde_json::to_string(&line).unwrap() + "\n"
    });
    fs::write(path, lines.collect::<String>()).unwrap();
}

/// Writes a sample a second of a card that sleeps for so many seconds and is awake for so many, with a range of watts then.
pub fn record_waking(path: &Path, asleep: u32, awake: u32, range_w: (f64, f64)) {
    let lines = (0..asleep + awake).map(|second| {
        let at = Duration::from_secs(second.into());
        let sample = if second < asleep {
            Sample::unknown(at, State::Asleep)
        } else {
            Sample {
                temp_c: Metric::Value(60.0),
                power_w: Metric::Value(100.0 + f64::from(second % 2)),
                range_w: Metric::Value(range_w),
                ..Sample::unknown(at, State::Healthy)
            }
        };
        let card = Identity::default();
        let line = Line::new(&sample, &card, jiff::Timestamp::UNIX_EPOCH, "nvml");
        serde_json::to_string(&line).unwrap() + "\n"
    });
    fs::write(path, lines.collect::<String>()).unwrap();
}
