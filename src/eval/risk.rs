//! Risk and coverage: how accurate the stated values are when only the most confident ones are accepted.

use serde::{Deserialize, Serialize};

use super::{Judged, Outcome, stats};

/// Shares of the stated values that are accepted.
const COVERAGES: [f64; 5] = [1.0, 0.9, 0.8, 0.7, 0.5];

/// Accuracy at one coverage.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RiskRow {
    /// Share of the stated values that is accepted.
    pub coverage: f64,
    /// The lowest confidence among them.
    pub threshold: f64,
    /// Right ones among them.
    pub accuracy: stats::Rate,
}

/// The table of one source, over every scored value that has a confidence. Values of equal confidence are accepted
/// together, so a row may cover more than it is named for.
#[must_use]
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a small count"
)]
pub(super) fn rows(judged: &[&Judged]) -> Vec<RiskRow> {
    let mut stated: Vec<(f64, bool)> = judged
        .iter()
        .filter_map(|one| Some((one.confidence?, one.outcome == Outcome::Right)))
        .collect();
    stated.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut rows: Vec<RiskRow> = COVERAGES
        .into_iter()
        .filter_map(|coverage| {
            let wanted = ((stated.len() as f64 * coverage).ceil() as usize).max(1);
            let (threshold, _) = *stated.get(wanted - 1)?;
            let accepted: Vec<bool> = stated
                .iter()
                .take_while(|(sure, _)| *sure >= threshold)
                .map(|(_, right)| *right)
                .collect();
            let right = accepted.iter().filter(|right| **right).count();
            Some(RiskRow {
                coverage: accepted.len() as f64 / stated.len() as f64,
                threshold,
                accuracy: stats::rate(right, accepted.len())?,
            })
        })
        .collect();
    rows.dedup_by(|one, other| one.threshold.to_bits() == other.threshold.to_bits());
    rows
}
