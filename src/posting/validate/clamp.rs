//! Bounds of the schema: makes any posting satisfy them, and says where one did not.

use super::Flag;
use crate::posting::{Field, JobPosting, Salary, money, years};

/// What was done to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Truncated,
    Emptied,
    Dropped,
}

impl Change {
    fn rule(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::Emptied => "empty",
            Self::Dropped => "dropped",
        }
    }
}

/// Most characters of one skill.
const SKILL_LENGTH: usize = 100;

/// Makes a posting satisfy the bounds of the schema.
///
/// Text and lists that are too long are cut (`truncated:FIELD`), empty text becomes `None` or leaves its list
/// (`empty:FIELD`), and numbers, currencies and dates that the schema forbids become `None` (`dropped:FIELD`).
pub fn clamp(posting: &mut JobPosting) -> Vec<Flag> {
    changes(posting)
        .into_iter()
        .map(|(change, field)| Flag::new(change.rule(), field))
        .collect()
}

/// `bounds:FIELD` for every field that [`clamp`] would change.
pub fn breaches(posting: &JobPosting) -> Vec<Flag> {
    let mut flags: Vec<Flag> = changes(&mut posting.clone())
        .into_iter()
        .map(|(_, field)| Flag::new("bounds", field))
        .collect();
    flags.dedup();
    flags
}

fn changes(posting: &mut JobPosting) -> Vec<(Change, Field)> {
    let mut changes = Vec::new();
    for (field, text, most) in [
        (Field::Title, &mut posting.title, 200),
        (Field::Company, &mut posting.company, 100),
        (Field::Location, &mut posting.location, 200),
        (Field::Education, &mut posting.education, 100),
        (Field::Description, &mut posting.description, 5000),
        (Field::JobId, &mut posting.job_id, 100),
    ] {
        changes.extend(bound_text(text, most).map(|change| (change, field)));
    }
    changes.extend(bound_skills(&mut posting.skills));
    for (field, list, most) in [
        (Field::Skills, &mut posting.skills, 20),
        (Field::Requirements, &mut posting.requirements, 30),
        (Field::Responsibilities, &mut posting.responsibilities, 30),
        (Field::Benefits, &mut posting.benefits, 20),
    ] {
        if list.len() > most {
            list.truncate(most);
            changes.push((Change::Truncated, field));
        }
    }
    for (field, years) in [
        (Field::ExperienceYearsMin, &mut posting.experience_years_min),
        (Field::ExperienceYearsMax, &mut posting.experience_years_max),
    ] {
        if years.take_if(|years| *years > years::LIMIT).is_some() {
            changes.push((Change::Dropped, field));
        }
    }
    if posting.salary.as_mut().is_some_and(bound_salary) {
        changes.push((Change::Dropped, Field::Salary));
    }
    for (field, day) in [
        (Field::PostedDate, &mut posting.posted_date),
        (Field::Deadline, &mut posting.deadline),
    ] {
        // RFC 3339, which the schema's format "date" refers to, has no years before 0.
        if day.take_if(|day| day.year() < 0).is_some() {
            changes.push((Change::Dropped, field));
        }
    }
    changes
}

fn bound_text(text: &mut Option<String>, most: usize) -> Option<Change> {
    if text.take_if(|text| text.is_empty()).is_some() {
        return Some(Change::Emptied);
    }
    truncate(text.as_mut()?, most).then_some(Change::Truncated)
}

fn bound_skills(skills: &mut Vec<String>) -> Vec<(Change, Field)> {
    let stated = skills.len();
    skills.retain(|skill| !skill.is_empty());
    let mut changes = Vec::new();
    if skills.len() < stated {
        changes.push((Change::Emptied, Field::Skills));
    }
    let cut = skills
        .iter_mut()
        .filter_map(|skill| truncate(skill, SKILL_LENGTH).then_some(()));
    if cut.count() > 0 {
        changes.push((Change::Truncated, Field::Skills));
    }
    changes
}

/// Cuts to so many characters, as JSON Schema counts them; tells whether it had to.
fn truncate(text: &mut String, most: usize) -> bool {
    let end = text.char_indices().nth(most).map(|(end, _)| end);
    if let Some(end) = end {
        text.truncate(end);
    }
    end.is_some()
}

/// Drops amounts and a currency that the schema forbids; tells whether there were any.
fn bound_salary(salary: &mut Salary) -> bool {
    let forbidden = |amount: &mut f64| !(0.0..=money::LIMIT).contains(amount);
    let min = salary.min.take_if(forbidden);
    let max = salary.max.take_if(forbidden);
    let currency = salary
        .currency
        .take_if(|code| code.len() != 3 || !code.bytes().all(|letter| letter.is_ascii_uppercase()));
    min.is_some() || max.is_some() || currency.is_some()
}
