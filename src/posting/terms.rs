//! Words of job pages that mean a member of an enum, in English, German, French and Spanish.

use super::pattern::Pattern;
use super::{ExperienceLevel, JobType, RemoteType};

static JOB_TYPES: [(JobType, Pattern); 5] = [
    (
        JobType::Internship,
        Pattern::new(|| {
            r"(?i)\b(intern(ship)?|praktikum|praktikant\w*|stage|stagiaire|prácticas|becari[oa])\b"
                .to_owned()
        }),
    ),
    (
        JobType::Freelance,
        Pattern::new(|| r"(?i)\b(freelanc\w*|self[- ]employed|freiberuf\w*|autónomo)\b".to_owned()),
    ),
    (
        JobType::Contract,
        Pattern::new(|| {
            r"(?i)\b(contract(or)?|temporary|temp|fixed[- ]term|term appointment|befristet\w*|cdd|temporal|interim|seasonal)\b".to_owned()
        }),
    ),
    (
        JobType::PartTime,
        Pattern::new(|| {
            r"(?i)\b(part[- ]?time|half[- ]?time|teilzeit|temps partiel|media jornada)\b".to_owned()
        }),
    ),
    (
        JobType::FullTime,
        Pattern::new(|| {
            r"(?i)\b(full[- ]?time|vollzeit|temps plein|jornada completa|tiempo completo)\b"
                .to_owned()
        }),
    ),
];

static REMOTE_TYPES: [(RemoteType, Pattern); 3] = [
    (
        RemoteType::Hybrid,
        Pattern::new(|| {
            r"(?i)\b(hybrid\w*|partially remote|days? (a|per) week in (the )?office)\b".to_owned()
        }),
    ),
    (
        RemoteType::Remote,
        Pattern::new(|| {
            r"(?i)\b(remote\w*|work from (home|anywhere)|home[- ]?office|télétravail|virtual|teletrabajo)\b".to_owned()
        }),
    ),
    (
        RemoteType::Onsite,
        Pattern::new(|| {
            r"(?i)\b(on[- ]?site|in[- ]office|office[- ]based|in[- ]person|vor ort|sur site|presencial)\b".to_owned()
        }),
    ),
];

static LEVELS: [(ExperienceLevel, Pattern); 5] = [
    (
        ExperienceLevel::Executive,
        Pattern::new(|| r"(?i)\b(executive|chief|vp|vice president|c-level)\b".to_owned()),
    ),
    (
        ExperienceLevel::Lead,
        Pattern::new(|| r"(?i)\b(lead|principal|head of|director|staff engineer)\b".to_owned()),
    ),
    (
        ExperienceLevel::Senior,
        Pattern::new(|| r"(?i)\b(senior|sr|expert|berufserfahren\w*)\b".to_owned()),
    ),
    (
        ExperienceLevel::Entry,
        Pattern::new(|| {
            r"(?i)\b(entry[- ]level|junior|jr|graduate|intern|trainee|apprentice|berufseinsteiger\w*)\b".to_owned()
        }),
    ),
    (
        ExperienceLevel::Mid,
        Pattern::new(|| {
            r"(?i)\b(mid(dle)?([- ](level|senior))?|intermediate|associate)\b".to_owned()
        }),
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
