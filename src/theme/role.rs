//! What something on the screen is; themes say how that looks.

macro_rules! roles {
    ($($variant:ident $name:literal $about:literal,)+) => {
        /// What something on the screen is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(usize)]
        pub enum Role {
            $(#[doc = $about] $variant,)+
        }

        impl Role {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its name in a theme's file.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What has it.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)+ }
            }
        }
    };
}

roles! {
    Text "text" "Everything that has no other role, and the ground below it.",
    Muted "muted" "What matters less: units, ages, names of fields.",
    Accent "accent" "What stands out: the number that is asked for.",
    Title "title" "Titles of panes and boxes.",
    Border "border" "Lines around panes.",
    BorderFocused "border-focused" "Lines around the pane that has the keyboard, and around boxes.",
    Selection "selection" "The selected row of the pane that has the keyboard.",
    SelectionIdle "selection-idle" "The selected row of another pane.",
    Match "match" "Text that the filter found.",
    Key "key" "A key in hints, help and palette.",
    Hint "hint" "What a key does.",
    Good "good" "Done, confirmed, safe.",
    Warn "warn" "Wants a look: low confidence, a retry, a limit in reach.",
    Bad "bad" "Failed, rejected, over a limit.",
    Running "running" "Being worked on.",
    Waiting "waiting" "Not yet begun.",
    Evidence "evidence" "The words of the page that a value comes from.",
    Human "human" "A value that a person gave.",
    Cool "cool" "A gauge far below its limit.",
    Warm "warm" "A gauge near its limit.",
    Hot "hot" "A gauge at its limit.",
    SeriesTemperature "series-temperature" "The curve of the temperature.",
    SeriesPower "series-power" "The curve of the power.",
    SeriesLoad "series-load" "The curve of the load.",
    SeriesMemory "series-memory" "The curve of the memory.",
    Mark "mark" "Marks of events on curves.",
    Overlay "overlay" "Text in boxes over the panes, and the ground below it.",
    Input "input" "Text that is being typed.",
    Error "error" "Why something was not done.",
    Banner "banner" "One line that wants to be seen: resumed, frozen, paused.",
}

impl Role {
    /// The role of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.name() == name)
    }
}
