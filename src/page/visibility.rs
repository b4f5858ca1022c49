//! What a reader does not see: hidden elements and comments. Furniture is left out on the way.

use super::dom::{Dom, Kind, is_silent};
use super::furniture::Furniture;
use super::sheet::Sheet;
use super::{HiddenReport, injection, style};

/// Longest text of an icon: the name of a glyph such as `location_on`.
const ICON_CHARS: usize = 24;

/// Which nodes are left out, with everything inside them.
pub struct Visibility {
    dropped: Vec<bool>,
}

impl Visibility {
    /// Whether a node is left out.
    #[must_use]
    pub fn is_dropped(&self, node: usize) -> bool {
        self.dropped.get(node).copied().unwrap_or_default()
    }

    /// Decides for every node and counts what is hidden; furniture goes too if it is to be `left_out`.
    pub fn of(
        dom: &Dom,
        furniture: Option<&Furniture>,
        left_out: bool,
        report: &mut HiddenReport,
    ) -> Self {
        let mut pass = Pass {
            dom,
            sheet: Sheet::of(dom),
            furniture,
            leaves_out: left_out,
            backgrounds: Vec::new(),
            dropped: vec![false; dom.nodes.len()],
            left_out: String::new(),
            left_out_end: 0,
            report,
        };
        let mut at = 0;
        while at < dom.nodes.len() {
            at = pass.visit(at);
        }
        let furnished = std::mem::take(&mut pass.left_out);
        injection::inspect(&furnished, pass.report);
        Self {
            dropped: pass.dropped,
        }
    }
}

struct Pass<'a> {
    dom: &'a Dom,
    sheet: Sheet,
    furniture: Option<&'a Furniture>,
    leaves_out: bool,
    /// Ends and background colours of the open elements that set one.
    backgrounds: Vec<(usize, u32)>,
    dropped: Vec<bool>,
    /// Visible text of furniture, and where the furniture ends.
    left_out: String,
    left_out_end: usize,
    report: &'a mut HiddenReport,
}

impl Pass<'_> {
    /// Decides on one node; the next to visit.
    fn visit(&mut self, node: usize) -> usize {
        let Some(found) = self.dom.nodes.get(node) else {
            return node + 1;
        };
        match &found.kind {
            Kind::Comment(text) => {
                self.report.comments += usize::from(injection::inspect(text, self.report));
            }
            Kind::Text(text) if node < self.left_out_end => {
                self.left_out.push_str(text);
                self.left_out.push(' ');
            }
            Kind::Text(_) => {}
            Kind::Element(name, attributes) => {
                self.report.chat_control += usize::from(injection::is_control_element(name));
                if is_silent(name) {
                    return self.silent(node, name, found.end);
                }
                if !attributes.is_empty() && self.is_hidden(node, name, found.end) {
                    self.dropped[node] = true;
                    self.count(node, name);
                    return found.end;
                }
                if self.leaves_out
                    && node >= self.left_out_end
                    && self
                        .furniture
                        .is_some_and(|furniture| furniture.holds(node))
                {
                    self.dropped[node] = true;
                    self.left_out_end = found.end;
                }
            }
        }
        node + 1
    }

    /// Elements that never show text; their scripts and styles are nobody's prompt.
    fn silent(&mut self, node: usize, name: &str, end: usize) -> usize {
        if name == "head" {
            return node + 1;
        }
        if matches!(
            name,
            "template" | "noscript" | "iframe" | "textarea" | "noframes"
        ) {
            let held = injection::inspect(&self.dom.text(node), self.report);
            self.report.elements += usize::from(held);
        }
        end
    }

    fn count(&mut self, node: usize, name: &str) {
        let text = self.dom.spaced_text(node, usize::MAX);
        let text = text.trim();
        let icon = matches!(name, "i" | "span" | "em" | "svg" | "img")
            && self.dom.attribute(node, "aria-hidden").is_some()
            && text.len() <= ICON_CHARS
            && !text.contains(char::is_whitespace);
        if icon || !text.chars().any(char::is_alphabetic) {
            return;
        }
        // Menus and banners unfold; what they hide counts only when it is meant for a model.
        let held = injection::inspect(text, self.report);
        self.report.elements += usize::from(held || node >= self.left_out_end);
    }

    fn is_hidden(&mut self, node: usize, name: &str, end: usize) -> bool {
        let attribute = |key| self.dom.attribute(node, key);
        if matches!(name, "html" | "body") {
            self.keep_background(attribute("style"), end);
            return false;
        }
        if attribute("hidden").is_some() {
            return true;
        }
        // A page behind an open dialog is hidden from screen readers only.
        if attribute("aria-hidden") == Some("true")
            && !self
                .furniture
                .is_some_and(|furniture| furniture.has_title(node))
        {
            return true;
        }
        let (class, id) = (attribute("class"), attribute("id"));
        if self
            .sheet
            .hides(class.unwrap_or_default(), id.unwrap_or_default())
        {
            return true;
        }
        let Some(declared) = attribute("style") else {
            return false;
        };
        while self.backgrounds.last().is_some_and(|(end, _)| *end <= node) {
            self.backgrounds.pop();
        }
        let behind = self.backgrounds.last().map(|(_, colour)| *colour);
        if style::hides(declared, behind) {
            return true;
        }
        self.keep_background(Some(declared), end);
        false
    }

    fn keep_background(&mut self, declared: Option<&str>, end: usize) {
        if let Some(colour) = declared.and_then(style::background_of) {
            self.backgrounds.push((end, colour));
        }
    }
}
