//! The console's boxes: what their keys do and what is drawn, at every size.
#![allow(clippy::unwrap_used)]

#[path = "support/boxes.rs"]
mod boxes;

use std::time::Duration;

use boxes::{lengths, profiles};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use smelt::config::Source;
use smelt::keymap::{Action, Chord, Context, Keymap};
use smelt::theme::{Depth, GlyphTier, Role, Theme};
use smelt::tui::overlay::{
    ConfirmBox, EditorBox, Filter, FilterLine, Found, Help, Level, Menu, Notices, Outcome, Palette,
    Shape, next_match, popup, previous_match,
};

fn keys() -> Keymap {
    Keymap::defaults().unwrap()
}

fn theme() -> Theme {
    Theme::load("mono", Depth::Never, GlyphTier::Ascii).unwrap()
}

fn key(text: &str) -> KeyEvent {
    text.parse::<Chord>().unwrap().event()
}

/// The rows of an area, with what a box draws into it.
fn drawn(width: u16, height: u16, draw: impl Fn(Rect, &mut Buffer)) -> Vec<String> {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    draw(area, &mut buffer);
    rows(&buffer)
}

fn rows(buffer: &Buffer) -> Vec<String> {
    let width = buffer.area.width.max(1).into();
    let rows = buffer.content.chunks(width);
    rows.map(|row| {
        row.iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect::<String>()
            .trim_end()
            .to_owned()
    })
    .collect()
}

#[test]
fn a_question_says_what_how_long_and_with_which_keys() {
    let keymap = Keymap::changed(&Source::embedded("k", "[confirm]\nconfirm = \"J\"\n")).unwrap();
    let mut question = ConfirmBox::new(
        "Keep 140 W?",
        "The card drew 118 W before. No answer takes it back to 120 W.",
        &keymap,
    );
    question.left(12);
    let rows = drawn(60, 8, |area, buf| question.render(&theme(), area, buf));
    let text = rows.join("\n");
    assert!(text.contains("+ Keep 140 W? ="), "{text}");
    assert!(text.contains("12 s left, then no"), "{text}");
    assert!(text.contains(" J yes  n no  esc close"), "{text}");
    assert_eq!(question.handle(key("J"), &keymap), Outcome::Done(()));
    assert_eq!(question.handle(key("n"), &keymap), Outcome::Closed);
    assert_eq!(question.handle(key("esc"), &keymap), Outcome::Closed);
    assert_eq!(
        question.handle(key("y"), &keymap),
        Outcome::Kept,
        "that key was given away"
    );
    for through in ["!", "ctrl-z", "ctrl-c", "ctrl-l"] {
        assert_eq!(
            question.handle(key(through), &keymap),
            Outcome::Ignored,
            "{through}"
        );
    }
    assert_eq!(
        question.handle(key("1"), &keymap),
        Outcome::Kept,
        "no key reaches the panes below"
    );
}

#[test]
fn a_menu_chooses_by_moving_and_by_character_and_says_why_not() {
    let keymap = keys();
    let mut menu = profiles(&keymap);
    assert_eq!(
        menu.handle(key("enter"), &keymap),
        Outcome::Done(1),
        "what is in force is selected"
    );
    assert_eq!(menu.handle(key("1"), &keymap), Outcome::Done(0));
    assert_eq!(
        menu.handle(key("3"), &keymap),
        Outcome::Kept,
        "it is refused"
    );
    assert_eq!(menu.selected(), 2);
    assert_eq!(menu.handle(key("down"), &keymap), Outcome::Kept);
    assert_eq!(menu.handle(key("k"), &keymap), Outcome::Kept);
    assert_eq!(menu.selected(), 1);
    assert_eq!(menu.handle(key("q"), &keymap), Outcome::Closed);
    assert_eq!(menu.handle(key("!"), &keymap), Outcome::Ignored);
    let text = drawn(60, 7, |area, buf| menu.render(&theme(), area, buf)).join("\n");
    assert!(text.contains("> 2 balanced  100 W"), "{text}");
    assert!(
        text.contains("  3 max       100 W  the card takes 120 W at most"),
        "{text}"
    );
    let mut empty = Menu::new("Nothing", Vec::new(), Some(3), &keymap);
    assert_eq!(empty.handle(key("enter"), &keymap), Outcome::Kept);
    assert_eq!(empty.handle(key("G"), &keymap), Outcome::Kept);
}

