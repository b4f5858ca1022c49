//! A plan as a person reads it.

use std::fmt::Write;

use super::number::{columns, gigabytes, grouped, mib};
use super::sheet::{Budget, Claimed, LAPTOP_BANDWIDTH, Row, Sheet};
use crate::engine::card::Speed;

/// Heads of the columns.
const HEADS: [&str; 10] = [
    "quant",
    "weights",
    "embedding",
    "cache",
    "activations",
    "runtime",
    "total",
    "fits",
    "8 / 4 / 1",
    "limit",
];

/// All of it.
pub(super) fn text(budget: &Budget, whose: &str, sheets: &[Sheet]) -> String {
    let together = match budget.cohort {
        1 => "one question at a time".to_owned(),
        cohort => format!("{cohort} questions together"),
    };
    let attention = if budget.flash_attn { "with" } else { "without" };
    let mut text = format!(
        "Planned for {} ({} MiB, {whose}), {together}, on CUDA in BF16 {attention} flash-attn. Sizes in MiB:\n\
         weights as stored, with norms and rotary tables; embedding in F32; cache = tokens x bytes a token, for one context or 4,096 a question, whichever is more, and a few spare blocks;\n\
         activations while prompts as long as the context are read, with the keys set aside for each question; runtime = CUDA itself.\n\
         8 / 4 / 1: the largest context beside so many questions together, of which long ones travel in smaller cohorts.\n\
         limit: tokens a second of one sequence, {} GB/s (RTX 4090 Laptop) by the weights read for a token.\n",
        gigabytes(budget.bytes),
        grouped(budget.bytes >> 20),
        LAPTOP_BANDWIDTH / 1_000_000_000,
    );
    for sheet in sheets {
        write_sheet(&mut text, sheet);
    }
    text
}

fn write_sheet(text: &mut String, sheet: &Sheet) {
    // Writing to a String cannot fail.
    writeln!(
        text,
        "\n{}  {}: context {}, cache 2 x {} layers x {} heads x {} x 2 bytes = {} bytes a token",
        sheet.model,
        sheet.name,
        grouped(sheet.context),
        sheet.layers,
        sheet.kv_heads,
        sheet.head_length,
        grouped(sheet.cache_per_token),
    )
    .ok();
    if let Some(note) = sheet.note {
        writeln!(text, "  ({note})").ok();
    }
    let mut rows = vec![HEADS.map(str::to_owned).to_vec()];
    rows.extend(sheet.rows.iter().map(cells));
    for line in columns(&rows, 1).lines() {
        writeln!(text, "  {line}").ok();
    }
    for row in &sheet.rows {
        if let Some(why) = &row.refused {
            writeln!(text, "  {} refused: {why}", row.quant).ok();
        }
    }
    for Claimed {
        claim,
        limit_tokens_per_second: limit,
    } in &sheet.claimed
    {
        let [from, to] = claim.tokens_per_second;
        writeln!(
            text,
            "  claimed: {from:.0} to {to:.0} tok/s with {} on {} (by {}); such weights allow one sequence {limit}",
            claim.quant, claim.hardware, claim.by,
        )
        .ok();
    }
    for series in sheet.measured.chunk_by(is_one_series) {
        write_series(text, series);
    }
}

/// Whether two measurements differ in how many sequences were decoded together only.
fn is_one_series(one: &Speed, other: &Speed) -> bool {
    (&one.hardware, &one.quant, &one.engine) == (&other.hardware, &other.quant, &other.engine)
}

fn write_series(text: &mut String, series: &[Speed]) {
    let Some(first) = series.first() else { return };
    let listed = |value: fn(&Speed) -> String| {
        let values: Vec<String> = series.iter().map(value).collect();
        values.join(" / ")
    };
    writeln!(
        text,
        "  measured: {} tok/s with {}, {} together, on {} ({})",
        listed(|speed| format!("{:.0}", speed.decode_tokens_per_second)),
        first.quant,
        listed(|speed| speed.batch.to_string()),
        first.hardware,
        first.note.as_deref().unwrap_or(&first.engine),
    )
    .ok();
}

fn cells(row: &Row) -> Vec<String> {
    let largest = row
        .largest_context
        .map(|tokens| tokens.map_or_else(|| "-".to_owned(), |tokens| grouped(tokens as u64)));
    let fits = match &row.refused {
        None => format!("at {}", grouped(row.context)),
        Some(_) => "no".to_owned(),
    };
    vec![
        row.quant.clone(),
        mib(row.weights),
        mib(row.embedding),
        mib(row.cache),
        mib(row.activations),
        mib(row.runtime),
        mib(row.total),
        fits,
        largest.join(" / "),
        format!("{} tok/s", grouped(row.limit_tokens_per_second)),
    ]
}
