//! Which key does what, and where: the defaults, changed by the user's keymap.toml, for the console, help, palette and
//! documentation alike.
//!
//! ```text
//! keymaps/default.toml --.
//! keymap.toml -----------+--> Keymap --> action(context, key), hints, help, palette, smelt keys, docs/KEYS.md
//! ```

mod action;
mod check;
mod chord;
pub mod command;
mod context;
mod file;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crossterm::event::KeyEvent;

pub use self::action::{Action, Group};
pub use self::chord::{Chord, ChordError};
pub use self::context::Context;
use self::file::Given;
use crate::config::{ConfigError, Source, directory};

const DEFAULTS: &str = include_str!("../keymaps/default.toml");

/// Why a keymap cannot be used: one line with file, line and what to do.
pub type KeymapError = ConfigError;

/// The keys of one action in one context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Where.
    pub context: Context,
    /// What.
    pub action: Action,
    /// By which keys, the usual one first; may be none.
    pub chords: Vec<Chord>,
}

/// A key and a word for what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The key, as keymap.toml writes it.
    pub key: String,
    /// What it does.
    pub action: Action,
}

/// All keys.
#[derive(Debug, Clone)]
pub struct Keymap {
    bindings: Vec<Binding>,
    actions: HashMap<(Context, Chord), Action>,
}

impl Keymap {
    /// The keymap without changes.
    pub fn defaults() -> Result<Self, KeymapError> {
        Ok(Self::new(defaults()?))
    }

    /// The defaults with the changes of a file. Without a path the user's own keymap.toml is read, if there is one.
    pub fn load(path: Option<&Path>) -> Result<Self, KeymapError> {
        let own = directory().map(|directory| directory.join("keymap.toml"));
        let path = path
            .map(PathBuf::from)
            .or_else(|| own.filter(|path| path.exists()));
        let Some(path) = path else {
            return Self::defaults();
        };
        Self::changed(&Source::read(&path)?)
    }

    /// The defaults with the changes of a text.
    pub fn changed(source: &Source) -> Result<Self, KeymapError> {
        let all = check::patched(source, defaults()?, file::read(source)?)?;
        Ok(Self::new(all))
    }

    fn new(all: Vec<Given>) -> Self {
        let mut actions = HashMap::new();
        let mut bindings = Vec::new();
        for given in all {
            let chords: Vec<Chord> = given.chords.into_iter().map(|(chord, _)| chord).collect();
            for chord in &chords {
                actions.insert((given.context, *chord), given.action);
            }
            bindings.push(Binding {
                context: given.context,
                action: given.action,
                chords,
            });
        }
        bindings.sort_by_key(|binding| binding.context);
        Self { bindings, actions }
    }

    /// What a key does here.
    #[must_use]
    pub fn action(&self, context: Context, key: KeyEvent) -> Option<Action> {
        let chord = Chord::of(key)?;
        let mut chain = context.chain();
        chain.find_map(|context| self.actions.get(&(context, chord)).copied())
    }

    /// Every action with its keys, context by context.
    #[must_use]
    pub fn all(&self) -> &[Binding] {
        &self.bindings
    }

    /// What can be done here, nearest first: each action once, with the keys that really do it.
    #[must_use]
    pub fn reachable(&self, context: Context) -> Vec<Binding> {
        let mut found: Vec<Binding> = Vec::new();
        for place in context.chain() {
            for binding in self.bindings.iter().filter(|each| each.context == place) {
                let mut chords = binding.chords.clone();
                chords.retain(|chord| self.action(context, chord.event()) == Some(binding.action));
                match found
                    .iter_mut()
                    .find(|known| known.action == binding.action)
                {
                    Some(known) => {
                        chords.retain(|chord| !known.chords.contains(chord));
                        known.chords.extend(chords);
                    }
                    None => found.push(Binding {
                        chords,
                        ..binding.clone()
                    }),
                }
            }
        }
        found
    }

    /// The usual key of an action here, for titles and sentences.
    #[must_use]
    pub fn key(&self, context: Context, action: Action) -> Option<String> {
        let reachable = self.reachable(context);
        let binding = reachable.iter().find(|binding| binding.action == action)?;
        Some(binding.chords.first()?.to_string())
    }

    /// The line of hints: what is special here first, then help, filter, palette and quit; moving is left out.
    #[must_use]
    pub fn hints(&self, context: Context) -> Vec<Hint> {
        let first = [Action::Help, Action::Filter, Action::Palette, Action::Quit];
        let (mut near, mut far, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        for binding in self.reachable(context) {
            let Some(chord) = binding.chords.first() else {
                continue;
            };
            let hint = Hint {
                key: chord.to_string(),
                action: binding.action,
            };
            if first.contains(&binding.action) {
                far.push(hint);
            } else if binding.action.group() != Group::Move && binding.context != Context::Always {
                let is_power = binding.action.group() == Group::Power;
                let is_special = match binding.context {
                    Context::Global => context == Context::Hardware && is_power,
                    _ => true,
                };
                if is_special { &mut near } else { &mut rest }.push(hint);
            }
        }
        far.sort_by_key(|hint| first.iter().position(|action| *action == hint.action));
        [near, far, rest].concat()
    }
}

fn defaults() -> Result<Vec<Given>, KeymapError> {
    let source = Source::embedded("keymaps/default.toml", DEFAULTS);
    check::patched(&source, file::read(&source)?, Vec::new())
}
