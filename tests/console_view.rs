//! What the console looks like, colours included, and how many bytes that costs.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

#[path = "support/console.rs"]
mod console;

use std::time::Duration;

use console::{
    Meter, NOW, busy, draw, gpu, press, serve, streaming, styled, tell, text, theme, watch,
};
use smelt::event::Event;
use smelt::keymap::{Action, Hint};
use smelt::theme::GlyphTier;
use smelt::tui::model::result::Row;

const SIZES: [(u16, u16); 4] = [(40, 10), (80, 24), (120, 40), (160, 45)];

#[test]
fn the_main_view_at_four_sizes_in_two_themes_and_two_tiers() {
    for (width, height) in SIZES {
        let mut model = busy(width, height);
        press(&mut model, "jjj");
        watch(&mut model, 100..101);
        for name in ["terminal", "mono"] {
            for (tier, word) in [(GlyphTier::Unicode, "unicode"), (GlyphTier::Ascii, "ascii")] {
                let buffer = draw(&model, &theme(name, tier));
                let snapshot = format!("main_{width}x{height}_{name}_{word}");
                insta::assert_snapshot!(snapshot, styled(&buffer));
            }
        }
    }
}

#[test]
fn an_answer_grows_with_a_cursor_at_its_end() {
    let mut model = busy(120, 40);
    streaming(&mut model);
    let screen = text(&draw(&model, &theme("terminal", GlyphTier::Unicode)));
    for line in [
        r#"title            = "Night Nurse""#,
        "company          = not stated",
        r#"location         = "Bos▌"#,
    ] {
        assert!(screen.contains(line), "{line} in\n{screen}");
    }
}

