//! The themes at hand, in what this terminal can show.

use crate::cli::LookArgs;
use crate::theme::{Depth, GlyphTier, Theme, ThemeError, available};

/// What this terminal can show.
#[derive(Debug, Clone, Copy)]
pub struct Wardrobe {
    depth: Depth,
    tier: GlyphTier,
}

impl Wardrobe {
    /// As asked for, or as the environment says.
    #[must_use]
    pub fn new(look: &LookArgs) -> Self {
        let variable = |name: &str| std::env::var(name).ok();
        Self {
            depth: Depth::detect(look.screen.color, variable),
            tier: GlyphTier::detect(look.screen.glyphs, variable),
        }
    }

    /// The theme of that name, or in that file.
    ///
    /// # Errors
    /// When there is none, or it has a mistake in it.
    pub fn theme(self, name: &str) -> Result<Theme, ThemeError> {
        Theme::load(name, self.depth, self.tier)
    }

    /// The next one that can be used.
    #[must_use]
    pub fn after(self, theme: &Theme) -> Option<Theme> {
        let names: Vec<String> = available().into_iter().map(|listed| listed.name).collect();
        let at = names.iter().position(|name| name == theme.name());
        let from = at.map_or(0, |at| at + 1);
        let later = names.iter().cycle().skip(from).take(names.len());
        later.map(|name| self.theme(name)).find_map(Result::ok)
    }
}
