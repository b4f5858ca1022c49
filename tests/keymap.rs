//! Keys as a user meets them: what the defaults do, how chords are written, what a keymap may change.
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use proptest::prelude::*;
use smelt::config::Source;
use smelt::keymap::{Action, Chord, Context, Keymap, KeymapError};

const DEFAULTS: &str = include_str!("../keymaps/default.toml");

fn changed(text: &str) -> Result<Keymap, KeymapError> {
    Keymap::changed(&Source::embedded("keymap.toml", text))
}

fn press(keymap: &Keymap, context: Context, key: &str) -> Option<Action> {
    keymap.action(context, key.parse::<Chord>().unwrap().event())
}

#[test]
fn the_defaults_stand_up_to_their_own_checks() {
    changed(DEFAULTS).unwrap();
}

#[test]
fn every_action_has_a_key_and_a_place() {
    let keymap = Keymap::defaults().unwrap();
    for action in Action::ALL {
        let has_key = |binding: &&smelt::keymap::Binding| {
            binding.action == *action && !binding.chords.is_empty()
        };
        assert!(keymap.all().iter().any(|each| has_key(&each)), "{action:?}");
        assert_eq!(Action::named(action.name()), Some(*action));
        assert!(!action.about().is_empty() && action.about().len() < 120);
        assert!((1..=15).contains(&action.label().len()), "{action:?}");
    }
    let names: HashSet<&str> = Action::ALL.iter().map(|action| action.name()).collect();
    assert_eq!(names.len(), Action::ALL.len());
}

#[test]
fn no_default_needs_a_key_that_is_awkward_over_ssh() {
    for binding in Keymap::defaults().unwrap().all() {
        let easy = binding.chords.iter().any(|chord| !chord.is_awkward());
        assert!(easy, "{binding:?}");
        let alt = binding
            .chords
            .iter()
            .any(|chord| chord.to_string().contains("alt-"));
        assert!(!alt, "{binding:?}");
    }
}

#[test]
fn the_power_keys_hold_in_every_pane_and_the_emergency_stop_also_in_boxes() {
    let keymap = Keymap::defaults().unwrap();
    let panes = [
        Context::Global,
        Context::Queue,
        Context::Result,
        Context::Triage,
        Context::Hardware,
        Context::Log,
    ];
    for pane in panes {
        for (key, action) in [
            ("1", Action::Profile1),
            ("2", Action::Profile2),
            ("3", Action::Profile3),
            ("4", Action::Profile4),
            ("P", Action::PowerMenu),
            ("[", Action::LessPower),
            ("]", Action::MorePower),
            ("a", Action::Automatic),
            ("!", Action::EmergencyStop),
            ("q", Action::Quit),
            ("?", Action::Help),
        ] {
            assert_eq!(press(&keymap, pane, key), Some(action), "{key} in {pane:?}");
        }
    }
    for place in [Context::Help, Context::Confirm, Context::Menu] {
        assert_eq!(press(&keymap, place, "!"), Some(Action::EmergencyStop));
        assert_eq!(press(&keymap, place, "1"), None, "{place:?}");
    }
}

#[test]
fn letters_are_text_where_text_is_typed_and_there_is_a_way_out() {
    let keymap = Keymap::defaults().unwrap();
    for context in Context::ALL {
        assert_eq!(press(&keymap, context, "ctrl-c"), Some(Action::Interrupt));
        assert_eq!(press(&keymap, context, "ctrl-z"), Some(Action::Suspend));
        if context.is_overlay() {
            assert_eq!(press(&keymap, context, "esc"), Some(Action::Close));
        }
        if context.is_typed() {
            for letter in (' '..='~').chain("äß€".chars()) {
                let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE);
                assert_eq!(keymap.action(context, key), None, "{letter} in {context:?}");
            }
        }
    }
}

