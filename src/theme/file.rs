//! Reads a theme's TOML: a palette, and which of its colours each role has.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::paint::{self, Paint};
use super::{Depth, Role, catalogue};
use crate::config::{ConfigError, Entry, Source, did_you_mean, entries, near};

/// A theme as its file says it, for all depths.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// One line about it.
    pub about: String,
    background: Option<String>,
    palette: BTreeMap<String, Paint>,
    roles: BTreeMap<Role, Look>,
}

/// How a role looks: names of colours, and modifiers.
#[derive(Debug, Clone, Default)]
struct Look {
    foreground: Option<String>,
    background: Option<String>,
    modifiers: Modifier,
}

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];
const KEYS: [&str; 5] = ["about", "base", "background", "palette", "roles"];

impl Draft {
    fn paint(&self, name: &str) -> Option<Paint> {
        self.palette
            .get(name)
            .copied()
            .or_else(|| Paint::plain(name))
    }

    fn color(&self, name: Option<&String>, depth: Depth) -> Option<Color> {
        if depth == Depth::Never {
            return None;
        }
        Some(self.paint(name?)?.at(depth))
    }

    /// The background that is painted.
    pub fn background(&self, depth: Depth) -> Option<Color> {
        let color = self.color(self.background.as_ref(), depth);
        color.filter(|color| *color != Color::Reset)
    }

    /// A role's style. The ground of text and boxes is the theme's background unless they have one.
    pub fn style(&self, role: Role, depth: Depth) -> Style {
        let Some(look) = self.roles.get(&role) else {
            return Style::new();
        };
        let mut style = Style::new().add_modifier(look.modifiers);
        style.fg = self.color(look.foreground.as_ref(), depth);
        style.bg = self.color(look.background.as_ref(), depth);
        if matches!(role, Role::Text | Role::Overlay) {
            style.bg = style.bg.or(self.background(depth));
        }
        style
    }
}

/// Reads a theme, and the one that it is based on.
pub fn read(source: &Source) -> Result<Draft, ConfigError> {
    let table = source.table()?;
    for (key, _) in entries(&table) {
        if !KEYS.contains(&key.get_ref().as_ref()) {
            let what = format!(
                "a theme has {}, not {:?}{}",
                KEYS.join(", "),
                key.get_ref(),
                did_you_mean(near(key.get_ref(), KEYS))
            );
            return Err(source.wrong(key.span(), what));
        }
    }
    let mut draft = match text(source, &table, "base")? {
        Some(base) => self::base(source, &base)?,
        None => Draft::default(),
    };
    if let Some(about) = text(source, &table, "about")? {
        about.get_ref().as_ref().clone_into(&mut draft.about);
    }
    for (key, value) in section(source, &table, "palette")? {
        let name = key.get_ref().to_string();
        if Paint::plain(&name).is_some() {
            let what = format!("{name} is a colour of the terminal; call yours otherwise");
            return Err(source.wrong(key.span(), what));
        }
        draft.palette.insert(name, Paint::read(source, value)?);
    }
    if let Some(name) = text(source, &table, "background")? {
        draft.background = Some(known(source, &draft, &name)?);
    }
    for entry in section(source, &table, "roles")? {
        let (role, look) = role(source, &draft, entry)?;
        draft.roles.insert(role, look);
    }
    let missing = Role::ALL
        .iter()
        .filter(|role| !draft.roles.contains_key(role));
    let missing: Vec<&str> = missing.map(|role| role.name()).collect();
    if missing.is_empty() {
        return Ok(draft);
    }
    let what = format!(
        "[roles] lacks {}; give them a look, or take them from another theme with base = \"terminal\" in the first line",
        missing.join(", ")
    );
    Err(source.lacks(what))
}

type Text<'a> = Spanned<Cow<'a, str>>;

fn text<'a>(
    source: &Source,
    table: &'a DeTable,
    name: &str,
) -> Result<Option<Text<'a>>, ConfigError> {
    let Some(value) = table.get(name) else {
        return Ok(None);
    };
    string(source, name, value).map(Some)
}

fn string<'a>(
    source: &Source,
    name: &str,
    value: &'a Spanned<DeValue>,
) -> Result<Text<'a>, ConfigError> {
    match value.get_ref().as_str() {
        Some(text) => Ok(Spanned::new(value.span(), Cow::Borrowed(text))),
        None => Err(source.wrong(value.span(), format!("{name} wants a text in quotes"))),
    }
}

