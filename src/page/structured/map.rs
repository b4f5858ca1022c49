//! From a schema.org `JobPosting` object to the record's fields; values that stand for nothing are rejected.

use jiff::civil::Date;
use serde_json::Value;

use crate::page::dom::Dom;
use crate::page::{HiddenReport, Structured, StructuredSource, scrub};
use crate::posting::{JobPosting, JobType, Period, RemoteType, Salary};

/// Maps one object.
pub fn map(object: &Value, source: StructuredSource) -> Structured {
    let mut flags = Vec::new();
    let mut date = |key: &str, field: &str| {
        let raw = text(object.get(key))?;
        let date = raw.get(..10).and_then(|day| day.parse::<Date>().ok());
        let sound = date.filter(|date| (1990..2100).contains(&date.year()));
        if sound.is_none() {
            flags.push(format!("sentinel:{field}"));
        }
        sound
    };
    let posted_date = date("datePosted", "posted_date");
    let deadline = date("validThrough", "deadline");
    let salary = salary(object.get("baseSalary"), &mut flags);
    let telecommute = first(object.get("jobLocationType"))
        .and_then(|kind| text(Some(kind)))
        .is_some_and(|kind| kind.eq_ignore_ascii_case("TELECOMMUTE"));
    let months = object
        .pointer("/experienceRequirements/monthsOfExperience")
        .and_then(number);
    let posting = JobPosting {
        title: bounded(text(object.get("title")), 200),
        company: bounded(
            text(
                object
                    .pointer("/hiringOrganization/name")
                    .or_else(|| object.get("hiringOrganization")),
            ),
            100,
        ),
        location: bounded(location(object.get("jobLocation")), 200),
        job_type: first(object.get("employmentType"))
            .and_then(|kind| text(Some(kind)))
            .and_then(|kind| job_type(&kind)),
        remote_type: telecommute.then_some(RemoteType::Remote),
        salary,
        skills: skills(object.get("skills")),
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        experience_years_min: months
            .map(|months| (months / 12.0).floor())
            .filter(|years| (1.0..=50.0).contains(years))
            .map(|years| years as u8),
        education: bounded(
            text(object.pointer("/educationRequirements/credentialCategory")),
            100,
        ),
        description: bounded(text(object.get("description")), 5000),
        url: text(object.get("url")).filter(|url| url.starts_with("http")),
        posted_date,
        deadline,
        job_id: bounded(
            text(
                object
                    .pointer("/identifier/value")
                    .or_else(|| object.get("identifier")),
            ),
            100,
        ),
        ..JobPosting::default()
    };
    Structured {
        source,
        posting,
        flags,
    }
}

fn first(value: Option<&Value>) -> Option<&Value> {
    match value {
        Some(Value::Array(items)) => items.first(),
        other => other,
    }
}

/// Plain text of a value; markup is stripped, and words that mean nothing are nothing.
fn text(value: Option<&Value>) -> Option<String> {
    let raw = match value? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let plain = if raw.contains(['<', '&']) {
        // Twice: some sites escape the markup inside the JSON.
        let once = Dom::parse(&raw.replace("<br", " <br").replace("</", " </"), 64).text(0);
        if once.contains("</") {
            Dom::parse(&once.replace("</", " </"), 64).text(0)
        } else {
            once
        }
    } else {
        raw
    };
    let clean = scrub::clean(&plain, &mut HiddenReport::default());
    let empty = clean.is_empty()
        || matches!(
            clean.to_lowercase().as_str(),
            "null" | "n/a" | "none" | "undefined" | "-"
        );
    (!empty).then_some(clean)
}

fn bounded(text: Option<String>, most: usize) -> Option<String> {
    text.map(|text| {
        text.chars()
            .take(most)
            .collect::<String>()
            .trim_end()
            .to_owned()
    })
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.replace(',', "").trim().parse().ok(),
        _ => None,
    }
}

fn job_type(kind: &str) -> Option<JobType> {
    match kind.to_uppercase().replace(['-', ' '], "_").as_str() {
        "FULL_TIME" | "FULLTIME" => Some(JobType::FullTime),
        "PART_TIME" | "PARTTIME" => Some(JobType::PartTime),
        "CONTRACTOR" | "CONTRACT" | "TEMPORARY" => Some(JobType::Contract),
        "INTERN" | "INTERNSHIP" => Some(JobType::Internship),
        "FREELANCE" => Some(JobType::Freelance),
        _ => None,
    }
}

fn location(value: Option<&Value>) -> Option<String> {
    let places: Vec<&Value> = match value? {
        Value::Array(items) => items.iter().collect(),
        single => vec![single],
    };
    let mut names: Vec<String> = places.into_iter().filter_map(place).collect();
    names.dedup();
    (!names.is_empty()).then(|| names.join("; "))
}

fn place(place: &Value) -> Option<String> {
    let address = place.get("address").unwrap_or(place);
    if let Some(text) = text(Some(address)) {
        return Some(text);
    }
    let country = address.get("addressCountry");
    let country = country.and_then(|country| country.get("name")).or(country);
    let parts: Vec<String> = [
        address.get("addressLocality"),
        address.get("addressRegion"),
        country,
    ]
    .into_iter()
    .filter_map(text)
    .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn salary(base: Option<&Value>, flags: &mut Vec<String>) -> Option<Salary> {
    let base = first(base)?;
    let value = base.get("value").unwrap_or(base);
    let amount = |key: &str| value.get(key).and_then(number);
    let single = number(value).or_else(|| amount("value"));
    let sound =
        |amount: Option<f64>| amount.filter(|amount| *amount > 0.0 && *amount <= 10_000_000.0);
    let (min, max) = (
        sound(amount("minValue").or(single)),
        sound(amount("maxValue").or(single)),
    );
    if min.is_none() && max.is_none() {
        flags.push("sentinel:salary".to_owned());
        return None;
    }
    let unit = text(value.get("unitText").or_else(|| base.get("unitText")));
    let period = match unit.unwrap_or_default().to_uppercase().as_str() {
        "HOUR" | "HOURLY" => Some(Period::Hourly),
        "DAY" | "DAILY" => Some(Period::Daily),
        "WEEK" | "WEEKLY" => Some(Period::Weekly),
        "MONTH" | "MONTHLY" => Some(Period::Monthly),
        "YEAR" | "YEARLY" | "ANNUAL" | "ANNUALLY" => Some(Period::Yearly),
        _ => None,
    };
    let currency = text(base.get("currency").or_else(|| value.get("currency")));
    let currency = currency
        .filter(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()));
    Some(Salary {
        min,
        max,
        currency,
        period,
    })
}

fn skills(value: Option<&Value>) -> Vec<String> {
    let all: Vec<String> = match value {
        Some(Value::Array(items)) => items.iter().filter_map(|item| text(Some(item))).collect(),
        other => text(other)
            .map(|text| {
                text.split([',', ';'])
                    .map(|part| part.trim().to_owned())
                    .collect()
            })
            .unwrap_or_default(),
    };
    all.into_iter()
        .filter(|skill| !skill.is_empty() && skill.chars().count() <= 100)
        .take(20)
        .collect()
}
