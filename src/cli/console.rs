//! Arguments about how the console looks and which keys it knows.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// The list of keys.
#[derive(Debug, Args)]
pub struct KeysArgs {
    /// Which keymap.
    #[command(flatten)]
    pub keymap: KeymapArgs,
    /// As the page docs/KEYS.md.
    #[arg(long)]
    pub markdown: bool,
}

/// Which keymap.
#[derive(Debug, Clone, Args)]
pub struct KeymapArgs {
    /// Changes to the keys; default: keymap.toml in the directory of settings, if there is one.
    #[arg(long, value_name = "FILE", env = "SMELT_KEYMAP")]
    pub keymap: Option<PathBuf>,
}

/// The list of themes.
#[derive(Debug, Args)]
pub struct ThemesArgs {
    /// Only these, by name or by path of a .toml file; a file with a mistake in it ends with 8.
    #[arg(value_name = "NAME|FILE")]
    pub themes: Vec<String>,
    /// How they are shown.
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// How the console looks.
#[derive(Debug, Clone, Args)]
pub struct LookArgs {
    /// A theme of `smelt themes`, or the path of a .toml file.
    #[arg(
        long,
        value_name = "NAME|FILE",
        default_value = "terminal",
        env = "SMELT_THEME"
    )]
    pub theme: String,
    /// Select with clicks and scroll with the wheel from the beginning; `m` in the console gives the mouse back.
    #[arg(long)]
    pub mouse: bool,
    /// What the terminal can show.
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// What the terminal can show.
#[derive(Debug, Clone, Copy, Args)]
pub struct ScreenArgs {
    /// Colours that are used; auto asks `NO_COLOR`, `COLORTERM` and `TERM`. SSH hides `COLORTERM`: say truecolor if you have it.
    #[arg(
        long,
        value_name = "DEPTH",
        default_value = "auto",
        env = "SMELT_COLOR"
    )]
    pub color: ColorArg,
    /// Signs that are used; auto takes ascii where the locale is not UTF-8 or the terminal is the Linux console.
    #[arg(
        long,
        value_name = "TIER",
        default_value = "auto",
        env = "SMELT_GLYPHS"
    )]
    pub glyphs: GlyphsArg,
}

/// A depth of colour as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorArg {
    /// As the environment says.
    #[default]
    Auto,
    /// None: bold, underlined and reversed tell things apart.
    Never,
    /// The terminal's own 16.
    #[value(name = "16")]
    Sixteen,
    /// The xterm palette.
    #[value(name = "256")]
    Indexed,
    /// 24 bits.
    Truecolor,
}

/// A tier of signs as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum GlyphsArg {
    /// As the environment says.
    #[default]
    Auto,
    /// Letters, digits and punctuation.
    Ascii,
    /// Lines, bars and marks.
    Unicode,
}
