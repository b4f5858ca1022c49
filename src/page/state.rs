//! The state object of a page that only a script can show: used when the page shows nothing and the state holds one job.

use serde_json::{Map, Value};

use super::dom::Dom;
use super::structured::{balanced, html_lines};
use super::walk::Line;
use super::{BlockKind, HiddenReport};

/// Objects tried in all scripts together; a page that defeats these is not worth more.
const ATTEMPTS: usize = 32;
/// Nothing shorter describes a job.
const LEAST_DESCRIPTION: usize = 200;
/// Longest value of a fact.
const FACT_BYTES: usize = 200;

const TITLES: [&str; 5] = ["title", "jobtitle", "positiontitle", "postingtitle", "name"];
const DESCRIPTIONS: [&str; 8] = [
    "description",
    "descriptionhtml",
    "jobdescription",
    "jobpostingdescription",
    "fulldescription",
    "htmldescription",
    "content",
    "body",
];
/// Words in the keys that only an object about a job has.
const FACTS: [&str; 14] = [
    "location",
    "city",
    "country",
    "region",
    "employmenttype",
    "jobtype",
    "department",
    "salary",
    "compensation",
    "workplace",
    "posteddate",
    "deadline",
    "requisition",
    "jobid",
];

/// The lines of the one job that the scripts of the page state; none if they state several or no job.
pub fn read(dom: &Dom, report: &mut HiddenReport) -> Option<Vec<Line>> {
    let mut jobs: Vec<Map<String, Value>> = Vec::new();
    let mut attempts = ATTEMPTS;
    for node in (0..dom.nodes.len()).filter(|node| dom.name(*node) == "script") {
        for value in values(&dom.text(node), &mut attempts) {
            collect(value, &mut jobs);
        }
    }
    let [job] = jobs.as_slice() else { return None };
    let (_, title) = text_of(job, &TITLES)?;
    let (_, description) = text_of(job, &DESCRIPTIONS)?;
    let mut lines = html_lines(title, report);
    for line in &mut lines {
        line.kind = BlockKind::Heading(1);
    }
    lines.extend(facts(job, report));
    lines.extend(html_lines(description, report));
    Some(lines)
}

/// Every JSON object or list that a script assigns, passes on, or is.
fn values(script: &str, attempts: &mut usize) -> Vec<Value> {
    let (mut found, mut rest, mut before) = (Vec::new(), script, '=');
    while let Some(at) = rest.find(['{', '[']) {
        if *attempts == 0 {
            break;
        }
        before = rest[..at].trim_end().chars().next_back().unwrap_or(before);
        let mut step = 1;
        if matches!(before, '=' | '(' | ';' | '>') {
            *attempts -= 1;
            let json = balanced(&rest[at..]).unwrap_or_default();
            if let Ok(value) = serde_json::from_str(json) {
                found.push(value);
                step = json.len();
            }
        }
        before = rest[at..].chars().next().unwrap_or(' ');
        rest = &rest[at + step..];
    }
    found
}

/// Objects that have a title, a description and some fact of a job; the same job twice is one.
fn collect(value: Value, jobs: &mut Vec<Map<String, Value>>) {
    let mut stack = vec![value];
    while let Some(value) = stack.pop() {
        match value {
            Value::Array(items) => stack.extend(items),
            Value::Object(object) if is_job(&object) => {
                let same = |job: &Map<String, Value>| {
                    text_of(job, &DESCRIPTIONS) == text_of(&object, &DESCRIPTIONS)
                };
                if !jobs.iter().any(same) {
                    jobs.push(object);
                }
            }
            Value::Object(object) => stack.extend(object.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
}

fn is_job(object: &Map<String, Value>) -> bool {
    text_of(object, &TITLES).is_some_and(|(_, title)| title.len() <= FACT_BYTES)
        && text_of(object, &DESCRIPTIONS).is_some_and(|(_, text)| text.len() >= LEAST_DESCRIPTION)
        && object.keys().any(|key| is_fact(key))
}

/// The first of `keys`, in their order, that has text.
fn text_of<'a>(object: &'a Map<String, Value>, keys: &[&str]) -> Option<(&'a str, &'a str)> {
    keys.iter().find_map(|wanted| {
        object.iter().find_map(|(key, value)| {
            let text = value.as_str().filter(|text| !text.trim().is_empty())?;
            (plain(key) == *wanted).then_some((key.as_str(), text))
        })
    })
}

fn plain(key: &str) -> String {
    let letters = key.chars().filter(|letter| letter.is_alphanumeric());
    letters.collect::<String>().to_lowercase()
}

fn is_fact(key: &str) -> bool {
    let key = plain(key);
    FACTS.iter().any(|fact| key.contains(fact))
}

/// `employmentType: "Full time"` as "Employment type: Full time".
fn facts(job: &Map<String, Value>, report: &mut HiddenReport) -> Vec<Line> {
    let mut lines = Vec::new();
    for (key, value) in job.iter().filter(|(key, _)| is_fact(key)) {
        let Some(text) = value.as_str().or_else(|| value.get("name")?.as_str()) else {
            continue;
        };
        let value: Vec<String> = html_lines(text, report)
            .into_iter()
            .map(|line| line.text)
            .collect();
        if !value.is_empty() && text.len() <= FACT_BYTES {
            lines.push(Line {
                text: format!("{}: {}", words(key), value.join(", ")),
                kind: BlockKind::Row,
                is_label: false,
            });
        }
    }
    lines
}

/// A key in camel or snake case as words.
fn words(key: &str) -> String {
    let mut out = String::new();
    for letter in key
        .chars()
        .take(40)
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
    {
        if letter == '_' || letter.is_uppercase() && out.ends_with(char::is_lowercase) {
            out.push(' ');
        }
        match letter {
            '_' => {}
            _ if out.is_empty() => out.push(letter.to_ascii_uppercase()),
            _ => out.push(letter.to_ascii_lowercase()),
        }
    }
    out
}
