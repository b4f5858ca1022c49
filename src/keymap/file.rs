//! Reads a keymap's TOML: which keys a context gives to which action, each with its line.

use toml::Spanned;
use toml::de::DeValue;

use super::{Action, Chord, Context};
use crate::config::{ConfigError, Entry, Source, did_you_mean, entries, near};

/// Keys of one action in one context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Where.
    pub context: Context,
    /// What.
    pub action: Action,
    /// By which keys; none takes all away.
    pub chords: Vec<(Chord, usize)>,
    /// The line, from 1.
    pub line: usize,
}

/// All that a file gives, in its order.
pub fn read(source: &Source) -> Result<Vec<Given>, ConfigError> {
    let table = source.table()?;
    let mut given = Vec::new();
    for entry in entries(&table) {
        let context = context(source, entry)?;
        let Some(actions) = entry.1.get_ref().as_table() else {
            let what = format!(
                "{0} is a heading: write [{0}] above its lines",
                context.name()
            );
            return Err(source.wrong(entry.0.span(), what));
        };
        for entry in entries(actions) {
            given.push(Given {
                context,
                action: action(source, entry)?,
                chords: chords(source, context, entry)?,
                line: source.line(entry.0.span().start),
            });
        }
    }
    Ok(given)
}

fn context(source: &Source, (key, _): Entry) -> Result<Context, ConfigError> {
    let name = key.get_ref().as_ref();
    Context::named(name).ok_or_else(|| {
        let known = Context::ALL.map(Context::name);
        let what = if Action::named(name).is_some() {
            format!("{name} stands below no heading; write [global] or another above it")
        } else {
            format!(
                "no context is called {name:?}{}; there are {}",
                did_you_mean(near(name, known)),
                known.join(", ")
            )
        };
        source.wrong(key.span(), what)
    })
}

fn action(source: &Source, (key, _): Entry) -> Result<Action, ConfigError> {
    let name = key.get_ref().as_ref();
    Action::named(name).ok_or_else(|| {
        let closest = near(name, Action::ALL.iter().map(|action| action.name()));
        let what = match name.parse::<Chord>() {
            Ok(_) if closest.is_none() => {
                format!("{name:?} is a key; the action comes first: quit = {name:?}")
            }
            _ => format!(
                "no action is called {name:?}{}; smelt keys lists them",
                did_you_mean(closest)
            ),
        };
        source.wrong(key.span(), what)
    })
}

fn chords(
    source: &Source,
    context: Context,
    (key, value): Entry,
) -> Result<Vec<(Chord, usize)>, ConfigError> {
    let name = key.get_ref();
    let values: Vec<&Spanned<DeValue>> = match value.get_ref() {
        DeValue::Array(array) => array.iter().collect(),
        _ => vec![value],
    };
    let mut chords: Vec<(Chord, usize)> = Vec::new();
    for value in values {
        let wrong = |what: String| source.wrong(value.span(), what);
        let Some(text) = value.get_ref().as_str() else {
            let what =
                format!("{name} takes a key or a list of keys: {name} = [\"x\", \"ctrl-x\"]");
            return Err(wrong(what));
        };
        let chord: Chord = text
            .parse()
            .map_err(|error| wrong(format!("{name}: {error}")))?;
        if chord.typed().is_some() && context.is_typed() {
            return Err(wrong(format!(
                "{name}: {text:?} is text in [{}]; take a key such as ctrl-{}, enter or esc",
                context.name(),
                text.to_lowercase()
                    .chars()
                    .find(char::is_ascii_lowercase)
                    .unwrap_or('x'),
            )));
        }
        if chords.iter().any(|(known, _)| *known == chord) {
            return Err(wrong(format!("{name}: {text:?} is listed twice")));
        }
        chords.push((chord, source.line(value.span().start)));
    }
    Ok(chords)
}
