//! Themes as a user meets them: every role in every theme and depth, readable text, no colours where none are wanted.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::HashMap;

use proptest::prelude::*;
use ratatui::style::{Color, Style};
use ratatui::text::Span;
use smelt::cli::{ColorArg, GlyphsArg};
use smelt::theme::{Depth, GlyphTier, Glyphs, Role, Theme, xterm};

const NAMES: [&str; 6] = [
    "terminal",
    "light",
    "high-contrast",
    "mono",
    "colour-blind",
    "catppuccin",
];
/// Those that paint their own ground and so can promise a contrast.
const PAINTED: [&str; 4] = ["light", "high-contrast", "colour-blind", "catppuccin"];
const DEPTHS: [Depth; 4] = [
    Depth::Never,
    Depth::Sixteen,
    Depth::Indexed,
    Depth::Truecolor,
];

fn load(name: &str, depth: Depth) -> Theme {
    Theme::load(name, depth, GlyphTier::Unicode).unwrap()
}

fn styles(theme: &Theme) -> Vec<Style> {
    Role::ALL.iter().map(|role| theme.style(*role)).collect()
}

/// What can be seen of a style: a colour that is the terminal's own is none.
fn seen(style: Style) -> Style {
    Style {
        fg: style.fg.filter(|color| *color != Color::Reset),
        bg: style.bg.filter(|color| *color != Color::Reset),
        ..style
    }
}

#[test]
fn every_theme_has_every_role_in_every_depth() {
    for name in NAMES {
        for depth in DEPTHS {
            let theme = load(name, depth);
            assert_eq!((theme.name(), theme.about().is_empty()), (name, false));
            // What must stand out from plain text does so.
            let text = seen(theme.style(Role::Text));
            for role in [
                Role::Selection,
                Role::SelectionIdle,
                Role::Match,
                Role::Evidence,
                Role::Title,
                Role::Bad,
                Role::Hot,
                Role::Warn,
                Role::Key,
                Role::BorderFocused,
                Role::Human,
                Role::Banner,
                Role::Error,
            ] {
                let looks = seen(theme.style(Role::Text).patch(theme.style(role)));
                assert_ne!(looks, text, "{name} at {depth:?}: {role:?}");
            }
            for (one, other) in [
                (Role::Border, Role::BorderFocused),
                (Role::Selection, Role::SelectionIdle),
                (Role::Good, Role::Bad),
                (Role::Cool, Role::Hot),
            ] {
                assert_ne!(
                    seen(theme.style(one)),
                    seen(theme.style(other)),
                    "{name} at {depth:?}: {one:?}"
                );
            }
        }
    }
}

#[test]
fn any_two_themes_differ_in_every_depth_that_has_colours() {
    for depth in &DEPTHS[1..] {
        for (at, one) in NAMES.iter().enumerate() {
            for other in &NAMES[at + 1..] {
                assert_ne!(
                    styles(&load(one, *depth)),
                    styles(&load(other, *depth)),
                    "{one} {other}"
                );
            }
        }
    }
}

#[test]
fn without_colours_every_theme_is_mono_and_mono_has_none() {
    let mono = load("mono", Depth::Truecolor);
    for style in styles(&mono) {
        assert_eq!((style.fg, style.bg), (None, None));
    }
    assert_eq!(mono.background(), None);
    for name in NAMES {
        assert_eq!(styles(&load(name, Depth::Never)), styles(&mono), "{name}");
    }
}

#[test]
fn each_depth_uses_only_its_own_colours() {
    for name in NAMES {
        for depth in DEPTHS {
            for color in styles(&load(name, depth))
                .iter()
                .flat_map(|style| [style.fg, style.bg])
                .flatten()
            {
                let fits = match color {
                    Color::Rgb(..) => depth == Depth::Truecolor,
                    Color::Indexed(_) => depth == Depth::Indexed,
                    _ => depth != Depth::Never,
                };
                assert!(fits, "{name} at {depth:?}: {color:?}");
            }
        }
    }
}

fn rgb(color: Color) -> (u8, u8, u8) {
    match color {
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Indexed(index) => xterm(index),
        other => panic!("{other:?} is whatever the terminal makes of it"),
    }
}

fn linear(part: u8) -> f64 {
    let part = f64::from(part) / 255.0;
    if part <= 0.040_45 {
        part / 12.92
    } else {
        ((part + 0.055) / 1.055).powf(2.4)
    }
}

