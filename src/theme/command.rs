//! `smelt themes`: the themes there are, each with a sample where a terminal can show it.

use std::io::{self, IsTerminal, Write};

use crossterm::style::{Attribute, ContentStyle, PrintStyledContent, StyledContent};
use ratatui::backend::IntoCrossterm;
use ratatui::style::{Modifier, Style};

use super::{Depth, GlyphTier, Glyphs, Role, Theme, ThemeError, available};
use crate::cli::{Exit, ThemesArgs, complain};

/// Lists the themes, or checks those that are named.
#[must_use]
pub fn themes(arguments: &ThemesArgs) -> Exit {
    let variable = |name: &str| std::env::var(name).ok();
    let depth = Depth::detect(arguments.screen.color, variable);
    let tier = GlyphTier::detect(arguments.screen.glyphs, variable);
    let names: Vec<String> = if arguments.themes.is_empty() {
        available().into_iter().map(|theme| theme.name).collect()
    } else {
        arguments.themes.clone()
    };
    let loaded: Vec<Result<Theme, ThemeError>> = names
        .iter()
        .map(|name| Theme::load(name, depth, tier))
        .collect();
    let good: Vec<&Theme> = loaded.iter().flatten().collect();
    // A reader that has seen enough is no failure.
    if io::stdout().is_terminal() {
        samples(&good).ok();
    } else {
        plain(&good).ok();
    }
    let errors: Vec<&ThemeError> = loaded
        .iter()
        .filter_map(|each| each.as_ref().err())
        .collect();
    for error in &errors {
        complain(&error.to_string());
    }
    if errors.is_empty() {
        Exit::Done
    } else {
        Exit::Config
    }
}

fn widest(themes: &[&Theme]) -> usize {
    let lengths = themes.iter().map(|theme| theme.name().chars().count());
    lengths.max().unwrap_or_default()
}

fn plain(themes: &[&Theme]) -> io::Result<()> {
    let (mut out, width) = (io::stdout().lock(), widest(themes));
    for theme in themes {
        writeln!(out, "{:width$}  {}", theme.name(), theme.about())?;
    }
    Ok(())
}

fn samples(themes: &[&Theme]) -> io::Result<()> {
    // What may be shown was decided above; NO_COLOR must not decide again, and half.
    crossterm::style::force_color_output(true);
    let (mut out, width) = (io::stdout().lock(), widest(themes));
    for theme in themes {
        write!(out, "{:width$}  ", theme.name())?;
        for (role, words) in sample(theme.glyphs()) {
            let style = theme.style(Role::Text).patch(theme.style(role));
            let styled = StyledContent::new(content(style), words);
            crossterm::queue!(out, PrintStyledContent(styled))?;
        }
        writeln!(out, "  {}", theme.about())?;
    }
    out.flush()
}

fn sample(glyphs: &Glyphs) -> [(Role, String); 9] {
    [
        (Role::Title, " Queue ".to_owned()),
        (Role::Good, format!("{} done ", glyphs.done)),
        (Role::Running, format!("{} run ", glyphs.running)),
        (Role::Warn, format!("{} retry ", glyphs.retrying)),
        (Role::Bad, format!("{} FAIL ", glyphs.failed)),
        (Role::Selection, " selected ".to_owned()),
        (Role::Evidence, " evidence ".to_owned()),
        (Role::Muted, " 120 W ".to_owned()),
        (Role::Hot, format!("87 {} ", glyphs.celsius)),
    ]
}

fn content(style: Style) -> ContentStyle {
    let mut content = ContentStyle {
        foreground_color: style.fg.map(IntoCrossterm::into_crossterm),
        background_color: style.bg.map(IntoCrossterm::into_crossterm),
        ..ContentStyle::default()
    };
    for (modifier, attribute) in [
        (Modifier::BOLD, Attribute::Bold),
        (Modifier::DIM, Attribute::Dim),
        (Modifier::ITALIC, Attribute::Italic),
        (Modifier::UNDERLINED, Attribute::Underlined),
        (Modifier::REVERSED, Attribute::Reverse),
    ] {
        if style.add_modifier.contains(modifier) {
            content.attributes.set(attribute);
        }
    }
    content
}