fn section<'a>(
    source: &Source,
    table: &'a DeTable<'a>,
    name: &str,
) -> Result<Vec<Entry<'a>>, ConfigError> {
    match table.get(name) {
        None => Ok(Vec::new()),
        Some(value) => match value.get_ref().as_table() {
            Some(section) => Ok(entries(section)),
            None => Err(source.wrong(value.span(), format!("{name} is a heading: [{name}]"))),
        },
    }
}

fn base(source: &Source, name: &Text) -> Result<Draft, ConfigError> {
    // Those that are built in have no base, so this goes no deeper.
    if let Some(base) = catalogue::built_in(name.get_ref()) {
        return read(&base);
    }
    let known: Vec<&str> = catalogue::names().collect();
    let what = format!(
        "no built-in theme is called {:?}{}; there are {}",
        name.get_ref(),
        did_you_mean(near(name.get_ref(), catalogue::names())),
        known.join(", ")
    );
    Err(source.wrong(name.span(), what))
}

/// The name of a colour that there is.
fn known(source: &Source, draft: &Draft, name: &Text) -> Result<String, ConfigError> {
    let text = name.get_ref().as_ref();
    if draft.paint(text).is_some() {
        return Ok(text.to_owned());
    }
    let all = draft
        .palette
        .keys()
        .map(String::as_str)
        .chain(paint::names().map(|name| -> &str { name }));
    let what = format!(
        "no colour is called {text:?}{}; [palette] names colours, or write #rrggbb",
        did_you_mean(near(text, all))
    );
    Err(source.wrong(name.span(), what))
}

fn role(source: &Source, draft: &Draft, (key, value): Entry) -> Result<(Role, Look), ConfigError> {
    let name = key.get_ref().as_ref();
    let Some(role) = Role::named(name) else {
        let closest = near(name, Role::ALL.iter().map(|role| role.name()));
        let what = format!(
            "no role is called {name:?}{}; themes/terminal.toml has them all",
            did_you_mean(closest)
        );
        return Err(source.wrong(key.span(), what));
    };
    let mut look = Look::default();
    let Some(table) = value.get_ref().as_table() else {
        let color = string(source, name, value)?;
        look.foreground = Some(known(source, draft, &color)?);
        return Ok((role, look));
    };
    for (key, value) in entries(table) {
        match key.get_ref().as_ref() {
            "fg" => look.foreground = Some(known(source, draft, &string(source, "fg", value)?)?),
            "bg" => look.background = Some(known(source, draft, &string(source, "bg", value)?)?),
            "style" => look.modifiers = modifiers(source, value)?,
            other => {
                let what = format!("{name} has fg, bg and style, not {other:?}");
                return Err(source.wrong(key.span(), what));
            }
        }
    }
    Ok((role, look))
}

fn modifiers(source: &Source, value: &Spanned<DeValue>) -> Result<Modifier, ConfigError> {
    let values: Vec<&Spanned<DeValue>> = match value.get_ref() {
        DeValue::Array(array) => array.iter().collect(),
        _ => vec![value],
    };
    let mut all = Modifier::empty();
    for value in values {
        let name = string(source, "style", value)?;
        let known = MODIFIERS.iter().find(|(known, _)| known == name.get_ref());
        let Some((_, modifier)) = known else {
            let names = MODIFIERS.map(|(name, _)| name);
            let closest = did_you_mean(near(name.get_ref(), names));
            let what = format!(
                "style is one or a list of {}, not {:?}{closest}",
                names.join(", "),
                name.get_ref()
            );
            return Err(source.wrong(value.span(), what));
        };
        all |= *modifier;
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_colours_have_a_chosen_value_for_each_depth() {
        for name in catalogue::names() {
            let draft = read(&catalogue::built_in(name).unwrap()).unwrap();
            for (color, paint) in &draft.palette {
                assert!(paint.is_picked, "{name}: {color} lacks 256 and 16");
            }
            let looks = draft.roles.values();
            let used = looks.flat_map(|look| [&look.foreground, &look.background]);
            for color in used.flatten().chain(&draft.background) {
                assert!(draft.paint(color).unwrap().is_picked, "{name}: {color}");
            }
        }
    }
}