#[test]
fn an_answer_without_room_shows_its_beginning_once_it_is_there_and_its_end_while_it_grows() {
    let mut model = busy(40, 10);
    streaming(&mut model);
    let words = "EUR 3,400 to 3,900 a month";
    let text = format!(r#"ton"], "salary": [5, "{words}"], "posted": [7, "{words}"#);
    let at = r#"{"title": [3, "Night Nurse"], "company": null, "location": [4, "Bos"#.len();
    tell(
        &mut model,
        Event::Text {
            job: 1,
            question: 1,
            at,
            text,
            pieces: 5,
        },
    );
    press(&mut model, "R");
    let screen = console::text(&draw(&model, &theme("terminal", GlyphTier::Unicode)));
    assert!(screen.contains("= \"EUR 3,400 to 3,"), "{screen}");
    assert!(screen.contains("= …"), "{screen}");
    assert!(screen.contains("a month▌"), "{screen}");
}

#[test]
fn a_value_shows_who_read_it_and_its_words_are_marked_in_the_page() {
    let mut model = busy(160, 45);
    press(&mut model, "R");
    let look = theme("terminal", GlyphTier::Unicode);
    let buffer = draw(&model, &look);
    let screen = text(&buffer);
    for words in [
        "title ",
        "\"Night Nurse",
        "rule",
        "98 %",
        "conflict:company",
    ] {
        assert!(screen.contains(words), "{words} in\n{screen}");
    }
    let style_of = |words: &str| {
        let mut rows = screen.lines().enumerate();
        let (y, line) = rows.find(|(_, line)| line.ends_with(words)).unwrap();
        let x = line[..line.rfind(words.trim_end_matches(['┃', ' '])).unwrap()]
            .chars()
            .count();
        buffer[(u16::try_from(x).unwrap(), u16::try_from(y).unwrap())].style()
    };
    let pad = |words: &str| format!("{words}{}┃", " ".repeat(46 - words.chars().count()));
    let marked = style_of(&pad("Night Nurse, Café Ward"));
    let plain = style_of(&pad("We look for a night nurse."));
    assert_ne!(marked, plain);
}

#[test]
fn a_screen_that_is_too_small_says_so_and_mono_has_no_colour() {
    let screen = text(&draw(&busy(30, 5), &theme("terminal", GlyphTier::Unicode)));
    assert!(screen.starts_with("needs 40x10, has 30x5"), "{screen}");
    let buffer = draw(&busy(120, 40), &theme("mono", GlyphTier::Unicode));
    let is_plain = |cell: &ratatui::buffer::Cell| {
        (cell.fg, cell.bg) == (ratatui::style::Color::Reset, ratatui::style::Color::Reset)
    };
    assert!(buffer.content.iter().all(is_plain));
}

#[test]
fn frames_cost_few_bytes_and_unchanged_ones_none() {
    let look = theme("terminal", GlyphTier::Unicode);
    let mut model = busy(80, 24);
    let mut meter = Meter::new(&model);
    let whole = meter.frame(&model, &look, NOW);
    assert!(whole <= 9000, "the first frame has {whole} bytes");
    assert_eq!(meter.frame(&model, &look, NOW), 0);
    // Gauges: the curves move by one column.
    let mut most = 0;
    for second in 100..130 {
        watch(&mut model, second..second + 1);
        most = most.max(meter.frame(&model, &look, NOW + Duration::from_secs(1)));
    }
    assert!(most <= 1300, "a gauge frame has {most} bytes");
}

#[test]
fn streamed_text_costs_at_most_three_hundred_bytes_a_frame() {
    let look = theme("terminal", GlyphTier::Unicode);
    let mut model = busy(80, 24);
    streaming(&mut model);
    let mut meter = Meter::new(&model);
    meter.frame(&model, &look, NOW);
    let mut at = r#"{"title": [3, "Night Nurse"], "company": null, "location": [4, "Bos"#.len();
    let mut most = 0;
    for _ in 0..10 {
        let text = " and so on".to_owned();
        let length = text.len();
        tell(
            &mut model,
            Event::Text {
                job: 1,
                question: 1,
                at,
                text,
                pieces: 5,
            },
        );
        at += length;
        most = most.max(meter.frame(&model, &look, NOW));
    }
    assert!(most <= 300, "a frame of streamed text has {most} bytes");
}

#[test]
fn lines_at_the_edges_hold_only_what_fits_whole() {
    let look = theme("terminal", GlyphTier::Unicode);
    for width in 40..=160 {
        let mut model = busy(width, 30);
        streaming(&mut model);
        let screen = text(&draw(&model, &look));
        let (first, last) = (
            screen.lines().next().unwrap(),
            screen.lines().last().unwrap(),
        );
        // The first hints in their order, and help where it would come later.
        let words = |hint: &Hint| format!(" {} {} ", hint.key, hint.action.label());
        let help = model
            .hints
            .iter()
            .find(|hint| hint.action == Action::Help)
            .map(words)
            .unwrap();
        let mut whole = String::new();
        let is_whole = model.hints.iter().any(|hint| {
            whole.push_str(&words(hint));
            let with_help = format!("{whole}{help}");
            whole.trim_end() == last || with_help.trim_end() == last
        });
        assert!(last.contains(help.trim()), "{width}: {last}");
        assert!(is_whole, "{width}: {last}");
        let ends = [
            "waiting",
            "running",
            "retrying",
            "done",
            "to review",
            "failed",
            "qwen3-tiny",
            "tok/s",
        ];
        let is_whole = ends.iter().any(|word| first.ends_with(word)) || first.contains("ETA");
        assert!(is_whole, "{width}: {first}");
    }
}

#[test]
fn what_was_done_about_the_card_is_marked_on_its_curves() {
    let look = theme("terminal", GlyphTier::Unicode);
    for (width, height) in [(80, 24), (120, 40), (160, 45)] {
        let screen = text(&draw(&busy(width, height), &look));
        let curve = screen
            .lines()
            .find(|line| line.contains("power   "))
            .unwrap();
        assert!(
            curve.contains('↓') && curve.contains('↑'),
            "{width}: {curve}"
        );
        for words in [
            "drawn ",
            "in force ",
            "asked for ",
            "automatic below performance, 140 W",
            "pages/min",
        ] {
            assert!(screen.contains(words), "{words} in\n{screen}");
        }
    }
}

#[test]
fn an_item_of_a_list_keeps_its_number_and_every_value_its_certainty() {
    let mut model = busy(80, 24);
    let effects = press(&mut model, "Rz");
    serve(&mut model, effects, 412);
    let screen = text(&draw(&model, &theme("terminal", GlyphTier::Unicode)));
    let line = |path: &str| screen.lines().find(|line| line.contains(path)).unwrap();
    assert!(line("skills[1]").contains("42 %"), "{screen}");
    assert!(line("title").contains("98 %"), "{screen}");
    // At 46 columns a path has 15: the name gives way, not the number.
    let long = Row {
        path: "responsibilities[12]".to_owned(),
        ..model.result.rows[0].clone()
    };
    model.result.rows[0] = long;
    press(&mut model, "z");
    let screen = text(&draw(&model, &theme("terminal", GlyphTier::Unicode)));
    assert!(
        screen.contains("responsib…[12]") || screen.contains("responsibi…[12]"),
        "{screen}"
    );
}

#[test]
fn help_and_palette_end_no_line_in_the_middle_of_a_word() {
    let mut model = busy(80, 24);
    let longest = Action::ALL.iter().map(|action| action.about().len()).max();
    assert!(
        longest <= Some(55),
        "no description is longer than help has room at 80 columns"
    );
    press(&mut model, ":");
    let screen = text(&draw(&model, &theme("terminal", GlyphTier::Unicode)));
    assert!(
        screen.contains("least…") || screen.contains("least certain first"),
        "{screen}"
    );
}

#[test]
fn an_emergency_is_told_with_the_key_that_ends_it_and_heat_with_what_waits() {
    let mut model = busy(80, 24);
    let mut kept = |guard: &str, is_open| {
        let Event::Gpu(mut gpu) = gpu(99) else {
            panic!("a reading");
        };
        gpu.kept.guard = guard.to_owned();
        gpu.kept.is_open = is_open;
        tell(&mut model, Event::Gpu(gpu));
        let said = model
            .notice
            .clone()
            .map_or_else(String::new, |(line, _)| line);
        let screen = text(&draw(&model, &theme("mono", GlyphTier::Ascii)));
        (screen.lines().next().unwrap().to_owned(), said)
    };
    let (line, _) = kept("throttled", false);
    assert!(line.contains("too hot: no page is begun"), "{line}");
    let (line, _) = kept("emergency", false);
    assert!(
        line.contains("emergency stop: C goes on once the card is cool"),
        "{line}"
    );
    let (line, said) = kept("steady", true);
    assert!(!line.contains("emergency"), "{line}");
    assert_eq!(said, "the emergency is over: work goes on");
}

#[test]
fn a_selected_row_has_one_colour_from_end_to_end() {
    for name in ["terminal", "light", "high-contrast", "catppuccin"] {
        let mut model = busy(80, 24);
        press(&mut model, "R");
        let buffer = draw(&model, &theme(name, GlyphTier::Unicode));
        let area = model.areas.result.unwrap();
        // The first value stands below the border and the line of flags.
        let row = (area.x + 1..area.right() - 1).map(|x| &buffer[(x, area.y + 2)]);
        let looks: Vec<_> = row.map(|cell| (cell.fg, cell.bg, cell.modifier)).collect();
        assert!(
            looks.windows(2).all(|pair| pair[0] == pair[1]),
            "{name}: {looks:?}"
        );
    }
}
