//! Every action by its name: type some of its letters, see its key, do it.

use crossterm::event::KeyEvent;
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{Outcome, Shape, Typed, framed, narrow, offset, popup, row, visible};
use crate::keymap::{Action, Context, Group, Hint, Keymap};
use crate::theme::{Role, Theme};
use crate::tui::look::shortened;

/// An action, the line that shows it, and its keys.
#[derive(Debug, Clone)]
struct Entry {
    action: Action,
    line: String,
    keys: String,
}

/// How well an entry fits, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// The words that say what it does hold what was typed.
    About,
    /// Its name has the letters, with the matcher's score.
    Letters(u32),
    /// It begins its name.
    Start,
    /// It is its name.
    Name,
}

/// An entry that fits, with the letters of its line that do.
#[derive(Debug, Clone)]
struct Hit {
    entry: usize,
    letters: Vec<u32>,
}

/// The search for an action.
#[derive(Debug, Clone)]
pub struct Palette {
    entries: Vec<Entry>,
    hits: Vec<Hit>,
    typed: Typed,
    selected: usize,
    hints: Vec<Hint>,
    /// Actions of other panes, and when their keys hold.
    elsewhere: Vec<(&'static str, &'static str)>,
}

/// Columns of a name in a line, and of the space behind it.
const NAME: usize = 15;
const GAP: usize = 2;
const WIDTH: u16 = 76;
const HEIGHT: u16 = 18;
const PAGE: usize = 10;

impl Palette {
    /// Offers what can be done where the user is.
    #[must_use]
    pub fn new(keymap: &Keymap, context: Context) -> Self {
        let can = |action: Action| {
            !matches!(action.group(), Group::Move | Group::Answer) && action != Action::Palette
        };
        let reachable = keymap.reachable(context);
        let reachable = reachable.into_iter().filter(|binding| can(binding.action));
        let entries = reachable.map(|binding| {
            let keys: Vec<String> = binding.chords.iter().map(ToString::to_string).collect();
            Entry {
                action: binding.action,
                line: format!(
                    "{:NAME$}{:GAP$}{}",
                    binding.action.name(),
                    "",
                    binding.action.about()
                ),
                keys: keys.join(" "),
            }
        });
        let entries: Vec<Entry> = entries.collect();
        let panes = [
            Context::Queue,
            Context::Result,
            Context::Triage,
            Context::Hardware,
            Context::Log,
        ];
        let others = panes.into_iter().flat_map(|pane| {
            let there = keymap.reachable(pane).into_iter();
            there.map(move |binding| (binding.action, pane.about()))
        });
        let is_here = |action| entries.iter().any(|entry: &Entry| entry.action == action);
        let others = others.filter(|(action, _)| can(*action) && !is_here(*action));
        let mut palette = Self {
            elsewhere: others.map(|(action, pane)| (action.name(), pane)).collect(),
            entries,
            hits: Vec::new(),
            typed: Typed::new("", Shape::Line),
            selected: 0,
            hints: keymap.hints(Context::Palette),
        };
        palette.search();
        palette
    }

    /// The actions that fit, best first.
    pub fn found(&self) -> impl Iterator<Item = Action> {
        let entries = self
            .hits
            .iter()
            .filter_map(|hit| self.entries.get(hit.entry));
        entries.map(|entry| entry.action)
    }

    fn search(&mut self) {
        let typed = self.typed.text();
        let pattern = |kind| Pattern::new(&typed, CaseMatching::Smart, Normalization::Smart, kind);
        let (letters, words) = (pattern(AtomKind::Fuzzy), pattern(AtomKind::Substring));
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut hits: Vec<(Fit, Hit)> = Vec::new();
        for (entry, Entry { action, line, .. }) in self.entries.iter().enumerate() {
            let name = action.name();
            let mut find = |pattern: &Pattern, text: &str| {
                let (mut buffer, mut at) = (Vec::new(), Vec::new());
                let text = Utf32Str::new(text, &mut buffer);
                let score = pattern.indices(text, &mut matcher, &mut at)?;
                Some((score, at))
            };
            let fits = match find(&letters, name) {
                Some((_, at)) if name == typed => Some((Fit::Name, at)),
                Some((_, at)) if name.starts_with(&typed) => Some((Fit::Start, at)),
                Some((score, at)) => Some((Fit::Letters(score), at)),
                // Scattered letters of a sentence would fit nearly anything.
                None => find(&words, line).map(|(_, at)| (Fit::About, at)),
            };
            hits.extend(fits.map(|(fit, letters)| (fit, Hit { entry, letters })));
        }
        // Of equal ones the nearer action comes first: the sort keeps their order.
        hits.sort_by_key(|(fit, _)| std::cmp::Reverse(*fit));
        self.hits = hits.into_iter().map(|(_, hit)| hit).collect();
        self.selected = 0;
    }

