//! One key with its modifiers, as it is written in keymap.toml and as a terminal sends it.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::config::{did_you_mean, near};

/// A key that a terminal can send. Letters carry their case, never shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// Why a text names no key that can be pressed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChordError {
    /// Nothing was written, or nothing behind the modifiers.
    #[error("{0:?} names no key")]
    Empty(String),
    /// Neither one character nor the name of a key.
    #[error("no key is called {name:?}{}", did_you_mean(.closest.as_deref()))]
    Unknown {
        /// As written.
        name: String,
        /// What was probably meant.
        closest: Option<String>,
    },
    /// A modifier stands there twice.
    #[error("{0:?} names a modifier twice")]
    Twice(String),
    /// Terminals send the same for another key.
    #[error("terminals send the same for {written} and {same}; write {same:?}")]
    Alias {
        /// As written.
        written: String,
        /// The key it cannot be told from.
        same: String,
    },
    /// Shift with a character: the character says it already.
    #[error("shift-{0} depends on the keyboard; write the character it gives{1}")]
    Shift(char, String),
    /// Terminals have no code for it.
    #[error(
        "terminals do not send {0}; ctrl goes with a to z, space, arrows, paging and f-keys, shift with the last three"
    )]
    Unsendable(String),
}

const NAMED: [(&str, KeyCode); 15] = [
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backspace", KeyCode::Backspace),
    ("space", KeyCode::Char(' ')),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
];
const MODIFIERS: [(&str, KeyModifiers); 3] = [
    ("ctrl-", KeyModifiers::CONTROL),
    ("alt-", KeyModifiers::ALT),
    ("shift-", KeyModifiers::SHIFT),
];
const MOST_F_KEYS: u8 = 12;

impl Chord {
    /// The key of an event; none for one that was let go, or with a modifier that terminals seldom send.
    #[must_use]
    pub fn of(event: KeyEvent) -> Option<Self> {
        let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        if event.kind == KeyEventKind::Release || !known.contains(event.modifiers) {
            return None;
        }
        Some(Self::normal(event.code, event.modifiers))
    }

    /// One spelling for what terminals and protocols spell in several ways.
    fn normal(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let (shift, control) = (KeyModifiers::SHIFT, KeyModifiers::CONTROL);
        let (code, modifiers) = match code {
            KeyCode::Char(letter) if modifiers.contains(control) => (
                KeyCode::Char(letter.to_ascii_lowercase()),
                modifiers - shift,
            ),
            code => (code, modifiers),
        };
        let (code, modifiers) = match code {
            KeyCode::Char('h') if modifiers == control => (KeyCode::Backspace, modifiers - control),
            KeyCode::Char('i') if modifiers == control => (KeyCode::Tab, modifiers - control),
            KeyCode::Char('m') if modifiers == control => (KeyCode::Enter, modifiers - control),
            KeyCode::Char(letter) if modifiers.contains(shift) => (
                KeyCode::Char(letter.to_ascii_uppercase()),
                modifiers - shift,
            ),
            KeyCode::Tab if modifiers.contains(shift) => (KeyCode::BackTab, modifiers - shift),
            KeyCode::BackTab => (code, modifiers - shift),
            code => (code, modifiers),
        };
        Self { code, modifiers }
    }

    /// The event that a terminal sends for it.
    #[must_use]
    pub fn event(self) -> KeyEvent {
        KeyEvent::new(self.code, self.modifiers)
    }

    /// The character that it types, if it types one.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(letter) if self.modifiers.is_empty() => Some(letter),
            _ => None,
        }
    }

    /// Whether it needs a key that is awkward over SSH or in tmux: alt, F-keys, the prefixes and flow control.
    #[must_use]
    pub fn is_awkward(self) -> bool {
        let control = self.modifiers == KeyModifiers::CONTROL;
        self.modifiers.contains(KeyModifiers::ALT)
            || matches!(self.code, KeyCode::F(_))
            || (control && matches!(self.code, KeyCode::Char('a' | 'b' | 's' | 'q')))
    }
}

