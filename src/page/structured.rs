//! Structured data: schema.org `JobPosting` in JSON-LD scripts and microdata attributes, field by field.

mod jsonld;
mod map;
mod microdata;
mod repair;

use super::dom::Dom;
use super::visibility::Visibility;
use super::walk::{self, Line};
use super::{HiddenReport, Structured};
pub use repair::balanced;

/// Nesting of the markup inside values; nobody's description is deeper.
const VALUE_DEPTH: usize = 64;

/// Every `JobPosting` the page states, JSON-LD first; one that is stated twice counts once.
#[must_use]
pub fn read(dom: &Dom, report: &mut HiddenReport) -> Vec<Structured> {
    let mut found: Vec<Structured> = Vec::new();
    let all = jsonld::read(dom, report)
        .into_iter()
        .chain(microdata::read(dom, report));
    for structured in all {
        if !found.contains(&structured) {
            found.push(structured);
        }
    }
    found
}

/// The visible lines of a value that may hold markup, escaped once or twice.
pub fn html_lines(value: &str, report: &mut HiddenReport) -> Vec<Line> {
    let mut dom = Dom::parse(value, VALUE_DEPTH);
    if !value.contains("</") && value.contains("&lt;") {
        let unescaped = dom.text(0);
        if is_markup(&unescaped) {
            dom = Dom::parse(&unescaped, VALUE_DEPTH);
        }
    }
    let visibility = Visibility::of(&dom, None, false, report);
    walk::walk(&dom, &visibility, report)
}

fn is_markup(text: &str) -> bool {
    let tag =
        |rest: &str| rest.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '/');
    text.split('<').skip(1).any(tag) && text.contains('>')
}
