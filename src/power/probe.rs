//! Whether a part can be set, found out by setting it to what it is: on laptops much can be read that cannot be set.

use super::writer::{Code, Part, Refusal, Writer};

/// Watts between what was written and what is read back that count as the same: drivers round.
pub const SAME_W: f64 = 1.0;

/// Sets a part to what it is, reads it back where that can be read, and puts it back.
///
/// # Errors
/// Why it cannot be set.
pub fn probe(writer: &mut dyn Writer, part: Part) -> Result<(), Refusal> {
    match part {
        Part::PowerLimit => limit(writer)?,
        Part::LockedClocks => clocks(writer)?,
        Part::PlatformProfile => profile(writer)?,
    }
    writer.put_back(part)
}

fn limit(writer: &mut dyn Writer) -> Result<(), Refusal> {
    // The enforced value: laptops hide every other.
    let enforced = writer.limits()?.enforced;
    let read_back = writer.set_power_limit(enforced)?;
    if (read_back - enforced).abs() > SAME_W {
        let text = format!(
            "the card was told {enforced:.0} W, which it held already, and now holds {read_back:.0} W"
        );
        return Err(Refusal::new(Code::NotSupported, text));
    }
    Ok(())
}

/// A lock to all the card can holds nothing down; the driver has no call that tells what is locked.
fn clocks(writer: &mut dyn Writer) -> Result<(), Refusal> {
    match writer.clocks()?.last().copied() {
        Some(most) => writer.lock_clocks(most),
        None => Err(no_clocks()),
    }
}

fn profile(writer: &mut dyn Writer) -> Result<(), Refusal> {
    let current = writer.profiles()?.current;
    writer.set_profile(&current).map(|_| ())
}

/// The driver answers, and with an empty list.
#[must_use]
pub fn no_clocks() -> Refusal {
    Refusal::new(Code::NotSupported, "the driver names no clocks to lock")
}
