//! Boxes that the tests of the console's overlays put keys into.

use std::sync::Arc;

use smelt::keymap::Keymap;
use smelt::tui::overlay::{Check, Choice, Menu};

pub fn lengths() -> Check {
    Arc::new(|text: &str| match text.trim() {
        "" => Err("a text is wanted".to_owned()),
        text => Ok(format!("{} letters", text.chars().count())),
    })
}

pub fn profiles(keymap: &Keymap) -> Menu {
    let choice = |key, label: &str, refused: Option<&str>| Choice {
        key: Some(key),
        label: label.to_owned(),
        detail: "100 W".to_owned(),
        refused: refused.map(str::to_owned),
    };
    let choices = vec![
        choice('1', "quiet", None),
        choice('2', "balanced", None),
        choice('3', "max", Some("the card takes 120 W at most")),
    ];
    Menu::new("Power", choices, Some(1), keymap)
}
