//! A page as the rest of the house sees it: clean text in numbered blocks, structured data, and what was hidden.

mod charset;
mod dom;
mod scrub;
mod structured;
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

/// Blocks longer than this are split at sentence ends, so that evidence stays small.
const LONG_BLOCK: usize = 1500;
/// Less visible text than this means that the page is nothing but what looks like furniture.
const LEAST_TEXT: usize = 200;

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
    let source = without_front_matter(decoded.trim_start_matches('\u{feff}'));
    let start = source
        .trim_start()
        .get(..64.min(source.trim_start().len()))
        .unwrap_or_default()
        .to_lowercase();
    let html =
        format == Format::Html || start.starts_with("<!doctype html") || start.starts_with("<html");
    let lines = if html {
        read_html(source, limits, &mut page)
    } else {
        text::lines(source, &mut page.hidden)
    };
    number(lines, limits, &mut page);
    page.hidden.suspicious += usize::from(scrub::addresses_a_model(&page.text));
    if page.blocks.is_empty() && page.structured.is_empty() {
        return Err(PageError::NoText);
    }
    Ok(page)
}

/// Static site generators leave a `---` block before the page.
fn without_front_matter(source: &str) -> &str {
    let after = source
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"));
    after.map_or(source, |(_, page)| page)
}

fn read_html(source: &str, limits: &Limits, page: &mut Page) -> Vec<walk::Line> {
    let dom = dom::Dom::parse(source, limits.depth);
    if dom.too_deep {
        page.flags.push("depth_limit".to_owned());
    }
    page.structured = structured::read(&dom);
    let mut lines = titles(&dom, page);
    let mut report = HiddenReport::default();
    let visibility = visibility::Visibility::of(&dom, true, &mut report);
    let mut body = walk::walk(&dom, &visibility, &mut report);
    if body.iter().map(|line| line.text.len()).sum::<usize>() < LEAST_TEXT {
        report = HiddenReport::default();
        let visibility = visibility::Visibility::of(&dom, false, &mut report);
        body = walk::walk(&dom, &visibility, &mut report);
    }
    page.hidden = report;
    lines.extend(body);
    lines
}

/// What the head of the page calls it; its address and site name on the way.
fn titles(dom: &dom::Dom, page: &mut Page) -> Vec<walk::Line> {
    let mut lines: Vec<walk::Line> = Vec::new();
    for node in 0..dom.nodes.len() {
        let property = dom.attribute(node, "property").unwrap_or_default();
        let content = dom.attribute(node, "content").unwrap_or_default();
        let text = match (dom.name(node), property) {
            ("title", _) => dom.text(node),
            ("meta", "og:title") => content.to_owned(),
            ("meta", "og:site_name") => {
                page.site_name = Some(content.to_owned());
                continue;
            }
            ("link", _) if dom.attribute(node, "rel") == Some("canonical") => {
                page.canonical_url = dom
                    .attribute(node, "href")
                    .filter(|url| url.starts_with("http"))
                    .map(str::to_owned);
                continue;
            }
            _ => continue,
        };
        let text = scrub::clean(&text, &mut HiddenReport::default());
        if !text.is_empty() && !lines.iter().any(|line| line.text.contains(&text)) {
            lines.push(walk::Line {
                text,
                kind: BlockKind::Title,
                is_label: false,
            });
        }
    }
    lines
}

/// Numbers the lines and finds their labels.
fn number(lines: Vec<walk::Line>, limits: &Limits, page: &mut Page) {
    for line in lines {
        for part in pieces(&line.text) {
            let Ok(id) = u32::try_from(page.blocks.len() + 1) else {
                return;
            };
            if page.blocks.len() == limits.blocks {
                page.flags.push("blocks_limit".to_owned());
                return;
            }
            if !page.text.is_empty() {
                page.text.push('\n');
            }
            let start = page.text.len();
            page.text.push_str(part);
            page.blocks.push(Block {
                id,
                span: start..page.text.len(),
                kind: line.kind,
                label: label(part, start),
            });
        }
    }
}

/// A long text in parts of whole sentences.
fn pieces(text: &str) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while rest.len() > LONG_BLOCK {
        let window = rest
            .get(..rest.floor_char_boundary(LONG_BLOCK))
            .unwrap_or(rest);
        let cut = window
            .rfind(". ")
            .or_else(|| window.rfind(' '))
            .map_or(window.len(), |at| at + 1);
        let (part, after) = rest.split_at(cut);
        parts.push(part.trim());
        rest = after.trim_start();
    }
    parts.push(rest.trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// `Label: value` with a label of a few words.
fn label(text: &str, start: usize) -> Option<Label> {
    let (name, rest) = text.split_once(':')?;
    let value = rest.trim();
    let words = name.split_whitespace().count();
    if name.trim().is_empty()
        || name.len() > 60
        || words > 8
        || value.is_empty()
        || rest.starts_with("//")
        || name.contains(['.', '?', '!'])
    {
        return None;
    }
    let at = start + text.len() - rest.trim_start().len();
    Some(Label {
        name: start..start + name.trim_end().len(),
        value: at..at + value.len(),
    })
}
