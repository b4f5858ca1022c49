//! How much text, and how much of it in links, stands inside each element; and where the headings are.

use super::dom::{Dom, Kind, is_silent};

/// Sums for one node and everything inside it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weight {
    /// Bytes of text.
    pub text: usize,
    /// Bytes of it that stand in links.
    pub links: usize,
    /// Number of links.
    pub anchors: usize,
    /// Holds a main heading.
    pub title: bool,
    /// Holds any heading.
    pub heading: bool,
}

/// Weights of all nodes.
pub struct Density(Vec<Weight>);

impl Density {
    /// One pass from the back: what is inside a node has a larger number.
    #[must_use]
    pub fn of(dom: &Dom) -> Self {
        let mut weights = vec![Weight::default(); dom.nodes.len()];
        for (index, node) in dom.nodes.iter().enumerate().rev() {
            let mut own = weights[index];
            match &node.kind {
                Kind::Text(piece) => own.text = piece.trim().len(),
                Kind::Element(name, _) if is_silent(name) => own = Weight::default(),
                Kind::Element(name, _) => match &**name {
                    "a" => {
                        own.links = own.text;
                        own.anchors += 1;
                    }
                    "h1" => {
                        own.title = true;
                        own.heading = true;
                    }
                    "h2" | "h3" | "h4" | "h5" | "h6" => own.heading = true,
                    _ => {}
                },
                Kind::Comment(_) => {}
            }
            weights[index] = own;
            if index > 0 {
                let above = &mut weights[node.parent];
                above.text += own.text;
                above.links += own.links;
                above.anchors += own.anchors;
                above.title |= own.title;
                above.heading |= own.heading;
            }
        }
        Self(weights)
    }

    /// The weight of a node.
    #[must_use]
    pub fn at(&self, node: usize) -> Weight {
        self.0.get(node).copied().unwrap_or_default()
    }

    /// Whether a node holds at least this share, in per cent, of the text of the page.
    #[must_use]
    pub fn holds_share(&self, node: usize, per_cent: usize) -> bool {
        self.at(node).text * 100 >= self.at(0).text * per_cent
    }
}
