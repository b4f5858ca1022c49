//! Words of job pages that mean a member of an enum, in English, German, French and Spanish.

use super::{ExperienceLevel, JobType, RemoteType};
use crate::pattern::Pattern;

static JOB_TYPES: [(JobType, Pattern); 5] = [
    (
        JobType::Internship,
        Pattern::new(
            r"(?i)\b(intern(ship)?|praktikum|praktikant\w*|stage|stagiaire|prácticas|becari[oa])\b",
        ),
    ),
    (
        JobType::Freelance,
        Pattern::new(r"(?i)\b(freelanc\w*|self[- ]employed|freiberuf\w*|autónomo)\b"),
    ),
    (
        JobType::Contract,
        Pattern::new(
            r"(?i)\b(contract(or)?|temporary|temp|fixed[- ]term|term appointment|befristet\w*|cdd|temporal|interim|seasonal)\b",
        ),
    ),
    (
        JobType::PartTime,
        Pattern::new(r"(?i)\b(part[- ]?time|half[- ]?time|teilzeit|temps partiel|media jornada)\b"),
    ),
    (
        JobType::FullTime,
        Pattern::new(
            r"(?i)\b(full[- ]?time|vollzeit|temps plein|jornada completa|tiempo completo)\b",
        ),
    ),
];

static REMOTE_TYPES: [(RemoteType, Pattern); 3] = [
    (
        RemoteType::Hybrid,
        Pattern::new(r"(?i)\b(hybrid\w*|partially remote|days? (a|per) week in (the )?office)\b"),
    ),
    (
        RemoteType::Remote,
        Pattern::new(
            r"(?i)\b(remote\w*|work from (home|anywhere)|home[- ]?office|télétravail|virtual|teletrabajo)\b",
        ),
    ),
    (
        RemoteType::Onsite,
        Pattern::new(
            r"(?i)\b(on[- ]?site|in[- ]office|office[- ]based|in[- ]person|vor ort|sur site|presencial)\b",
        ),
    ),
];

static LEVELS: [(ExperienceLevel, Pattern); 5] = [
    (
        ExperienceLevel::Executive,
        Pattern::new(r"(?i)\b(executive|chief|vp|vice president|c-level)\b"),
    ),
    (
        ExperienceLevel::Lead,
        Pattern::new(r"(?i)\b(lead|principal|head of|director|staff engineer)\b"),
    ),
    (
        ExperienceLevel::Senior,
        Pattern::new(r"(?i)\b(senior|sr|expert|berufserfahren\w*)\b"),
    ),
    (
        ExperienceLevel::Entry,
        Pattern::new(
            r"(?i)\b(entry[- ]level|junior|jr|graduate|intern|trainee|apprentice|berufseinsteiger\w*)\b",
        ),
    ),
    (
        ExperienceLevel::Mid,
        Pattern::new(r"(?i)\b(mid(dle)?([- ](level|senior))?|intermediate|associate)\b"),
    ),
];

fn members<T: Copy>(table: &'static [(T, Pattern)], text: &str) -> Vec<T> {
    table
        .iter()
        .filter(|(_, pattern)| pattern.is_match(text))
        .map(|(member, _)| *member)
        .collect()
}

/// Every kind of employment the text names.
#[must_use]
pub fn job_types(text: &str) -> Vec<JobType> {
    members(&JOB_TYPES, text)
}

/// Every place of working the text names.
#[must_use]
pub fn remote_types(text: &str) -> Vec<RemoteType> {
    members(&REMOTE_TYPES, text)
}

/// Every seniority the text names.
#[must_use]
pub fn levels(text: &str) -> Vec<ExperienceLevel> {
    members(&LEVELS, text)
}
