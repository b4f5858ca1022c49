//! One colour of a theme, with a value for each depth beside each other.

use ratatui::style::Color;
use toml::Spanned;
use toml::de::DeValue;

use super::Depth;
use super::depth::{nearest_16, nearest_256};
use crate::config::{ConfigError, Source, did_you_mean, entries, near};

/// A colour at each depth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paint {
    truecolor: Color,
    indexed: Color,
    sixteen: Color,
    /// Whether a person chose all three, and not the nearest was taken.
    pub is_picked: bool,
}

const NAMES: [(&str, Color); 17] = [
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
];

fn rgb(text: &str) -> Option<(u8, u8, u8)> {
    let digits = text.strip_prefix('#')?;
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let bytes = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some((bytes[1], bytes[2], bytes[3]))
}

fn named(text: &str) -> Option<Color> {
    let found = NAMES.iter().find(|(name, _)| *name == text);
    found.map(|(_, color)| *color)
}

/// The names of the terminal's own colours.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

impl Paint {
    /// The colour at a depth.
    pub const fn at(&self, depth: Depth) -> Color {
        match depth {
            Depth::Never => Color::Reset,
            Depth::Sixteen => self.sixteen,
            Depth::Indexed => self.indexed,
            Depth::Truecolor => self.truecolor,
        }
    }

    /// A colour written alone: the name of one of the terminal's own, or `#rrggbb`, of which the nearest are taken where
    /// there are fewer colours.
    pub fn plain(text: &str) -> Option<Self> {
        if let Some(color) = named(text) {
            return Some(Self {
                truecolor: color,
                indexed: color,
                sixteen: color,
                is_picked: true,
            });
        }
        let rgb = rgb(text)?;
        let ansi = NAMES[1 + usize::from(nearest_16(rgb))].1;
        Some(Self {
            truecolor: Color::Rgb(rgb.0, rgb.1, rgb.2),
            indexed: Color::Indexed(nearest_256(rgb)),
            sixteen: ansi,
            is_picked: false,
        })
    }

    /// A colour of a palette: written alone, or as `{ rgb = "#89b4fa", 256 = 111, 16 = "blue" }`.
    pub fn read(source: &Source, value: &Spanned<DeValue>) -> Result<Self, ConfigError> {
        let wrong = |at: &Spanned<DeValue>, what: String| source.wrong(at.span(), what);
        if let Some(text) = value.get_ref().as_str() {
            return Self::plain(text).ok_or_else(|| {
                wrong(
                    value,
                    format!(
                        "{text:?} is no colour{}; write #rrggbb or one of the terminal's own: {}",
                        did_you_mean(near(text, names())),
                        names().collect::<Vec<_>>().join(" ")
                    ),
                )
            });
        }
        let Some(table) = value.get_ref().as_table() else {
            let what = "a colour is \"#rrggbb\", a name, or { rgb = \"#rrggbb\", 256 = 0, 16 = \"black\" }";
            return Err(wrong(value, what.to_owned()));
        };
        let (mut truecolor, mut indexed, mut sixteen) = (None, None, None);
        for (key, value) in entries(table) {
            let text = value.get_ref().as_str();
            match key.get_ref().as_ref() {
                "rgb" => {
                    truecolor = text.and_then(rgb);
                    truecolor
                        .ok_or_else(|| wrong(value, "rgb is written \"#rrggbb\"".to_owned()))?;
                }
                "256" => {
                    indexed = index(value.get_ref());
                    indexed
                        .ok_or_else(|| wrong(value, "256 is a number from 16 to 255".to_owned()))?;
                }
                "16" => {
                    sixteen = text.and_then(named);
                    sixteen.ok_or_else(|| {
                        let known: Vec<&str> = names().collect();
                        let closest = did_you_mean(text.and_then(|text| near(text, names())));
                        wrong(value, format!("16 is one of {}{closest}", known.join(" ")))
                    })?;
                }
                other => {
                    let what = format!("a colour has rgb, 256 and 16, not {other:?}");
                    return Err(source.wrong(key.span(), what));
                }
            }
        }
        match (truecolor, indexed, sixteen) {
            (Some((r, g, b)), Some(index), Some(sixteen)) => Ok(Self {
                truecolor: Color::Rgb(r, g, b),
                indexed: Color::Indexed(index),
                sixteen,
                is_picked: true,
            }),
            _ => Err(wrong(
                value,
                "a colour in braces needs all of rgb, 256 and 16".to_owned(),
            )),
        }
    }
}

/// An index of the xterm palette; the first 16 are asked for by name.
fn index(value: &DeValue) -> Option<u8> {
    let number = value.as_integer()?;
    let index = u8::from_str_radix(number.as_str(), number.radix()).ok()?;
    (index >= 16).then_some(index)
}