fn contrast(one: Color, other: Color) -> f64 {
    let luminance = |color| {
        let (r, g, b) = rgb(color);
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    };
    let (one, other): (f64, f64) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_is_readable_on_the_ground_it_stands_on() {
    for name in PAINTED {
        let least = if name == "high-contrast" { 7.0 } else { 4.5 };
        for depth in [Depth::Truecolor, Depth::Indexed] {
            let theme = load(name, depth);
            for role in Role::ALL.iter().filter(|role| **role != Role::Border) {
                let style = theme.style(Role::Text).patch(theme.style(*role));
                let grounds = if theme.style(*role).bg.is_some() {
                    vec![style.bg]
                } else {
                    vec![theme.background(), theme.style(Role::Overlay).bg]
                };
                for ground in grounds {
                    let found = contrast(style.fg.unwrap(), ground.unwrap());
                    assert!(
                        found >= least,
                        "{name} at {depth:?}: {role:?} has {found:.2}"
                    );
                }
            }
        }
    }
}

/// How people without one kind of cone see a colour (Machado, Oliveira and Fernandes 2009, full severity).
fn seen_by(matrix: [[f64; 3]; 3], color: Color) -> [f64; 3] {
    let (r, g, b) = rgb(color);
    let parts = [linear(r), linear(g), linear(b)];
    matrix.map(|row| {
        row.iter()
            .zip(parts)
            .map(|(weight, part)| weight * part)
            .sum()
    })
}

const PROTAN: [[f64; 3]; 3] = [
    [0.152_286, 1.052_583, -0.204_868],
    [0.114_503, 0.786_281, 0.099_216],
    [-0.003_882, -0.048_116, 1.051_998],
];
const DEUTAN: [[f64; 3]; 3] = [
    [0.367_322, 0.860_646, -0.227_968],
    [0.280_085, 0.672_501, 0.047_413],
    [-0.011_820, 0.042_940, 0.968_881],
];

#[test]
fn good_warn_and_bad_stay_apart_for_people_who_see_red_and_green_alike() {
    let theme = load("colour-blind", Depth::Truecolor);
    let color = |role| theme.style(role).fg.unwrap();
    for (one, other) in [
        (Role::Good, Role::Bad),
        (Role::Good, Role::Warn),
        (Role::Warn, Role::Bad),
        (Role::Cool, Role::Hot),
        (Role::SeriesTemperature, Role::SeriesMemory),
        (Role::SeriesPower, Role::SeriesLoad),
    ] {
        for matrix in [PROTAN, DEUTAN] {
            let (one, other) = (seen_by(matrix, color(one)), seen_by(matrix, color(other)));
            let apart: f64 = one.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum();
            assert!(apart.sqrt() > 0.2, "{one:?} {other:?}: {}", apart.sqrt());
        }
    }
}

#[test]
fn the_default_theme_uses_no_colour_that_vanishes_on_some_ground() {
    let vanishing = [Color::DarkGray, Color::Blue, Color::Gray, Color::White];
    for style in styles(&load("terminal", Depth::Sixteen)) {
        let is_on_own_ground = style.bg.is_some();
        let fg = style.fg.unwrap_or(Color::Reset);
        assert!(!vanishing.contains(&fg), "{style:?}");
        assert!(fg != Color::Black || is_on_own_ground, "{style:?}");
    }
}

fn environment<'a>(pairs: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'a {
    let map: HashMap<&str, &str> = pairs.iter().copied().collect();
    move |name| map.get(name).map(|value| (*value).to_owned())
}

#[test]
fn the_environment_says_how_many_colours_there_are_and_the_user_says_better() {
    let auto = |pairs: &[(&str, &str)]| Depth::detect(ColorArg::Auto, environment(pairs));
    assert_eq!(auto(&[("TERM", "xterm-256color")]), Depth::Indexed);
    assert_eq!(auto(&[("TERM", "tmux-256color")]), Depth::Indexed);
    assert_eq!(auto(&[("TERM", "linux")]), Depth::Sixteen);
    assert_eq!(auto(&[]), Depth::Sixteen);
    assert_eq!(
        auto(&[("TERM", "dumb"), ("COLORTERM", "truecolor")]),
        Depth::Never
    );
    assert_eq!(
        auto(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]),
        Depth::Truecolor
    );
    assert_eq!(
        auto(&[("TERM", "xterm"), ("COLORTERM", "24bit")]),
        Depth::Truecolor
    );
    assert_eq!(auto(&[("TERM", "xterm-direct")]), Depth::Truecolor);
    assert_eq!(
        auto(&[("TERM", "xterm"), ("COLORTERM", "yes")]),
        Depth::Sixteen
    );
    assert_eq!(
        auto(&[("COLORTERM", "truecolor"), ("NO_COLOR", "1")]),
        Depth::Never
    );
    assert_eq!(
        auto(&[("COLORTERM", "truecolor"), ("NO_COLOR", "")]),
        Depth::Truecolor
    );
    let asked = Depth::detect(ColorArg::Indexed, environment(&[("NO_COLOR", "1")]));
    assert_eq!(asked, Depth::Indexed, "--color was said for this one time");
}

