//! Texts that fit: cut to columns, times in few characters.

use std::time::Duration;

use ratatui::text::Span;

use super::Look;

/// At most so many columns of a text; what was cut off is marked.
#[must_use]
pub fn cut(text: &str, columns: u16, look: Look) -> String {
    shortened(text, columns, look.theme.glyphs().ellipsis)
}

/// The same, with the sign that marks it.
#[must_use]
pub fn shortened(text: &str, columns: u16, mark: &str) -> String {
    let columns = usize::from(columns);
    let width = |text: &str| Span::raw(text).width();
    // A text without wide signs has at most as many columns as bytes.
    if text.len() <= columns || width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(width(mark));
    let mut kept = String::new();
    let mut used = 0;
    let mut letter = [0; 4];
    for next in text.chars() {
        used += width(next.encode_utf8(&mut letter));
        if used > room {
            break;
        }
        kept.push(next);
    }
    if columns > 0 {
        kept.push_str(mark);
    }
    kept
}

/// `59 s`, `01:12`, `3:04:05`.
#[must_use]
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest} s"),
        (0, _) => format!("{minutes:02}:{rest:02}"),
        _ => format!("{hours}:{minutes:02}:{rest:02}"),
    }
}
