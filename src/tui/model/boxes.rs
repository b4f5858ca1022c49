//! The box over the panes, if there is one: what it makes of a key.

mod typing;

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use self::typing::{Purpose, Typing, names, percent};
use super::Pane;
use super::sieve::{self, Sieve};
use crate::keymap::{Action, Context, Keymap};
use crate::power::profile::Profiles;
use crate::store::Counts;
use crate::theme::Theme;
use crate::tui::overlay::{Choice, ConfirmBox, Filter, FilterLine, Help, Menu, Outcome, Palette};

/// What becomes of running work when the user leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// Finish it first.
    Finish,
    /// Give it back.
    GiveBack,
    /// Stay after all.
    Stay,
}

/// A box.
#[derive(Debug, Clone)]
pub enum Over {
    /// The list of keys.
    Help(Help),
    /// The search for an action.
    Palette(Palette),
    /// The question what becomes of running work.
    Leaving(Menu),
    /// The power profiles.
    Profiles(Menu),
    /// The states that the queue can be narrowed down to.
    States(Menu),
    /// The text that a pane is filtered by or looked through for.
    Find(Pane, FilterLine),
    /// Something that is typed.
    Typing(Box<Typing>),
    /// Whether all records from so many percent on are approved.
    ApproveAll(u8, ConfirmBox),
}

/// What the user wants by a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing more.
    Nothing,
    /// An action of the pane below.
    Act(Action),
    /// To leave, or not.
    Leave(Leaving),
    /// A power profile, from 0.
    Profile(usize),
    /// The states of that place.
    States(usize),
    /// This text, in that pane.
    Find(Pane, Filter),
    /// What was typed, and what for.
    Typed(Purpose, String),
    /// To approve all from so many percent on.
    ApproveAll(u8),
}

const CHOICES: [(Leaving, char, &str); 3] = [
    (Leaving::Finish, 'f', "finish what runs, then leave"),
    (
        Leaving::GiveBack,
        'b',
        "give what runs back to the queue and leave",
    ),
    (Leaving::Stay, 's', "stay"),
];

impl Over {
    /// Asks what becomes of so many running jobs.
    #[must_use]
    pub fn leaving(running: usize, keymap: &Keymap) -> Self {
        let choices = CHOICES.map(|(_, key, label)| Choice {
            key: Some(key),
            label: label.to_owned(),
            detail: String::new(),
            refused: None,
        });
        let title = being_read(running);
        Self::Leaving(Menu::new(&title, choices.to_vec(), None, keymap))
    }

    /// Tells the question what becomes of running jobs that there are so many by now.
    pub fn still_running(&mut self, running: usize) {
        if let Self::Leaving(menu) = self {
            menu.rename(&being_read(running));
        }
    }

    /// Offers the power profiles; the one in force is selected.
    #[must_use]
    pub fn profiles(current: Option<&str>, keymap: &Keymap) -> Self {
        let profiles = Profiles::default();
        let at = profiles
            .iter()
            .position(|profile| Some(profile.name.as_str()) == current);
        let choices = profiles.iter().zip('1'..).map(|(profile, key)| Choice {
            key: Some(key),
            label: profile.name.clone(),
            detail: format!("{:.0} W", profile.watts),
            refused: None,
        });
        Self::Profiles(Menu::new("Power", choices.collect(), at, keymap))
    }

    /// Offers states with the number of their jobs; those in force are selected.
    #[must_use]
    pub fn states(sieve: &Sieve, counts: &Counts, keymap: &Keymap) -> Self {
        let choices = sieve::kinds().map(|(key, label, states)| Choice {
            key: Some(key),
            label: label.to_owned(),
            detail: counts.of(states).to_string(),
            refused: None,
        });
        let at = Some(sieve.kind());
        Self::States(Menu::new("Show", choices.to_vec(), at, keymap))
    }

    /// Whose keys hold in it.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            Self::Help(_) => Context::Help,
            Self::Palette(_) => Context::Palette,
            Self::Leaving(_) | Self::Profiles(_) | Self::States(_) => Context::Menu,
            Self::Find(..) => Context::Filter,
            Self::Typing(typing) => typing.context(),
            Self::ApproveAll(..) => Context::Confirm,
        }
    }

    /// Takes a key.
    pub fn handle(&mut self, key: KeyEvent, keymap: &Keymap) -> Outcome<Wanted> {
        match self {
            Self::Help(help) => wanted(help.handle(key, keymap), |()| Wanted::Nothing),
            Self::Palette(palette) => wanted(palette.handle(key, keymap), Wanted::Act),
            Self::Leaving(menu) => wanted(menu.handle(key, keymap), |row| {
                let choice = CHOICES.get(row);
                Wanted::Leave(choice.map_or(Leaving::Stay, |(leaving, ..)| *leaving))
            }),
            Self::Profiles(menu) => wanted(menu.handle(key, keymap), Wanted::Profile),
            Self::States(menu) => wanted(menu.handle(key, keymap), Wanted::States),
            Self::Find(pane, line) => {
                let pane = *pane;
                wanted(line.handle(key, keymap), |filter| {
                    Wanted::Find(pane, filter)
                })
            }
            Self::Typing(typing) => typing.handle(key, keymap),
            Self::ApproveAll(least, question) => {
                let least = *least;
                wanted(question.handle(key, keymap), |()| Wanted::ApproveAll(least))
            }
        }
    }

    /// Takes what was pasted.
    pub fn paste(&mut self, text: &str) {
        match self {
            Self::Help(help) => help.paste(text),
            Self::Palette(palette) => palette.paste(text),
            Self::Find(_, line) => line.paste(text),
            Self::Typing(typing) => typing.paste(text),
            Self::Leaving(_) | Self::Profiles(_) | Self::States(_) | Self::ApproveAll(..) => {}
        }
    }

    /// Draws it.
    pub fn render(&self, theme: &Theme, area: Rect, out: &mut Buffer) {
        match self {
            Self::Help(help) => help.render(theme, area, out),
            Self::Palette(palette) => palette.render(theme, area, out),
            Self::Leaving(menu) | Self::Profiles(menu) | Self::States(menu) => {
                menu.render(theme, area, out);
            }
            // In the place of the line of hints: the pane stays in sight.
            Self::Find(_, line) => {
                let last = Rect {
                    y: area.bottom().saturating_sub(1),
                    height: area.height.min(1),
                    ..area
                };
                line.render(theme, last, out);
            }
            Self::Typing(typing) => typing.render(theme, area, out),
            Self::ApproveAll(_, question) => question.render(theme, area, out),
        }
    }
}

fn being_read(running: usize) -> String {
    let noun = if running == 1 {
        "posting is"
    } else {
        "postings are"
    };
    format!("{running} {noun} being read")
}

fn wanted<T>(outcome: Outcome<T>, of: impl FnOnce(T) -> Wanted) -> Outcome<Wanted> {
    match outcome {
        Outcome::Ignored => Outcome::Ignored,
        Outcome::Kept => Outcome::Kept,
        Outcome::Closed => Outcome::Closed,
        Outcome::Done(value) => Outcome::Done(of(value)),
    }
}
