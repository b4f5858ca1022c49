//! Two evaluations side by side: which outcomes changed, posting by posting.

use std::collections::HashMap;

use super::{Judged, Report};

/// The fields whose outcome or value differs, as (before, after), in the order of the later run. What only one of the
/// runs has scored is left out: nothing can be said about it.
#[must_use]
pub fn diff<'a>(before: &'a Report, after: &'a Report) -> Vec<(&'a Judged, &'a Judged)> {
    let key = |one: &'a Judged| (one.source.as_str(), one.id.as_str(), one.field.as_str());
    let earlier: HashMap<_, _> = before.judged.iter().map(|one| (key(one), one)).collect();
    let pairs = after
        .judged
        .iter()
        .filter_map(|one| Some((*earlier.get(&key(one))?, one)));
    pairs
        .filter(|(one, other)| one.outcome != other.outcome || one.got != other.got)
        .collect()
}
