//! Which themes there are: those built in, and the files in the user's directory of settings.

use std::path::{Path, PathBuf};

use crate::config::{ConfigError, Source, did_you_mean, directory, near};

const BUILT_IN: [(&str, &str); 6] = [
    ("terminal", include_str!("../../themes/terminal.toml")),
    ("light", include_str!("../../themes/light.toml")),
    (
        "high-contrast",
        include_str!("../../themes/high-contrast.toml"),
    ),
    ("mono", include_str!("../../themes/mono.toml")),
    (
        "colour-blind",
        include_str!("../../themes/colour-blind.toml"),
    ),
    ("catppuccin", include_str!("../../themes/catppuccin.toml")),
];
const MONO: usize = 3;

/// A theme that can be chosen by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its file; none where it is built in.
    pub path: Option<PathBuf>,
}

/// The names of those built in.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

fn embedded((name, text): (&str, &str)) -> Source {
    Source::embedded(&format!("themes/{name}.toml"), text)
}

/// The theme without colours.
pub fn mono() -> Source {
    embedded(BUILT_IN[MONO])
}

/// A theme that is built in.
pub fn built_in(name: &str) -> Option<Source> {
    let found = BUILT_IN.iter().find(|(known, _)| *known == name);
    found.map(|theme| embedded(*theme))
}

/// All that can be chosen by name, in the order in which a key goes through them. A user's file stands in the place of the
/// built-in theme of its name.
#[must_use]
pub fn available() -> Vec<Listed> {
    let mut own = own();
    let mut all: Vec<Listed> = names()
        .map(|name| {
            let at = own.iter().position(|theme| theme.name == name);
            at.map(|at| own.remove(at)).unwrap_or(Listed {
                name: name.to_owned(),
                path: None,
            })
        })
        .collect();
    all.append(&mut own);
    all
}

fn own() -> Vec<Listed> {
    let folder = directory().map(|directory| directory.join("themes"));
    let files = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    let paths = files
        .into_iter()
        .flatten()
        .flatten()
        .map(|file| file.path());
    let mut own: Vec<Listed> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .map(|path| Listed {
            name: short(&path.display().to_string()),
            path: Some(path),
        })
        .collect();
    own.sort_by(|one, other| one.name.cmp(&other.name));
    own
}

/// The text of the theme that a name or a path means.
pub fn find(name: &str) -> Result<Source, ConfigError> {
    if is_path(name) {
        return Source::read(Path::new(name));
    }
    let all = available();
    match all.iter().find(|theme| theme.name == name) {
        Some(Listed {
            path: Some(path), ..
        }) => Source::read(path),
        Some(_) => Ok(built_in(name).unwrap_or_else(mono)),
        None => {
            let known: Vec<&str> = all.iter().map(|theme| theme.name.as_str()).collect();
            Err(ConfigError {
                file: "theme".to_owned(),
                line: None,
                what: format!(
                    "none is called {name:?}{}; there are {}, or give the path of a .toml file",
                    did_you_mean(near(name, known.iter().copied())),
                    known.join(", ")
                ),
            })
        }
    }
}

fn is_path(name: &str) -> bool {
    name.contains('/') || Path::new(name).extension().is_some_and(|end| end == "toml")
}

/// A path without folder and ending; a name as it is.
pub fn short(name: &str) -> String {
    let stem = Path::new(name).file_stem().filter(|_| is_path(name));
    stem.map_or_else(
        || name.to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}
