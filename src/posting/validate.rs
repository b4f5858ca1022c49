//! Checks of a finished posting: bounds of the schema, order, plausibility, known currencies.

mod clamp;

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Field, JobPosting, Period, Salary, date, money::currency};
pub use clamp::clamp;

/// One doubt about a posting, as `rule:field`: "order:salary", "truncated:title".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Flag(String);

impl Flag {
    fn new(rule: &str, subject: impl fmt::Display) -> Self {
        Self(format!("{rule}:{subject}"))
    }

    /// The flag as it stands in a record.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Currencies of like magnitude, to which [`PLAUSIBLE`] applies.
const MAJOR: [&str; 7] = ["AUD", "CAD", "CHF", "EUR", "GBP", "NZD", "USD"];

/// What pay for each period can be, in units of a major currency. Wide on purpose: an amount outside was most
/// likely read with the wrong period or a lost separator.
const PLAUSIBLE: [(Period, f64, f64); 5] = [
    (Period::Hourly, 2.0, 1_000.0),
    (Period::Daily, 10.0, 10_000.0),
    (Period::Weekly, 50.0, 50_000.0),
    (Period::Monthly, 100.0, 200_000.0),
    (Period::Yearly, 1_000.0, 5_000_000.0),
];

/// An upper bound this many times the lower one comes from two different amounts.
const WIDEST_RANGE: f64 = 20.0;

/// Days from today after which a deadline is a sentinel such as 2099-12-31.
const LATEST_DEADLINE: i32 = 3 * 365;

/// Days from today after which a day of posting is a misread one.
const LATEST_POSTED: i32 = 365;

/// Every doubt about a posting.
///
/// `bounds:FIELD` (the schema forbids it), `order:salary`, `order:experience_years`, `order:dates`,
/// `currency:salary` (no active code of ISO 4217), `implausible:salary`, `implausible:posted_date` and
/// `implausible:deadline`. Without `today`, dates are not checked against the present.
#[must_use]
pub fn check(posting: &JobPosting, today: Option<Date>) -> Vec<Flag> {
    let mut flags = clamp::breaches(posting);
    if let Some(salary) = &posting.salary {
        check_salary(salary, &mut flags);
    }
    let years = (posting.experience_years_min, posting.experience_years_max);
    if matches!(years, (Some(min), Some(max)) if min > max) {
        flags.push(Flag::new("order", "experience_years"));
    }
    if matches!((posting.posted_date, posting.deadline), (Some(posted), Some(last)) if last < posted)
    {
        flags.push(Flag::new("order", "dates"));
    }
    for (field, day, latest) in [
        (Field::PostedDate, posting.posted_date, LATEST_POSTED),
        (Field::Deadline, posting.deadline, LATEST_DEADLINE),
    ] {
        if day.is_some_and(|day| !is_plausible_day(day, today, latest)) {
            flags.push(Flag::new("implausible", field));
        }
    }
    flags
}

fn check_salary(salary: &Salary, flags: &mut Vec<Flag>) {
    let mut doubt = |rule: &str| flags.push(Flag::new(rule, Field::Salary));
    if salary
        .currency
        .as_ref()
        .is_some_and(|code| !currency::is_code(code))
    {
        doubt("currency");
    }
    let range = salary.min.zip(salary.max);
    if range.is_some_and(|(min, max)| min > max) {
        doubt("order");
    }
    let too_wide = range.is_some_and(|(min, max)| max > min * WIDEST_RANGE);
    if too_wide || !is_plausible_pay(salary) {
        doubt("implausible");
    }
}

/// Pay in a major or unknown currency must be in the range of its period.
fn is_plausible_pay(salary: &Salary) -> bool {
    let comparable = salary
        .currency
        .as_ref()
        .is_none_or(|code| MAJOR.contains(&code.as_str()));
    let range = PLAUSIBLE
        .iter()
        .find(|(period, ..)| Some(*period) == salary.period);
    match range {
        Some((_, least, most)) if comparable => salary
            .min
            .iter()
            .chain(&salary.max)
            .all(|amount| (least..=most).contains(&amount)),
        _ => true,
    }
}

fn is_plausible_day(day: Date, today: Option<Date>, latest: i32) -> bool {
    let near = today.is_none_or(|today| (day - today).get_days() <= latest);
    near && date::YEARS.contains(&day.year())
}
