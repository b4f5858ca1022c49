//! Style sheets in the page: which classes and ids their plain rules hide.

use std::collections::HashSet;

use super::dom::Dom;
use super::style;

/// Selectors such as `.note` or `#extra` that a rule hides and no rule shows.
#[derive(Debug, Default)]
pub struct Sheet {
    hidden: HashSet<String>,
}

impl Sheet {
    /// Reads every `<style>` of the page. Rules inside `@media` and the like hold only at times and are left out.
    #[must_use]
    pub fn of(dom: &Dom) -> Self {
        let mut sheet = Self::default();
        let mut shown = HashSet::new();
        for node in 0..dom.nodes.len() {
            if dom.name(node) == "style" {
                for (selectors, style) in rules(&without_comments(&dom.text(node))) {
                    if style::hides(style, None) {
                        let simple = selectors.split(',').map(str::trim).filter(is_simple);
                        sheet.hidden.extend(simple.map(str::to_owned));
                    } else if style::shows(style) {
                        shown.extend(names(selectors));
                    }
                }
            }
        }
        sheet.hidden.retain(|selector| !shown.contains(selector));
        sheet
    }

    /// Whether a rule hides an element with these classes and this id.
    #[must_use]
    pub fn hides(&self, class: &str, id: &str) -> bool {
        !self.hidden.is_empty()
            && (self.hidden.contains(&format!("#{id}"))
                || class
                    .split_ascii_whitespace()
                    .any(|word| self.hidden.contains(&format!(".{word}"))))
    }
}

fn without_comments(css: &str) -> String {
    let mut parts = css.split("/*");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(part.split_once("*/").map_or("", |(_, after)| after));
    }
    out
}

/// Selectors and declarations of the rules that stand outside of any block.
fn rules(css: &str) -> Vec<(&str, &str)> {
    let (mut found, mut depth, mut start, mut open) = (Vec::new(), 0_usize, 0, 0);
    for (at, byte) in css.bytes().enumerate() {
        match byte {
            b'{' => {
                if depth == 0 {
                    open = at;
                }
                depth += 1;
            }
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    let selectors = css.get(start..open).unwrap_or_default().trim();
                    if !selectors.starts_with('@') {
                        found.extend(css.get(open + 1..at).map(|style| (selectors, style)));
                    }
                    start = at + 1;
                }
            }
            b';' if depth == 0 => start = at + 1,
            _ => {}
        }
    }
    found
}

fn is_simple(selector: &&str) -> bool {
    let mut letters = selector.chars();
    matches!(letters.next(), Some('.' | '#'))
        && letters.all(|letter| letter.is_alphanumeric() || letter == '-' || letter == '_')
}

/// Every class and id that selectors name, with their mark.
fn names(selectors: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut inside = false;
    for letter in selectors.chars() {
        if letter == '.' || letter == '#' {
            found.push(letter.to_string());
            inside = true;
        } else if letter.is_alphanumeric() || letter == '-' || letter == '_' {
            if let Some(name) = found.last_mut().filter(|_| inside) {
                name.push(letter);
            }
        } else {
            inside = false;
        }
    }
    found
}