    /// What is said where nothing fits: in which pane there is such an action.
    fn nothing(&self) -> String {
        let typed = self.typed.text();
        let found = self
            .elsewhere
            .iter()
            .find(|(name, _)| name.starts_with(&typed));
        found.map_or_else(
            || "nothing fits".to_owned(),
            |(name, pane)| format!("nothing fits here; {name}: {}", pane.to_lowercase()),
        )
    }

    /// Takes a key; done with the action.
    pub fn handle(&mut self, key: KeyEvent, keymap: &Keymap) -> Outcome<Action> {
        let last = self.hits.len().saturating_sub(1);
        match keymap.action(Context::Palette, key) {
            Some(Action::Up) => self.selected = self.selected.saturating_sub(1),
            Some(Action::Down) => self.selected = (self.selected + 1).min(last),
            Some(Action::PageUp) => self.selected = self.selected.saturating_sub(PAGE),
            Some(Action::PageDown) => self.selected = (self.selected + PAGE).min(last),
            Some(Action::Accept) => {
                let chosen = self.found().nth(self.selected);
                return chosen.map_or(Outcome::Kept, Outcome::Done);
            }
            Some(Action::Close) => return Outcome::Closed,
            Some(_) => return Outcome::Ignored,
            None => {
                if self.typed.key(key) {
                    self.search();
                }
            }
        }
        Outcome::Kept
    }

    /// Takes what the terminal pasted, as text.
    pub fn paste(&mut self, text: &str) {
        self.typed.paste(text);
        self.search();
    }

    /// Draws it in the upper middle of an area.
    pub fn render(&self, theme: &Theme, area: Rect, buf: &mut Buffer) {
        let area = visible(area, buf);
        let mut place = popup(area, WIDTH, HEIGHT);
        place.y = area.y + (place.y - area.y) / 2;
        let inner = framed("Actions", &self.hints, theme, place, buf);
        let ground = theme.style(Role::Overlay);
        if let Some(place) = row(inner, 0) {
            Line::from(Span::styled(":", theme.style(Role::Key))).render(place, buf);
            let text = Rect {
                x: place.x + 1.min(place.width),
                width: place.width.saturating_sub(1),
                ..place
            };
            self.typed
                .render(ground.patch(theme.style(Role::Input)), text, buf);
        }
        let list = Rect {
            y: inner.y + 1.min(inner.height),
            height: inner.height.saturating_sub(1),
            ..inner
        };
        if self.hits.is_empty() {
            let style = ground.patch(theme.style(Role::Muted));
            Line::from(Span::styled(self.nothing(), style)).render(list, buf);
        }
        let first = offset(self.selected, list.height);
        for (at, hit) in self.hits.iter().enumerate().skip(first) {
            let Some(place) = row(list, at - first) else {
                break;
            };
            self.draw(hit, at == self.selected, theme, place, buf);
        }
    }

    fn draw(&self, hit: &Hit, is_selected: bool, theme: &Theme, place: Rect, buf: &mut Buffer) {
        let Some(entry) = self.entries.get(hit.entry) else {
            return;
        };
        let style = |role| theme.style(Role::Overlay).patch(theme.style(role));
        let keys = Span::styled(format!(" {} ", entry.keys), style(Role::Key));
        let width = narrow(keys.width()).min(place.width);
        let line = shortened(&entry.line, place.width - width, theme.glyphs().ellipsis);
        let letters = line.chars().enumerate();
        let letters: Vec<(char, bool)> = letters
            .map(|(at, letter)| {
                let is_hit = hit
                    .letters
                    .iter()
                    .any(|hit| usize::try_from(*hit) == Ok(at));
                (letter, is_hit)
            })
            .collect();
        let words = letters.chunk_by(|one, next| one.1 == next.1).map(|run| {
            let is_hit = run.iter().any(|(_, is_hit)| *is_hit);
            let role = if is_hit { Role::Match } else { Role::Overlay };
            let text: String = run.iter().map(|(letter, _)| letter).collect();
            Span::styled(text, style(role))
        });
        words.collect::<Line>().render(
            Rect {
                width: place.width - width,
                ..place
            },
            buf,
        );
        let right = Rect {
            x: place.right() - width,
            width,
            ..place
        };
        Line::from(keys).render(right, buf);
        if is_selected {
            buf.set_style(place, theme.style(Role::Selection));
        }
    }
}
