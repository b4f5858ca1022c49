//! The watts a card may be given: what its firmware names, without what no laptop works at.

use super::writer::{Code, Refusal};
use crate::gpu::Sample;

/// Watts below which a laptop's card is not meant to work, where its default is more than twice as many. Firmware names
/// less (5 W), and nothing runs well there.
const FLOOR_W: f64 = 80.0;

/// Least and most watts that the firmware names and that make sense; `None` where it names none.
#[must_use]
pub fn of(sample: &Sample) -> Option<(f64, f64)> {
    let (least, most) = sample.range_w.last()?;
    let sensible = sample
        .default_w
        .last()
        .map_or(0.0, |default| FLOOR_W.min(default / 2.0));
    Some((least.max(sensible), most))
}

/// Whether these watts can be asked for.
///
/// # Errors
/// When they are no watts, or outside [`of`].
pub fn check(watts: f64, sample: &Sample) -> Result<(), Refusal> {
    if !(watts.is_finite() && watts > 0.0) {
        let text = format!("{watts} is no number of watts");
        return Err(Refusal::new(Code::OutOfRange, text));
    }
    match of(sample) {
        Some((least, most)) if !(least..=most).contains(&watts) => Err(Refusal::new(
            Code::OutOfRange,
            format!("{watts} W is outside what this GPU takes: {least:.0} to {most:.0} W"),
        )),
        _ => Ok(()),
    }
}