#[test]
fn a_menu_too_small_for_all_scrolls_to_what_is_selected() {
    let keymap = keys();
    let mut menu = profiles(&keymap);
    menu.handle(key("G"), &keymap);
    let text = drawn(60, 3, |area, buf| menu.render(&theme(), area, buf)).join("\n");
    assert!(text.contains("max") && !text.contains("quiet"), "{text}");
}

#[test]
fn an_editor_judges_as_one_types_and_gives_only_what_can_be_taken() {
    let keymap = keys();
    let mut editor = EditorBox::new("title", "ab", Shape::Line, lengths(), &keymap);
    let text = drawn(74, 4, |area, buf| editor.render(&theme(), area, buf)).join("\n");
    assert!(
        text.contains("|ab") && text.contains("|2 letters"),
        "{text}"
    );
    assert!(text.contains(" enter accept  esc close"), "{text}");
    editor.handle(key("backspace"), &keymap);
    editor.handle(key("backspace"), &keymap);
    assert_eq!(editor.verdict(), &Err("a text is wanted".to_owned()));
    assert_eq!(
        editor.handle(key("enter"), &keymap),
        Outcome::Kept,
        "nothing is no value"
    );
    let text = drawn(74, 4, |area, buf| editor.render(&theme(), area, buf)).join("\n");
    assert!(text.contains("|a text is wanted"), "{text}");
    editor.handle(key("q"), &keymap);
    editor.paste("uit\r\n\u{1b}now");
    assert_eq!(
        editor.handle(key("enter"), &keymap),
        Outcome::Done("quit now".to_owned())
    );
    assert_eq!(editor.handle(key("esc"), &keymap), Outcome::Closed);
    assert_eq!(editor.handle(key("ctrl-z"), &keymap), Outcome::Ignored);
}

#[test]
fn a_posting_is_typed_over_several_lines() {
    let keymap = keys();
    let mut editor = EditorBox::new("Posting", "", Shape::Lines, lengths(), &keymap);
    for letter in ["a", "enter", "b"] {
        assert_eq!(editor.handle(key(letter), &keymap), Outcome::Kept);
    }
    editor.paste("\nc\nd");
    let rows = drawn(60, 20, |area, buf| editor.render(&theme(), area, buf));
    assert!(
        rows.iter().any(
            |row| row.ends_with("7 letters                                  |")
                || row.contains("|7 letters")
        ),
        "{rows:#?}"
    );
    assert_eq!(
        editor.handle(key("ctrl-d"), &keymap),
        Outcome::Done("a\nb\nc\nd".to_owned())
    );
}

#[test]
fn the_palette_finds_an_action_by_some_of_its_letters_and_shows_its_key() {
    let keymap = Keymap::changed(&Source::embedded("k", "[triage]\napprove = \"f9\"\n")).unwrap();
    let mut palette = Palette::new(&keymap, Context::Triage);
    assert_eq!(
        palette.found().next(),
        Some(Action::Approve),
        "nearest first"
    );
    assert!(
        palette
            .found()
            .all(|action| action != Action::Up && action != Action::Palette)
    );
    for letter in "apprall".chars() {
        palette.handle(
            KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE),
            &keymap,
        );
    }
    assert_eq!(palette.found().next(), Some(Action::ApproveAll));
    for _ in 0..4 {
        palette.handle(key("backspace"), &keymap);
    }
    let area = Rect::new(0, 0, 80, 24);
    let mut buffer = Buffer::empty(area);
    palette.render(&theme(), area, &mut buffer);
    let rows = rows(&buffer);
    let at = rows
        .iter()
        .position(|row| row.contains("approve "))
        .unwrap();
    assert!(rows[at].ends_with(" f9 |"), "{}", rows[at]);
    // The letters that were typed are marked.
    let start = u16::try_from(rows[at].find("approve").unwrap()).unwrap();
    let at = u16::try_from(at).unwrap();
    assert!(
        buffer[(start, at)]
            .modifier
            .contains(Modifier::UNDERLINED | Modifier::REVERSED)
    );
    palette.handle(key("down"), &keymap);
    let second = palette.found().nth(1).unwrap();
    assert_eq!(palette.handle(key("enter"), &keymap), Outcome::Done(second));
    for (typed, first) in [
        ("maximise", Some(Action::Maximise)),
        ("profile-4", Some(Action::Profile4)),
        ("cancel", None),
        ("as it was", None),
    ] {
        let mut palette = Palette::new(&keymap, Context::Log);
        palette.paste(typed);
        assert_eq!(palette.found().next(), first, "{typed}");
        let text = drawn(80, 24, |area, buf| palette.render(&theme(), area, buf)).join("\n");
        let elsewhere = "nothing fits here; cancel: in the queue";
        assert_eq!(text.contains(elsewhere), typed == "cancel", "{text}");
    }
    palette.paste("zzzzzz");
    assert_eq!(
        palette.handle(key("enter"), &keymap),
        Outcome::Kept,
        "nothing fits"
    );
    let text = drawn(80, 24, |area, buf| palette.render(&theme(), area, buf)).join("\n");
    assert!(text.contains("nothing fits"));
    assert_eq!(palette.handle(key("esc"), &keymap), Outcome::Closed);
}

