//! What a key can do: every action with its name in keymap.toml, a short label and one line that says what it does.

/// Actions that belong together in help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Moving in lists and text.
    Move,
    /// Choosing and arranging panes.
    Panes,
    /// Filtering, the palette, help.
    Find,
    /// Copying and showing a record.
    Record,
    /// Putting work in and changing what waits.
    Queue,
    /// Judging records.
    Review,
    /// The card's power.
    Power,
    /// Answering a box that is open.
    Answer,
    /// The program itself.
    Program,
}

impl Group {
    /// Its heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Move => "Moving",
            Self::Panes => "Panes",
            Self::Find => "Finding",
            Self::Record => "Records",
            Self::Queue => "Queue",
            Self::Review => "Review",
            Self::Power => "Power",
            Self::Answer => "Answers",
            Self::Program => "Program",
        }
    }
}

macro_rules! actions {
    ($($group:ident { $($variant:ident $name:literal $label:literal $about:literal,)+ })+) => {
        /// What a user can ask the console to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[doc = $about] $variant,)+)+
        }

        impl Action {
            /// All of them, in the order of help.
            pub const ALL: &[Self] = &[$($(Self::$variant,)+)+];

            /// Its name in keymap.toml.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($(Self::$variant => $name,)+)+ }
            }

            /// A word or two for the line of hints.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $($(Self::$variant => $label,)+)+ }
            }

            /// What it does, in one line.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self { $($(Self::$variant => $about,)+)+ }
            }

            /// Where help lists it.
            #[must_use]
            pub const fn group(self) -> Group {
                match self { $($(Self::$variant => Group::$group,)+)+ }
            }
        }
    };
}

actions! {
    Move {
        Up "up" "up" "One row up",
        Down "down" "down" "One row down",
        Left "left" "left" "To the left, or to the pane's left half",
        Right "right" "right" "To the right, or to the pane's right half",
        PageUp "page-up" "page up" "One page up",
        PageDown "page-down" "page down" "One page down",
        Top "top" "top" "To the first row",
        Bottom "bottom" "bottom" "To the last row",
    }
    Panes {
        NextPane "next-pane" "next pane" "To the next pane",
        PreviousPane "previous-pane" "previous pane" "To the pane before",
        QueuePane "queue-pane" "queue" "To the queue",
        ResultPane "result-pane" "result" "To the result",
        HardwarePane "hardware-pane" "hardware" "To the hardware",
        LogPane "log-pane" "log" "To the log",
        Open "open" "open" "Open what is selected",
        Back "back" "back" "Back: end a selection, a filter, a maximised pane",
        Maximise "maximise" "maximise" "Give the pane the whole screen, or back its place",
        Freeze "freeze" "freeze" "Hold the view still, or let it follow again",
    }
    Find {
        Filter "filter" "filter" "Show only the rows that hold a text",
        ShowStates "show-states" "states" "Show only the postings of a state",
        Sort "sort" "sort" "Sort: as queued, newest first, least certain first",
        NextMatch "next-match" "next" "To the next match of the filter",
        PreviousMatch "previous-match" "previous" "To the match of the filter before",
        Palette "palette" "command" "Find an action by its name and do it",
        Help "help" "help" "Show all keys",
    }
    Record {
        CopyField "copy-field" "copy" "Send the selected value to the terminal's clipboard",
        CopyRecord "copy-record" "copy record" "Send the record as JSON to the terminal's clipboard",
        Raw "raw" "raw JSON" "Show the record as JSON, or as fields again",
    }
    Queue {
        AddFiles "add-files" "add files" "Put files, directories or globs into the queue",
        Compose "compose" "write posting" "Paste or type a posting and put it into the queue",
        Retry "retry" "retry" "Read the posting again",
        Cancel "cancel" "cancel" "Take the posting out of the queue",
        RaisePriority "raise-priority" "sooner" "Read the posting sooner",
        LowerPriority "lower-priority" "later" "Read the posting later",
        PauseAdmission "pause-admission" "pause work" "Start no more postings, or start them again",
    }
    Review {
        NextReview "next-review" "review" "To the least certain record that nobody has judged",
        Approve "approve" "approve" "The record is right",
        Reject "reject" "reject" "The record is of no use",
        Edit "edit" "edit" "Correct the selected field",
        Missed "missed" "missed" "The page states this field: choose where",
        Select "select" "select" "Start or end a selection in the page's text",
        Undo "undo" "undo" "Take back the last judgement",
        ApproveAll "approve-all" "approve all" "Approve all above a confidence; says first how many",
    }
    Power {
        Profile1 "profile-1" "quiet" "The first power profile, the quietest",
        Profile2 "profile-2" "balanced" "The second power profile",
        Profile3 "profile-3" "performance" "The third power profile",
        Profile4 "profile-4" "max" "The fourth power profile, all the card may draw",
        PowerMenu "power-menu" "power" "Choose a power profile from a list",
        LessPower "less-power" "-5 W" "Hold the card 5 W lower",
        MorePower "more-power" "+5 W" "Hold the card 5 W higher",
        Automatic "automatic" "automatic" "Hold the card by its temperature, or by hand again",
        EmergencyStop "emergency-stop" "stop the card" "Stop all work and take the card's power down at once",
        KeepSetting "keep-setting" "keep" "Keep a raised limit, which goes back otherwise",
        Acknowledge "acknowledge" "go on" "Go on after an emergency, once the card is cool",
    }
    Answer {
        Accept "accept" "accept" "Take what is chosen or typed",
        Confirm "confirm" "yes" "Yes",
        Decline "decline" "no" "No",
        Close "close" "close" "Close without a change",
    }
    Program {
        NextTheme "next-theme" "theme" "The next theme",
        ToggleMouse "toggle-mouse" "mouse" "Select and scroll with the mouse, or give it back",
        Redraw "redraw" "redraw" "Draw the whole screen again",
        Suspend "suspend" "suspend" "Back to the shell; fg returns",
        Interrupt "interrupt" "interrupt" "Leave as quit does; pressed twice, at once",
        Quit "quit" "quit" "Leave; with work running, ask what becomes of it",
    }
}

impl Action {
    /// The action of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.name() == name)
    }

    /// Whether no key of a pane may hide it.
    #[must_use]
    pub const fn is_protected(self) -> bool {
        matches!(self, Self::EmergencyStop | Self::Interrupt)
    }
}
