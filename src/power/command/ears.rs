//! What a command in the foreground hears: signals, and the answer to a question on the terminal.

use std::io::{BufRead, IsTerminal};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::Failure;
use crate::cli::{Exit, complain};
use crate::power::confirm::{Raise, Verdict};
use crate::process::is_ignored;

/// What was heard.
enum Heard {
    Signal(i32),
    Answer(bool),
}

/// Listens for as long as it is there.
pub(super) struct Ears {
    heard: Receiver<Heard>,
    say: Sender<Heard>,
}

/// A signal that ends the command, once what is set is put back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signal(i32);

impl Signal {
    /// Ends the process as the signal would have; shells tell the difference.
    pub(super) fn die(self) -> Exit {
        signal_hook::low_level::emulate_default_handler(self.0).ok();
        Exit::Internal
    }
}

/// How a question ended.
pub(super) enum Answer {
    Yes,
    No,
    Signal(Signal),
}

impl Ears {
    /// From now on INT, TERM and HUP wait until they are asked for.
    pub(super) fn open() -> Result<Self, Failure> {
        let (say, heard) = channel();
        let wanted = [SIGINT, SIGTERM, SIGHUP];
        let mut signals = Signals::new(wanted.into_iter().filter(|signal| !is_ignored(*signal)))
            .map_err(|error| {
                Failure::new(Exit::Internal, format!("signals cannot be heard: {error}"))
            })?;
        let told = say.clone();
        std::thread::spawn(move || {
            for signal in signals.forever() {
                if told.send(Heard::Signal(signal)).is_err() {
                    return;
                }
            }
        });
        Ok(Self { heard, say })
    }

    /// A signal, if one comes within this time.
    pub(super) fn wait(&self, most: Duration) -> Option<Signal> {
        let until = Instant::now() + most;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.heard.recv_timeout(left) {
                Ok(Heard::Signal(signal)) => return Some(Signal(signal)),
                // An answer to a question that is over.
                Ok(Heard::Answer(_)) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            }
        }
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
                Ok(Heard::Signal(signal)) => return Answer::Signal(Signal(signal)),
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
