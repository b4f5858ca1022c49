//! What the console knows: one value, changed by `update`, shown by `view`.

pub mod boxes;
pub mod hardware;
pub mod log;
pub mod page;
pub mod queue;
pub mod result;
pub mod sieve;
pub mod work;

use std::time::Duration;

use self::boxes::Over;
use self::hardware::Hardware;
use self::log::Log;
use self::queue::Queue;
use self::result::Shown;
use self::work::Work;
use super::frame::Urgency;
use super::layout::{self, Areas};
use super::pane::Pane;
use crate::keymap::{Context, Hint, Keymap};
use crate::store::{State, States};

/// How long a line for the user stays.
const NOTICE: Duration = Duration::from_secs(8);

/// How far the end has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ending {
    /// Nobody wants it.
    #[default]
    Not,
    /// Running work is being finished.
    Finishing,
    /// Running work is being given back.
    GivingBack,
    /// The loop is to be left.
    Now,
}

/// Everything. Times are since the console began.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools)] // each is a fact of its own, in any combination
pub struct Model {
    /// Columns and rows of the screen.
    pub size: (u16, u16),
    /// Where the panes are.
    pub areas: Areas,
    /// What has the keyboard.
    pub focus: Pane,
    /// It has the whole screen.
    pub is_maximised: bool,
    /// When the view was frozen, and how much has happened since.
    pub frozen: Option<(Duration, u64)>,
    /// The mouse is caught.
    pub has_mouse: bool,
    /// Nothing is changed by hand.
    pub is_readonly: bool,
    /// What was said of a record is being written.
    pub is_writing: bool,
    /// The terminal is looked at, as far as it says.
    pub is_watched: bool,
    /// The jobs.
    pub queue: Queue,
    /// The record.
    pub result: Shown,
    /// The card.
    pub hardware: Hardware,
    /// The log.
    pub log: Log,
    /// What runs, and how fast.
    pub work: Work,
    /// A line for the user, and when it came.
    pub notice: Option<(String, Duration)>,
    /// What was taken up at the start, until a key is pressed.
    pub banner: Option<String>,
    /// The box over the panes.
    pub over: Option<Over>,
    /// The end.
    pub ending: Ending,
    /// What the process should say and end with.
    pub ended: Option<super::msg::Ended>,
    /// What the keys do where the keyboard is.
    pub hints: Vec<Hint>,
    keymap: Keymap,
    hinted: Option<Context>,
    title: String,
    dirty: Option<Urgency>,
}

impl Model {
    /// A console that has heard nothing yet.
    #[must_use]
    pub fn new(keymap: Keymap, size: (u16, u16)) -> Self {
        let mut model = Self {
            size,
            areas: Areas::default(),
            focus: Pane::Queue,
            is_maximised: false,
            frozen: None,
            has_mouse: false,
            is_readonly: false,
            is_writing: false,
            is_watched: true,
            queue: Queue::default(),
            result: Shown::default(),
            hardware: Hardware::default(),
            log: Log::default(),
            work: Work::default(),
            notice: None,
            banner: None,
            over: None,
            ending: Ending::Not,
            ended: None,
            hints: Vec::new(),
            keymap,
            hinted: None,
            title: String::new(),
            dirty: Some(Urgency::Input),
        };
        model.arrange();
        model
    }

    /// The keys.
    #[must_use]
    pub fn keymap(&self) -> &Keymap {
        &self.keymap
    }

    /// Whose keys hold now.
    #[must_use]
    pub fn context(&self) -> Context {
        self.over.as_ref().map_or(self.below(), Over::context)
    }

    /// Whose keys hold where there is no box.
    #[must_use]
    pub fn below(&self) -> Context {
        let shown = &self.result;
        // While a record is on its way here, its keys hold already: they say so.
        let job = shown.job.filter(|_| shown.case.is_some() || !shown.is_read);
        let is_kept = job.is_some_and(|job| !self.work.running.contains_key(&job));
        match self.focus {
            Pane::Result if is_kept => Context::Triage,
            pane => pane.context(),
        }
    }

    /// Places the panes anew, after the size, the focus or what is maximised has changed.
    pub fn arrange(&mut self) {
        self.areas = layout::areas(self.size, self.focus, self.is_maximised);
        let context = self.context();
        if self.hinted != Some(context) {
            self.hints = self.keymap.hints(context);
            self.hinted = Some(context);
        }
    }

    /// Everything was stopped, by the guard of the card or by hand.
    #[must_use]
    pub fn is_emergency(&self) -> bool {
        let now = self.hardware.now.as_ref();
        now.is_some_and(|now| now.kept.guard == "emergency")
    }

    /// No page is begun just now.
    #[must_use]
    pub fn is_held_up(&self) -> bool {
        let now = self.hardware.now.as_ref();
        self.work.is_held || now.is_some_and(|now| !now.kept.is_open)
    }

    /// Asks for a frame.
    pub fn mark(&mut self, urgency: Urgency) {
        self.dirty = self.dirty.max(Some(urgency));
    }

    /// Why a frame is wanted, since this was last asked.
    pub fn take_dirty(&mut self) -> Option<Urgency> {
        self.dirty.take()
    }

    /// Says something to the user.
    pub fn say(&mut self, line: impl Into<String>, now: Duration) {
        self.notice = Some((line.into(), now));
        self.mark(Urgency::Input);
    }

    /// Takes a line away that has stood long enough.
    pub fn forget_notice(&mut self, now: Duration) {
        if self
            .notice
            .as_ref()
            .is_some_and(|(_, since)| now.saturating_sub(*since) >= NOTICE)
        {
            self.notice = None;
            self.mark(Urgency::Stream);
        }
    }

    /// The window's title, if it is another than when this was last asked.
    pub fn new_title(&mut self) -> Option<String> {
        let counts = &self.queue.counts;
        let finished = counts.of(States::RECORDED.with(State::Failed));
        let all = counts.of(States::ALL);
        let temp = self.hardware.now.as_ref().and_then(|now| now.temp_c);
        let temp = temp.filter(|_| !self.work.running.is_empty());
        let temp = temp.map_or_else(String::new, |temp| format!(" {temp:.0} °C"));
        let title = format!("smelt {finished}/{all}{temp}");
        (title != self.title).then(|| {
            self.title.clone_from(&title);
            title
        })
    }
}