#[test]
fn the_locale_says_which_signs_there_are() {
    let auto = |pairs: &[(&str, &str)]| GlyphTier::detect(GlyphsArg::Auto, environment(pairs));
    assert_eq!(auto(&[("LANG", "de_DE.UTF-8")]), GlyphTier::Unicode);
    assert_eq!(
        auto(&[("LANG", "C.utf8"), ("TERM", "xterm")]),
        GlyphTier::Unicode
    );
    assert_eq!(
        auto(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")]),
        GlyphTier::Ascii
    );
    assert_eq!(
        auto(&[("LANG", "C"), ("LC_CTYPE", "en_GB.UTF-8")]),
        GlyphTier::Unicode
    );
    assert_eq!(
        auto(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "")]),
        GlyphTier::Unicode
    );
    assert_eq!(
        auto(&[("LANG", "de_DE.UTF-8"), ("TERM", "linux")]),
        GlyphTier::Ascii
    );
    assert_eq!(auto(&[]), GlyphTier::Ascii);
    assert_eq!(
        GlyphTier::detect(GlyphsArg::Unicode, environment(&[])),
        GlyphTier::Unicode
    );
}

fn signs(glyphs: &Glyphs) -> Vec<&'static str> {
    let (bars, lines) = (&glyphs.bars, [glyphs.border, glyphs.border_focused]);
    let mut all = vec![
        glyphs.done,
        glyphs.failed,
        glyphs.running,
        glyphs.waiting,
        glyphs.retrying,
        glyphs.review,
        glyphs.approved,
        glyphs.rejected,
        glyphs.human,
        glyphs.pointer,
        glyphs.cursor,
        glyphs.ellipsis,
        glyphs.separator,
        glyphs.mark,
        glyphs.up,
        glyphs.down,
        glyphs.filled,
        glyphs.empty,
        glyphs.absent,
        glyphs.thumb,
        glyphs.track,
        bars.full,
        bars.seven_eighths,
        bars.three_quarters,
        bars.five_eighths,
        bars.half,
        bars.three_eighths,
        bars.one_quarter,
        bars.one_eighth,
        bars.empty,
    ];
    for set in lines {
        all.extend([
            set.top_left,
            set.top_right,
            set.bottom_left,
            set.bottom_right,
            set.vertical_left,
            set.vertical_right,
            set.horizontal_top,
            set.horizontal_bottom,
        ]);
    }
    all
}

#[test]
fn each_sign_is_one_column_and_ascii_is_ascii() {
    for tier in [GlyphTier::Ascii, GlyphTier::Unicode] {
        let glyphs = tier.glyphs();
        for sign in signs(glyphs) {
            assert_eq!(Span::raw(sign).width(), 1, "{sign:?} of {tier:?}");
            assert!(tier == GlyphTier::Unicode || sign.is_ascii(), "{sign:?}");
        }
        assert!(tier == GlyphTier::Unicode || glyphs.celsius.is_ascii());
        let states = [
            glyphs.done,
            glyphs.failed,
            glyphs.running,
            glyphs.waiting,
            glyphs.retrying,
            glyphs.review,
            glyphs.approved,
            glyphs.rejected,
        ];
        let mut apart = states.to_vec();
        apart.sort_unstable();
        apart.dedup();
        assert_eq!(apart.len(), states.len(), "states have signs of their own");
        assert_ne!(glyphs.border, glyphs.border_focused);
    }
}

proptest! {
    #[test]
    fn a_theme_of_rubbish_is_refused_in_one_line_and_never_a_panic(
        text in "(base = \"terminal\"\n)?(\\[roles\\]\n|\\[palette\\]\n|good = |x = |\"#[0-9a-g]{6}\"|\\{|\\}|fg = |16 = |\n|\"red\"|.){0,12}",
    ) {
        let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
        std::fs::write(file.path(), &text).unwrap();
        if let Err(error) = Theme::load(file.path().to_str().unwrap(), Depth::Truecolor, GlyphTier::Ascii) {
            prop_assert!(!error.to_string().contains('\n'), "{}", error);
        }
    }
}
