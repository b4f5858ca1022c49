//! Structured data: schema.org `JobPosting` in JSON-LD scripts and microdata attributes, field by field.

mod jsonld;
mod map;
mod microdata;

use super::Structured;
use super::dom::Dom;

/// Every `JobPosting` the page states, JSON-LD first.
#[must_use]
pub fn read(dom: &Dom) -> Vec<Structured> {
    let mut found = jsonld::read(dom);
    found.extend(microdata::read(dom));
    found
}
