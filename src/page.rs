//! A page as the rest of the house sees it: clean text in numbered blocks, structured data, and what was hidden.

mod charset;
mod density;
mod dom;
mod furniture;
mod head;
mod injection;
mod number;
mod scrub;
mod sheet;
mod state;
mod structured;
mod style;
mod text;
mod visibility;
mod walk;

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
    /// Remarks for the record's flags: `charset:NAME`, `charset_errors`, `depth_limit`, `blocks_limit`, and
    /// `embedded_state` when the text comes from the data that a script would have shown.
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
    /// Elements hidden by attribute or style that held text; in menus and banners only those with instructions.
    pub elements: usize,
    /// Comments that held instructions to a model or chat-control strings.
    pub comments: usize,
    /// Zero-width, bidi and tag characters.
    pub invisible_chars: usize,
    /// Chat-control strings such as `<|im_start|>`, neutralised where visible, wherever they stood.
    pub chat_control: usize,
    /// Phrases that address a model ("ignore previous instructions"), wherever they stood.
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
    /// Deepest element nesting taken for sound. A deeper page is read all the same and flagged `depth_limit`; an end
    /// tag does not look further up than this for the element it closes.
    pub depth: usize,
    /// Most blocks; the rest is dropped and flagged `blocks_limit`.
    pub blocks: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            input_bytes: 16 << 20,
            depth: 256,
            blocks: 5_000,
        }
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

impl Page {
    /// The block's text.
    #[must_use]
    pub fn text_of(&self, block: &Block) -> &str {
        self.text.get(block.span.clone()).unwrap_or_default()
    }
}

/// Less visible text than this, and four times as much in what looks like furniture, means that it is none.
const LEAST_TEXT: usize = 200;
/// Elements that a text starts with when it is markup after all.
const MARKUP: [&str; 14] = [
    "!doctype", "html", "head", "body", "div", "p", "h1", "h2", "h3", "ul", "section", "article",
    "table", "main",
];

/// Reads bytes.
///
/// # Errors
/// See [`PageError`].
pub fn read(bytes: &[u8], format: Format, limits: &Limits) -> Result<Page, PageError> {
    if bytes.len() > limits.input_bytes {
        return Err(PageError::TooLarge {
            size: bytes.len(),
            limit: limits.input_bytes,
        });
    }
    if bytes.trim_ascii().is_empty() {
        return Err(PageError::Empty);
    }
    let mut page = Page::default();
    let decoded = charset::decode(bytes, &mut page.flags)?;
    let source = decoded.trim_start_matches('\u{feff}');
    let (front, source) = front_matter(source);
    let lines = match format {
        Format::Html if source.contains('<') => html(source, limits, &mut page),
        Format::Text | Format::Markdown if is_markup(source) => html(source, limits, &mut page),
        Format::Html | Format::Text => text::lines(source, &mut page.hidden),
        Format::Markdown => {
            let mut lines = text::lines(front, &mut page.hidden);
            lines.extend(text::markdown(source, &mut page.hidden));
            lines
        }
    };
    number::number(&lines, limits, &mut page);
    page.hidden.suspicious += injection::phrases(&page.text);
    if page.blocks.is_empty() && page.structured.is_empty() {
        return Err(PageError::NoText);
    }
    Ok(page)
}

/// Static site generators leave a `---` block before the page; it and the page.
fn front_matter(source: &str) -> (&str, &str) {
    let after = source
        .strip_prefix("---\n")
        .or_else(|| source.strip_prefix("---\r\n"));
    let split = after.and_then(|rest| {
        rest.split_once("\n---\n")
            .or_else(|| rest.split_once("\n---\r\n"))
    });
    split.unwrap_or(("", source))
}

/// Whether a text is a page that was handed in as something else.
fn is_markup(source: &str) -> bool {
    source.trim_start().strip_prefix('<').is_some_and(|rest| {
        let name = rest.split(['>', ' ', '\n', '\r', '\t', '/']).next();
        name.is_some_and(|name| MARKUP.iter().any(|known| known.eq_ignore_ascii_case(name)))
    })
}

fn html(source: &str, limits: &Limits, page: &mut Page) -> Vec<walk::Line> {
    let dom = dom::Dom::parse(source, limits.depth);
    if dom.too_deep {
        page.flags.push("depth_limit".to_owned());
    }
    let mut report = HiddenReport::default();
    page.structured = structured::read(&dom, &mut report);
    let mut lines = head::read(&dom, &mut report, page);
    let furniture = furniture::Furniture::of(&dom);
    let (mut body, mut found) = visible(&dom, &furniture, true, &report);
    if length(&body) < LEAST_TEXT {
        let (whole, in_whole) = visible(&dom, &furniture, false, &report);
        if length(&body) * 4 < length(&whole) {
            (body, found) = (whole, in_whole);
        }
    }
    if length(&body) < LEAST_TEXT
        && page.structured.is_empty()
        && let Some(stated) = state::read(&dom, &mut found)
    {
        page.flags.push("embedded_state".to_owned());
        body.extend(stated);
    }
    page.hidden = found;
    lines.extend(body);
    lines
}

/// The lines a reader sees, and what was hidden, on top of what was found before.
fn visible(
    dom: &dom::Dom,
    furniture: &furniture::Furniture,
    left_out: bool,
    before: &HiddenReport,
) -> (Vec<walk::Line>, HiddenReport) {
    let mut report = before.clone();
    let visibility = visibility::Visibility::of(dom, Some(furniture), left_out, &mut report);
    let lines = walk::walk(dom, &visibility, &mut report);
    (lines, report)
}

fn length(lines: &[walk::Line]) -> usize {
    lines.iter().map(|line| line.text.len()).sum()
}
