//! All keys, those of the place where the user is first; `/` narrows them down.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{Filter, FilterLine, Outcome, framed, narrow, popup, row, visible};
use crate::keymap::{Action, Context, Hint, Keymap};
use crate::theme::{Role, Theme};
use crate::tui::look::shortened;

/// A line of help.
#[derive(Debug, Clone)]
enum Entry {
    Heading(&'static str),
    Keys { keys: String, action: Action },
}

/// The list of keys.
#[derive(Debug, Clone)]
pub struct Help {
    entries: Vec<Entry>,
    filter: Filter,
    line: Option<FilterLine>,
    first: usize,
    hints: Vec<Hint>,
}

const WIDTH: u16 = 92;
/// Columns for keys, and where there is little room.
const KEYS: (usize, usize) = (18, 10);
const WITH_ALL_KEYS: u16 = 60;
const NAME: usize = 16;
const WITH_NAMES: u16 = 88;
const PAGE: usize = 10;

impl Help {
    /// Lists every key, beginning with those that hold where the user is.
    #[must_use]
    pub fn new(keymap: &Keymap, context: Context) -> Self {
        let near: Vec<Context> = context.chain().collect();
        let far = Context::ALL
            .into_iter()
            .filter(|place| !near.contains(place));
        let mut entries = Vec::new();
        for place in near.iter().copied().chain(far) {
            let keys = keymap.all().iter().filter(|each| each.context == place);
            let keys: Vec<Entry> = keys
                .map(|binding| {
                    let keys = binding.chords.iter().map(ToString::to_string);
                    Entry::Keys {
                        keys: keys.collect::<Vec<String>>().join(" "),
                        action: binding.action,
                    }
                })
                .collect();
            if !keys.is_empty() {
                entries.push(Entry::Heading(place.about()));
                entries.extend(keys);
            }
        }
        Self {
            entries,
            filter: Filter::default(),
            line: None,
            first: 0,
            hints: keymap.hints(Context::Help),
        }
    }

    /// The lines that come through the filter; a heading does where one below it does.
    fn shown(&self) -> Vec<&Entry> {
        let filter = self
            .line
            .as_ref()
            .map_or_else(|| self.filter.clone(), FilterLine::filter);
        let mut shown = Vec::new();
        let mut heading = None;
        for entry in &self.entries {
            match entry {
                Entry::Heading(_) => heading = Some(entry),
                Entry::Keys { keys, action } => {
                    let text = format!("{keys} {} {}", action.name(), action.about());
                    if filter.lets(&text) {
                        shown.extend(heading.take());
                        shown.push(entry);
                    }
                }
            }
        }
        shown
    }

    /// The actions that are listed now.
    pub fn listed(&self) -> impl Iterator<Item = Action> {
        self.shown().into_iter().filter_map(|entry| match entry {
            Entry::Keys { action, .. } => Some(*action),
            Entry::Heading(_) => None,
        })
    }

    /// Takes a key. Close ends the filter's line first, then the filter, then help.
    pub fn handle(&mut self, key: KeyEvent, keymap: &Keymap) -> Outcome<()> {
        if let Some(line) = &mut self.line {
            match line.handle(key, keymap) {
                Outcome::Ignored => return Outcome::Ignored,
                Outcome::Kept => {}
                Outcome::Closed => {
                    self.filter = Filter::default();
                    self.line = None;
                }
                Outcome::Done(filter) => {
                    self.filter = filter;
                    self.line = None;
                }
            }
            self.first = 0;
            return Outcome::Kept;
        }
        let last = self.shown().len().saturating_sub(1);
        match keymap.action(Context::Help, key) {
            Some(Action::Up) => self.first = self.first.saturating_sub(1),
            Some(Action::Down) => self.first = (self.first + 1).min(last),
            Some(Action::PageUp) => self.first = self.first.saturating_sub(PAGE),
            Some(Action::PageDown) => self.first = (self.first + PAGE).min(last),
            Some(Action::Top) => self.first = 0,
            Some(Action::Bottom) => self.first = last,
            Some(Action::Filter) => self.line = Some(FilterLine::new(&self.filter)),
            Some(Action::Close) if self.filter.is_empty() => return Outcome::Closed,
            Some(Action::Close) => self.filter = Filter::default(),
            Some(_) => return Outcome::Ignored,
            None => {}
        }
        Outcome::Kept
    }
    /// Takes what the terminal pasted, as text of the filter.
    pub fn paste(&mut self, text: &str) {
        if let Some(line) = &mut self.line {
            line.paste(text);
            self.first = 0;
        }
    }

    /// Draws it in the middle of an area.
    pub fn render(&self, theme: &Theme, area: Rect, buf: &mut Buffer) {
        let area = visible(area, buf);
        let place = popup(area, WIDTH, area.height.saturating_sub(2).max(6));
        let title = if self.filter.is_empty() || self.line.is_some() {
            "Keys".to_owned()
        } else {
            format!("Keys with /{}", self.filter.text())
        };
        let inner = framed(&title, &self.hints, theme, place, buf);
        let typing = u16::from(self.line.is_some()).min(inner.height);
        let list = Rect {
            height: inner.height - typing,
            ..inner
        };
        let shown = self.shown();
        let most = shown.len().saturating_sub(list.height.into());
        for (at, entry) in shown.into_iter().skip(self.first.min(most)).enumerate() {
            let Some(place) = row(list, at) else {
                break;
            };
            line(entry, inner.width, theme).render(place, buf);
        }
        if let Some(line) = &self.line {
            let place = Rect {
                y: list.bottom(),
                height: typing,
                ..inner
            };
            line.render(theme, place, buf);
        }
    }
}

/// A line; names of actions give way to what they do where there is no room for both.
fn line(entry: &Entry, width: u16, theme: &Theme) -> Line<'static> {
    let style = |role| theme.style(Role::Overlay).patch(theme.style(role));
    match entry {
        Entry::Heading(text) => Line::from(Span::styled(*text, style(Role::Title))),
        Entry::Keys { keys, action } => {
            let name = if width < WITH_NAMES {
                String::new()
            } else {
                format!("{:NAME$} ", action.name())
            };
            let wide = if width < WITH_ALL_KEYS {
                KEYS.1
            } else {
                KEYS.0
            };
            let keys = format!("  {keys:wide$} ");
            let used = narrow(Span::raw(&keys).width() + name.len());
            let room = width.saturating_sub(used);
            let about = shortened(action.about(), room, theme.glyphs().ellipsis);
            Line::from(vec![
                Span::styled(keys, style(Role::Key)),
                Span::styled(name, style(Role::Overlay)),
                Span::styled(about, style(Role::Muted)),
            ])
        }
    }
}
