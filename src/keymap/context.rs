//! Where a key is pressed. A context that knows nothing of a key asks the one above it.

/// What has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// Everywhere, also while text is typed.
    Always,
    /// Every pane.
    Global,
    /// The queue.
    Queue,
    /// A record and its page.
    Result,
    /// A record that is being judged; what it does not know, the result does.
    Triage,
    /// Temperature, power, load.
    Hardware,
    /// The log.
    Log,
    /// The list of keys.
    Help,
    /// The search for an action.
    Palette,
    /// The line that filters a pane.
    Filter,
    /// A question with yes and no.
    Confirm,
    /// A list of choices.
    Menu,
    /// One line of text.
    Editor,
    /// Several lines of text.
    Compose,
}

impl Context {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 14] = [
        Self::Always,
        Self::Global,
        Self::Queue,
        Self::Result,
        Self::Triage,
        Self::Hardware,
        Self::Log,
        Self::Help,
        Self::Palette,
        Self::Filter,
        Self::Confirm,
        Self::Menu,
        Self::Editor,
        Self::Compose,
    ];

    /// Its table in keymap.toml.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Global => "global",
            Self::Queue => "queue",
            Self::Result => "result",
            Self::Triage => "triage",
            Self::Hardware => "hardware",
            Self::Log => "log",
            Self::Help => "help",
            Self::Palette => "palette",
            Self::Filter => "filter",
            Self::Confirm => "confirm",
            Self::Menu => "menu",
            Self::Editor => "editor",
            Self::Compose => "compose",
        }
    }

    /// When its keys hold.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Always => "Everywhere, also while text is typed",
            Self::Global => "In every pane",
            Self::Queue => "In the queue",
            Self::Result => "In the result",
            Self::Triage => "While a record is judged",
            Self::Hardware => "In the hardware pane",
            Self::Log => "In the log",
            Self::Help => "In help",
            Self::Palette => "In the command palette",
            Self::Filter => "In the filter line",
            Self::Confirm => "In a question",
            Self::Menu => "In a list of choices",
            Self::Editor => "While one line is typed",
            Self::Compose => "While a posting is typed",
        }
    }

    /// Who is asked about a key that this one does not know.
    #[must_use]
    pub const fn above(self) -> Option<Self> {
        match self {
            Self::Always => None,
            Self::Queue | Self::Result | Self::Hardware | Self::Log => Some(Self::Global),
            Self::Triage => Some(Self::Result),
            _ => Some(Self::Always),
        }
    }

    /// This one and those above it, nearest first.
    pub fn chain(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |context| context.above())
    }

    /// Whether letters are text here, so that none of them can be a key.
    #[must_use]
    pub const fn is_typed(self) -> bool {
        matches!(
            self,
            Self::Palette | Self::Filter | Self::Editor | Self::Compose
        )
    }

    /// Whether it covers the panes and so needs a way out.
    #[must_use]
    pub const fn is_overlay(self) -> bool {
        self.is_typed() || matches!(self, Self::Help | Self::Confirm | Self::Menu)
    }

    /// The context of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|context| context.name() == name)
    }
}