#[test]
fn help_lists_every_action_of_the_keymap_those_of_the_place_first() {
    let keymap = keys();
    for context in Context::ALL {
        let help = Help::new(&keymap, context);
        for action in Action::ALL {
            assert!(
                help.listed().any(|listed| listed == *action),
                "{action:?} from {context:?}"
            );
        }
        let own = keymap
            .all()
            .iter()
            .find(|binding| binding.context == context);
        if let Some(binding) = own {
            assert_eq!(help.listed().next(), Some(binding.action));
        }
    }
    let help = Help::new(&keymap, Context::Queue);
    let rows = drawn(100, 12, |area, buf| help.render(&theme(), area, buf));
    assert!(rows[2].contains("In the queue"), "{rows:#?}");
    let has_retry = |row: &String| row.contains("r                  retry");
    assert!(rows.iter().any(has_retry), "{rows:#?}");
}

#[test]
fn help_is_narrowed_down_and_closed_step_by_step() {
    let keymap = keys();
    let mut help = Help::new(&keymap, Context::Queue);
    help.handle(key("/"), &keymap);
    for letter in ["5", "space", "W"] {
        assert_eq!(help.handle(key(letter), &keymap), Outcome::Kept);
    }
    let listed: Vec<Action> = help.listed().collect();
    assert_eq!(listed, [Action::LessPower, Action::MorePower]);
    let rows = drawn(100, 12, |area, buf| help.render(&theme(), area, buf)).join("\n");
    assert!(
        rows.contains("|/5 W") && rows.contains("In every pane"),
        "{rows}"
    );
    assert_eq!(help.handle(key("enter"), &keymap), Outcome::Kept);
    assert_eq!(help.listed().count(), 2, "it stays narrowed down");
    assert_eq!(
        help.handle(key("esc"), &keymap),
        Outcome::Kept,
        "the filter first"
    );
    assert!(help.listed().count() > 50);
    assert_eq!(help.handle(key("!"), &keymap), Outcome::Ignored);
    assert_eq!(help.handle(key("q"), &keymap), Outcome::Closed);
    // While it is typed, the first esc empties the line and the second leaves it.
    help.handle(key("/"), &keymap);
    help.handle(key("q"), &keymap);
    assert_eq!(help.handle(key("esc"), &keymap), Outcome::Kept);
    assert_eq!(help.handle(key("esc"), &keymap), Outcome::Kept);
    assert_eq!(help.handle(key("esc"), &keymap), Outcome::Closed);
}

#[test]
fn help_scrolls_to_its_end_and_no_further() {
    let keymap = keys();
    let mut help = Help::new(&keymap, Context::Global);
    let top = drawn(100, 12, |area, buf| help.render(&theme(), area, buf));
    help.handle(key("G"), &keymap);
    let bottom = drawn(100, 12, |area, buf| help.render(&theme(), area, buf));
    assert_ne!(top, bottom);
    assert!(
        bottom.iter().filter(|row| row.len() > 30).count() >= 10,
        "no empty rows: {bottom:#?}"
    );
    help.handle(key("g"), &keymap);
    assert_eq!(
        drawn(100, 12, |area, buf| help.render(&theme(), area, buf)),
        top
    );
}

