//! The console's boxes take any key and any text, at any size and place.
#![allow(clippy::unwrap_used)]

#[path = "support/boxes.rs"]
mod boxes;

use std::time::Duration;

use boxes::{lengths, profiles};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use smelt::keymap::{Context, Keymap};
use smelt::theme::{Depth, GlyphTier, Theme};
use smelt::tui::overlay::{
    ConfirmBox, EditorBox, Filter, FilterLine, Help, Level, Notices, Palette, Shape, popup,
};

fn sizes() -> impl Strategy<Value = (u16, u16)> {
    let side = || prop_oneof![2 => 0_u16..12, 1 => 0_u16..=300];
    (side(), side())
}

fn pressed() -> impl Strategy<Value = KeyEvent> {
    let code = prop_oneof![
        4 => any::<char>().prop_map(KeyCode::Char),
        4 => prop::sample::select("/jkgGnyx :1!".chars().collect::<Vec<char>>()).prop_map(KeyCode::Char),
        3 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Backspace, KeyCode::Delete, KeyCode::Up, KeyCode::Down, KeyCode::Left,
            KeyCode::Right, KeyCode::Home, KeyCode::End, KeyCode::PageUp, KeyCode::PageDown, KeyCode::Tab,
            KeyCode::BackTab, KeyCode::Esc, KeyCode::F(1), KeyCode::Insert, KeyCode::Null,
        ]),
    ];
    (code, 0_u8..8)
        .prop_map(|(code, bits)| KeyEvent::new(code, KeyModifiers::from_bits_truncate(bits)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_key_text_or_size_is_too_much_for_a_box(
        (width, height) in sizes(),
        (left, top) in (0_u16..400, 0_u16..400),
        keys in prop::collection::vec(pressed(), 0..30),
        text in "\\PC{0,80}|[\\x00-\\xff]{0,30}|(wide 漢字 é\u{301} 👩‍👩‍👧 ){0,8}",
    ) {
        let keymap = Keymap::defaults().unwrap();
        let mut line = FilterLine::new(&Filter::new(&text));
        let mut palette = Palette::new(&keymap, Context::Triage);
        let mut help = Help::new(&keymap, Context::Result);
        let mut editor = EditorBox::new(&text, &text, Shape::Line, lengths(), &keymap);
        let mut posting = EditorBox::new(&text, &text, Shape::Lines, lengths(), &keymap);
        let mut menu = profiles(&keymap);
        let mut question = ConfirmBox::new(&text, &text, &keymap);
        let mut notices = Notices::default();
        notices.say(Level::Warn, text.clone(), Duration::from_secs(7));
        question.left(u64::MAX);
        for key in keys {
            line.handle(key, &keymap);
            palette.handle(key, &keymap);
            help.handle(key, &keymap);
            editor.handle(key, &keymap);
            posting.handle(key, &keymap);
            menu.handle(key, &keymap);
            question.handle(key, &keymap);
        }
        palette.paste(&text);
        help.paste(&text);
        posting.paste(&text);
        for tier in [GlyphTier::Ascii, GlyphTier::Unicode] {
            let theme = Theme::load("terminal", Depth::Sixteen, tier).unwrap();
            // Drawn where the buffer is and, from an old size, where it is not.
            let buffer_area = Rect::new(0, 0, width, height);
            for area in [buffer_area, Rect::new(left, top, width, height)] {
                let mut buffer = Buffer::empty(buffer_area);
                line.render(&theme, area, &mut buffer);
                palette.render(&theme, area, &mut buffer);
                help.render(&theme, area, &mut buffer);
                editor.render(&theme, area, &mut buffer);
                posting.render(&theme, area, &mut buffer);
                menu.render(&theme, area, &mut buffer);
                question.render(&theme, area, &mut buffer);
                notices.render(&theme, area, &mut buffer);
                for cell in &buffer.content {
                    prop_assert!(!cell.symbol().chars().any(char::is_control), "{:?}", cell.symbol());
                }
            }
        }
    }

    #[test]
    fn a_popup_stays_inside(x in 0_u16..500, y in 0_u16..500, (width, height) in sizes(), (wide, high) in sizes()) {
        let area = Rect::new(x, y, width, height);
        let place = popup(area, wide, high);
        prop_assert_eq!(place.intersection(area), place);
    }

    #[test]
    fn a_filter_finds_what_it_says(text in "[a-cÄä ]{0,3}", row in "[a-cA-CÄä ]{0,20}") {
        let filter = Filter::new(&text);
        for range in filter.ranges(&row) {
            prop_assert_eq!(row[range].to_lowercase(), text.to_lowercase());
        }
        let is_plain = text == text.to_lowercase();
        if is_plain {
            prop_assert_eq!(filter.lets(&row), row.to_lowercase().contains(&text));
        }
    }
}
