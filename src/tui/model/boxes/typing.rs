//! What is typed into a box, what for, and when it can be taken.

use std::ops::Range;
use std::sync::Arc;

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::Value;

use super::{Wanted, wanted};
use crate::keymap::{Context, Keymap};
use crate::posting::Field;
use crate::review::{self, Case};
use crate::theme::Theme;
use crate::tui::overlay::{Check, EditorBox, Outcome, Shape};

/// What is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A field's value, which stands in these bytes of the page.
    Edit(Field, Option<Range<usize>>),
    /// Why a record is of no use.
    Reject,
    /// The certainty from which on records are approved.
    ApproveAll,
    /// Names of files and the like.
    Add,
    /// A posting.
    Compose,
}

/// A box with what it is for, and the record it is about.
#[derive(Debug, Clone)]
pub struct Typing {
    purpose: Purpose,
    case: Option<Arc<Case>>,
    editor: EditorBox,
}

impl Typing {
    /// Lets a field's value be typed, beginning with the one it has.
    #[must_use]
    pub fn edit(
        case: &Arc<Case>,
        field: Field,
        selection: Option<Range<usize>>,
        keymap: &Keymap,
    ) -> Self {
        let (shape, more) = match field {
            Field::Skills | Field::Requirements | Field::Responsibilities | Field::Benefits => {
                (Shape::Lines, ", one item a line")
            }
            Field::Description => (Shape::Lines, ""),
            _ => (Shape::Line, ""),
        };
        let text = review::typed(&case.shown.posting, field);
        let subject = Arc::clone(case);
        let check: Check = Arc::new(move |typed| {
            let value = review::check(&subject.shown, field, typed);
            value.map(|value| meant(&value)).map_err(|why| why.reason)
        });
        let title = format!("{field}{more}");
        Self {
            purpose: Purpose::Edit(field, selection),
            case: Some(Arc::clone(case)),
            editor: EditorBox::new(&title, &text, shape, check, keymap),
        }
    }

    /// Lets the reason of a rejection be typed.
    #[must_use]
    pub fn reject(case: &Arc<Case>, keymap: &Keymap) -> Self {
        let check: Check = Arc::new(|typed| {
            let is_empty = typed.trim().is_empty();
            let words = if is_empty {
                "rejects without a reason"
            } else {
                "rejects for this reason"
            };
            Ok(words.to_owned())
        });
        let title = "Reject: why?";
        Self {
            purpose: Purpose::Reject,
            case: Some(Arc::clone(case)),
            editor: EditorBox::new(title, "", Shape::Line, check, keymap),
        }
    }

    /// Lets the least certainty of an approval of many be typed.
    #[must_use]
    pub fn approve_all(keymap: &Keymap) -> Self {
        let check: Check = Arc::new(|typed| {
            percent(typed).map(|percent| {
                format!("counts the records whose every value is at least {percent} % certain")
            })
        });
        let title = "Approve all: from how many percent on?";
        Self {
            purpose: Purpose::ApproveAll,
            case: None,
            editor: EditorBox::new(title, "90", Shape::Line, check, keymap),
        }
    }

    /// Lets names of files and the like be typed.
    #[must_use]
    pub fn add(keymap: &Keymap) -> Self {
        let check: Check = Arc::new(|typed| match names(typed)?.len() {
            1 => Ok(String::new()),
            several => Ok(format!("{several} names")),
        });
        Self {
            purpose: Purpose::Add,
            case: None,
            editor: EditorBox::new("Add to the queue", "", Shape::Line, check, keymap),
        }
    }

    /// Lets a posting be typed or pasted, beginning with a text.
    #[must_use]
    pub fn compose(text: &str, keymap: &Keymap) -> Self {
        let check: Check = Arc::new(|typed| {
            let words = typed.split_whitespace().count();
            match words {
                0 => Err("paste or type a posting, as text or HTML".to_owned()),
                words => Ok(format!("{words} words")),
            }
        });
        let mut editor = EditorBox::new("A posting", "", Shape::Lines, check, keymap);
        if !text.is_empty() {
            editor.paste(text);
        }
        Self {
            purpose: Purpose::Compose,
            case: None,
            editor,
        }
    }

    /// The record it is about.
    #[must_use]
    pub fn case(&self) -> Option<&Arc<Case>> {
        self.case.as_ref()
    }

    /// Whose keys hold in it.
    #[must_use]
    pub fn context(&self) -> Context {
        self.editor.context()
    }

    /// Takes a key.
    pub fn handle(&mut self, key: KeyEvent, keymap: &Keymap) -> Outcome<Wanted> {
        let purpose = self.purpose.clone();
        wanted(self.editor.handle(key, keymap), |text| {
            Wanted::Typed(purpose, text)
        })
    }

    /// Takes what was pasted.
    pub fn paste(&mut self, text: &str) {
        self.editor.paste(text);
    }

    /// Draws it.
    pub fn render(&self, theme: &Theme, area: Rect, out: &mut Buffer) {
        self.editor.render(theme, area, out);
    }
}

/// How a value was understood.
fn meant(value: &Value) -> String {
    match value {
        Value::Null => "nothing: the page does not state it".to_owned(),
        Value::Array(items) => match items.len() {
            0 => "nothing: the page does not state it".to_owned(),
            1 => "1 item".to_owned(),
            several => format!("{several} items"),
        },
        Value::String(text) if text.contains('\n') => {
            format!("{} lines", text.lines().count())
        }
        other => format!("= {other}"),
    }
}

/// A certainty in whole percent.
///
/// # Errors
/// One line on what would be one.
pub fn percent(typed: &str) -> Result<u8, String> {
    let number = typed.trim().trim_end_matches('%').trim_end();
    let percent = number
        .parse()
        .ok()
        .filter(|percent| (1..=100).contains(percent));
    percent.ok_or_else(|| "a whole number from 1 to 100".to_owned())
}

/// The names in a line: between spaces, or in quotes.
///
/// # Errors
/// One line on what is wrong.
pub fn names(typed: &str) -> Result<Vec<String>, String> {
    let (mut names, mut name, mut quote) = (Vec::new(), None::<String>, None);
    for letter in typed.chars() {
        match (quote, letter) {
            (Some(open), letter) if open == letter => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                name.get_or_insert_default();
            }
            (None, letter) if letter.is_whitespace() => names.extend(name.take()),
            (_, letter) => name.get_or_insert_default().push(letter),
        }
    }
    names.extend(name);
    names.retain(|name| !name.is_empty());
    if quote.is_some() {
        return Err("a quote is still open".to_owned());
    }
    if names.iter().any(|name| name == "-") {
        return Err("standard input is the console's own: name a file".to_owned());
    }
    if names.is_empty() {
        return Err(
            "files, directories or patterns such as pages/*.html; quotes around a name with spaces"
                .to_owned(),
        );
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_between_spaces_or_in_quotes() {
        let of = |typed: &str| names(typed).unwrap();
        assert_eq!(of(" a.html  pages/*.md "), ["a.html", "pages/*.md"]);
        assert_eq!(of("'my page.html' x\"y z\"w"), ["my page.html", "xy zw"]);
        assert!(names("").is_err() && names("'a").is_err() && names("a -").is_err());
    }

    #[test]
    fn a_certainty_is_a_whole_number_of_percent() {
        assert_eq!(percent(" 90 % "), Ok(90));
        for wrong in ["", "0", "101", "-3", "0.9", "ninety"] {
            assert!(percent(wrong).is_err(), "{wrong}");
        }
    }
}