#[test]
fn a_pane_falls_back_to_what_is_above_it() {
    let keymap = Keymap::defaults().unwrap();
    assert_eq!(press(&keymap, Context::Triage, "o"), Some(Action::Approve));
    assert_eq!(press(&keymap, Context::Triage, "u"), Some(Action::Undo));
    assert_eq!(
        press(&keymap, Context::Triage, "t"),
        Some(Action::NextTheme)
    );
    assert_eq!(press(&keymap, Context::Triage, "enter"), Some(Action::Edit));
    assert_eq!(press(&keymap, Context::Queue, "enter"), Some(Action::Open));
    assert_eq!(press(&keymap, Context::Queue, "o"), None);
}

#[test]
fn a_user_changes_what_he_names_and_nothing_else() {
    let keymap = changed(
        "[global]\nquit = \"ctrl-x\"\nfreeze = []\n[hardware]\nless-power = [\"left\", \"[\"]\n",
    )
    .unwrap();
    assert_eq!(press(&keymap, Context::Queue, "ctrl-x"), Some(Action::Quit));
    assert_eq!(press(&keymap, Context::Queue, "q"), None);
    assert_eq!(press(&keymap, Context::Queue, "p"), None);
    assert_eq!(press(&keymap, Context::Help, "q"), Some(Action::Close));
    assert_eq!(
        press(&keymap, Context::Hardware, "left"),
        Some(Action::LessPower)
    );
    assert_eq!(press(&keymap, Context::Result, "left"), Some(Action::Left));
    assert_eq!(keymap.key(Context::Queue, Action::Quit).unwrap(), "ctrl-x");
    assert_eq!(keymap.key(Context::Queue, Action::Freeze), None);
}

#[test]
fn hints_begin_with_what_is_special_here_and_follow_the_keymap() {
    let keymap = changed("[triage]\napprove = \"f9\"\n").unwrap();
    let hints = keymap.hints(Context::Triage);
    assert_eq!(
        (hints[0].key.as_str(), hints[0].action),
        ("f9", Action::Approve)
    );
    let at = |action| hints.iter().position(|hint| hint.action == action).unwrap();
    assert!(at(Action::Undo) < at(Action::Help));
    assert!(at(Action::Help) < at(Action::NextTheme));
    assert!(hints.iter().all(|hint| hint.action != Action::Up));
    let hints = keymap.hints(Context::Editor);
    assert_eq!(
        (hints[0].key.as_str(), hints[0].action),
        ("enter", Action::Accept)
    );
}

#[test]
fn what_is_reachable_names_only_keys_that_do_it() {
    let keymap = changed("[queue]\nretry = \"t\"\n").unwrap();
    for context in Context::ALL {
        for binding in keymap.reachable(context) {
            for chord in &binding.chords {
                assert_eq!(keymap.action(context, chord.event()), Some(binding.action));
            }
        }
    }
    assert_eq!(
        keymap.key(Context::Queue, Action::NextTheme),
        None,
        "t is retry there"
    );
    assert_eq!(keymap.key(Context::Log, Action::NextTheme).unwrap(), "t");
}

#[test]
fn a_key_that_is_let_go_or_has_super_does_nothing() {
    let keymap = Keymap::defaults().unwrap();
    let mut key = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
    assert_eq!(keymap.action(Context::Queue, key), Some(Action::Quit));
    key.kind = KeyEventKind::Release;
    assert_eq!(keymap.action(Context::Queue, key), None);
    key.kind = KeyEventKind::Press;
    key.modifiers = KeyModifiers::SUPER;
    assert_eq!(keymap.action(Context::Queue, key), None);
}

#[test]
fn what_terminals_spell_in_several_ways_is_one_key() {
    let of = |code, modifiers| {
        Chord::of(KeyEvent::new(code, modifiers))
            .unwrap()
            .to_string()
    };
    let (shift, control) = (KeyModifiers::SHIFT, KeyModifiers::CONTROL);
    assert_eq!(of(KeyCode::Char('G'), shift), "G");
    assert_eq!(of(KeyCode::Char('G'), KeyModifiers::NONE), "G");
    assert_eq!(of(KeyCode::BackTab, shift), "shift-tab");
    assert_eq!(of(KeyCode::Tab, shift), "shift-tab");
    assert_eq!(of(KeyCode::Char('h'), control), "backspace");
    assert_eq!(of(KeyCode::Char('i'), control), "tab");
    assert_eq!(of(KeyCode::Char('m'), control), "enter");
    assert_eq!(of(KeyCode::Char('D'), control | shift), "ctrl-d");
}

