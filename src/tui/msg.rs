//! What the console hears, and what it wants done.

use std::sync::Arc;

use crossterm::event::Event as Input;

use super::asks::Order;
use super::asks::Step;
use super::model::sieve::Sieve;
use crate::cli::Exit;
use crate::event::Event;
use crate::log::Line;
use crate::power::keeper::Command;
use crate::review::Case;
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
    /// How far the search through the queue has come.
    Looked(Looked),
    /// A record, as it was asked for.
    Record(Box<Shown>),
    /// What came of a step of review.
    Told(Told),
    /// How many records would be approved together.
    Preview(Preview),
    /// A second has passed.
    Tick,
    /// The store was changed, by whomever.
    Changed,
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
    /// The number of the sieve that the places are those of.
    pub sieve: u64,
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
    /// How many jobs come through the sieve, as far as is known.
    pub length: u64,
    /// Where the anchor is.
    pub place: Option<u64>,
}

/// How far a search has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looked {
    /// The number of its sieve.
    pub sieve: u64,
    /// Jobs that hold the text.
    pub found: u64,
    /// All jobs were looked at.
    pub is_over: bool,
}

/// A record from the store.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// Its job.
    pub job: i64,
    /// The record with all that was said of it; `None` while there is none.
    pub case: Option<Arc<Case>>,
}

/// What came of a step of review.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// One line for the user.
    pub line: String,
    /// The job to go to.
    pub go: Option<i64>,
}

/// Records that would be approved together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preview {
    /// The least certainty of their values, in percent.
    pub least: u8,
    /// Of those to review.
    pub to_review: u64,
    /// Of those that need no look.
    pub done: u64,
    /// Certain enough, and still never approved unseen.
    pub guarded: u64,
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
    /// Show other jobs; the number is the sieve's.
    Sieve(u64, Sieve),
    /// Read a window of the queue.
    Rows(Window),
    /// Read a record.
    Record(i64),
    /// Take a step of review.
    Review(Step),
    /// Queue files, directories, patterns or addresses.
    Add(Vec<String>),
    /// Queue a posting that was typed.
    Compose(String),
    /// Tell the keeper of the card.
    Power(Command),
    /// Take the next theme.
    NextTheme,
    /// Change a job in the queue.
    Order(i64, Order),
    /// Look whether somebody has changed the store.
    Look,
    /// Take up what waits in the store and is not ours yet.
    TakeUp,
    /// Catch the mouse, or let it go.
    Mouse(bool),
}
