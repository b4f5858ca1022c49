//! Pay on job pages: any text is survived, and any pay in a usual spelling reads back.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use smelt::posting::Period::{self, Daily, Hourly, Monthly, Yearly};
use smelt::posting::money::{LIMIT, MoneyContext, Parsed, looks_like_pay, parse};

const NOWHERE: MoneyContext = MoneyContext {
    country_currency: None,
};

type Bound = Option<f64>;

fn read(raw: &str) -> Option<(Bound, Bound, Option<String>, Option<Period>)> {
    parse(raw, &NOWHERE)
        .map(|Parsed { salary, .. }| (salary.min, salary.max, salary.currency, salary.period))
}

/// Cents as a page writes them.
fn spell(cents: u32, group: &str, point: char) -> String {
    let digits = (cents / 100).to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap())
        .collect();
    let whole = groups.join(group);
    match cents % 100 {
        0 => whole,
        rest => format!("{whole}{point}{rest:02}"),
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic_and_within_bounds(raw in "\\PC{0,80}") {
        let _ = looks_like_pay(&raw);
        if let Some(Parsed { salary, .. }) = parse(&raw, &NOWHERE) {
            prop_assert!(salary.min.or(salary.max).is_some());
            prop_assert!(salary.min.iter().chain(&salary.max).all(|v| *v > 0.0 && *v <= LIMIT));
            prop_assert!(salary.min.zip(salary.max).is_none_or(|(min, max)| min <= max));
        }
    }

    #[test]
    fn text_that_resembles_pay_is_read_within_bounds(raw in "([$€£kKMr%/.,' -]|USD|kr|to|per|an|[0-9]{1,4}|[–'’\u{a0}\u{202f}]){0,24}") {
        if let Some(Parsed { salary, .. }) = parse(&raw, &NOWHERE) {
            prop_assert!(salary.min.iter().chain(&salary.max).all(|v| *v > 0.0 && *v <= LIMIT));
            prop_assert!(salary.min.zip(salary.max).is_none_or(|(min, max)| min <= max));
        }
    }

    #[test]
    fn a_range_spelled_in_the_usual_ways_reads_back(
        low in 100_u32..99_999_999, more in 0_u32..900_000_000, style in 0_usize..6, joint in 0_usize..4, unit in 0_usize..4,
    ) {
        // The spread of real ranges; "15 - 106,595" is a grade and an amount.
        let high = low.saturating_add(more).min(low.saturating_mul(50)).min(999_999_999);
        let (group, point) = [(",", '.'), (".", ','), ("'", '.'), ("\u{a0}", ','), ("\u{202f}", ','), ("", '.')][style];
        let joint = [" - ", "–", " to ", " bis "][joint];
        let (unit, period) = [(" per hour", Hourly), ("/day", Daily), (" pro Monat", Monthly), (" a year", Yearly)][unit];
        let (a, b) = (spell(low, group, point), spell(high, group, point));
        let bounds = (Some(f64::from(low) / 100.0), Some(f64::from(high) / 100.0));
        for raw in [format!("€{a}{joint}€{b}{unit}"), format!("{a}{joint}{b} €{unit}"), format!("EUR {a}{joint}{b}{unit}")] {
            let read = read(&raw);
            prop_assert_eq!(read, Some((bounds.0, bounds.1, Some("EUR".to_owned()), Some(period))), "{}", raw);
        }
    }

    #[test]
    fn thousands_written_with_k_read_back(low in 1_u32..999, more in 0_u32..500) {
        let high = low + more;
        let (low, high) = (low, high.min(999));
        for raw in [format!("${low}k-{high}k"), format!("${low}-{high}K"), format!("${low}K – ${high}K")] {
            let bounds = read(&raw).map(|(min, max, ..)| (min, max));
            prop_assert_eq!(bounds, Some((Some(f64::from(low) * 1e3), Some(f64::from(high) * 1e3))), "{}", raw);
        }
    }
}
