//! One fresh engine for each number of questions answered together; what breaks one width leaves the others alone.

use std::time::Instant;

use super::{BenchError, chosen};
use crate::cli::{EngineArgs, complain};
use crate::engine::select::{Selected, Wish};
use crate::engine::supervisor::Supervised;
use crate::engine::{Engine, EngineInfo};

/// What a width is measured with.
pub(super) struct Fresh<'a> {
    pub(super) width: usize,
    pub(super) selected: &'a Selected,
    pub(super) engine: &'a Supervised,
    pub(super) info: EngineInfo,
    /// Seconds until its model was loaded.
    pub(super) load_s: f64,
}

/// What was measured at each width, or why nothing was.
pub(super) type PerWidth<T> = Vec<(usize, Result<T, String>)>;

/// The widths that are measured, ascending: the engine's own alone, where that was given.
pub(super) fn asked(engine: &EngineArgs, widths: &[usize]) -> Vec<usize> {
    let mut widths = match engine.cohort {
        Some(width) => vec![width],
        None => widths.to_vec(),
    };
    widths.sort_unstable();
    widths.dedup();
    widths
}

/// Measures each width, ascending; a reason why one could not be is told at once.
///
/// # Errors
/// When no engine can be chosen at all, or `measure` finds that nothing can be measured whatever the width. Once a width was
/// measured there are none.
pub(super) fn each<T>(
    engine: &EngineArgs,
    widths: &[usize],
    mut measure: impl FnMut(&Fresh) -> Result<Result<T, String>, BenchError>,
) -> Result<PerWidth<T>, BenchError> {
    let mut all = Vec::new();
    for width in asked(engine, widths) {
        let wish = Wish {
            cohort: Some(width),
            // Whether it works is what is being found out.
            again: true,
            ..Wish::from(engine)
        };
        let selected = match chosen(&wish) {
            Ok(selected) => selected,
            // Fewer together were fine: this width is refused, or does not fit.
            Err(error) if !all.is_empty() => {
                complain(&format!("{width} together: {error}"));
                all.push((width, Err(error.to_string())));
                continue;
            }
            Err(error) => return Err(error),
        };
        let Some(engine) = &selected.engine else {
            return Err(BenchError::NoModel);
        };
        let began = Instant::now();
        let measured = match engine.info() {
            Err(error) => Err(error.to_string()),
            Ok(info) if info.cohort < width => Err(format!(
                "only {} are answered together here: the engine takes no more, or memory ran out",
                info.cohort
            )),
            Ok(info) => {
                let measured = measure(&Fresh {
                    width,
                    selected: &selected,
                    engine,
                    info,
                    load_s: began.elapsed().as_secs_f64(),
                });
                keeping(&all, measured)?
            }
        };
        if let Err(why) = &measured {
            complain(&format!("{width} together: {why}"));
        }
        all.push((width, measured));
    }
    Ok(all)
}

/// What ends everything, unless a width was measured before: then it is why this one was not.
fn keeping<T>(
    all: &PerWidth<T>,
    measured: Result<Result<T, String>, BenchError>,
) -> Result<Result<T, String>, BenchError> {
    match measured {
        Err(error) if all.iter().any(|(_, result)| result.is_ok()) => Ok(Err(error.to_string())),
        measured => measured,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_outlives_whatever_goes_wrong_later() {
        let nothing: fn() -> Result<Result<u8, String>, BenchError> = || Err(BenchError::NoPage);
        assert!(keeping(&Vec::new(), nothing()).is_err());
        assert!(keeping(&vec![(1, Err("broken".to_owned()))], nothing()).is_err());
        let why = keeping(&vec![(1, Ok(7))], nothing()).unwrap().unwrap_err();
        assert_eq!(why, BenchError::NoPage.to_string());
    }
}
