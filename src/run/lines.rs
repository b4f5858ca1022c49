//! Lines for the user, told by a thread of their own: a terminal that takes nothing must not hold up the guards of the card.

use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

/// Where lines are told. Dropped, it waits until each that was said has been told; what is said later is not.
pub(super) struct Lines {
    /// `None` is the end. It is said, since who else can say lines may hang and never be dropped.
    said: Sender<Option<String>>,
    thread: Option<JoinHandle<()>>,
}

impl Lines {
    /// Tells each line by `tell`.
    ///
    /// # Errors
    /// When there is no thread for it.
    pub(super) fn start(tell: impl Fn(&str) + Send + 'static) -> std::io::Result<Self> {
        // Without a bound: a guard says a line when something changes, and none may be lost.
        let (said, lines) = channel::<Option<String>>();
        let thread = std::thread::Builder::new()
            .name("heat-lines".to_owned())
            .spawn(move || {
                lines
                    .iter()
                    .map_while(|line| line)
                    .for_each(|line| tell(&line));
            })?;
        Ok(Self {
            said,
            thread: Some(thread),
        })
    }

    /// What says a line without waiting for it to be told.
    pub(super) fn teller(&self) -> impl Fn(&str) + Send + use<> {
        let said = self.said.clone();
        move |line: &str| {
            said.send(Some(line.to_owned())).ok();
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.said.send(None).ok();
        if self
            .thread
            .take()
            .map(JoinHandle::join)
            .is_some_and(|ended| ended.is_err())
        {
            tracing::error!("lines for the user were lost: what tells them panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    /// More than any terminal's buffer of lines.
    const MANY: usize = 1000;

    #[test]
    fn a_terminal_that_takes_nothing_for_a_while_gets_every_line_before_the_end() {
        let (go_on, blocked) = channel::<()>();
        let (told, heard) = channel();
        let lines = Lines::start(move |line| {
            // Until the sender is dropped, and from then on at once.
            blocked.recv().ok();
            told.send(line.to_owned()).unwrap();
        })
        .unwrap();
        let tell = lines.teller();
        let numbers: Vec<String> = (0..MANY).map(|number| number.to_string()).collect();
        for line in &numbers {
            tell(line);
        }
        assert!(heard.try_recv().is_err());
        drop(go_on);
        // Whoever hangs in the driver still holds `tell`.
        drop(lines);
        assert_eq!(heard.try_iter().collect::<Vec<_>>(), numbers);
        tell("too late");
        assert!(heard.try_recv().is_err());
    }
}
