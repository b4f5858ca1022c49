//! How the console looks: a style for each role and a set of signs, made once, when a theme is loaded.
//!
//! ```text
//! themes/NAME.toml or a user's file -> palette + roles --depth--> Theme::style(Role)
//! environment, --color, --glyphs ---> Depth, GlyphTier --------> Theme::glyphs()
//! ```
//!
//! Without colours every theme is the one called mono: roles then differ by bold, underlined and the like alone, and a
//! terminal is never sent a colour, not even a reset one.

mod catalogue;
pub mod command;
mod depth;
mod file;
mod glyphs;
mod paint;
mod role;

use ratatui::style::{Color, Style};

pub use self::catalogue::{Listed, available};
pub use self::depth::{Depth, xterm};
pub use self::glyphs::{GlyphTier, Glyphs};
pub use self::role::Role;
use crate::config::ConfigError;

/// Why a theme cannot be used: one line with file, line and what to do.
pub type ThemeError = ConfigError;

/// A style for each role, in colours that the terminal can show, and signs that it can draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    name: String,
    about: String,
    background: Option<Color>,
    styles: [Style; Role::ALL.len()],
    glyphs: &'static Glyphs,
}

impl Theme {
    /// Loads a theme by its name (built in, or NAME.toml in the user's themes) or by the path of its file.
    pub fn load(name: &str, depth: Depth, tier: GlyphTier) -> Result<Self, ThemeError> {
        let mut draft = file::read(&catalogue::find(name)?)?;
        if depth == Depth::Never {
            let about = std::mem::take(&mut draft.about);
            draft = file::read(&catalogue::mono())?;
            draft.about = about;
        }
        let mut styles = [Style::new(); Role::ALL.len()];
        for role in Role::ALL {
            styles[*role as usize] = draft.style(*role, depth);
        }
        Ok(Self {
            name: catalogue::short(name),
            about: draft.about.clone(),
            background: draft.background(depth),
            styles,
            glyphs: tier.glyphs(),
        })
    }

    /// Its name; of a file, the name without folder and ending.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it says of itself.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// The background that it paints; none where the terminal's own shows.
    #[must_use]
    pub const fn background(&self) -> Option<Color> {
        self.background
    }

    /// How something looks.
    #[must_use]
    pub const fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// The signs.
    #[must_use]
    pub const fn glyphs(&self) -> &'static Glyphs {
        self.glyphs
    }
}
