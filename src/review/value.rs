//! Typed words become values of the record, or one reason why they cannot.

use std::sync::LazyLock;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::fold::with;
use crate::posting::date::{self, DateContext};
use crate::posting::money::{self, MoneyContext};
use crate::posting::{
    ExperienceLevel, Field, JobPosting, JobType, RemoteType, Salary, schema, terms, validate, years,
};

/// Why a field cannot have what was typed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct Why {
    /// The field.
    pub field: Field,
    /// What is wrong, and what would be right.
    pub reason: String,
}

type Parsed = Result<Value, String>;

/// The bounds of texts and lists are those of the schema.
static SCHEMA: LazyLock<Value> = LazyLock::new(schema::job_posting);

fn bound(field: Field, key: &str) -> Option<usize> {
    let most = SCHEMA.pointer(&format!("/properties/{}/{key}", field.key()))?;
    usize::try_from(most.as_u64()?).ok()
}

/// The value that `typed` means for a field of this posting; nothing typed means that the page does not state it.
pub(super) fn parse(posting: &JobPosting, field: Field, typed: &str) -> Result<Value, Why> {
    let because = |reason| Why { field, reason };
    let value = read(posting, field, typed).map_err(because)?;
    let Some(edited) = with(posting, field, &value) else {
        return Err(because("this is no value of the field".to_owned()));
    };
    match new_doubt(posting, &edited) {
        Some(reason) => Err(because(reason)),
        None => Ok(value),
    }
}

fn read(posting: &JobPosting, field: Field, typed: &str) -> Parsed {
    let typed = typed.replace("\r\n", "\n").replace('\t', " ");
    let typed = typed.trim();
    if typed.chars().any(|c| c.is_control() && c != '\n') {
        return Err("it holds a control character: type the words instead of pasting them".into());
    }
    let is_list = matches!(
        field,
        Field::Skills | Field::Requirements | Field::Responsibilities | Field::Benefits
    );
    if is_list {
        return list(field, typed);
    }
    if typed.is_empty() {
        return Ok(Value::Null);
    }
    if typed.contains('\n') && field != Field::Description {
        return Err("it takes one line".into());
    }
    match field {
        Field::JobType => member(
            typed,
            &[
                JobType::FullTime,
                JobType::PartTime,
                JobType::Contract,
                JobType::Internship,
                JobType::Freelance,
            ],
            terms::job_types,
        ),
        Field::RemoteType => member(
            typed,
            &[RemoteType::Remote, RemoteType::Hybrid, RemoteType::Onsite],
            terms::remote_types,
        ),
        Field::ExperienceLevel => member(
            typed,
            &[
                ExperienceLevel::Entry,
                ExperienceLevel::Mid,
                ExperienceLevel::Senior,
                ExperienceLevel::Lead,
                ExperienceLevel::Executive,
            ],
            terms::levels,
        ),
        Field::Salary => pay(posting, typed),
        Field::ExperienceYearsMin | Field::ExperienceYearsMax => number_of_years(field, typed),
        Field::PostedDate | Field::Deadline => day(field, typed),
        Field::Url => address(typed),
        _ => text(field, typed),
    }
}

fn text(field: Field, typed: &str) -> Parsed {
    let length = typed.chars().count();
    match bound(field, "maxLength") {
        Some(most) if length > most => Err(format!(
            "it takes at most {most} characters, and this has {length}"
        )),
        _ => Ok(json!(typed)),
    }
}

fn list(field: Field, typed: &str) -> Parsed {
    let items: Vec<&str> = typed
        .lines()
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .collect();
    if let Some(most) = bound(field, "maxItems").filter(|most| items.len() > *most) {
        let count = items.len();
        return Err(format!(
            "it takes at most {most} items, one a line, and these are {count}"
        ));
    }
    if let Some(most) = bound(field, "items/maxLength")
        && let Some(long) = items.iter().find(|item| item.chars().count() > most)
    {
        let start: String = long.chars().take(20).collect();
        return Err(format!(
            "an item takes at most {most} characters: \"{start}...\" has more"
        ));
    }
    Ok(json!(items))
}

