//! Pay: `MonetaryAmount` with a value, bounds, numbers or strings; zero and sentinel amounts are rejected.

use serde_json::Value;

use super::value::{self, Reader};
use crate::posting::money::{self, MoneyContext};
use crate::posting::{Period, Salary};

/// The salary of a posting.
pub fn salary(object: &Value, read: &mut Reader, flags: &mut Vec<String>) -> Option<Salary> {
    let base = value::first(object.get("baseSalary"))?;
    let amounts = value::first(base.get("value")).unwrap_or(base);
    let currency = [base, amounts]
        .iter()
        .find_map(|holder| holder.get("currency"))
        .or_else(|| object.get("salaryCurrency"));
    let currency = read.text(currency).and_then(|code| code_of(&code));
    let unit = [amounts, base]
        .iter()
        .flat_map(|holder| ["unitText", "unitCode", "duration"].map(|key| holder.get(key)))
        .find_map(|unit| read.text(unit));
    let period = unit.as_deref().and_then(period);
    let amount = |key: &str| amounts.get(key).and_then(value::number);
    let single = value::number(amounts).or_else(|| amount("value"));
    let (min, max) = (amount("minValue").or(single), amount("maxValue").or(single));
    if min.is_none() && max.is_none() {
        return in_words(amounts, currency, period, read, flags);
    }
    let sound = |amount: &f64| *amount > 0.0 && *amount <= money::LIMIT;
    let (min, max) = (min.filter(sound), max.filter(sound));
    if min.is_none() && max.is_none() {
        flags.push("sentinel:salary".to_owned());
        return None;
    }
    Some(Salary {
        min,
        max,
        currency,
        period,
    })
}

/// "$50,000 - $60,000 a year" where a number should be.
fn in_words(
    amounts: &Value,
    currency: Option<String>,
    period: Option<Period>,
    read: &mut Reader,
    flags: &mut Vec<String>,
) -> Option<Salary> {
    let text = read.text(
        amounts
            .get("value")
            .or_else(|| amounts.get("name"))
            .or(Some(amounts)),
    );
    let context = MoneyContext {
        country_currency: currency.as_deref(),
    };
    let Some(parsed) = text.and_then(|text| money::parse(&text, &context)) else {
        flags.push("sentinel:salary".to_owned());
        return None;
    };
    Some(Salary {
        currency: currency.or(parsed.salary.currency),
        period: period.or(parsed.salary.period),
        ..parsed.salary
    })
}

fn code_of(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    match code.as_str() {
        "€" => Some("EUR".to_owned()),
        "£" => Some("GBP".to_owned()),
        _ => {
            (code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(code)
        }
    }
}

/// Words, codes of UN/CEFACT and ISO durations for the same five periods.
fn period(unit: &str) -> Option<Period> {
    let unit = unit.to_lowercase();
    let unit = unit
        .trim_start_matches("per ")
        .trim_start_matches("a ")
        .trim();
    match unit {
        "h" | "hr" | "hrs" | "hur" | "hour" | "hours" | "hourly" | "pt1h" => Some(Period::Hourly),
        "d" | "day" | "days" | "daily" | "p1d" => Some(Period::Daily),
        "w" | "wk" | "wee" | "week" | "weeks" | "weekly" | "p1w" => Some(Period::Weekly),
        "m" | "mo" | "mon" | "month" | "months" | "monthly" | "p1m" => Some(Period::Monthly),
        "y" | "yr" | "ann" | "year" | "years" | "yearly" | "annual" | "annually" | "annum"
        | "pa" | "p.a." | "p1y" => Some(Period::Yearly),
        _ => None,
    }
}
