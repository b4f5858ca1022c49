//! The parts of the screen that can have the keyboard.

use crate::keymap::Context;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pane {
    /// The jobs.
    Queue,
    /// The record that is selected or being made.
    Result,
    /// The card.
    Hardware,
    /// The log.
    Log,
}

impl Pane {
    /// All of them, in the order of the tabulator key.
    pub const ALL: [Self; 4] = [Self::Queue, Self::Result, Self::Hardware, Self::Log];

    /// Whose keys hold in it.
    #[must_use]
    pub fn context(self) -> Context {
        match self {
            Self::Queue => Context::Queue,
            Self::Result => Context::Result,
            Self::Hardware => Context::Hardware,
            Self::Log => Context::Log,
        }
    }

    /// The one `by` further.
    #[must_use]
    pub fn next(self, by: usize) -> Self {
        Self::ALL[(self as usize + by) % Self::ALL.len()]
    }
}
