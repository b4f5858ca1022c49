//! The table of a measurement, for a terminal.

use std::fmt::Write;

use super::extract::Measured;
use crate::engine::EngineInfo;

/// Characters of a page's name.
const NAME: usize = 32;

/// One line a page; times are medians over the runs, with the quickest and the slowest.
pub(super) fn table(info: Option<&EngineInfo>, measured: &[Measured]) -> String {
    let mut out = String::new();
    if let Some(info) = info {
        let quant = info.quant.as_deref().unwrap_or("unknown quantisation");
        writeln!(
            out,
            "{} {} on {}, context {}",
            info.model, quant, info.engine, info.context_tokens
        )
        .ok();
    }
    writeln!(
        out,
        "{:<NAME$} {:>6} {:>6} {:>5} {:>7} {:>15} {:>11} {:>10}",
        "page", "tokens", "prompt", "out", "s", "s min-max", "prefill t/s", "decode t/s"
    )
    .ok();
    for row in measured {
        let ends = format!("{:.2}-{:.2}", row.seconds.min, row.seconds.max);
        writeln!(
            out,
            "{:<NAME$} {:>6} {:>6} {:>5} {:>7.2} {:>15} {:>11.0} {:>10.0}",
            ending(&row.page),
            row.page_tokens,
            row.usage.prompt_tokens,
            row.usage.completion_tokens,
            row.seconds.median,
            ends,
            row.prefill_tokens_s,
            row.decode_tokens_s
        )
        .ok();
    }
    out
}

/// The end of a name says more than its beginning.
fn ending(name: &str) -> String {
    let letters = name.chars().count();
    name.chars().skip(letters.saturating_sub(NAME)).collect()
}
