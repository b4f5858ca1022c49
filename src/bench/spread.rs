//! What several runs of the same thing say: the middle, the ends and how far they lie apart.

use serde::Serialize;

/// Of one quantity over the runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(super) struct Spread {
    /// Arithmetic mean.
    pub(super) mean: f64,
    /// The middle run; of an even number, the mean of the middle two.
    pub(super) median: f64,
    /// Least.
    pub(super) min: f64,
    /// Greatest.
    pub(super) max: f64,
    /// Standard deviation of the sample (divided by n - 1); 0 of one run.
    pub(super) stddev: f64,
}

impl Spread {
    /// Of at least one run; all zeros of none.
    #[allow(
        clippy::cast_precision_loss,
        reason = "at most 1000 runs are asked for"
    )]
    pub(super) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let (Some(&min), Some(&max)) = (values.first(), values.last()) else {
            return Self::default();
        };
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let middle = values.len() / 2;
        let upper = values.get(middle).copied().unwrap_or_default();
        let lower = values.get((values.len() - 1) / 2).copied();
        Self {
            mean,
            median: f64::midpoint(lower.unwrap_or_default(), upper),
            min,
            max,
            stddev: (squares / (n - 1.0).max(1.0)).sqrt(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_even_and_odd_numbers_of_runs() {
        assert_eq!(Spread::of(vec![3.0, 1.0, 2.0]).median, 2.0);
        assert_eq!(Spread::of(vec![4.0, 1.0, 2.0, 3.0]).median, 2.5);
        let one = Spread::of(vec![7.0]);
        assert_eq!(
            (one.mean, one.min, one.max, one.stddev),
            (7.0, 7.0, 7.0, 0.0)
        );
        let two = Spread::of(vec![1.0, 3.0]);
        assert!((two.stddev - 2.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(Spread::of(Vec::new()), Spread::default());
    }
}