fn named(name: &str) -> Option<KeyCode> {
    let letters = &mut name.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        let is_seen = !letter.is_control() && !letter.is_whitespace();
        return is_seen.then_some(KeyCode::Char(letter));
    }
    let name = name.to_lowercase();
    if let Some((_, code)) = NAMED.iter().find(|(known, _)| *known == name) {
        return Some(*code);
    }
    let number: u8 = name.strip_prefix('f')?.parse().ok()?;
    let is_plain = name == format!("f{number}");
    (is_plain && (1..=MOST_F_KEYS).contains(&number)).then_some(KeyCode::F(number))
}

fn unknown(name: &str) -> ChordError {
    let plus = name.replace('+', "-");
    let closest = if name.contains('+') && plus.parse::<Chord>().is_ok() {
        Some(plus)
    } else {
        near(name, NAMED.iter().map(|(known, _)| *known)).map(str::to_owned)
    };
    ChordError::Unknown {
        name: name.to_owned(),
        closest,
    }
}

/// Whether terminals have a code for a key with these modifiers, and if not what to write instead.
fn sendable(code: KeyCode, modifiers: KeyModifiers, text: &str) -> Result<(), ChordError> {
    let (shift, control) = (KeyModifiers::SHIFT, KeyModifiers::CONTROL);
    let cannot = || Err(ChordError::Unsendable(text.to_owned()));
    match code {
        KeyCode::Char(letter) if letter != ' ' && modifiers.contains(shift) => {
            let upper = letter.to_ascii_uppercase();
            let instead = if letter.is_ascii_lowercase() && modifiers == shift {
                format!(", {upper:?}")
            } else {
                String::new()
            };
            Err(ChordError::Shift(letter, instead))
        }
        KeyCode::Char(letter) if modifiers.contains(control) => {
            let same = match letter.to_ascii_lowercase() {
                'h' => "backspace",
                'i' => "tab",
                'm' => "enter",
                '[' => "esc",
                'a'..='z' | ' ' if !modifiers.contains(shift) => return Ok(()),
                _ => return cannot(),
            };
            Err(ChordError::Alias {
                written: text.to_owned(),
                same: same.to_owned(),
            })
        }
        KeyCode::Char(' ') | KeyCode::Enter | KeyCode::Esc | KeyCode::Backspace => {
            if modifiers.intersects(shift | control) {
                cannot()
            } else {
                Ok(())
            }
        }
        KeyCode::Tab if !(modifiers - shift).is_empty() => cannot(),
        _ => Ok(()),
    }
}

impl FromStr for Chord {
    type Err = ChordError;

    fn from_str(text: &str) -> Result<Self, ChordError> {
        let mut rest = text;
        let mut modifiers = KeyModifiers::NONE;
        while let Some((name, modifier)) = MODIFIERS.iter().find(|(name, _)| {
            rest.get(..name.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(name))
        }) {
            if modifiers.contains(*modifier) {
                return Err(ChordError::Twice(text.to_owned()));
            }
            modifiers |= *modifier;
            rest = &rest[name.len()..];
        }
        if rest.is_empty() {
            return Err(ChordError::Empty(text.to_owned()));
        }
        let code = named(rest).ok_or_else(|| unknown(rest))?;
        sendable(code, modifiers, text)?;
        Ok(Self::normal(code, modifiers))
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let back = self.code == KeyCode::BackTab;
        for (name, modifier) in MODIFIERS {
            if self.modifiers.contains(modifier) || (back && modifier == KeyModifiers::SHIFT) {
                out.write_str(name)?;
            }
        }
        let code = if back { KeyCode::Tab } else { self.code };
        match NAMED.iter().find(|(_, known)| *known == code) {
            Some((name, _)) => out.write_str(name),
            None => match code {
                KeyCode::Char(letter) => write!(out, "{letter}"),
                KeyCode::F(number) => write!(out, "f{number}"),
                other => write!(out, "{}", other.to_string().to_lowercase()),
            },
        }
    }
}
