//! The report and the events of a run as a person reads them.

use std::fmt::Write;

use super::report::Report;
use super::{Event, Outcome};

/// The whole report.
#[must_use]
pub fn report(report: &Report) -> String {
    let mut out = String::new();
    cases(&mut out, report);
    out.push_str(LEGEND);
    if let Some(random) = &report.random {
        writeln!(
            out,
            "\n{} random laptops, an hour each; the floor can hold {} of them. Of those: highest {:.1} C, with the cold start \
             {:.1} C;\nat most {:.2}% of the steady time above 80 C; changes an hour: median {:.0}, at most {:.0}.",
            random.plants,
            random.holdable,
            random.max_c,
            random.max_with_start_c,
            random.over_80_percent,
            random.changes_per_h_median,
            random.changes_per_h_max
        )
        .ok();
    }
    if !report.troubles.is_empty() {
        out.push_str(
            "\nTroubles in the hot room under constant load, followed for half an hour:\n",
        );
        let head = ["trouble", "noticed s", "Tmax C", "s > 80 C"];
        writeln!(
            out,
            "{:<22} {:>9} {:>8} {:>9}",
            head[0], head[1], head[2], head[3]
        )
        .ok();
    }
    for row in &report.troubles {
        let noticed = row
            .reaction_s
            .map_or_else(|| "never".to_owned(), |s| s.to_string());
        writeln!(
            out,
            "{:<22} {noticed:>9} {:>8.1} {:>9.1}",
            row.trouble, row.max_c, row.over_80_s
        )
        .ok();
    }
    out
}

fn cases(out: &mut String, report: &Report) {
    writeln!(
        out,
        "{:<9} {:<12} {:>7} {:>7} {:>7} {:>10} {:>9} {:>8} {:>7} {:>8} {:>9} {:>8}",
        "workload",
        "laptop",
        "% > 80",
        "Tmax C",
        "start C",
        "degree s",
        "changes/h",
        "revers/h",
        "cap W",
        "work",
        "fixed W",
        "of fixed"
    )
    .ok();
    for case in &report.cases {
        let Outcome {
            over_80_percent,
            max_c,
            max_with_start_c,
            degree_s,
            changes_per_h,
            reversals_per_h,
            throughput,
            mean_cap_w,
            ..
        } = case.outcome;
        writeln!(
            out,
            "{:<9} {:<12} {over_80_percent:>7.2} {max_c:>7.1} {max_with_start_c:>7.1} {degree_s:>10.1} {changes_per_h:>9.0} \
             {reversals_per_h:>8.1} {mean_cap_w:>7.1} {throughput:>8.3} {:>9.0} {:>8.3}",
            case.workload, case.plant, case.fixed_w, case.of_fixed
        )
        .ok();
    }
}

const LEGEND: &str = "\
% > 80 and Tmax are of the die's true temperature without the first five minutes, start and degree s (above 80) with them.
work: 1 is as fast as without a cap. fixed W: the best cap that never moves and is above 80 for at most 1% of the time.
";

/// One line of a run.
#[must_use]
pub fn event(event: &Event) -> String {
    let seconds = event.mono_ms / 1000;
    let temp = event
        .temp_c
        .map_or_else(|| "n/a".to_owned(), |temp| format!("{temp:.0} C"));
    format!(
        "{:>2}:{:02}:{:02}  {temp:>5}  {:>3.0} -> {:>3.0} W  {:<9}  {}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        event.from_w,
        event.to_w,
        event.stage,
        event.why
    )
}
