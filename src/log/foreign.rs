//! Lines that another program has logged: how grave they are and what they say, without its colours and its clock.

use tracing::Level;

/// How grave a line is, and what it says. One that names no level is [`Level::INFO`], unless it tells of a panic.
#[must_use]
pub fn read(line: &str) -> (Level, String) {
    let plain = plain(line);
    let text = plain.trim();
    let (first, rest) = word(text);
    let text = match first.parse::<jiff::Timestamp>() {
        Ok(_) => rest,
        Err(_) => text,
    };
    let (first, rest) = word(text);
    match level(first) {
        Some(level) if !rest.is_empty() => (level, rest.to_owned()),
        _ if text.contains("panicked at") => (Level::ERROR, text.to_owned()),
        _ => (Level::INFO, text.to_owned()),
    }
}

/// The first word, and what is behind it.
fn word(text: &str) -> (&str, &str) {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (first, rest.trim_start())
}

fn level(word: &str) -> Option<Level> {
    match word.trim_matches(['[', ']', ':']) {
        "ERROR" => Some(Level::ERROR),
        "WARN" | "WARNING" => Some(Level::WARN),
        "INFO" => Some(Level::INFO),
        "DEBUG" => Some(Level::DEBUG),
        "TRACE" => Some(Level::TRACE),
        _ => None,
    }
}

/// A text without what tells a terminal to do something.
fn plain(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => skip(&mut letters),
            '\t' => kept.push(' '),
            letter if letter.is_control() => {}
            letter => kept.push(letter),
        }
    }
    kept
}

/// Skips the rest of an escape sequence.
fn skip(letters: &mut std::str::Chars) {
    match letters.next() {
        Some('[') => {
            letters.find(|letter| ('@'..='~').contains(letter));
        }
        Some(']') => {
            letters.find(|letter| matches!(letter, '\u{7}' | '\\'));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_of_the_engine_loses_its_colours_and_its_clock() {
        let line = "\u{1b}[2m2026-11-27T18:36:46.123456Z\u{1b}[0m \u{1b}[33m WARN\u{1b}[0m \u{1b}[2mcore::cache\u{1b}[0m\u{1b}[2m:\u{1b}[0m no room";
        assert_eq!(read(line), (Level::WARN, "core::cache: no room".to_owned()));
        let plain = "2026-11-27T18:36:46Z ERROR core: it broke";
        assert_eq!(read(plain), (Level::ERROR, "core: it broke".to_owned()));
    }

    #[test]
    fn what_names_no_level_is_kept_whole() {
        assert_eq!(
            read("loading 3 of 9"),
            (Level::INFO, "loading 3 of 9".to_owned())
        );
        assert_eq!(read("ERROR"), (Level::INFO, "ERROR".to_owned()));
        let panic = "thread 'main' panicked at src/x.rs:1:2:";
        assert_eq!(read(panic), (Level::ERROR, panic.to_owned()));
        assert_eq!(
            read("\u{1b}]0;title\u{7}text"),
            (Level::INFO, "text".to_owned())
        );
    }

    proptest! {
        #[test]
        fn nothing_is_left_that_a_terminal_would_obey(line in "[\\x00-\\x7f\u{1b}é]{0,60}") {
            prop_assert!(!read(&line).1.contains(char::is_control));
        }
    }
}
