//! Rates of small samples, with the interval that says how little they prove.

use serde::{Deserialize, Serialize};

/// The normal quantile of a two-sided 95% interval.
const Z: f64 = 1.959_964;

/// A share of a sample with its Wilson 95% interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Hits by sample size.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The rate of `hits` in `n`; `None` for an empty sample.
///
/// E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927): unlike the
/// normal interval it stays within 0..1 and is not empty at 0 or 1.
#[must_use]
#[allow(
    clippy::cast_precision_loss,
    reason = "samples are far below 2^52 postings"
)]
pub fn rate(hits: usize, n: usize) -> Option<Rate> {
    if n == 0 {
        return None;
    }
    let (n, value) = (n as f64, hits as f64 / n as f64);
    let z2 = Z * Z;
    let centre = (value + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z * (value * (1.0 - value) / n + z2 / (4.0 * n * n)).sqrt() / (1.0 + z2 / n);
    // At 0 and 1 the interval ends at the rate itself, but for rounding.
    Some(Rate {
        value,
        low: (centre - half).clamp(0.0, value),
        high: (centre + half).clamp(value, 1.0),
    })
}

/// The mean; `None` of nothing.
#[must_use]
#[allow(
    clippy::cast_precision_loss,
    reason = "samples are far below 2^52 postings"
)]
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}