#[test]
fn the_filter_holds_while_it_is_typed_and_leaves_in_two_steps() {
    let keymap = keys();
    let mut line = FilterLine::new(&Filter::new("ac"));
    line.handle(key("m"), &keymap);
    line.paste("e\n");
    assert_eq!(line.filter().text(), "acme");
    line.found(Some(Found { at: 3, of: 17 }));
    let rows = drawn(40, 1, |area, buf| line.render(&theme(), area, buf));
    assert!(
        rows[0].starts_with("/acme") && rows[0].ends_with("3 of 17"),
        "{rows:?}"
    );
    line.found(Some(Found { at: 0, of: 0 }));
    let rows = drawn(40, 1, |area, buf| line.render(&theme(), area, buf));
    assert!(rows[0].ends_with("none"), "{rows:?}");
    assert_eq!(
        line.handle(key("enter"), &keymap),
        Outcome::Done(Filter::new("acme"))
    );
    assert_eq!(line.handle(key("esc"), &keymap), Outcome::Kept);
    assert!(line.filter().is_empty());
    assert_eq!(line.handle(key("esc"), &keymap), Outcome::Closed);
}

#[test]
fn a_filter_minds_capitals_only_where_it_has_one() {
    assert!(Filter::new("acme").lets("Jobs at ACME"));
    assert!(!Filter::new("Acme").lets("Jobs at ACME"));
    assert!(Filter::new("").lets("anything"));
    assert_eq!(Filter::new("ä").ranges("Ärzte für Ärger"), [0..2, 12..14]);
    assert_eq!(Filter::new("aa").ranges("aaaaa"), [0..2, 2..4]);
    let turkish = Filter::new("i").ranges("İi");
    assert!(
        turkish.first() == Some(&(2..3)),
        "a letter that folds into two stays itself: {turkish:?}"
    );
}

#[test]
fn matches_are_walked_round_and_round() {
    let rows = [2, 5, 9];
    assert_eq!(next_match(&rows, 2), Some(5));
    assert_eq!(next_match(&rows, 9), Some(2));
    assert_eq!(next_match(&rows, 0), Some(2));
    assert_eq!(previous_match(&rows, 5), Some(2));
    assert_eq!(previous_match(&rows, 2), Some(9));
    assert_eq!(next_match(&[], 3).or(previous_match(&[], 3)), None);
}

#[test]
fn a_notice_goes_by_itself_and_bad_news_stay_longer() {
    let (mut notices, now) = (Notices::default(), Duration::from_secs(7));
    assert_eq!((notices.deadline(), notices.expire(now)), (None, false));
    notices.say(Level::Good, "120 W are in force", now);
    let short = notices.deadline().unwrap();
    let row = |notices: &Notices| {
        drawn(30, 1, |area, buf| notices.render(&theme(), area, buf))[0].clone()
    };
    assert_eq!(row(&notices), "+ 120 W are in force");
    notices.say(Level::Bad, "the driver refused 140 W", now);
    assert!(notices.deadline().unwrap() > short);
    assert_eq!(row(&notices), "x the driver refused 140 W");
    assert!(!notices.expire(now + Duration::from_secs(1)));
    assert!(notices.expire(now + Duration::from_mins(1)));
    assert_eq!((notices.shown(), row(&notices)), (None, String::new()));
}

#[test]
fn boxes_paint_their_own_ground_over_what_is_below() {
    let theme = Theme::load("catppuccin", Depth::Truecolor, GlyphTier::Unicode).unwrap();
    let area = Rect::new(0, 0, 80, 24);
    let mut buffer = Buffer::empty(area);
    buffer.content.iter_mut().for_each(|cell| {
        cell.set_symbol("x");
    });
    let question = ConfirmBox::new("Leave?", "Work is running.", &keys());
    question.render(&theme, area, &mut buffer);
    let place = popup(area, 56, 3);
    for position in place.positions() {
        assert_ne!(buffer[position].symbol(), "x");
        assert_eq!(
            Some(buffer[position].bg),
            theme.style(Role::Overlay).bg,
            "{position}"
        );
    }
    assert_eq!(buffer[(0, 0)].symbol(), "x");
}
