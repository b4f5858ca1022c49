//! A screen as a picture: text stays text, each run of one style is one element, and every letter has its column.
#![allow(dead_code, clippy::unwrap_used)]

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// Pixels of a column and of a row.
const CELL: (u32, u32) = (8, 17);
/// Pixels around the screen.
const EDGE: u32 = 10;
/// What a terminal shows where a program names no colour.
const GROUND: (&str, &str) = ("#d5d8df", "#15171c");
/// The sixteen colours of a terminal, black to bright white.
const SIXTEEN: [&str; 16] = [
    "#2a2e37", "#e5606b", "#86c06c", "#d9b45b", "#6aa5ec", "#c585d6", "#57b9c4", "#c3c8d2",
    "#6f7787", "#ff8590", "#a5dc8c", "#f2d07c", "#8fc1ff", "#e0a4ef", "#7bd8e2", "#f4f6fa",
];

/// The picture.
pub fn picture(screen: &Buffer, about: &str) -> String {
    let (columns, rows) = (u32::from(screen.area.width), u32::from(screen.area.height));
    let (width, height) = (columns * CELL.0 + 2 * EDGE, rows * CELL.1 + 2 * EDGE);
    let (_, ground) = colours(&screen[(0, 0)]);
    let mut svg = String::new();
    writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="13">"#
    )
    .unwrap();
    writeln!(svg, "<title>{}</title>", escaped(about)).unwrap();
    writeln!(
        svg,
        r#"<rect width="{width}" height="{height}" rx="6" fill="{ground}"/>"#
    )
    .unwrap();
    for y in 0..screen.area.height {
        row(screen, y, &ground, &mut svg);
    }
    svg.push_str("</svg>\n");
    svg
}

fn row(screen: &Buffer, y: u16, ground: &str, svg: &mut String) {
    let mut x = 0;
    while x < screen.area.width {
        let first = &screen[(x, y)];
        let mut end = x;
        let mut text = String::new();
        while end < screen.area.width && is_alike(first, &screen[(end, y)]) {
            text.push_str(screen[(end, y)].symbol());
            end += 1;
        }
        run(first, (x, y, end - x), &text, ground, svg);
        x = end;
    }
}

fn is_alike(one: &Cell, other: &Cell) -> bool {
    (one.fg, one.bg, one.modifier) == (other.fg, other.bg, other.modifier)
}

/// Letters of one style, beginning at a column of a row.
fn run(style: &Cell, (x, y, columns): (u16, u16, u16), text: &str, ground: &str, svg: &mut String) {
    let (front, back) = colours(style);
    let left = EDGE + u32::from(x) * CELL.0;
    let top = EDGE + u32::from(y) * CELL.1;
    let width = u32::from(columns) * CELL.0;
    if back != ground {
        let height = CELL.1;
        writeln!(
            svg,
            r#"<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="{back}"/>"#
        )
        .unwrap();
    }
    if text.chars().all(|letter| level(letter).is_some()) {
        bars(text, (left, top), &front, svg);
        return;
    }
    // Blanks at the ends need no ink.
    let inked = text.trim_end();
    let shown = inked.trim_start();
    if shown.is_empty() {
        return;
    }
    let indent = u32::try_from(inked.chars().count() - shown.chars().count()).unwrap();
    let wide = u32::try_from(shown.chars().count()).unwrap() * CELL.0;
    let (left, base) = (left + indent * CELL.0, top + 13);
    let mut looks = String::new();
    for (modifier, attribute) in [
        (Modifier::BOLD, r#" font-weight="bold""#),
        (Modifier::DIM, r#" opacity="0.6""#),
        (Modifier::ITALIC, r#" font-style="italic""#),
        (Modifier::UNDERLINED, r#" text-decoration="underline""#),
    ] {
        if style.modifier.contains(modifier) {
            looks.push_str(attribute);
        }
    }
    writeln!(
        svg,
        r#"<text x="{left}" y="{base}" textLength="{wide}" lengthAdjust="spacingAndGlyphs" xml:space="preserve" fill="{front}"{looks}>{}</text>"#,
        escaped(shown)
    )
    .unwrap();
}

/// How many eighths of its cell a bar fills; a blank fills none.
fn level(letter: char) -> Option<u32> {
    match letter {
        ' ' => Some(0),
        '▁'..='█' => Some(u32::from(letter) - u32::from('▁') + 1),
        _ => None,
    }
}

/// Bars as areas: fonts leave gaps between them.
fn bars(text: &str, (left, top): (u32, u32), front: &str, svg: &mut String) {
    let levels: Vec<u32> = text.chars().filter_map(level).collect();
    let mut x = left;
    for same in levels.chunk_by(|one, other| one == other) {
        let width = u32::try_from(same.len()).unwrap() * CELL.0;
        let height = (same[0] * CELL.1).div_ceil(8);
        if height > 0 {
            let y = top + CELL.1 - height;
            writeln!(
                svg,
                r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{front}"/>"#
            )
            .unwrap();
        }
        x += width;
    }
}

/// Colours of the letters and of the ground below them.
fn colours(cell: &Cell) -> (String, String) {
    let front = colour(cell.fg).unwrap_or_else(|| GROUND.0.to_owned());
    let back = colour(cell.bg).unwrap_or_else(|| GROUND.1.to_owned());
    if cell.modifier.contains(Modifier::REVERSED) {
        (back, front)
    } else {
        (front, back)
    }
}

fn colour(colour: Color) -> Option<String> {
    let place = match colour {
        Color::Rgb(red, green, blue) => return Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        _ => return None,
    };
    Some(SIXTEEN[place].to_owned())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
