//! The helper's desk: answers requests one at a time, under the lease, within the rules, with a line of audit for each write.

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::lease::Lease;
use super::protocol::{Answer, Op, Status};
use super::rules::Rules;
use crate::gpu::{Card, GpuError};
use crate::power::ledger::{Ledger, Left};
use crate::power::local::Local;
use crate::power::lock;
use crate::power::sysfs::PlatformFiles;
use crate::power::writer::{Code, Refusal, Via, Writer};

/// Opens the card; called whenever it is needed and was let go.
pub type OpenCard = Box<dyn FnMut() -> Box<dyn Card> + Send>;

/// Between two attempts to put back what would not go back.
const AGAIN: Duration = Duration::from_secs(5);

/// What a desk works with.
pub struct Equipment {
    /// What is allowed.
    pub rules: Rules,
    /// The card.
    pub open: OpenCard,
    /// The platform.
    pub platform: PlatformFiles,
    /// Where what was found is written down.
    pub ledger: PathBuf,
    /// Where each write is told.
    pub audit: Box<dyn Write + Send>,
}

/// See the module.
pub struct Desk {
    rules: Rules,
    open: OpenCard,
    platform: PlatformFiles,
    ledger: Arc<Mutex<Ledger>>,
    /// There only while somebody is connected or something is set: an open card cannot sleep.
    local: Option<Local>,
    lease: Lease,
    audit: Box<dyn Write + Send>,
    /// When to try again to put things back.
    again: Option<Duration>,
}

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Its connection.
    pub connection: u64,
    /// As the audit and other clients see it.
    pub who: String,
}

impl Desk {
    /// A desk that goes on with what an earlier one left behind: what was to stay stays, the rest is put back.
    ///
    /// # Errors
    /// When another helper runs.
    pub fn open(equipment: Equipment) -> Result<Self, Refusal> {
        let Equipment {
            rules,
            open,
            platform,
            ledger,
            audit,
        } = equipment;
        let left = match Ledger::look(&ledger) {
            Left::Held(by) => {
                let text = format!("another helper is running (process {})", by.process());
                return Err(Refusal::new(Code::Busy, text));
            }
            Left::Kept(entries) | Left::Stale(entries) => Some(entries),
            Left::Nothing | Left::Gone | Left::Damaged(_) => None,
        };
        let book = match left {
            Some(entries) => Ledger::take_over(&ledger, entries),
            None => Ledger::new(&ledger, &rules.gpu),
        };
        let mut desk = Self {
            lease: Lease::new(rules.silence()),
            rules,
            open,
            platform,
            ledger: Arc::new(Mutex::new(book)),
            local: None,
            audit,
            again: None,
        };
        desk.settle("an earlier helper, which was killed", Duration::ZERO);
        Ok(desk)
    }

    /// Does what is asked.
    ///
    /// # Errors
    /// Why not; then nothing was changed.
    pub fn answer(&mut self, caller: &Caller, op: &Op, now: Duration) -> Result<Answer, Refusal> {
        match op {
            Op::Status => Ok(self.status()),
            Op::Limits => Ok(Answer {
                limits: Some(self.local().limits()?),
                ..Answer::default()
            }),
            Op::Clocks => Ok(Answer {
                clocks: Some(self.local().clocks()?),
                ..Answer::default()
            }),
            Op::Profiles => Ok(Answer {
                profiles: Some(self.local().profiles()?),
                ..Answer::default()
            }),
            Op::Heartbeat => self.heartbeat(caller, now),
            Op::Probe { .. }
            | Op::SetPower { .. }
            | Op::SetClocks { .. }
            | Op::SetProfile { .. }
            | Op::Reset { .. }
            | Op::Tell { .. }
            | Op::Keep => {
                self.take(caller, now)?;
                let result = self.write(op);
                self.tell(&caller.who, op, &result);
                result
            }
        }
    }

    fn take(&mut self, caller: &Caller, now: Duration) -> Result<(), Refusal> {
        self.expire(now);
        let was_free = self.lease.holder().is_none();
        self.lease
            .take(caller.connection, &caller.who, now)
            .map_err(|holder| {
                let text = format!("{holder} holds the GPU's power settings through the helper");
                Refusal::new(Code::Busy, text)
            })?;
        // Whoever takes the lease takes over what was kept; it goes back when this one goes.
        if was_free {
            lock(&self.ledger).release()?;
        }
        Ok(())
    }

    fn write(&mut self, op: &Op) -> Result<Answer, Refusal> {
        match op {
            Op::Probe { part } => self.local().probe(*part).map(|()| Answer::default()),
            Op::SetPower { watts } => {
                let range = self.local().limits()?.range;
                let allowed = self.rules.watts(*watts, range);
                Ok(Answer {
                    requested: Some(*watts),
                    effective: Some(self.local().set_power_limit(allowed)?),
                    ..Answer::default()
                })
            }
            Op::SetClocks { mhz } => {
                let allowed = self.rules.mhz(*mhz);
                self.local().lock_clocks(allowed)?;
                Ok(Answer {
                    requested: Some(f64::from(*mhz)),
                    effective: Some(f64::from(allowed)),
                    ..Answer::default()
                })
            }
            Op::SetProfile { profile } => Ok(Answer {
                profile: Some(self.local().set_profile(profile)?),
                ..Answer::default()
            }),
            Op::Reset { part: Some(part) } => {
                self.local().put_back(*part).map(|()| Answer::default())
            }
            Op::Reset { part: None } => self.local().put_all_back().map(|()| Answer::default()),
            Op::Tell { wish } => lock(&self.ledger).tell(wish).map(|()| Answer::default()),
            Op::Keep => lock(&self.ledger).keep().map(|()| Answer::default()),
            Op::Status | Op::Limits | Op::Clocks | Op::Profiles | Op::Heartbeat => {
                Ok(Answer::default())
            }
        }
    }

