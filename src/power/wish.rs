//! What is set, and what was not used and why: for whoever looks.

use serde::{Deserialize, Serialize};

/// What is set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    /// Watts that were asked for.
    pub watts: f64,
    /// The actuators that hold them, with their ways.
    pub held_by: String,
    /// What was tried and not used.
    pub refused: Vec<Refused>,
}

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
