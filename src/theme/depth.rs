//! How many colours the terminal shows, as far as it says so.

use crate::cli::ColorArg;

/// How many colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None.
    Never,
    /// The terminal's own 16.
    Sixteen,
    /// The xterm palette of 256.
    Indexed,
    /// 24 bits.
    Truecolor,
}

impl Depth {
    /// What was asked for, or else what the environment says. `variable` looks a variable up.
    ///
    /// SSH passes `TERM` on and `COLORTERM` not, so a remote terminal counts as one of 256 or 16 colours.
    #[must_use]
    pub fn detect(asked: ColorArg, variable: impl Fn(&str) -> Option<String>) -> Self {
        let is = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = is("TERM").unwrap_or_default();
        match asked {
            ColorArg::Never => Self::Never,
            ColorArg::Sixteen => Self::Sixteen,
            ColorArg::Indexed => Self::Indexed,
            ColorArg::Truecolor => Self::Truecolor,
            ColorArg::Auto if is("NO_COLOR").is_some() || term == "dumb" => Self::Never,
            ColorArg::Auto => match is("COLORTERM").unwrap_or_default().as_str() {
                "truecolor" | "24bit" => Self::Truecolor,
                _ if term.contains("direct") => Self::Truecolor,
                _ if term.contains("256color") => Self::Indexed,
                _ => Self::Sixteen,
            },
        }
    }
}

const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];
const FIRST_16: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

/// The colour that xterm shows for an index of its palette. The first 16 are often the user's own instead.
#[must_use]
pub fn xterm(index: u8) -> (u8, u8, u8) {
    match index {
        0..=15 => FIRST_16[usize::from(index)],
        16..=231 => {
            let at = usize::from(index - 16);
            (CUBE[at / 36], CUBE[at / 6 % 6], CUBE[at % 6])
        }
        232.. => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
    }
}

/// How unlike two colours look; green weighs most, as in the eye.
fn distance(one: (u8, u8, u8), other: (u8, u8, u8)) -> u32 {
    let squared = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    2 * squared(one.0, other.0) + 4 * squared(one.1, other.1) + 3 * squared(one.2, other.2)
}

/// The index from 16 that looks most like a colour.
pub(super) fn nearest_256(rgb: (u8, u8, u8)) -> u8 {
    (16..=255)
        .min_by_key(|index| distance(xterm(*index), rgb))
        .unwrap_or(16)
}

/// The index below 16 that looks most like a colour.
pub(super) fn nearest_16(rgb: (u8, u8, u8)) -> u8 {
    (0..16)
        .min_by_key(|index| distance(xterm(*index), rgb))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_of_the_palette_is_nearest_to_itself() {
        for index in 16..=255 {
            assert_eq!(xterm(nearest_256(xterm(index))), xterm(index));
        }
        for index in 0..16 {
            assert_eq!(nearest_16(xterm(index)), index);
        }
        assert_eq!(nearest_256((250, 250, 250)), 231);
        assert_eq!(nearest_16((220, 30, 20)), 1);
    }
}
