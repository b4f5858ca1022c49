//! What a reader does not see, and what is no part of the posting: hidden elements, menus, banners, other jobs.

use super::dom::{Dom, Kind};
use super::{HiddenReport, scrub};

/// Which nodes are left out, with everything inside them.
pub struct Visibility {
    dropped: Vec<bool>,
}

/// Class and id words of page furniture.
const FURNITURE: [&str; 16] = [
    "cookie",
    "breadcrumb",
    "navbar",
    "similar-jobs",
    "related-jobs",
    "recommended-jobs",
    "other-jobs",
    "skipnav",
    "skip-link",
    "usa-banner",
    "language-selector",
    "languageselector",
    "social-share",
    "share-buttons",
    "site-footer",
    "site-header",
];

impl Visibility {
    /// Whether a node is left out.
    #[must_use]
    pub fn is_dropped(&self, node: usize) -> bool {
        self.dropped.get(node).copied().unwrap_or_default()
    }

    /// Decides for every node; `furniture` false keeps menus and the like, for pages that are nothing else.
    pub fn of(dom: &Dom, furniture: bool, report: &mut HiddenReport) -> Self {
        let density = Density::of(dom);
        let mut dropped = vec![false; dom.nodes.len()];
        for (index, node) in dom.nodes.iter().enumerate() {
            match &node.kind {
                Kind::Element(name, _) => {
                    if is_hidden(dom, index) {
                        if let Some(flag) = dropped.get_mut(index) {
                            *flag = true;
                        }
                        let seen_already = ancestors(dom, index)
                            .any(|above| dropped.get(above).copied().unwrap_or_default());
                        let text = dom.text(index);
                        if !seen_already
                            && text.chars().any(char::is_alphabetic)
                            && !matches!(name.as_str(), "svg" | "script" | "style")
                        {
                            report.elements += 1;
                            report.suspicious += usize::from(scrub::addresses_a_model(&text));
                        }
                    } else if furniture
                        && is_furniture(dom, index, &density)
                        && let Some(flag) = dropped.get_mut(index)
                    {
                        *flag = true;
                    }
                }
                Kind::Comment(text) => {
                    report.comments += usize::from(scrub::addresses_a_model(text))
                }
                Kind::Text(_) => {}
            }
        }
        Self { dropped }
    }
}

fn ancestors(dom: &Dom, node: usize) -> impl Iterator<Item = usize> {
    let mut at = node;
    std::iter::from_fn(move || {
        let parent = dom.nodes.get(at)?.parent;
        (at != 0).then(|| {
            at = parent;
            parent
        })
    })
}

fn is_hidden(dom: &Dom, node: usize) -> bool {
    if dom.attribute(node, "hidden").is_some() || dom.attribute(node, "aria-hidden") == Some("true")
    {
        return true;
    }
    let Some(style) = dom.attribute(node, "style") else {
        return false;
    };
    let style: String = style
        .to_lowercase()
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let hides = |rule: &str| {
        let (key, value) = rule.split_once(':').unwrap_or_default();
        match key {
            "display" => value.starts_with("none"),
            "visibility" => value.starts_with("hidden"),
            "opacity" | "font-size" => {
                value
                    .trim_end_matches("!important")
                    .trim_end_matches("px")
                    .parse()
                    == Ok(0.0)
            }
            "left" | "top" | "text-indent" | "margin-left" => {
                value.starts_with('-') && value.chars().filter(char::is_ascii_digit).count() >= 3
            }
            _ => false,
        }
    };
    let colour = |key: &str| {
        style
            .split(';')
            .find_map(|rule| rule.strip_prefix(key)?.strip_prefix(':').map(str::to_owned))
    };
    style.split(';').any(hides)
        || colour("color").is_some_and(|text| {
            colour("background-color").or_else(|| colour("background")) == Some(text)
        })
}

fn is_furniture(dom: &Dom, node: usize, density: &Density) -> bool {
    let name = dom.name(node);
    if matches!(name, "html" | "body" | "main" | "h1" | "" | "article") {
        return false;
    }
    let role = dom.attribute(node, "role").unwrap_or_default();
    if matches!(name, "nav" | "footer")
        || matches!(
            role,
            "navigation" | "contentinfo" | "search" | "dialog" | "menu"
        )
    {
        return true;
    }
    let words = |key: &str| dom.attribute(node, key).unwrap_or_default().to_lowercase();
    let (class, id) = (words("class"), words("id"));
    if FURNITURE
        .iter()
        .any(|word| class.contains(word) || id.contains(word))
        && !density.has_heading(node)
    {
        return true;
    }
    // Blocks that are hardly more than links are menus.
    matches!(name, "header" | "aside" | "div" | "section" | "ul")
        && density.is_menu(node)
        && !density.has_heading(node)
}

/// How much of a node's text stands in links.
struct Density {
    text: Vec<usize>,
    links: Vec<usize>,
    anchors: Vec<usize>,
    headings: Vec<bool>,
}

impl Density {
    /// One pass from the back: children have larger numbers than their parents.
    fn of(dom: &Dom) -> Self {
        let size = dom.nodes.len();
        let mut density = Self {
            text: vec![0; size],
            links: vec![0; size],
            anchors: vec![0; size],
            headings: vec![false; size],
        };
        for (index, node) in dom.nodes.iter().enumerate().rev() {
            let (text, mut links, mut anchors, mut heading) = (
                density.text[index],
                density.links[index],
                density.anchors[index],
                density.headings[index],
            );
            let text = match &node.kind {
                Kind::Text(piece) => piece.trim().len(),
                Kind::Element(name, _)
                    if matches!(name.as_str(), "script" | "style" | "template") =>
                {
                    0
                }
                Kind::Element(name, _) => {
                    if name == "a" {
                        links = text;
                        anchors += 1;
                    }
                    heading |= name == "h1";
                    text
                }
                Kind::Comment(_) => 0,
            };
            density.headings[index] = heading;
            if index > 0 {
                let parent = node.parent;
                density.text[parent] += text;
                density.links[parent] += links;
                density.anchors[parent] += anchors;
                density.headings[parent] |= heading;
            }
        }
        density
    }

    fn is_menu(&self, node: usize) -> bool {
        self.anchors[node] >= 4 && self.links[node] * 10 >= self.text[node] * 8
    }

    fn has_heading(&self, node: usize) -> bool {
        self.headings[node]
    }
}
