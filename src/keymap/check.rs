//! What a keymap must not do: give one key to two actions, hide the emergency stop, leave no way out.

use super::file::Given;
use super::{Action, Context};
use crate::config::{ConfigError, Source};

/// Puts the user's lines in the place of the defaults.
pub fn patched(
    source: &Source,
    mut all: Vec<Given>,
    own: Vec<Given>,
) -> Result<Vec<Given>, ConfigError> {
    let mut lines: Vec<(Context, Action)> = Vec::new();
    for given in own {
        let (context, action) = (given.context, given.action);
        if !belongs(&all, context, action) {
            let places = places(&all, action).join(" or ");
            let (name, place) = (action.name(), context.name());
            let what = format!("{name} does nothing in [{place}]; its place is {places}");
            return Err(at(source, given.line, what));
        }
        lines.push((context, action));
        match all
            .iter_mut()
            .find(|known| (known.context, known.action) == (context, action))
        {
            Some(known) => *known = given,
            None => all.push(given),
        }
    }
    let is_own = |given: &Given| lines.contains(&(given.context, given.action));
    conflicts(source, &all, is_own)?;
    hidden(source, &all, is_own)?;
    way_out(source, &all)?;
    Ok(all)
}

fn at(source: &Source, line: usize, what: String) -> ConfigError {
    ConfigError {
        line: Some(line),
        ..source.lacks(what)
    }
}

/// Whether the defaults know the action in this context or in one above it.
fn belongs(all: &[Given], context: Context, action: Action) -> bool {
    context.chain().any(|above| {
        all.iter()
            .any(|given| (given.context, given.action) == (above, action))
    })
}

fn places(all: &[Given], action: Action) -> Vec<String> {
    let places = all.iter().filter(|given| given.action == action);
    places
        .map(|given| format!("[{}]", given.context.name()))
        .collect()
}

fn conflicts(
    source: &Source,
    all: &[Given],
    is_own: impl Fn(&Given) -> bool,
) -> Result<(), ConfigError> {
    for given in all.iter().filter(|given| is_own(given)) {
        let others = all
            .iter()
            .filter(|other| other.context == given.context && other.action != given.action);
        for other in others {
            for (chord, line) in &given.chords {
                let Some((_, second)) = other.chords.iter().find(|(known, _)| known == chord)
                else {
                    continue;
                };
                let (one, two) = (given.action.name(), other.action.name());
                let place = given.context.name();
                let (line, what) = if is_own(other) {
                    let what = format!(
                        "{chord} is both {one} and {two} in [{place}]; give one of them another key"
                    );
                    (*line.max(second), what)
                } else {
                    let what = format!(
                        "{chord} is {two} in [{place}]; to make it {one}, give {two} another key or none: {two} = []"
                    );
                    (*line, what)
                };
                return Err(at(source, line, what));
            }
        }
    }
    Ok(())
}

/// A key of a context lies over the same key of those above it; over some actions it must not.
fn hidden(
    source: &Source,
    all: &[Given],
    is_own: impl Fn(&Given) -> bool,
) -> Result<(), ConfigError> {
    let protected = all.iter().filter(|given| given.action.is_protected());
    for below in protected {
        let others = all.iter().filter(|other| {
            other.action != below.action
                && other.context.chain().any(|above| above == below.context)
        });
        for other in others {
            let hides = |(chord, _): &&(super::Chord, usize)| {
                below.chords.iter().any(|(known, _)| known == chord)
            };
            if let Some((chord, line)) = other.chords.iter().find(hides) {
                let (hidden, action) = (below.action.name(), other.action.name());
                let what = format!(
                    "{chord} is {hidden} in [{}], which {action} in [{}] would hide; take another key",
                    below.context.name(),
                    other.context.name()
                );
                let line = if is_own(other) { *line } else { below.line };
                return Err(at(source, line, what));
            }
        }
    }
    Ok(())
}

fn way_out(source: &Source, all: &[Given]) -> Result<(), ConfigError> {
    let must = |given: &&Given| match given.action {
        Action::Quit | Action::Interrupt | Action::EmergencyStop => true,
        Action::Close => given.context.is_overlay(),
        Action::Accept => given.context.is_typed(),
        _ => false,
    };
    match all
        .iter()
        .filter(must)
        .find(|given| given.chords.is_empty())
    {
        Some(given) => {
            let (action, place) = (given.action.name(), given.context.name());
            let what = format!(
                "{action} needs a key in [{place}]; without one there is no other way to it"
            );
            Err(at(source, given.line, what))
        }
        None => Ok(()),
    }
}
