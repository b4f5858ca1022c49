//! The lease: one connection at a time may set the card, and only while it shows that it lives. Pure, on any clock.

use std::time::Duration;

/// Who holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    connection: u64,
    who: String,
    until: Duration,
}

/// See the module.
#[derive(Debug)]
pub struct Lease {
    silence: Duration,
    held: Option<Held>,
}

impl Lease {
    /// A lease that ends after so long a silence.
    #[must_use]
    pub fn new(silence: Duration) -> Self {
        Self {
            silence,
            held: None,
        }
    }

    /// Takes the lease, or prolongs it.
    ///
    /// # Errors
    /// Who holds it, if another does.
    pub fn take(&mut self, connection: u64, who: &str, now: Duration) -> Result<(), String> {
        self.end_silent(now);
        match &self.held {
            Some(held) if held.connection != connection => Err(held.who.clone()),
            _ => {
                self.held = Some(Held {
                    connection,
                    who: who.to_owned(),
                    until: now + self.silence,
                });
                Ok(())
            }
        }
    }

    /// A sign of life; whether the lease was still this connection's.
    pub fn beat(&mut self, connection: u64, now: Duration) -> bool {
        self.end_silent(now);
        match &mut self.held {
            Some(held) if held.connection == connection => {
                held.until = now + self.silence;
                true
            }
            _ => false,
        }
    }

    /// Ends the lease if it is this connection's; whether it was.
    pub fn end(&mut self, connection: u64) -> bool {
        let its = |held: &mut Held| held.connection == connection;
        self.held.take_if(its).is_some()
    }

    /// Ends a lease whose holder has been silent for too long; who that was.
    pub fn end_silent(&mut self, now: Duration) -> Option<String> {
        self.held
            .take_if(|held| held.until <= now)
            .map(|held| held.who)
    }

    /// Who holds it.
    #[must_use]
    pub fn holder(&self) -> Option<&str> {
        self.held.as_ref().map(|held| held.who.as_str())
    }

    /// When it ends unless its holder speaks.
    #[must_use]
    pub fn until(&self) -> Option<Duration> {
        self.held.as_ref().map(|held| held.until)
    }
}
