//! Text that is being typed: one line or several, with the editing keys of a shell, paste cleaned of what is no text.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;
use ratatui_textarea::{CursorMove, TextArea, WrapMode};

/// How many lines there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One; a line's end that is pasted becomes a space.
    Line,
    /// Several; Enter begins one.
    Lines,
}

/// Text with a cursor in it.
#[derive(Debug, Clone)]
pub struct Typed {
    area: TextArea<'static>,
    shape: Shape,
}

/// Most bytes that one paste adds.
const MOST_PASTED: usize = 4 << 20;

impl Typed {
    /// A text with the cursor behind it.
    #[must_use]
    pub fn new(text: &str, shape: Shape) -> Self {
        let mut area = TextArea::default();
        area.set_cursor_line_style(Style::new());
        area.set_cursor_style(Style::new().add_modifier(Modifier::REVERSED));
        if shape == Shape::Lines {
            area.set_wrap_mode(WrapMode::WordOrGlyph);
        }
        let mut typed = Self { area, shape };
        typed.paste(text);
        typed
    }

    /// All of it.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// Takes all of it away.
    pub fn clear(&mut self) {
        self.area.clear();
    }

    /// Types or edits; says whether the text is another one now.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let is_end = match key.code {
            KeyCode::Enter => true,
            KeyCode::Char('m' | 'j') => key.modifiers == KeyModifiers::CONTROL,
            _ => false,
        };
        let is_text = !matches!(key.code, KeyCode::Char(letter) if is_unseen(letter));
        if key.kind == KeyEventKind::Release || !is_text {
            return false;
        }
        // As in a shell; the text area takes it as an undo.
        if key.code == KeyCode::Char('u') && key.modifiers == KeyModifiers::CONTROL {
            return self.area.delete_line_by_head();
        }
        match (is_end, self.shape) {
            (true, Shape::Line) => false,
            (true, Shape::Lines) => {
                self.area.insert_newline();
                true
            }
            (false, _) => self.area.input(key),
        }
    }

    /// Puts text in at the cursor, without what is no text.
    pub fn paste(&mut self, text: &str) {
        let end = text.floor_char_boundary(MOST_PASTED);
        self.area.insert_str(clean(&text[..end], self.shape));
    }

    /// Puts the cursor at the very beginning.
    pub fn to_start(&mut self) {
        self.area.move_cursor(CursorMove::Top);
        self.area.move_cursor(CursorMove::Head);
    }

    /// Draws it, scrolled so that the cursor is seen.
    pub fn render(&self, style: Style, area: Rect, buf: &mut Buffer) {
        if !area.is_empty() {
            self.area.render(area, buf);
            buf.set_style(area, style);
        }
    }
}

/// Control characters, and those that change the direction of text or have no width.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn clean(text: &str, shape: Shape) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = if shape == Shape::Line {
        text.trim_end_matches('\n')
    } else {
        &text
    };
    let letters = text.chars().filter_map(|letter| match letter {
        '\n' if shape == Shape::Lines => Some('\n'),
        '\n' | '\t' => Some(' '),
        letter => (!is_unseen(letter)).then_some(letter),
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_pasted_is_text_and_never_a_key() {
        let pasted = "\u{1b}[31mSalary:\t50\u{7}\r\n\u{202e}000\u{85} EUR\rq\n";
        let mut typed = Typed::new("", Shape::Lines);
        typed.paste(pasted);
        assert_eq!(typed.text(), "[31mSalary: 50\n000 EUR\nq\n");
        let mut typed = Typed::new("", Shape::Line);
        typed.paste(pasted);
        assert_eq!(typed.text(), "[31mSalary: 50 000 EUR q");
    }

    #[test]
    fn enter_ends_no_single_line() {
        let mut line = Typed::new("a", Shape::Line);
        let mut lines = Typed::new("a", Shape::Lines);
        for (code, modifiers) in [
            (KeyCode::Enter, KeyModifiers::NONE),
            (KeyCode::Char('m'), KeyModifiers::CONTROL),
            (KeyCode::Char('j'), KeyModifiers::CONTROL),
        ] {
            assert!(!line.key(KeyEvent::new(code, modifiers)));
            assert!(lines.key(KeyEvent::new(code, modifiers)));
        }
        assert_eq!(
            (line.text(), lines.text()),
            ("a".to_owned(), "a\n\n\n".to_owned())
        );
    }

    #[test]
    fn a_megabyte_is_pasted_while_one_waits() {
        let page = "A line of a posting, as long as they are.\n".repeat(25_000);
        let started = std::time::Instant::now();
        let typed = Typed::new(&page, Shape::Lines);
        let area = Rect::new(0, 0, 80, 24);
        typed.render(Style::new(), area, &mut Buffer::empty(area));
        assert!(started.elapsed().as_secs() < 2, "{:?}", started.elapsed());
        assert_eq!(typed.text(), page);
    }

    proptest! {
        #[test]
        fn pasted_text_holds_nothing_that_a_terminal_obeys(text in "\\PC*|[\\x00-\\xff]{0,40}|[\u{200b}-\u{206f}\r\n\t]{0,20}") {
            for shape in [Shape::Line, Shape::Lines] {
                let mut typed = Typed::new(&text, shape);
                typed.paste(&text);
                prop_assert!(typed.text().chars().all(|letter| letter == '\n' || !is_unseen(letter)));
                prop_assert!(shape == Shape::Lines || !typed.text().contains('\n'));
            }
        }
    }
}
