//! What was not used, and why, for people to read.

use serde::{Deserialize, Serialize};

/// Refusals in one line, those with the same reason together.
#[must_use]
pub fn reasons(refused: &[Refused]) -> String {
    let mut groups: Vec<(Vec<&str>, &str)> = Vec::new();
    for Refused { what, why } in refused {
        match groups.iter_mut().find(|(_, known)| known == why) {
            Some((names, _)) => names.push(what),
            None => groups.push((vec![what], why)),
        }
    }
    let groups: Vec<_> = groups
        .iter()
        .map(|(names, why)| format!("{}: {why}", names.join(", ")))
        .collect();
    groups.join("; ")
}

/// Something that was not used, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// A way, or an actuator with its way.
    pub what: String,
    /// One line.
    pub why: String,
}
