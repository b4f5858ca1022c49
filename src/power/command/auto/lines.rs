//! What `smelt power auto` prints of its decisions: a line for people, or JSON.

use std::io::Write;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::gpu::Sample;
use crate::power::actuator::Outcome;
use crate::power::governor::Decision;
use crate::power::keeper::Status;

/// Where they go, and how.
pub(super) struct Lines {
    pub(super) is_json: bool,
}

impl Lines {
    pub(super) fn decision(
        &self,
        status: &Status,
        now: Duration,
        decision: &Decision,
        outcome: Option<&Outcome>,
    ) {
        let sample = &status.sample;
        let (ok, read_back, refusal) = match outcome {
            Some(Outcome::Applied(read_back)) => (Some(true), *read_back, None),
            Some(Outcome::Refused(why)) => (Some(false), None, Some(why.clone())),
            None => (None, None, None),
        };
        let why = decision.why.map(|why| why.to_string());
        let text = format!(
            "{:.0} -> {:.0} W at {}: {}{}",
            decision.from_w,
            decision.cap_w,
            degrees(sample),
            why.as_deref().unwrap_or("begins"),
            refusal
                .as_ref()
                .map_or_else(String::new, |why| format!("; refused: {why}"))
        );
        self.say(
            "gpu.limit",
            status,
            now,
            &text,
            json!({
                "temp_c": sample.temp_c.fresh(),
                "power_w": sample.power_w.fresh(),
                "from_w": decision.from_w,
                "to_w": decision.cap_w,
                "stage": decision.stage.name(),
                "by": decision.why.map_or("profile", |why| why.by()),
                "why": why,
                "actuator": status.held_by,
                "ok": ok,
                "readback_w": read_back,
                "refusal": refusal,
            }),
        );
    }

    pub(super) fn unheld(&self, status: &Status, now: Duration, outcome: &Outcome) {
        let held_by = status.held_by.as_deref();
        let ok = matches!(outcome, Outcome::Applied(_));
        let text = format!(
            "the card does not keep to its cap; {}",
            held_by.filter(|_| ok).unwrap_or("nothing is left to try")
        );
        self.say(
            "gpu.unheld",
            status,
            now,
            &text,
            json!({"power_w": status.drawn_w(), "actuator": held_by, "ok": ok}),
        );
    }

    pub(super) fn lost(&self, status: &Status, now: Duration, why: &str) {
        self.say("gpu.unset", status, now, why, json!({"why": why}));
    }

    fn say(&self, kind: &str, status: &Status, now: Duration, text: &str, more: Value) {
        let mut out = std::io::stdout().lock();
        let written = if self.is_json {
            let mut line = json!({
                "v": 1,
                "ts": Timestamp::now().to_string(),
                "mono_ms": u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
                "kind": kind,
                "gpu": status.card.uuid,
            });
            if let (Some(line), Value::Object(more)) = (line.as_object_mut(), more) {
                line.extend(more);
            }
            writeln!(out, "{line}")
        } else {
            writeln!(out, "{text}")
        };
        // Whoever read this may be gone; the card still wants to be held.
        written.and_then(|()| out.flush()).ok();
    }
}

fn degrees(sample: &Sample) -> String {
    sample
        .temp_c
        .fresh()
        .map_or_else(|| "n/a".to_owned(), |degrees| format!("{degrees:.0} C"))
}