/// A member of an enum by its name, or by words of job pages that mean it.
fn member<T: Serialize + DeserializeOwned>(
    typed: &str,
    all: &[T],
    meant: fn(&str) -> Vec<T>,
) -> Parsed {
    let names: Vec<Value> = all.iter().map(|member| json!(member)).collect();
    let listed = |names: &[Value]| {
        let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
        names.join(", ")
    };
    let name = json!(typed.to_lowercase().replace([' ', '-'], "_"));
    if names.contains(&name) {
        return Ok(name);
    }
    let found: Vec<Value> = meant(typed).iter().map(|member| json!(member)).collect();
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(format!("it is one of {}", listed(&names))),
        several => Err(format!(
            "these words mean {}: type one of them",
            listed(several)
        )),
    }
}

fn pay(posting: &JobPosting, typed: &str) -> Parsed {
    let salary = if typed.starts_with('{') {
        serde_json::from_str(typed).map_err(|error| format!("not the JSON of pay: {error}"))?
    } else {
        words_of_pay(posting, typed)?
    };
    if salary.min.is_none() && salary.max.is_none() {
        return Err("pay needs an amount".into());
    }
    Ok(json!(salary))
}

fn words_of_pay(posting: &JobPosting, typed: &str) -> Result<Salary, String> {
    let known = posting
        .salary
        .as_ref()
        .and_then(|pay| pay.currency.as_deref());
    let context = MoneyContext {
        country_currency: known,
    };
    let parsed = money::parse(typed, &context)
        .ok_or("no amount of pay is named: write it like 50,000 - 60,000 EUR per year")?;
    if parsed.flags.contains(&money::CURRENCY_AMBIGUOUS) {
        return Err(
            "the sign is that of several currencies: write the code, such as USD, or no sign"
                .into(),
        );
    }
    if parsed.flags.contains(&money::PERIOD_UNSUPPORTED) {
        return Err("pay is for an hour, a day, a week, a month or a year".into());
    }
    Ok(parsed.salary)
}

fn number_of_years(field: Field, typed: &str) -> Parsed {
    let most = years::LIMIT;
    if let Ok(number) = typed.parse::<u64>() {
        let fits = number <= u64::from(most);
        return fits
            .then(|| json!(number))
            .ok_or(format!("it is a number from 0 to {most}"));
    }
    let (bound, which) = match (years::parse(typed), field) {
        (Some(years), Field::ExperienceYearsMin) => (years.min, "least"),
        (Some(years), _) => (years.max, "greatest"),
        (None, _) => return Err(format!("it is a number from 0 to {most}")),
    };
    bound
        .map(|number| json!(number))
        .ok_or(format!("these words name no {which} number of years"))
}

fn day(field: Field, typed: &str) -> Parsed {
    let read = if field == Field::Deadline {
        date::parse_last
    } else {
        date::parse
    };
    let parsed = read(typed, &DateContext::default())
        .ok_or("no day is named: write it like 2026-03-01, between 1990 and 2100")?;
    parsed.date.map(|day| json!(day)).ok_or_else(|| {
        if parsed.flags.contains(&date::DATE_AMBIGUOUS) {
            "day and month may be either way round: write it like 2026-03-01".to_owned()
        } else {
            "it counts from a day that is not known: write it like 2026-03-01".to_owned()
        }
    })
}

fn address(typed: &str) -> Parsed {
    let is_web = ["http://", "https://"].iter().any(|scheme| {
        typed
            .strip_prefix(scheme)
            .is_some_and(|rest| !rest.is_empty())
    });
    if is_web && !typed.contains(char::is_whitespace) {
        Ok(json!(typed))
    } else {
        Err("it starts with http:// or https:// and has no spaces".into())
    }
}

/// What the schema, the order of two values or ISO 4217 has against the edited posting and not against the one before.
fn new_doubt(before: &JobPosting, edited: &JobPosting) -> Option<String> {
    let known = validate::check(before, None);
    let doubts = validate::check(edited, None);
    let new = doubts
        .iter()
        .filter(|doubt| !known.contains(doubt))
        .map(validate::Flag::as_str)
        .find(|doubt| !doubt.starts_with("implausible:"))?;
    Some(match new {
        "order:salary" => "the lower bound is above the upper one".to_owned(),
        "order:experience_years" => {
            "the least number of years is above the greatest: change the other one first".to_owned()
        }
        "order:dates" => {
            "the deadline is before the day of posting: change the other one first".to_owned()
        }
        "currency:salary" => "this is no currency of ISO 4217, such as EUR".to_owned(),
        "bounds:salary" => {
            "amounts are from 0 to 10,000,000 and the currency has three letters".to_owned()
        }
        other => format!("the record does not take it ({other})"),
    })
}
