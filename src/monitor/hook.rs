//! The user's command for alerts: started for each, one after the other, with the alert as JSON on its standard input.
//!
//! The command is the user's own text and goes to the shell as it is; nothing of an alert ever becomes part of it.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// Alerts that may wait for the command.
const WAITING: usize = 32;
/// A command that takes longer is ended.
const LONGEST: Duration = Duration::from_secs(30);
/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(20);
/// How long the end of the program waits for commands still to be run.
const FAREWELL: Duration = Duration::from_secs(5);

/// Runs the command in a thread of its own.
pub struct Hook {
    sender: Option<SyncSender<String>>,
    ended: Receiver<()>,
}

impl Hook {
    /// Waits for alerts. `tell` gets a line for the user when a command fails.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn start(command: String, tell: fn(&str)) -> io::Result<Self> {
        let (sender, alerts) = sync_channel::<String>(WAITING);
        let (end, ended) = sync_channel(1);
        thread::Builder::new()
            .name("alert-hook".to_owned())
            .spawn(move || {
                for alert in alerts {
                    if let Err(problem) = run(&command, &alert) {
                        tell(&format!("the command of --on-alert {problem}"));
                    }
                }
                end.try_send(()).ok();
            })?;
        Ok(Self {
            sender: Some(sender),
            ended,
        })
    }

    /// Hands an alert over; false when too many wait already.
    #[must_use]
    pub fn send(&self, alert: String) -> bool {
        let sent = self.sender.as_ref().map(|sender| sender.try_send(alert));
        !matches!(sent, Some(Err(TrySendError::Full(_))))
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.sender = None;
        if self.ended.recv_timeout(FAREWELL) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("an alert's command still runs and is left to itself");
        }
    }
}

fn run(command: &str, alert: &str) -> Result<(), String> {
    let mut child = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot be started: {error}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that does not care for the alert may close its input; that is no failure.
        writeln!(stdin, "{alert}").ok();
    }
    wait(&mut child)
}

fn wait(child: &mut Child) -> Result<(), String> {
    let until = Instant::now() + LONGEST;
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("failed: {status}")),
            Ok(None) if Instant::now() < until => thread::sleep(LOOK),
            Ok(None) => {
                child.kill().ok();
                child.wait().ok();
                return Err(format!("took over {} s and was ended", LONGEST.as_secs()));
            }
            Err(error) => return Err(format!("is lost: {error}")),
        }
    }
}
