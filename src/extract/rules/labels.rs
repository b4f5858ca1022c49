//! Labels and headings of job pages, in English, German and French, and the facts they announce.

use crate::extract::wire::Ask;
use crate::posting::Field;

const LABELS: [(&[Ask], &[&str]); 13] = [
    (
        &[Ask::Title],
        &[
            "job title",
            "job name",
            "job advert title",
            "position title",
            "title",
            "position",
            "class title",
            "stellenbezeichnung",
            "intitulé du poste",
        ],
    ),
    (
        &[Ask::Company],
        &[
            "company",
            "company name",
            "employer",
            "organization",
            "organisation",
            "hiring organization",
            "agency",
            "arbeitgeber",
            "unternehmen",
            "entreprise",
        ],
    ),
    (
        &[Ask::Location],
        &[
            "location",
            "locations",
            "job location",
            "job locations",
            "work location",
            "duty location",
            "place of work",
            "city",
            "standort",
            "arbeitsort",
            "lieu",
            "lieu de travail",
        ],
    ),
    (
        &[Ask::Salary],
        &[
            "salary",
            "salary range",
            "pay",
            "pay range",
            "pay rate",
            "rate of pay",
            "compensation",
            "compensation range",
            "wage",
            "hourly rate",
            "hourly wage",
            "annual salary",
            "base salary",
            "starting salary",
            "gehalt",
            "salaire",
            "rémunération",
        ],
    ),
    (
        &[Ask::JobType],
        &[
            "job type",
            "employment type",
            "type of employment",
            "work schedule",
            "schedule",
            "position type",
            "contract type",
            "time type",
            "worker type",
            "appointment type",
            "beschäftigungsart",
            "anstellungsart",
            "type de contrat",
        ],
    ),
    (
        &[Ask::Remote],
        &[
            "remote",
            "remote type",
            "workplace type",
            "workplace",
            "work arrangement",
            "remote status",
            "work model",
            "location",
            "locations",
            "job location",
        ],
    ),
    (
        &[Ask::Level],
        &[
            "experience level",
            "seniority",
            "seniority level",
            "career level",
            "level",
            "karrierestufe",
        ],
    ),
    (
        &[Ask::Posted],
        &[
            "posted",
            "posted on",
            "date posted",
            "posted date",
            "posting date",
            "open date",
            "opening date",
            "opens",
            "published",
            "veröffentlicht",
            "veröffentlicht am",
            "publié le",
        ],
    ),
    (
        &[Ask::Deadline],
        &[
            "closing date",
            "close date",
            "closes",
            "closing",
            "deadline",
            "application deadline",
            "apply by",
            "last day to apply",
            "final filing date",
            "filing deadline",
            "bewerbungsfrist",
            "date limite",
        ],
    ),
    (
        &[Ask::Posted, Ask::Deadline],
        &[
            "opening and closing period",
            "opening and closing period for this job application",
            "opening and closing dates",
            "open & closing dates",
            "application period",
        ],
    ),
    (
        &[Ask::JobId],
        &[
            "job id",
            "job number",
            "job no",
            "requisition id",
            "req id",
            "requisition number",
            "job reference",
            "reference",
            "reference number",
            "job announcement number",
            "announcement number",
            "job code",
            "posting id",
            "class code",
            "vacancy number",
            "kennziffer",
            "référence",
        ],
    ),
    (
        &[Ask::Education],
        &[
            "education",
            "education level",
            "minimum education",
            "ausbildung",
            "formation",
        ],
    ),
    (
        &[Ask::Years],
        &[
            "experience",
            "years of experience",
            "minimum experience",
            "required experience",
            "berufserfahrung",
        ],
    ),
];

const HEADINGS: [(Field, &[&str]); 3] = [
    (
        Field::Requirements,
        &[
            "requirement",
            "qualification",
            "what you bring",
            "what you'll need",
            "what you need",
            "who you are",
            "your profile",
            "must have",
            "anforderungen",
            "ihr profil",
            "dein profil",
            "profil recherché",
        ],
    ),
    (
        Field::Responsibilities,
        &[
            "responsibilit",
            "duties",
            "what you'll do",
            "what you will do",
            "what the candidate will do",
            "key objective",
            "your tasks",
            "essential functions",
            "the role",
            "aufgaben",
            "missions",
        ],
    ),
    (
        Field::Benefits,
        &[
            "benefit",
            "perks",
            "what we offer",
            "we offer",
            "wir bieten",
            "avantages",
        ],
    ),
];

/// What a label announces.
pub fn asks(label: &str) -> impl Iterator<Item = &'static Ask> {
    let label = label.trim().trim_end_matches(':').to_lowercase();
    LABELS
        .iter()
        .filter(move |(_, names)| names.contains(&label.as_str()))
        .flat_map(|(asks, _)| asks.iter())
}

/// Where the longest label of a key ends with which a text begins, on a line of its own or as its first words.
#[must_use]
pub fn begins(text: &str, ask: Ask) -> Option<usize> {
    let names = LABELS
        .iter()
        .filter(|(asks, _)| *asks == [ask])
        .flat_map(|(_, names)| *names);
    let fits = |name: &&&str| {
        let start = text.get(..name.len());
        let next = text.get(name.len()..).and_then(|rest| rest.chars().next());
        start.is_some_and(|start| start.eq_ignore_ascii_case(name))
            && next.is_some_and(|next| !next.is_alphanumeric())
    };
    names.filter(fits).map(|name| name.len()).max()
}

/// Whether a heading announces the items of a list field.
#[must_use]
pub fn announces(heading: &str, field: Field) -> bool {
    let heading = heading.to_lowercase().replace('’', "'");
    HEADINGS
        .iter()
        .any(|(of, words)| *of == field && words.iter().any(|word| heading.contains(word)))
}

/// Whether a line opens a section instead of naming the job: "About us", "The role".
#[must_use]
pub fn opens_a_section(line: &str) -> bool {
    const OPENERS: [&str; 14] = [
        "about",
        "the role",
        "the team",
        "overview",
        "description",
        "summary",
        "position summary",
        "job summary",
        "job description",
        "who we are",
        "introduction",
        "über uns",
        "company",
        "our ",
    ];
    let line = line.to_lowercase();
    let line = line.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    OPENERS.iter().any(|opener| line.starts_with(opener))
}

/// Whether a label's value only says that there is none yet.
#[must_use]
pub fn is_placeholder(value: &str) -> bool {
    const PLACEHOLDERS: [&str; 16] = [
        "tbd",
        "tba",
        "tbc",
        "to be determined",
        "to be announced",
        "to be confirmed",
        "n/a",
        "na",
        "none",
        "not applicable",
        "not specified",
        "unspecified",
        "various",
        "see below",
        "see description",
        "-",
    ];
    let value = value
        .trim()
        .trim_matches(['.', '(', ')', '[', ']'])
        .to_lowercase();
    PLACEHOLDERS.contains(&value.as_str())
}
