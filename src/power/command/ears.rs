//! What a command in the foreground hears: signals, and the answer to a question on the terminal.

use std::io::{BufRead, IsTerminal};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::{Failure, unheard};
use crate::cli::{Exit, complain};
use crate::power::confirm::{Raise, Verdict};
use crate::signals::{self, Stopped};

/// What was heard.
enum Heard {
    Signal,
    Answer(bool),
}

/// From now on INT, TERM and HUP wait until they are asked for.
pub(super) struct Ears {
    heard: Receiver<Heard>,
    say: Sender<Heard>,
    stopped: Stopped,
}

/// How a question ended.
pub(super) enum Answer {
    Yes,
    No,
    Signal,
}

impl Ears {
    pub(super) fn open() -> Result<Self, Failure> {
        let (say, heard) = channel();
        let told = say.clone();
        let stopped = signals::listen(move |_| {
            told.send(Heard::Signal).ok();
        })
        .map_err(|error| unheard(&error))?;
        Ok(Self {
            heard,
            say,
            stopped,
        })
    }

    /// Whether a signal came within this time.
    pub(super) fn wait(&self, most: Duration) -> bool {
        let until = Instant::now() + most;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.heard.recv_timeout(left) {
                Ok(Heard::Signal) => return true,
                // An answer to a question that is over.
                Ok(Heard::Answer(_)) => {}
                Err(_) => return false,
            }
        }
    }

    /// Ends the process as the signal that was heard would have.
    pub(super) fn die(&self) -> Exit {
        self.stopped.die();
        Exit::Internal
    }

    /// Asks on the terminal; no answer in time is no.
    pub(super) fn ask(&self, question: &str) -> Answer {
        let began = Instant::now();
        let mut raise = Raise::new(Duration::ZERO);
        if let Verdict::Wait(left) = raise.verdict(Duration::ZERO) {
            complain(&format!("{question} [y/N, {} s]", left.as_secs()));
        }
        let told = self.say.clone();
        std::thread::spawn(move || {
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line).ok();
            let is_yes = matches!(line.trim().to_lowercase().as_str(), "y" | "yes");
            told.send(Heard::Answer(is_yes)).ok();
        });
        loop {
            let left = match raise.verdict(began.elapsed()) {
                Verdict::Keep => return Answer::Yes,
                Verdict::Revert => return Answer::No,
                Verdict::Wait(left) => left,
            };
            match self.heard.recv_timeout(left) {
                Ok(Heard::Signal) => return Answer::Signal,
                Ok(Heard::Answer(yes)) => raise.answer(yes, began.elapsed()),
                Err(_) => {}
            }
        }
    }
}

/// Whether there is somebody to ask.
pub(super) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}
