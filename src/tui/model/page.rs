//! Where the user is in a page's text: on a line or on a word of it, and from where on it is selected.

use std::ops::Range;

/// A line, or one word of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// From 0.
    pub line: usize,
    /// From 0; `None` is the whole line.
    pub word: Option<usize>,
}

/// The user's place in a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// Where the user is.
    pub cursor: Place,
    /// Where a selection begins that ends at the cursor.
    pub anchor: Option<Place>,
}

impl Reading {
    /// On a whole line, with nothing selected.
    #[must_use]
    pub fn at(line: usize) -> Self {
        Self {
            cursor: Place { line, word: None },
            anchor: None,
        }
    }

    /// Goes down by so many lines, or up.
    pub fn down(&mut self, by: isize, text: &str) {
        let last = text.lines().count().saturating_sub(1);
        self.cursor.line = self.cursor.line.saturating_add_signed(by).min(last);
        let most = words(text, self.cursor.line).len().saturating_sub(1);
        self.cursor.word = self.cursor.word.map(|word| word.min(most));
    }

    /// To the next word.
    pub fn right(&mut self, text: &str) {
        let next = self.cursor.word.map_or(0, |word| word + 1);
        if next < words(text, self.cursor.line).len() {
            self.cursor.word = Some(next);
        }
    }

    /// To the word before, then to the whole line; false when it is there already.
    pub fn left(&mut self) -> bool {
        let Some(word) = self.cursor.word else {
            return false;
        };
        self.cursor.word = word.checked_sub(1);
        true
    }

    /// Begins a selection, or ends it.
    pub fn mark(&mut self) {
        self.anchor = match self.anchor {
            None => Some(self.cursor),
            Some(_) => None,
        };
    }

    /// Whether more was chosen than just a line by going to it.
    #[must_use]
    pub fn is_meant(&self) -> bool {
        self.anchor.is_some() || self.cursor.word.is_some()
    }

    /// The chosen part of the text, in bytes.
    #[must_use]
    pub fn range(&self, text: &str) -> Range<usize> {
        let (one, other) = (self.anchor.unwrap_or(self.cursor), self.cursor);
        let (one, other) = (span(text, one), span(text, other));
        one.start.min(other.start)..one.end.max(other.end)
    }
}

/// A line of a text, in bytes; empty at its end where it has fewer.
fn line(text: &str, number: usize) -> Range<usize> {
    let mut start = 0;
    for (at, line) in text.split('\n').enumerate() {
        if at == number {
            return start..start + line.len();
        }
        start += line.len() + 1;
    }
    text.len()..text.len()
}

/// The words of a line, in bytes of the text.
fn words(text: &str, number: usize) -> Vec<Range<usize>> {
    let line = line(text, number);
    let Some(letters) = text.get(line.clone()) else {
        return Vec::new();
    };
    let start = |word: &str| word.as_ptr() as usize - letters.as_ptr() as usize + line.start;
    let words = letters.split_whitespace();
    words
        .map(|word| start(word)..start(word) + word.len())
        .collect()
}

fn span(text: &str, place: Place) -> Range<usize> {
    let word = place.word.and_then(|word| {
        let words = words(text, place.line);
        words.get(word).cloned()
    });
    word.unwrap_or_else(|| line(text, place.line))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Night Nurse\n\nPay:  41 to 52 €\nApply now";

    #[test]
    fn lines_and_words_are_chosen() {
        let mut reading = Reading::at(2);
        assert_eq!(&TEXT[reading.range(TEXT)], "Pay:  41 to 52 €");
        reading.right(TEXT);
        reading.right(TEXT);
        assert_eq!(&TEXT[reading.range(TEXT)], "41");
        reading.mark();
        reading.right(TEXT);
        reading.right(TEXT);
        assert_eq!(&TEXT[reading.range(TEXT)], "41 to 52");
        reading.down(1, TEXT);
        assert_eq!(&TEXT[reading.range(TEXT)], "41 to 52 €\nApply now");
        reading.mark();
        reading.down(-9, TEXT);
        assert!(reading.left());
        assert!(reading.left());
        assert!(!reading.left());
        assert_eq!(&TEXT[reading.range(TEXT)], "Night Nurse");
    }

    #[test]
    fn a_line_without_words_and_an_empty_text_have_an_empty_part() {
        let mut reading = Reading::at(1);
        reading.right(TEXT);
        assert_eq!(reading.range(TEXT), 12..12);
        reading.down(99, "");
        assert_eq!(reading.range(""), 0..0);
    }
}
