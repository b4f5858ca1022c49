//! From a schema.org `JobPosting` object to the record's fields; values that stand for nothing are rejected.

mod pay;
mod place;
mod value;

use jiff::civil::Date;
use serde_json::Value;

use crate::page::{HiddenReport, Structured, StructuredSource};
use crate::posting::date::{self, DateContext};
use crate::posting::{JobPosting, JobType, RemoteType, terms};
use value::Reader;

/// Years of a job page; before and after stand 0001-01-01, 1970-01-01, 2099-12-31 and 9999-12-31.
const YEARS: std::ops::Range<i16> = 1990..2090;
/// Greatest number of years of experience a record holds.
const MOST_YEARS: f64 = 50.0;
/// Most skills of a record, and the longest of them.
const SKILLS: (usize, usize) = (20, 100);

/// Maps one object.
pub fn map(object: &Value, source: StructuredSource, report: &mut HiddenReport) -> Structured {
    let mut flags = Vec::new();
    let mut read = Reader { report };
    let posted_date = day(
        object.get("datePosted"),
        "posted_date",
        &mut read,
        &mut flags,
    );
    let deadline = day(
        object.get("validThrough"),
        "deadline",
        &mut read,
        &mut flags,
    );
    let salary = pay::salary(object, &mut read, &mut flags);
    let remote = read.all(object.get("jobLocationType")).iter().any(|kind| {
        kind.rsplit('/')
            .next()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("TELECOMMUTE"))
    });
    let posting = JobPosting {
        title: read.bounded(object.get("title").or_else(|| object.get("name")), 200),
        company: company(object.get("hiringOrganization"), &mut read),
        location: place::location(object, remote, &mut read),
        job_type: job_type(&read.all(object.get("employmentType"))),
        remote_type: remote.then_some(RemoteType::Remote),
        salary,
        skills: skills(object.get("skills"), &mut read),
        experience_years_min: experience_years(object),
        education: education(object.get("educationRequirements"), &mut read),
        description: read.prose(object.get("description"), 5000),
        url: read.text(object.get("url")).filter(|url| is_address(url)),
        posted_date,
        deadline,
        job_id: job_id(object.get("identifier"), &mut read),
        ..JobPosting::default()
    };
    Structured {
        source,
        posting,
        flags,
    }
}

fn day(
    stated: Option<&Value>,
    field: &str,
    read: &mut Reader,
    flags: &mut Vec<String>,
) -> Option<Date> {
    let raw = read.text(stated)?;
    let iso = raw.get(..10).and_then(|day| day.parse::<Date>().ok());
    let found = iso.or_else(|| date::parse(&raw, &DateContext::default())?.date);
    let sound = found.filter(|date| YEARS.contains(&date.year()));
    if sound.is_none() {
        flags.push(format!("sentinel:{field}"));
    }
    sound
}

fn company(stated: Option<&Value>, read: &mut Reader) -> Option<String> {
    let organisation = value::first(stated)?;
    let name = ["name", "legalName"]
        .iter()
        .find_map(|key| organisation.get(*key));
    read.bounded(name.or(Some(organisation)), 100)
}

/// Only what comes down to one kind decides; a posting that is open as several states no kind.
fn job_type(stated: &[String]) -> Option<JobType> {
    let mut kinds: Vec<JobType> = Vec::new();
    for part in stated.iter().flat_map(|text| text.split([',', ';', '|'])) {
        let part = part.trim().rsplit('/').next().unwrap_or_default();
        let named = match part.to_uppercase().replace(['-', ' '], "_").as_str() {
            "FULLTIME" => vec![JobType::FullTime],
            "PARTTIME" => vec![JobType::PartTime],
            "CONTRACTOR" | "TEMPORARY" => vec![JobType::Contract],
            "INTERN" => vec![JobType::Internship],
            words => terms::job_types(&words.replace('_', " ")),
        };
        kinds.extend(named);
    }
    kinds.dedup();
    match kinds.as_slice() {
        [kind] => Some(*kind),
        _ => None,
    }
}

fn skills(stated: Option<&Value>, read: &mut Reader) -> Vec<String> {
    let named = |item: &Value| item.get("name").cloned().unwrap_or_else(|| item.clone());
    let all: Vec<String> = match stated {
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(|item| read.text(Some(&named(item))))
            .collect(),
        other => read
            .text(other)
            .map(|text| {
                text.split([',', ';'])
                    .map(|part| part.trim().to_owned())
                    .collect()
            })
            .unwrap_or_default(),
    };
    let (most, longest) = SKILLS;
    all.into_iter()
        .filter(|skill| !skill.is_empty() && skill.chars().count() <= longest)
        .take(most)
        .collect()
}

fn experience_years(object: &Value) -> Option<u8> {
    let stated = value::first(object.get("experienceRequirements"))?;
    let months = value::number(stated.get("monthsOfExperience")?)?;
    let years = (months / 12.0).floor();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 1 to 50
    (1.0..=MOST_YEARS).contains(&years).then_some(years as u8)
}

fn education(stated: Option<&Value>, read: &mut Reader) -> Option<String> {
    let levels: Vec<String> = value::list(stated)
        .into_iter()
        .filter_map(|level| read.bounded(level.get("credentialCategory").or(Some(level)), 100))
        .collect();
    match levels.as_slice() {
        [level] => Some(level.clone()),
        _ => None,
    }
}

fn job_id(stated: Option<&Value>, read: &mut Reader) -> Option<String> {
    let identifier = value::first(stated)?;
    let id = read.bounded(identifier.get("value").or(Some(identifier)), 100)?;
    id.chars()
        .any(|letter| letter.is_ascii_digit() && letter != '0' || letter.is_alphabetic())
        .then_some(id)
}

fn is_address(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://")) && !url.contains(' ')
}
