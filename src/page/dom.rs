//! A light tree straight from html5ever's tokenizer: the tree builder proper is quadratic on hostile nesting.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// One node; children are linked in page order.
#[derive(Debug)]
pub struct Node {
    /// Element or text.
    pub kind: Kind,
    /// Element the node is in; the root is its own.
    pub parent: usize,
    /// Nodes inside, in order.
    pub children: Vec<usize>,
}

/// What a node is.
#[derive(Debug)]
pub enum Kind {
    /// Lower-case name and attributes.
    Element(String, Vec<(String, String)>),
    /// Decoded text.
    Text(String),
    /// A comment.
    Comment(String),
}

/// A parsed page; node 0 is the root.
#[derive(Debug)]
pub struct Dom {
    /// All nodes; a child always has a larger index than its parent.
    pub nodes: Vec<Node>,
    /// Some element was nested too deep and was put into its ancestor.
    pub too_deep: bool,
}

impl Dom {
    /// Parses a page.
    #[must_use]
    pub fn parse(html: &str, depth: usize) -> Self {
        let sink = Sink {
            tree: RefCell::new(Tree::new(depth)),
        };
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(html));
        let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
        // Scripts never suspend the tokenizer here, so one call reads everything.
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        let tree = tokenizer.sink.tree.into_inner();
        Self {
            nodes: tree.nodes,
            too_deep: tree.too_deep,
        }
    }

    /// The element's name; empty for other nodes.
    #[must_use]
    pub fn name(&self, node: usize) -> &str {
        match self.nodes.get(node).map(|node| &node.kind) {
            Some(Kind::Element(name, _)) => name,
            _ => "",
        }
    }

    /// An attribute of an element.
    #[must_use]
    pub fn attribute(&self, node: usize, key: &str) -> Option<&str> {
        match self.nodes.get(node).map(|node| &node.kind) {
            Some(Kind::Element(_, attributes)) => attributes
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value.as_str()),
            _ => None,
        }
    }

    /// All text inside a node, in order, as written.
    #[must_use]
    pub fn text(&self, node: usize) -> String {
        let mut text = String::new();
        let mut stack = vec![node];
        while let Some(at) = stack.pop() {
            let Some(node) = self.nodes.get(at) else {
                continue;
            };
            match &node.kind {
                Kind::Text(piece) => {
                    text.push_str(piece);
                }
                Kind::Element(..) => stack.extend(node.children.iter().rev()),
                Kind::Comment(_) => {}
            }
        }
        text
    }
}

struct Sink {
    tree: RefCell<Tree>,
}

struct Tree {
    nodes: Vec<Node>,
    open: Vec<usize>,
    depth: usize,
    too_deep: bool,
}

/// Elements without an end tag.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Which open elements a start tag closes, and where the search for them ends.
fn implied_end(name: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match name {
        "li" => (&["li"], &["ul", "ol", "menu"]),
        "dt" | "dd" => (&["dt", "dd"], &["dl"]),
        "td" | "th" => (&["td", "th"], &["tr", "table"]),
        "tr" => (&["tr", "td", "th"], &["table"]),
        "tbody" | "thead" | "tfoot" => (&["tbody", "thead", "tfoot", "tr", "td", "th"], &["table"]),
        "option" => (&["option"], &["select"]),
        "p" | "div" | "ul" | "ol" | "dl" | "table" | "section" | "article" | "header"
        | "footer" | "nav" | "aside" | "main" | "form" | "h1" | "h2" | "h3" | "h4" | "h5"
        | "h6" | "blockquote" | "pre" | "hr" => (
            &["p"],
            &[
                "div", "section", "article", "li", "td", "body", "button", "main", "aside",
            ],
        ),
        _ => (&[], &[]),
    }
}

impl Tree {
    fn new(depth: usize) -> Self {
        let root = Node {
            kind: Kind::Element(String::new(), Vec::new()),
            parent: 0,
            children: Vec::new(),
        };
        Self {
            nodes: vec![root],
            open: vec![0],
            depth,
            too_deep: false,
        }
    }

    fn name(&self, node: usize) -> &str {
        match self.nodes.get(node).map(|node| &node.kind) {
            Some(Kind::Element(name, _)) => name,
            _ => "",
        }
    }

    fn add(&mut self, kind: Kind) -> usize {
        let parent = self.open.last().copied().unwrap_or_default();
        let index = self.nodes.len();
        self.nodes.push(Node {
            kind,
            parent,
            children: Vec::new(),
        });
        if let Some(parent) = self.nodes.get_mut(parent) {
            parent.children.push(index);
        }
        index
    }

    fn characters(&mut self, text: &str) {
        let parent = self.open.last().copied().unwrap_or_default();
        let last = self
            .nodes
            .get(parent)
            .and_then(|parent| parent.children.last().copied());
        if let Some(Kind::Text(before)) = last
            .and_then(|last| self.nodes.get_mut(last))
            .map(|node| &mut node.kind)
        {
            before.push_str(text);
        } else {
            self.add(Kind::Text(text.to_owned()));
        }
    }

    fn start(&mut self, tag: &Tag) {
        let name: &str = &tag.name;
        let (closes, scope) = implied_end(name);
        if !closes.is_empty() {
            let found = self
                .open
                .iter()
                .rposition(|node| closes.contains(&self.name(*node)));
            let wall = self
                .open
                .iter()
                .rposition(|node| scope.contains(&self.name(*node)));
            if let Some(found) = found.filter(|found| wall.is_none_or(|wall| wall < *found)) {
                self.open.truncate(found.max(1));
            }
        }
        let attributes = tag
            .attrs
            .iter()
            .map(|attr| (attr.name.local.to_string(), attr.value.to_string()))
            .collect();
        let node = self.add(Kind::Element(name.to_owned(), attributes));
        if VOID.contains(&name) || tag.self_closing && name == "svg" {
            return;
        }
        if self.open.len() >= self.depth {
            self.too_deep = true
        } else {
            self.open.push(node)
        }
    }

    fn end(&mut self, name: &str) {
        let found = self.open.iter().rposition(|node| self.name(*node) == name);
        // A stray inline end tag must not close the block around it.
        if let Some(found) = found.filter(|found| *found > 0) {
            self.open.truncate(found);
        }
    }
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut tree = self.tree.borrow_mut();
        match token {
            Token::CharacterTokens(text) => tree.characters(&text),
            Token::CommentToken(text) => {
                tree.add(Kind::Comment(text.to_string()));
            }
            Token::TagToken(tag) if tag.kind == TagKind::EndTag => tree.end(&tag.name),
            Token::TagToken(tag) => {
                tree.start(&tag);
                return match &*tag.name {
                    "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                    "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
                        TokenSinkResult::RawData(RawKind::Rawtext)
                    }
                    "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
                    _ => TokenSinkResult::Continue,
                };
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}
