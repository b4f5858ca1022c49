//! How often each call is made. Three tiers by what a call costs: the driver answers some from shared memory in a microsecond
//! and asks the card's firmware for others, which takes milliseconds. Which those are differs from card to card, so it is
//! measured: what took too long three times in a row is asked for a tier more seldom, and its value is stale in between.

use std::time::Duration;

use crate::gpu::Metric;

/// A call that takes longer waits for the card.
const COSTLY: Duration = Duration::from_micros(500);
/// So often in a row a call must be found costly, or quick again, before it counts as such: the processor may have been
/// taken away meanwhile.
const IN_A_ROW: u8 = 3;
/// What moves more slowly than heat and power do.
/// A little less than a second, so that rounds a second apart do not miss every other.
const MEDIUM: Duration = Duration::from_millis(900);
/// What changes with the driver, by an administrator's hand or with a plug.
const SLOW: Duration = Duration::from_secs(10);
/// The costliest call, and what is slow and costly: the energy counter, of whose silence the power makes up
/// ([`crate::gpu::energy`]).
const RARE: Duration = Duration::from_secs(30);

/// The calls that a chip, a driver or a platform may lack; what was not supported once is not asked again.
#[derive(Debug, Clone, Copy)]
pub(super) enum Call {
    Temperature,
    Margin,
    MaxTemperature,
    Power,
    PowerNow,
    Enforced,
    Requested,
    Default,
    Range,
    SmClock,
    MemoryClock,
    Throttle,
    Busy,
    Memory,
    Energy,
    Fan,
    Supply,
    Processes,
}

/// How many there are.
const COUNT: usize = Call::Processes as usize + 1;

/// Whether a call is to be made now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is.
    Due,
    /// Not yet; what it told last still counts as read now.
    Not,
    /// Not yet, because it costs too much; what it told last is old.
    Late,
    /// The card does not answer it.
    Never,
}

impl Call {
    fn every(self) -> Duration {
        match self {
            Self::Temperature
            | Self::Power
            | Self::PowerNow
            | Self::SmClock
            | Self::Throttle
            | Self::Busy => Duration::ZERO,
            Self::Enforced
            | Self::MemoryClock
            | Self::Memory
            | Self::Margin
            | Self::Energy
            | Self::Fan
            | Self::Processes => MEDIUM,
            Self::MaxTemperature | Self::Requested | Self::Default | Self::Range | Self::Supply => {
                SLOW
            }
        }
    }

    /// How often where it is costly.
    fn every_if_costly(self) -> Duration {
        match (self, self.every()) {
            (Self::Energy, _) | (_, SLOW) => RARE,
            (_, MEDIUM) => SLOW,
            _ => MEDIUM,
        }
    }

    /// What the governor decides on each second is asked for, whatever it costs.
    fn may_wait(self) -> bool {
        !matches!(
            self,
            Self::Temperature
                | Self::Power
                | Self::Enforced
                | Self::SmClock
                | Self::Throttle
                | Self::Busy
        )
    }
}

/// What is known of one call.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    asked: Option<Duration>,
    read: Option<Duration>,
    is_in_vain: bool,
    is_costly: bool,
    /// How many of the last ones in a row were not as that says.
    otherwise: u8,
    is_urgent: bool,
}

/// What is known of all of them.
#[derive(Debug, Default)]
pub(super) struct Calls([Known; COUNT]);

impl Calls {
    /// Whether it is time; if so, it counts as asked now.
    pub(super) fn turn(&mut self, call: Call, now: Duration) -> Turn {
        let known = &mut self.0[call as usize];
        if known.is_in_vain {
            return Turn::Never;
        }
        let usual = call.every();
        let waits = known.is_costly && !known.is_urgent && call.may_wait();
        let every = if waits { call.every_if_costly() } else { usual };
        match known.asked {
            Some(asked) if now < asked + usual => Turn::Not,
            Some(asked) if now < asked + every => Turn::Late,
            _ => {
                known.asked = Some(now);
                Turn::Due
            }
        }
    }

    /// What it cost.
    pub(super) fn took(&mut self, call: Call, time: Duration) {
        let known = &mut self.0[call as usize];
        if (time > COSTLY) == known.is_costly {
            known.otherwise = 0;
            return;
        }
        known.otherwise += 1;
        if known.otherwise == IN_A_ROW {
            known.otherwise = 0;
            known.is_costly = !known.is_costly;
            tracing::debug!(
                ?call,
                ?time,
                known.is_costly,
                "asked for more or less often from now on"
            );
        }
    }

    /// It was answered.
    pub(super) fn known(&mut self, call: Call, now: Duration) {
        self.0[call as usize].read = Some(now);
    }

    /// The card does not answer it, and is not asked again.
    pub(super) fn is_in_vain(&mut self, call: Call) {
        self.0[call as usize].is_in_vain = true;
    }

    /// Whether it was found to be so.
    pub(super) fn are_in_vain(&self, call: Call) -> bool {
        self.0[call as usize].is_in_vain
    }

    /// Asks for it as often as is usual, even where it costs too much.
    pub(super) fn hurry(&mut self, call: Call, is_urgent: bool) {
        self.0[call as usize].is_urgent = is_urgent;
    }

    /// What it told last, as old as it is.
    pub(super) fn older<T: Copy>(&self, call: Call, before: Metric<T>, now: Duration) -> Metric<T> {
        let read = self.0[call as usize].read;
        match (before.last(), read) {
            (Some(value), Some(read)) => Metric::Stale(value, now.saturating_sub(read)),
            _ => before,
        }
    }
}
