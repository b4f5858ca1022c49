//! Plain text and Markdown: the same blocks by the same rules, from marks instead of markup.

use super::walk::Line;
use super::{BlockKind, HiddenReport, scrub};

/// Lines shorter than this end a paragraph where they end: they are labels, facts or headings.
const PROSE_CHARS: usize = 60;

/// Reads lines; hard-wrapped prose is joined to paragraphs.
pub fn lines(text: &str, report: &mut HiddenReport) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    // Whether the next line may belong to the paragraph before it.
    let mut open = false;
    for raw in text.lines() {
        let stripped = raw.trim().replace("**", "").replace("__", "");
        let (kind, rest) = mark(stripped.trim());
        let text = scrub::clean(rest, report);
        if text.is_empty()
            || text
                .chars()
                .all(|letter| matches!(letter, '-' | '=' | '_' | '*' | '|' | ':' | ' '))
        {
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
    join_labels(lines)
}

fn mark(line: &str) -> (BlockKind, &str) {
    let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&hashes) && line.as_bytes().get(hashes) == Some(&b' ') {
        return (
            BlockKind::Heading(u8::try_from(hashes).unwrap_or(6)),
            line.get(hashes..).unwrap_or_default(),
        );
    }
    for bullet in ["- ", "* ", "• ", "· ", "– ", "+ ", "•", "\u{f0b7}"] {
        if let Some(rest) = line.strip_prefix(bullet) {
            return (BlockKind::Item, rest);
        }
    }
    (BlockKind::Paragraph, line.trim_matches('|'))
}

/// A line that ends with a colon takes a short line after it along.
fn join_labels(lines: Vec<Line>) -> Vec<Line> {
    let mut joined: Vec<Line> = Vec::with_capacity(lines.len());
    for line in lines {
        let short = line.text.len() <= 120
            && line.kind == BlockKind::Paragraph
            && !line.text.ends_with(':');
        match joined.last_mut().filter(|before| {
            short
                && before.kind == BlockKind::Paragraph
                && before.text.ends_with(':')
                && before.text.len() <= 60
        }) {
            Some(label) => label.text = format!("{} {}", label.text, line.text),
            None => joined.push(line),
        }
    }
    joined
}