    fn heartbeat(&mut self, caller: &Caller, now: Duration) -> Result<Answer, Refusal> {
        self.expire(now);
        let parts = lock(&self.ledger).parts();
        if self.lease.beat(caller.connection, now) || parts.is_empty() {
            return Ok(Answer::default());
        }
        let text = "the helper put the settings back after a silence that was too long";
        Err(Refusal::new(Code::Failed, text))
    }

    fn status(&self) -> Answer {
        let ledger = lock(&self.ledger);
        Answer {
            status: Some(Status {
                gpu: self.rules.gpu.clone(),
                range: (self.rules.min_w, self.rules.max_w),
                holder: self.lease.holder().map(str::to_owned),
                set: ledger.parts(),
                kept: ledger.is_kept(),
                wish: ledger.wish().cloned(),
            }),
            ..Answer::default()
        }
    }

    fn local(&mut self) -> &mut Local {
        let Self {
            local,
            open,
            platform,
            ledger,
            ..
        } = self;
        local.get_or_insert_with(|| {
            Local::new(Via::Direct, open(), platform.clone(), Arc::clone(ledger))
        })
    }

    /// A connection has ended; if it held the lease, everything goes back that was not to stay.
    pub fn left(&mut self, caller: &Caller, now: Duration) {
        if self.lease.end(caller.connection) {
            self.settle(&caller.who, now);
        } else if self.lease.holder().is_none() && lock(&self.ledger).parts().is_empty() {
            self.local = None;
        }
    }

    /// Ends a lease whose holder has been silent for too long, and tries again what did not go back.
    pub fn expire(&mut self, now: Duration) {
        if let Some(who) = self.lease.end_silent(now) {
            self.settle(&format!("{who}, silent for too long"), now);
        } else if self.again.is_some_and(|again| again <= now) {
            self.settle("again", now);
        }
    }

    /// When [`Desk::expire`] has something to do next.
    #[must_use]
    pub fn next(&self) -> Option<Duration> {
        self.lease.until().into_iter().chain(self.again).min()
    }

    /// Puts everything back, and says on whose account.
    fn settle(&mut self, who: &str, now: Duration) {
        let (kept, parts) = {
            let ledger = lock(&self.ledger);
            (ledger.is_kept(), ledger.parts())
        };
        self.again = None;
        if kept || parts.is_empty() {
            if parts.is_empty() {
                self.local = None;
            }
            return;
        }
        let result = self.local().put_all_back().map(|()| Answer::default());
        // A card that was lost is found only by opening it anew.
        self.again = result.is_err().then_some(now + AGAIN);
        self.local = None;
        self.audit(who, &json!({"op": "restore"}), &result);
    }

    /// The service ends: everything goes back, also what was to stay, because nobody would be left to undo it.
    pub fn close(&mut self) {
        lock(&self.ledger).release().ok();
        self.settle("the helper itself, which ends", Duration::ZERO);
    }

    fn tell(&mut self, who: &str, op: &Op, result: &Result<Answer, Refusal>) {
        // What is only said of a setting is no write.
        if !matches!(op, Op::Tell { .. }) {
            let request = serde_json::to_value(op).unwrap_or_default();
            self.audit(who, &request, result);
        }
    }

    fn audit(&mut self, who: &str, request: &Value, result: &Result<Answer, Refusal>) {
        let mut line = json!({
            "ts": Timestamp::now().to_string(),
            "kind": "gpu.audit",
            "who": who,
        });
        let came_to = match result {
            Ok(answer) => serde_json::to_value(answer).unwrap_or_default(),
            Err(refusal) => json!({"code": refusal.code, "msg": refusal.text}),
        };
        let ok = json!({"ok": result.is_ok()});
        for part in [request, &ok, &came_to] {
            if let (Some(line), Some(part)) = (line.as_object_mut(), part.as_object()) {
                line.extend(part.clone());
            }
        }
        // A closed audit is no reason to leave a card as it is.
        writeln!(self.audit, "{line}").ok();
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.close();
    }
}

/// Whether this process may write the card at all.
///
/// # Errors
/// When the driver denies it; a card that is not there, or takes nothing, is not this process's fault.
pub fn check(mut card: Box<dyn Card>) -> Result<(), Refusal> {
    let enforced = card.enforced_power_limit_mw()?;
    match card.set_power_limit_mw(enforced) {
        Err(GpuError::NoPermission) => Err(GpuError::NoPermission.into()),
        _ => Ok(()),
    }
}
