//! An answer while it is written: what its keys hold so far, at a cost of the new characters only.

use super::answer::Given;
use super::wire::{Ask, NOT_STATED, Shape};

/// Characters of one string that are kept; the grammar admits fewer.
const MOST_CHARS: usize = 4096;

/// One key of an answer, as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub ask: Ask,
    /// What stands there so far; `None` before its first character.
    pub given: Option<Given>,
    /// Whether more may come.
    pub is_open: bool,
}

/// Reads an answer piece by piece; however it is cut, the rows are the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stream {
    rows: Vec<Row>,
    /// Brackets that are open: 1 inside the object, 2 inside a key's array, 3 inside a pair.
    depth: usize,
    /// The string that is being read.
    string: Option<Text>,
    /// A key, or a string beside the arrays, until it is known what it is.
    name: String,
    /// A number or a word without quotes.
    bare: String,
    /// Values before this one in a pair.
    nth: usize,
    /// Whether the next string at depth 1 is a value.
    is_value: bool,
    /// Whether the row at the end is the one being read; keys that were not asked for have none.
    has_row: bool,
    /// It is no answer, or it is over; what follows is not looked at.
    ended: bool,
}

/// A string that is being read, and the escape in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Text {
    chars: usize,
    escape: Option<String>,
    /// The first half of a pair of UTF-16 units.
    high: Option<u32>,
}

impl Stream {
    /// The keys so far, in the order they were written.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Takes the next piece.
    pub fn push(&mut self, piece: &str) {
        for next in piece.chars() {
            if self.ended {
                return;
            }
            if self.string.is_some() {
                self.inside(next);
            } else {
                self.outside(next);
            }
        }
    }

    fn outside(&mut self, next: char) {
        match next {
            '"' => self.begin_string(),
            '{' if self.depth == 0 => self.depth = 1,
            '[' if self.depth == 1 && self.is_value => {
                self.depth = 2;
                self.open(|shape| match shape {
                    Shape::Words(_) => Some(Given::Words(Vec::new())),
                    Shape::Lines(_) => Some(Given::Lines(Vec::new())),
                    Shape::Quote(_) | Shape::Enum(_) => None,
                });
            }
            '[' if self.depth == 2 => {
                self.depth = 3;
                self.nth = 0;
            }
            ']' if self.depth >= 2 => {
                self.end_bare();
                self.depth -= 1;
            }
            ':' if self.depth == 1 && !self.is_value => self.begin_row(),
            ',' => {
                self.end_bare();
                if self.depth == 1 {
                    self.end_row();
                }
                self.nth += 1;
            }
            '}' if self.depth == 1 => {
                self.end_bare();
                self.end_row();
                self.ended = true;
            }
            _ if next.is_whitespace() => {}
            _ if self.depth >= 1 && next.is_ascii_alphanumeric() && self.bare.len() < 32 => {
                self.bare.push(next);
            }
            _ => self.ended = true,
        }
    }

    fn begin_string(&mut self) {
        self.string = Some(Text::default());
        match self.depth {
            1 => self.name.clear(),
            2 => {
                if let Some(Given::Words(words)) = self.given() {
                    words.push(String::new());
                }
            }
            _ => {}
        }
    }

    fn inside(&mut self, next: char) {
        let Some(text) = &mut self.string else {
            return;
        };
        let letter = match &mut text.escape {
            None if next == '"' => return self.end_string(),
            None if next == '\\' => {
                text.escape = Some(String::new());
                return;
            }
            None => Some(next),
            Some(escape) => {
                escape.push(next);
                if escape.starts_with('u') && escape.len() < 5 {
                    return;
                }
                let escape = std::mem::take(escape);
                text.escape = None;
                text.unescape(&escape)
            }
        };
        if let Some(letter) = letter {
            text.chars += 1;
            if text.chars <= MOST_CHARS {
                self.take(letter);
            }
        }
    }

    /// One letter of a string.
    fn take(&mut self, letter: char) {
        if self.depth == 1 {
            self.name.push(letter);
        } else if self.depth == 2 {
            match self.given() {
                Some(Given::Quote(_, text)) => text.push(letter),
                Some(Given::Words(words)) => {
                    if let Some(word) = words.last_mut() {
                        word.push(letter);
                    }
                }
                _ => {}
            }
        }
    }

    fn end_string(&mut self) {
        self.string = None;
        let is_whole = self.depth == 1 && self.is_value;
        if is_whole && self.name == NOT_STATED {
            self.open(|shape| match shape {
                Shape::Quote(_) | Shape::Enum(_) => Some(Given::NotStated),
                Shape::Words(_) | Shape::Lines(_) => None,
            });
        }
    }

    fn begin_row(&mut self) {
        self.is_value = true;
        let ask = Ask::ALL.into_iter().find(|ask| ask.key() == self.name);
        self.has_row = ask.is_some();
        self.rows.extend(ask.map(|ask| Row {
            ask,
            given: None,
            is_open: true,
        }));
        self.name.clear();
    }

    fn end_row(&mut self) {
        self.is_value = false;
        if self.has_row
            && let Some(row) = self.rows.last_mut()
        {
            row.is_open = false;
        }
        self.has_row = false;
    }

    /// A number or a word is complete.
    fn end_bare(&mut self) {
        let bare = std::mem::take(&mut self.bare);
        if bare.is_empty() {
            return;
        }
        if self.depth == 1 {
            if bare == "null" && self.is_value {
                self.open(|shape| match shape {
                    Shape::Quote(_) | Shape::Enum(_) => Some(Given::NotStated),
                    Shape::Words(_) | Shape::Lines(_) => None,
                });
            }
            return;
        }
        let Ok(line) = bare.parse::<u32>() else {
            return;
        };
        let (depth, nth) = (self.depth, self.nth);
        self.open(|shape| match shape {
            Shape::Quote(_) | Shape::Enum(_) if depth == 2 => {
                Some(Given::Quote(line, String::new()))
            }
            _ => None,
        });
        if let Some(Given::Lines(ranges)) = self.given() {
            match (depth, nth, ranges.last_mut()) {
                (3, 1, Some(last)) => last.1 = line,
                (2, ..) | (3, 0, _) => ranges.push((line, line)),
                _ => {}
            }
        }
    }

    /// Gives the row being read its first value, where its shape has one.
    fn open(&mut self, first: impl FnOnce(Shape) -> Option<Given>) {
        if self.has_row
            && let Some(row) = self.rows.last_mut()
            && row.given.is_none()
        {
            row.given = first(row.ask.shape());
        }
    }

    fn given(&mut self) -> Option<&mut Given> {
        let row = self.rows.last_mut().filter(|_| self.has_row)?;
        row.given.as_mut()
    }
}

impl Text {
    /// The letter an escape stands for; half a pair waits for its other half.
    fn unescape(&mut self, escape: &str) -> Option<char> {
        if let Some(hex) = escape.strip_prefix('u') {
            let unit = u32::from_str_radix(hex, 16).unwrap_or(0xFFFD);
            if (0xD800..0xDC00).contains(&unit) {
                self.high = Some(unit);
                return None;
            }
            let unit = match self.high.take() {
                Some(high) if (0xDC00..0xE000).contains(&unit) => {
                    0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00)
                }
                _ => unit,
            };
            return Some(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        escape.chars().next().map(|letter| match letter {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            other => other,
        })
    }
}