#[test]
fn what_cannot_be_pressed_is_refused_with_what_to_write_instead() {
    for (text, part) in [
        ("", "names no key"),
        ("ctrl-", "names no key"),
        (" ", "no key is called"),
        ("entr", "(did you mean enter?)"),
        ("page-up", "(did you mean pageup?)"),
        ("ctrl+x", "(did you mean ctrl-x?)"),
        ("f0", "no key is called"),
        ("f13", "no key is called"),
        ("f01", "no key is called"),
        ("ctrl-m", "write \"enter\""),
        ("ctrl-i", "write \"tab\""),
        ("ctrl-h", "write \"backspace\""),
        ("ctrl-[", "write \"esc\""),
        ("ctrl-1", "terminals do not send ctrl-1"),
        ("ctrl-enter", "terminals do not send"),
        ("ctrl-shift-a", "shift-a depends on the keyboard"),
        ("shift-a", "'A'"),
        ("shift-1", "write the character it gives"),
        ("ctrl-ctrl-x", "twice"),
        ("\u{7}", "no key is called"),
    ] {
        let error = text.parse::<Chord>().unwrap_err().to_string();
        assert!(error.contains(part), "{text:?}: {error}");
    }
}

fn part() -> impl Strategy<Value = String> {
    let known = [
        "ctrl-", "alt-", "shift-", "CTRL-", "-", "enter", "esc", "tab", "space", "f", "1", "12",
        "a", "Z", "[", "é", "pageup", "up",
    ];
    prop_oneof![
        8 => prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => ".{0,3}",
    ]
}

fn code() -> impl Strategy<Value = KeyCode> {
    prop_oneof![
        any::<char>().prop_map(KeyCode::Char),
        (1_u8..=12).prop_map(KeyCode::F),
        prop::sample::select(vec![
            KeyCode::Enter,
            KeyCode::Esc,
            KeyCode::Tab,
            KeyCode::BackTab,
            KeyCode::Backspace,
            KeyCode::Delete,
            KeyCode::Home,
            KeyCode::PageUp,
            KeyCode::Left,
            KeyCode::Null,
            KeyCode::CapsLock,
        ]),
    ]
}

proptest! {
    #[test]
    fn a_chord_that_is_read_is_written_the_same_and_pressed_the_same(
        parts in prop::collection::vec(part(), 0..4),
    ) {
        let text = parts.concat();
        if let Ok(chord) = text.parse::<Chord>() {
            let written = chord.to_string();
            prop_assert_eq!(written.parse::<Chord>().unwrap(), chord, "{} became {}", text, written);
            prop_assert_eq!(Chord::of(chord.event()), Some(chord));
        }
    }

    #[test]
    fn a_key_that_is_pressed_can_be_written_wherever_it_can_be_read(
        code in code(), modifiers in 0_u8..8,
    ) {
        let event = KeyEvent::new(code, KeyModifiers::from_bits_truncate(modifiers));
        let chord = Chord::of(event).unwrap();
        prop_assert_eq!(Chord::of(chord.event()), Some(chord), "once normal, always normal");
        if let Ok(read) = chord.to_string().parse::<Chord>() {
            prop_assert_eq!(read, chord);
        }
    }

    #[test]
    fn a_keymap_of_rubbish_is_refused_and_never_a_panic(text in "([\\[\\]a-z=\", \n-]|up|global|quit|\"q\"){0,60}") {
        if let Err(error) = changed(&text) {
            prop_assert!(error.to_string().starts_with("keymap.toml"), "{}", error);
            prop_assert!(!error.to_string().contains('\n'));
        }
    }
}
