//! A page as the rest of the house sees it: clean text in numbered blocks, structured data, and what was hidden.

use std::ops::Range;

use crate::posting::JobPosting;

/// One page after cleaning. All offsets are UTF-8 bytes of [`Page::text`].
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Clean text: the blocks, one per line, joined by `\n`. Holds no control bytes but `\n`.
    pub text: String,
    /// Visible blocks in page order; `blocks[i].id == i + 1`.
    pub blocks: Vec<Block>,
    /// `JobPosting` objects the page states as data, most trusted first.
    pub structured: Vec<Structured>,
    /// Address from `<link rel=canonical>` or `og:url`, http(s) only.
    pub canonical_url: Option<String>,
    /// `og:site_name`, when the page has one.
    pub site_name: Option<String>,
    /// What was removed as invisible, and what looked like instructions to a model.
    pub hidden: HiddenReport,
    /// Remarks for the record's flags, such as `charset_errors` or `depth_limit`.
    pub flags: Vec<String>,
}

/// One numbered line of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// 1-based number, as the model sees it.
    pub id: u32,
    /// Bytes of [`Page::text`].
    pub span: Range<usize>,
    /// What the markup says the block is.
    pub kind: BlockKind,
    /// Present when the block reads `Label: value`.
    pub label: Option<Label>,
}

/// The two halves of a `Label: value` block. Bytes of [`Page::text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The label without its colon.
    pub name: Range<usize>,
    /// The value.
    pub value: Range<usize>,
}

/// What the markup says a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// `<title>`, `og:title`: from the head of the page, shown first.
    Title,
    /// `<h1>` to `<h6>`, or a Markdown heading of that level.
    Heading(u8),
    /// A list item.
    Item,
    /// A definition or table row.
    Row,
    /// Anything else.
    Paragraph,
}

/// A `JobPosting` stated as data; fields it lacks are `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Structured {
    /// How the page states it.
    pub source: StructuredSource,
    /// The values that survived the sentinel checks; `description` is plain text.
    pub posting: JobPosting,
    /// Values that were rejected, such as `sentinel:deadline`.
    pub flags: Vec<String>,
}

/// How a page states structured data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum StructuredSource {
    JsonLd,
    Microdata,
}

/// Counts of what a reader of the page could not have seen, and of text addressed to a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HiddenReport {
    /// Elements hidden by attribute or style that held text.
    pub elements: usize,
    /// Comments that held instructions to a model.
    pub comments: usize,
    /// Zero-width, bidi and tag characters.
    pub invisible_chars: usize,
    /// Chat-control strings such as `<|im_start|>`, neutralised.
    pub chat_control: usize,
    /// Phrases that address a model ("ignore previous instructions").
    pub suspicious: usize,
}

/// How the bytes are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Format {
    Html,
    Text,
    Markdown,
}

/// What a page may cost. Beyond these it is refused or cut with a flag, never silently.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Largest input in bytes; more is an error.
    pub input_bytes: usize,
    /// Deepest element nesting; deeper elements are flattened into their ancestor and flagged.
    pub depth: usize,
    /// Most blocks; the rest is dropped and flagged `blocks_limit`.
    pub blocks: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { input_bytes: 16 << 20, depth: 256, blocks: 5_000 }
    }
}

/// Why bytes could not become a page.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PageError {
    /// No bytes at all.
    #[error("the input is empty")]
    Empty,
    /// Not text.
    #[error("the input is binary ({0}), not a page")]
    Binary(&'static str),
    /// Over [`Limits::input_bytes`].
    #[error("the input has {size} bytes, over the limit of {limit}")]
    TooLarge {
        /// Bytes given.
        size: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Nothing visible in it.
    #[error("the page has no visible text and no structured data")]
    NoText,
}
