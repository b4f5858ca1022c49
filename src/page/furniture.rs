//! What is no part of the posting: menus, footers, banners, share buttons, other jobs.

mod words;

use super::density::Density;
use super::dom::{Dom, Kind};

/// A menu has at least this many links.
const MENU_LINKS: usize = 4;
/// An element that holds this share of the text, in per cent, is the page and no furniture.
const MOST_OF_PAGE: usize = 50;
/// A footer stands below at least this share of the text, in per cent.
const ABOVE_FOOTER: usize = 60;
/// Longest text of a link or button that only does something.
const ACTION_BYTES: usize = 40;

/// Which elements are furniture, with everything inside them.
pub struct Furniture {
    marked: Vec<bool>,
    density: Density,
    /// Everything from this node on stands below the footer of the page.
    below: usize,
}

impl Furniture {
    /// Finds the furniture of a page.
    #[must_use]
    pub fn of(dom: &Dom) -> Self {
        let mut furniture = Self {
            marked: vec![false; dom.nodes.len()],
            density: Density::of(dom),
            below: usize::MAX,
        };
        let (mut at, mut text_above, mut article_end) = (1, 0, 0);
        while at < dom.nodes.len() {
            let name = dom.name(at);
            if matches!(name, "main" | "article") {
                article_end = article_end.max(dom.end(at));
            }
            if furniture.marked[at] || furniture.is_furniture(dom, at, name, at < article_end) {
                furniture.marked[at] = true;
                if furniture.is_footer(dom, at, text_above) {
                    furniture.below = dom.end(at);
                }
                text_above += furniture.density.at(at).text;
                at = dom.end(at);
                continue;
            }
            if let Some(Kind::Text(_)) = dom.nodes.get(at).map(|node| &node.kind) {
                text_above += furniture.density.at(at).text;
            }
            if matches!(name, "h2" | "h3" | "h4" | "h5" | "h6") {
                furniture.mark_other_jobs(dom, at);
            }
            at += 1;
        }
        furniture
    }

    /// Whether a node is furniture.
    #[must_use]
    pub fn holds(&self, node: usize) -> bool {
        self.marked.get(node).copied().unwrap_or_default()
            || node >= self.below && !self.density.at(node).title
    }

    /// Whether a node holds the main heading of the page.
    #[must_use]
    pub fn has_title(&self, node: usize) -> bool {
        self.density.at(node).title
    }

    fn is_furniture(&self, dom: &Dom, node: usize, name: &str, in_article: bool) -> bool {
        let weight = self.density.at(node);
        if matches!(
            name,
            "" | "html" | "body" | "main" | "article" | "head" | "h1"
        ) || weight.text == 0
            || weight.title
            || self.density.holds_share(node, MOST_OF_PAGE)
        {
            return false;
        }
        let is_menu = weight.anchors >= MENU_LINKS && weight.links * 10 >= weight.text * 8;
        match name {
            "nav" | "dialog" | "search" => return true,
            // The footer of an article states when it appeared and who wrote it.
            "footer" => return !in_article || is_menu,
            "header" | "aside" | "div" | "section" | "ul" if is_menu => return true,
            "a" | "button" if weight.text <= ACTION_BYTES => {
                let text = dom.spaced_text(node, ACTION_BYTES);
                return words::is_action(&text);
            }
            _ => {}
        }
        let role = dom.attribute(node, "role").unwrap_or_default();
        if words::ROLES.contains(&role) {
            return true;
        }
        let named = |key| dom.attribute(node, key).map(words::furniture);
        let found = named("class").max(named("id")).flatten();
        match found {
            Some(words::Named::Surely) => true,
            Some(words::Named::WithoutHeading) => !weight.heading,
            Some(words::Named::IfShort) => weight.text <= 2 * ACTION_BYTES,
            None => false,
        }
    }

    fn is_footer(&self, dom: &Dom, node: usize, text_above: usize) -> bool {
        (dom.name(node) == "footer" || dom.attribute(node, "role") == Some("contentinfo"))
            && text_above * 100 >= self.density.at(0).text * ABOVE_FOOTER
    }

    /// A heading such as "Similar jobs" and what follows it up to the next heading of its rank.
    fn mark_other_jobs(&mut self, dom: &Dom, heading: usize) {
        let text = self.density.at(heading).text;
        if text > 2 * ACTION_BYTES || !words::announces_other_jobs(&dom.spaced_text(heading, 200)) {
            return;
        }
        let parent = |node: usize| dom.nodes.get(node).map_or(0, |node| node.parent);
        let mut first = heading;
        while parent(first) != 0 && self.density.at(parent(first)).text == text {
            first = parent(first);
        }
        let (level, last) = (dom.name(heading), dom.end(parent(first)));
        let mut at = dom.end(first);
        self.marked[first] = true;
        while at < last {
            let name = dom.name(at);
            let ends = matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6") && name <= level;
            if ends || self.density.at(at).title || self.density.holds_share(at, MOST_OF_PAGE) {
                return;
            }
            self.marked[at] = true;
            at = dom.end(at);
        }
    }
}
