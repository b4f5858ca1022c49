//! Plain text and Markdown: the same blocks by the same rules, from marks instead of markup.

use super::walk::{Line, join};
use super::{BlockKind, HiddenReport, injection, scrub};
use crate::pattern::Pattern;

/// Lines shorter than this end a paragraph where they end: they are labels, facts or headings.
const PROSE_CHARS: usize = 60;

/// Images, and links with an address.
static LINK: Pattern = Pattern::new(
    r"!\[[^\]]{0,200}\]\([^)\s]*[^)]*\)|\[(?P<text>[^\]]{1,300})\]\((?:https?:|mailto:|tel:|/|#)[^)]*\)",
);

/// Reads lines; hard-wrapped prose is joined to paragraphs.
pub fn lines(text: &str, report: &mut HiddenReport) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    // Whether the next line may belong to the paragraph before it.
    let mut open = false;
    for raw in text.lines() {
        let (kind, text) = line(raw, report);
        if !text.chars().any(char::is_alphanumeric) {
            underline(&text, lines.last_mut().filter(|_| !raw.trim().is_empty()));
            open = false;
            continue;
        }
        let prose = kind == BlockKind::Paragraph
            && text.chars().count() >= PROSE_CHARS
            && !text.ends_with(['.', ':', '!', '?']);
        match lines.last_mut().filter(|_| {
            open && kind == BlockKind::Paragraph && text.starts_with(char::is_lowercase)
        }) {
            Some(before) => {
                before.text.push(' ');
                before.text.push_str(&text);
            }
            None => lines.push(Line {
                text,
                kind,
                is_label: false,
            }),
        }
        open = prose;
    }
    join(lines)
}

/// Markdown shows no comments, and of links only their text.
pub fn markdown(source: &str, report: &mut HiddenReport) -> Vec<Line> {
    let mut shown = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("<!--") {
        shown.push_str(before);
        let (comment, after) = after.split_once("-->").unwrap_or((after, ""));
        report.comments += usize::from(injection::inspect(comment, report));
        rest = after;
    }
    shown.push_str(rest);
    let mut kept = String::with_capacity(shown.len());
    for line in shown.lines() {
        // A link definition with a made-up address is how Markdown writes a comment.
        if line.starts_with("[//]:") || line.starts_with("[comment]:") {
            report.comments += usize::from(injection::inspect(line, report));
        } else {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    lines(&LINK.replace_all(&kept, "$text"), report)
}

/// One line without its marks; a line may carry several, as in `- **Location:** Berlin`.
fn line(raw: &str, report: &mut HiddenReport) -> (BlockKind, String) {
    let mut kind = BlockKind::Paragraph;
    let bare = raw.replace("**", "").replace("__", "");
    let mut text = scrub::clean(&bare, report);
    while let Some((found, rest)) = mark(&text) {
        if kind == BlockKind::Paragraph {
            kind = found;
        }
        text = rest;
    }
    (kind, text)
}

fn mark(line: &str) -> Option<(BlockKind, String)> {
    let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&hashes) && line.as_bytes().get(hashes) == Some(&b' ') {
        let level = u8::try_from(hashes).unwrap_or(6);
        let rest = line.get(hashes..)?.trim_end_matches('#').trim();
        return Some((BlockKind::Heading(level), rest.to_owned()));
    }
    let item = ["- ", "* ", "– ", "+ "]
        .iter()
        .find_map(|mark| line.strip_prefix(mark))
        .or_else(|| scrub::without_bullet(line));
    if let Some(rest) = item {
        return Some((BlockKind::Item, rest.trim_start().to_owned()));
    }
    (line.starts_with('|') || line.starts_with("> ")).then(|| (BlockKind::Row, cells(line)))
}

/// A table row on one line; two cells are a label and its value. A quotation loses its mark.
fn cells(line: &str) -> String {
    let inside = line
        .trim_start_matches(['|', '>', ' '])
        .trim_end_matches(['|', ' ']);
    let cells: Vec<&str> = inside.split('|').map(str::trim).collect();
    match cells.as_slice() {
        [label, value] if !label.is_empty() && !value.is_empty() => {
            format!("{}: {value}", label.trim_end_matches([':', ' ']))
        }
        _ => cells.join(" | "),
    }
}

/// `===` or `---` below a line makes it a heading.
fn underline(marks: &str, above: Option<&mut Line>) {
    let rank = match marks.bytes().next() {
        Some(b'=') if marks.len() >= 3 => 1,
        Some(b'-') if marks.len() >= 3 && marks.bytes().all(|mark| mark == b'-') => 2,
        _ => return,
    };
    if let Some(line) = above.filter(|line| {
        line.kind == BlockKind::Paragraph
            && line.text.len() <= PROSE_CHARS
            && !line.text.contains(": ")
    }) {
        line.kind = BlockKind::Heading(rank);
    }
}
