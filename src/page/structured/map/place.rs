//! Places of work: addresses in their many forms as one line each.

use serde_json::Value;

use super::value::{self, Reader};

/// Most places of one posting.
const MOST_PLACES: usize = 10;
/// Longest location of a record.
const LONGEST: usize = 200;

/// Where the work is done; for remote work without a place, where the worker may live.
pub fn location(object: &Value, remote: bool, read: &mut Reader) -> Option<String> {
    let stated = places(object.get("jobLocation"), read);
    if stated.is_some() || !remote {
        return stated;
    }
    places(object.get("applicantLocationRequirements"), read)
}

fn places(stated: Option<&Value>, read: &mut Reader) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    let mut length = 0;
    for place in value::list(stated) {
        let Some(name) = self::place(place, read).filter(|name| !names.contains(name)) else {
            continue;
        };
        length += name.chars().count() + 2;
        // A list that does not fit ends with a whole place.
        if names.len() == MOST_PLACES || !names.is_empty() && length > LONGEST {
            break;
        }
        names.push(name);
    }
    (!names.is_empty()).then(|| names.join("; ").chars().take(LONGEST).collect())
}

fn place(place: &Value, read: &mut Reader) -> Option<String> {
    let address = value::first(place.get("address")).unwrap_or(place);
    if let Some(text) = read.text(Some(address)) {
        return Some(text);
    }
    let mut parts: Vec<String> = Vec::new();
    for key in ["addressLocality", "addressRegion", "addressCountry"] {
        let part = value::first(address.get(key));
        let part = part.and_then(|part| part.get("name")).or(part);
        let Some(part) = read.text(part) else {
            continue;
        };
        if !parts
            .iter()
            .any(|before| before.eq_ignore_ascii_case(&part))
        {
            parts.push(part);
        }
    }
    if parts.is_empty() {
        return ["name", "streetAddress"]
            .iter()
            .find_map(|key| read.text(place.get(*key).or_else(|| address.get(*key))));
    }
    Some(parts.join(", "))
}
