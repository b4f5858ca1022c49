//! `smelt models plan` beside a card: what it has free is what is planned for.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/nvml.rs"]
mod nvml;
#[path = "support/smelt.rs"]
mod smelt;

use nvml::Fake;
use serde_json::Value;
use smelt::Bench;

#[test]
fn what_the_card_has_free_is_planned_for() {
    let fake = Fake::new("rtx4090-laptop");
    fake.set("memory_used_mib", "1876");
    let output = Bench::new()
        .program()
        .args(["models", "plan", "qwen3-8b", "--json"])
        .env("SMELT_NVML_LIB", fake.library())
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["budget"]["bytes"], (16_376 - 1876 - 500_u64) << 20);
    assert_eq!(
        report["memory"],
        "free on the NVIDIA GeForce RTX 4090 Laptop GPU"
    );
}
