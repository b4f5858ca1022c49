//! Scrubbing: control and invisible characters leave the text here, once, and are counted. So do bullets.

use super::HiddenReport;

/// Marks that pages write where a list item should be.
const BULLETS: [&str; 12] = [
    "• ", "· ", "▪ ", "● ", "◦ ", "‣ ", "■ ", "➢ ", "✓ ", "•", "\u{f0b7}", "\u{f0a7}",
];

/// Text with white space collapsed and control and invisible characters removed.
pub fn clean(text: &str, report: &mut HiddenReport) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        match letter {
            ' '..='~' if letter != ' ' => out.push(letter),
            // A hyphen that shows only at the end of a line.
            '\u{ad}' => continue,
            _ if is_invisible(letter) && joins(letter, before, letters.peek()) => out.push(letter),
            _ if is_invisible(letter) => {
                report.invisible_chars += 1;
                continue;
            }
            _ if letter.is_whitespace() || letter.is_control() => {
                if !out.ends_with(' ') && !out.is_empty() {
                    out.push(' ');
                }
            }
            _ => out.push(letter),
        }
        before = letter;
    }
    out.truncate(out.trim_end().len());
    out
}

/// Scripts and emoji are joined and coloured by characters that only hide something between other letters.
fn joins(letter: char, before: char, after: Option<&char>) -> bool {
    let shows = |letter: char| {
        !letter.is_ascii()
            && !letter.is_whitespace()
            && !letter.is_control()
            && !is_invisible(letter)
    };
    match letter {
        '\u{200c}' | '\u{200d}' => {
            (shows(before) || is_selector(before)) && after.is_some_and(|after| shows(*after))
        }
        _ if is_selector(letter) => shows(before) || after == Some(&'\u{20e3}'),
        _ => false,
    }
}

fn is_selector(letter: char) -> bool {
    ('\u{fe00}'..='\u{fe0f}').contains(&letter)
}

/// A list item without the mark that a page writes before it.
pub fn without_bullet(text: &str) -> Option<&str> {
    let item = BULLETS
        .iter()
        .find_map(|bullet| text.strip_prefix(bullet))?;
    Some(item.trim_start_matches(|letter: char| letter.is_whitespace() || is_invisible(letter)))
}

/// Characters without a glyph: zero-width, bidirectional controls, fillers, tags and the selectors that can carry bytes.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}
