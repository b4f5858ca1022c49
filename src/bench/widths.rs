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

/// Measures each width, ascending; a reason why one could not be is told at once.
///
/// # Errors
/// When no engine can be chosen at all, or `measure` finds that nothing can be measured whatever the width.
pub(super) fn each<T>(
    engine: &EngineArgs,
    widths: &[usize],
    mut measure: impl FnMut(&Fresh) -> Result<Result<T, String>, BenchError>,
) -> Result<PerWidth<T>, BenchError> {
    let mut widths = match engine.cohort {
        Some(width) => vec![width],
        None => widths.to_vec(),
    };
    widths.sort_unstable();
    widths.dedup();
    let mut all = Vec::new();
    for width in widths {
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
            Ok(info) => measure(&Fresh {
                width,
                selected: &selected,
                engine,
                info,
                load_s: began.elapsed().as_secs_f64(),
            })?,
        };
        if let Err(why) = &measured {
            complain(&format!("{width} together: {why}"));
        }
        all.push((width, measured));
    }
    Ok(all)
}
