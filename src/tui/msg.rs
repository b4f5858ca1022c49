//! What the console hears, and what it wants done.

use crossterm::event::Event as Input;

use super::clerk::Order;
use crate::cli::Exit;
use crate::event::Event;
use crate::log::Line;
use crate::power::keeper::Command;
use crate::store::{Counts, JobRow};

/// Something the model is told.
#[derive(Debug, Clone)]
pub enum Msg {
    /// A key, a paste, a new size, or whether the terminal is looked at.
    Input(Input),
    /// What the run tells.
    Event(Event),
    /// A line of the log.
    Log(Line),
    /// Rows of the queue, as they were asked for.
    Rows(Box<Rows>),
    /// A record, as it was asked for.
    Record(Box<Shown>),
    /// A second has passed.
    Tick,
    /// The work is over, or never began.
    Ended(Ended),
    /// The process was continued after it had been stopped.
    Continued,
    /// The terminal is gone, or a signal asks for the end.
    Gone,
}

/// A window of the queue that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// Place of its first row.
    pub offset: u64,
    /// Rows.
    pub limit: usize,
    /// The job whose place is asked for too.
    pub anchor: Option<i64>,
}

/// A window of the queue.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// What was asked for.
    pub window: Window,
    /// The rows that are there.
    pub rows: Vec<JobRow>,
    /// All jobs by state.
    pub counts: Counts,
    /// Where the anchor is.
    pub place: Option<u64>,
}

/// A record from the store.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// Its job.
    pub job: i64,
    /// The record as JSON; `None` while there is none.
    pub json: Option<String>,
    /// The text that its evidence points into.
    pub text: Option<String>,
}

/// How the work ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// What to tell the user, if it went wrong.
    pub why: Option<String>,
    /// What the process should end with.
    pub exit: Exit,
    /// Whether there is no use in staying: nothing could be opened.
    pub is_final: bool,
}

/// Something to be done outside the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Leave the loop.
    Leave,
    /// Let what runs be finished, and claim no more.
    Stop,
    /// Give what runs back to the queue.
    Abort,
    /// Claim nothing for now, or go on.
    Hold(bool),
    /// Stop the process until the shell continues it.
    Suspend,
    /// Draw everything again.
    Redraw,
    /// Send a text to the terminal's clipboard.
    Copy(String),
    /// Name the terminal's window.
    Title(String),
    /// Read a window of the queue.
    Rows(Window),
    /// Read a record.
    Record(i64),
    /// Tell the keeper of the card.
    Power(Command),
    /// Take the next theme.
    NextTheme,
    /// Change a job in the queue.
    Order(i64, Order),
    /// Catch the mouse, or let it go.
    Mouse(bool),
}
