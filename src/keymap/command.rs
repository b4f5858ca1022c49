//! `smelt keys`: every key, for people on a terminal and as the pages of the documentation.

use std::fmt::Write as _;
use std::io::Write as _;

use super::{Binding, Context, Keymap};
use crate::cli::{Exit, KeysArgs, complain};

/// Lists the keys, or says what is wrong with the keymap.
#[must_use]
pub fn keys(arguments: &KeysArgs) -> Exit {
    let keymap = match Keymap::load(arguments.keymap.keymap.as_deref()) {
        Ok(keymap) => keymap,
        Err(error) => {
            complain(&error.to_string());
            return Exit::Config;
        }
    };
    let text = if arguments.markdown {
        markdown(&keymap)
    } else {
        table(&keymap)
    };
    // A reader that has seen enough is no failure.
    std::io::stdout().write_all(text.as_bytes()).ok();
    Exit::Done
}

fn chords(binding: &Binding, separator: &str, quote: &str) -> String {
    let each = binding.chords.iter();
    let words: Vec<String> = each.map(|chord| format!("{quote}{chord}{quote}")).collect();
    words.join(separator)
}

/// Columns: keys, context, action, what it does.
#[must_use]
pub fn table(keymap: &Keymap) -> String {
    let head = ["KEY", "CONTEXT", "ACTION", "WHAT IT DOES"].map(str::to_owned);
    let rows = keymap.all().iter().map(|binding| {
        let keys = if binding.chords.is_empty() {
            "(none)".to_owned()
        } else {
            chords(binding, " ", "")
        };
        let action = binding.action;
        let words = [binding.context.name(), action.name(), action.about()];
        let [context, name, about] = words.map(str::to_owned);
        [keys, context, name, about]
    });
    let rows: Vec<[String; 4]> = std::iter::once(head).chain(rows).collect();
    let widest = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or_default()
    };
    let (keys, contexts, actions) = (widest(0), widest(1), widest(2));
    let mut text = String::new();
    for [key, context, action, about] in &rows {
        // Writing to a string cannot fail.
        writeln!(
            text,
            "{key:keys$}  {context:contexts$}  {action:actions$}  {about}"
        )
        .ok();
    }
    text
}

/// The page of the documentation.
#[must_use]
pub fn markdown(keymap: &Keymap) -> String {
    let mut text = String::from(INTRODUCTION);
    for context in Context::ALL {
        let mut rows = keymap
            .all()
            .iter()
            .filter(|each| each.context == context)
            .peekable();
        if rows.peek().is_none() {
            continue;
        }
        write!(text, "\n## {}\n\n", context.about()).ok();
        write!(text, "Heading in keymap.toml: `[{}]`", context.name()).ok();
        if let Some(above) = context.above() {
            write!(
                text,
                "; keys that it lacks are looked for in `[{}]`",
                above.name()
            )
            .ok();
        }
        text.push_str(".\n\n| key | action | what it does |\n|---|---|---|\n");
        for row in rows {
            let keys = chords(row, " ", "`");
            let (name, about) = (row.action.name(), row.action.about());
            writeln!(text, "| {keys} | `{name}` | {about} |").ok();
        }
    }
    text
}

const INTRODUCTION: &str = "# Keys

Written by `smelt keys --markdown` from the keymap itself. `smelt keys` lists the keys as your own keymap.toml makes them;
how to write one is said in [keymaps/default.toml](../keymaps/default.toml) and [CONSOLE.md](CONSOLE.md).
";
