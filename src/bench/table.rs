//! Measurements as tables, for a terminal.

use std::fmt::Write;

use super::batch;
use super::decode;
use super::report::{Measured, Report};
use super::row::Row;
use crate::engine::EngineInfo;

/// Characters of a page's name.
const NAME: usize = 32;
/// Pages that are shown each by itself.
const MOST_PAGES: usize = 40;

/// Pages with medians over the runs, then the ways they were read.
pub(super) fn extract(report: &Report) -> String {
    let mut out = heading(report.engine.as_ref());
    pages(&mut out, &report.pages).ok();
    modes(&mut out, report).ok();
    out
}

/// One line a width.
pub(super) fn batch(report: &batch::Report) -> String {
    let mut out = heading(report.engine.as_ref());
    widths(&mut out, report).ok();
    out
}

/// One line a width.
pub(super) fn decode(report: &decode::Report) -> String {
    let mut out = heading(report.engine.as_ref());
    steps(&mut out, report).ok();
    out
}

fn heading(info: Option<&EngineInfo>) -> String {
    let Some(info) = info else {
        return String::new();
    };
    let quant = info.quant.as_deref().unwrap_or("unknown quantisation");
    format!(
        "{} {quant} on {}, context {}\n",
        info.model, info.engine, info.context_tokens
    )
}

fn pages(out: &mut String, pages: &[Measured]) -> std::fmt::Result {
    writeln!(
        out,
        "{:<NAME$} {:>6} {:>6} {:>5} {:>7} {:>15} {:>11} {:>10}",
        "page", "tokens", "prompt", "out", "s", "s min-max", "prefill t/s", "decode t/s"
    )?;
    for row in pages.iter().take(MOST_PAGES) {
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
        )?;
    }
    if pages.len() > MOST_PAGES {
        writeln!(out, "and {} more, all in --json", pages.len() - MOST_PAGES)?;
    }
    Ok(())
}

fn modes(out: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(
        out,
        "\n{:<22} {:>8} {:>8} {:>7} {:>9} {:>6} {:>7} {:>7} {:>7} {:>6} {:>6}",
        "mode",
        "tok in",
        "tok out",
        "s/page",
        "pages/min",
        "ratio",
        "field s",
        "prefill",
        "decode",
        "own %",
        "J/page"
    )?;
    let slowest = report.modes.last().map_or(1.0, |row| row.pages_min.mean);
    for row in &report.modes {
        writeln!(
            out,
            "{:<22} {:>8.0} {:>8.0} {:>7.2} {:>9.1} {:>6.2} {:>7} {:>7} {:>7} {:>6.2} {:>6}",
            row.mode,
            row.prompt_tokens_page,
            row.output_tokens_page,
            row.page_s.median,
            row.pages_min.median,
            row.pages_min.mean / slowest,
            known(row.first_field_s.map(|spread| spread.median), 2),
            known(row.prefill_tokens_s, 0),
            known(row.decode_tokens_s, 0),
            100.0 * row.own_share,
            known(row.joules_page, 1),
        )?;
    }
    if let Some(row) = report.modes.first() {
        select(out, report, row)?;
    }
    if let Some(against) = &report.against_whole_json {
        writeln!(
            out,
            "against the whole JSON: {:.2} times the pages a minute with {:.3} of the output tokens",
            against.pages_min, against.output_tokens
        )?;
    }
    if let Some(grammar) = &report.grammar {
        writeln!(
            out,
            "the grammar: {} microseconds a token for its mask, {} ms a page for its making",
            known(grammar.mask_us_token, 0),
            known(grammar.making_ms_page, 1)
        )?;
    }
    Ok(())
}

/// What a column has no room for.
fn select(out: &mut String, report: &Report, row: &Row) -> std::fmt::Result {
    writeln!(
        out,
        "{} pages at once, {:.1} questions with the engine on average, none in {:.1}% of the time; {:.0}% of the prompts \
         from its cache; {} runs of {:.1} s ({:.1}-{:.1})",
        report.jobs,
        row.in_flight,
        100.0 * row.idle_share,
        100.0 * row.cache_share,
        report.runs,
        row.wall_s.median,
        row.wall_s.min,
        row.wall_s.max
    )
}

fn widths(out: &mut String, report: &batch::Report) -> std::fmt::Result {
    writeln!(
        out,
        "{:>8} {:>11} {:>10} {:>9} {:>6} {:>7} {:>6} {:>6}",
        "together", "prefill t/s", "decode t/s", "pages/min", "ratio", "J/page", "load s", "flight"
    )?;
    for width in &report.widths {
        match &width.row {
            Some(row) => writeln!(
                out,
                "{:>8} {:>11} {:>10} {:>9.1} {:>6} {:>7} {:>6} {:>6.1}",
                width.width,
                known(row.prefill_tokens_s, 0),
                known(row.decode_tokens_s, 0),
                row.pages_min.median,
                known(width.ratio, 2),
                known(row.joules_page, 1),
                known(width.load_s, 1),
                row.in_flight
            )?,
            None => failed(out, width.width, width.error.as_deref())?,
        }
    }
    if let Some(best) = &report.best {
        writeln!(
            out,
            "best: {} together with {:.1} pages a minute",
            best.width, best.pages_min
        )?;
    }
    Ok(())
}

fn steps(out: &mut String, report: &decode::Report) -> std::fmt::Result {
    writeln!(
        out,
        "{:>8} {:>6} {:>5} {:>11} {:>10} {:>7} {:>9} {:>7} {:>10} {:>7}",
        "together",
        "in",
        "out",
        "prefill t/s",
        "decode t/s",
        "step ms",
        "limit t/s",
        "of it",
        "alone t/s",
        "of it"
    )?;
    for width in &report.widths {
        if width.error.is_some() {
            failed(out, width.width, width.error.as_deref())?;
            continue;
        }
        writeln!(
            out,
            "{:>8} {:>6.0} {:>5.0} {:>11} {:>10} {:>7} {:>9} {:>7} {:>10} {:>7}",
            width.width,
            width.prompt_tokens,
            width.output_tokens,
            known(width.prefill_tokens_s, 0),
            known(width.decode_tokens_s, 1),
            known(width.step_ms, 2),
            known(width.limit_tokens_s, 0),
            known(width.of_limit, 3),
            known(width.bare.map(|bare| bare.decode_tokens_s), 1),
            known(width.of_bare, 3)
        )?;
    }
    Ok(())
}

fn failed(out: &mut String, width: usize, why: Option<&str>) -> std::fmt::Result {
    writeln!(out, "{width:>8} failed: {}", why.unwrap_or_default())
}

/// So many digits behind the point, or a dash.
fn known(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

/// The end of a name says more than its beginning.
fn ending(name: &str) -> String {
    let letters = name.chars().count();
    name.chars().skip(letters.saturating_sub(NAME)).collect()
}
