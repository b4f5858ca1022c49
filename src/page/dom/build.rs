//! Builds the flat tree: open elements, implied ends, and end tags that close only what they may.

use std::cell::RefCell;

use html5ever::LocalName;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::tags::{belongs_in_head, implied_end, is_void, is_wall};
use super::{Dom, Kind, Node};

/// Open elements searched for one that a start tag closes: no page nests a paragraph's inline elements deeper.
const IMPLIED_WINDOW: usize = 32;

/// Parses a page; elements below `depth` are flagged, and open elements are sought no further up than that.
pub fn build(html: &str, depth: usize) -> Dom {
    let sink = Sink(RefCell::new(Tree::new(depth)));
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    // Scripts never suspend the tokenizer here, so one call reads everything.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut tree = tokenizer.sink.0.into_inner();
    for index in (1..tree.nodes.len()).rev() {
        let (parent, end) = (tree.nodes[index].parent, tree.nodes[index].end);
        let above = &mut tree.nodes[parent];
        above.end = above.end.max(end);
    }
    Dom {
        nodes: tree.nodes,
        too_deep: tree.too_deep,
    }
}

struct Sink(RefCell<Tree>);

struct Tree {
    nodes: Vec<Node>,
    open: Vec<(usize, LocalName)>,
    depth: usize,
    too_deep: bool,
}

impl Tree {
    fn new(depth: usize) -> Self {
        let root = Node {
            kind: Kind::Element(LocalName::from(""), Vec::new()),
            parent: 0,
            end: 1,
        };
        Self {
            nodes: vec![root],
            open: vec![(0, LocalName::from(""))],
            depth: depth.max(1),
            too_deep: false,
        }
    }

    fn parent(&self) -> usize {
        self.open.last().map_or(0, |(node, _)| *node)
    }

    fn add(&mut self, kind: Kind) -> usize {
        let index = self.nodes.len();
        self.nodes.push(Node {
            kind,
            parent: self.parent(),
            end: index + 1,
        });
        index
    }

    /// Text straight after text of the same element belongs to it.
    fn characters(&mut self, text: StrTendril) {
        if self.is_in_head() && !text.trim().is_empty() {
            self.open.pop();
        }
        let parent = self.parent();
        match self.nodes.last_mut() {
            Some(Node {
                kind: Kind::Text(before),
                parent: of,
                ..
            }) if *of == parent => before.push_tendril(&text),
            _ => {
                self.add(Kind::Text(text));
            }
        }
    }

    fn start(&mut self, tag: Tag) {
        if self.is_in_head() && !belongs_in_head(&tag.name) {
            self.open.pop();
        }
        self.close_implied(&tag.name);
        let ends_here = is_void(&tag.name) || tag.self_closing && &*tag.name == "svg";
        let name = tag.name.clone();
        let node = self.add(Kind::Element(tag.name, tag.attrs));
        if !ends_here {
            self.open.push((node, name));
            self.too_deep |= self.open.len() > self.depth;
        }
    }

    /// Many pages leave out `</head>` and `<body>`.
    fn is_in_head(&self) -> bool {
        self.open.last().is_some_and(|(_, name)| &**name == "head")
    }

    fn close_implied(&mut self, name: &str) {
        let (closes, walls) = implied_end(name);
        if closes.is_empty() {
            return;
        }
        for index in self.window().take(IMPLIED_WINDOW) {
            let open = &*self.open[index].1;
            if closes.contains(&open) {
                self.open.truncate(index);
                return;
            }
            if walls.contains(&open) {
                return;
            }
        }
    }

    fn end(&mut self, name: &LocalName) {
        for index in self.window() {
            let open = &self.open[index].1;
            if open == name {
                self.open.truncate(index);
                return;
            }
            if is_wall(name, open) {
                return;
            }
        }
    }

    /// Open elements from the innermost up, the root left out, and no more than the depth limit of them: a page of
    /// a million end tags must not search a million open elements for each.
    fn window(&self) -> impl Iterator<Item = usize> + use<> {
        (1..self.open.len()).rev().take(self.depth)
    }
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut tree = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => tree.characters(text),
            Token::CommentToken(text) => {
                tree.add(Kind::Comment(text));
            }
            Token::TagToken(tag) if tag.kind == TagKind::EndTag => tree.end(&tag.name),
            Token::TagToken(tag) => {
                let raw = raw_kind(&tag.name);
                tree.start(tag);
                return raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData);
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Elements whose content is not markup.
fn raw_kind(name: &str) -> Option<RawKind> {
    match name {
        "script" => Some(RawKind::ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
        "title" | "textarea" => Some(RawKind::Rcdata),
        _ => None,
    }
}
