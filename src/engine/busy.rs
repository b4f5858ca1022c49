//! Time in which something went on, however much of it at once.

use std::time::{Duration, Instant};

/// The time covered by any of these intervals; one that ends before it begins covers none.
#[must_use]
pub fn covered(mut intervals: Vec<(Instant, Instant)>) -> Duration {
    intervals.sort_unstable();
    let mut sum = Duration::ZERO;
    let mut until: Option<Instant> = None;
    for (from, to) in intervals {
        let from = until.map_or(from, |until| from.max(until));
        sum += to.saturating_duration_since(from);
        until = Some(until.map_or(to, |until| until.max(to)));
    }
    sum
}

/// From when a prompt began to be read until its answer's first token came, as the engine says how long that took.
#[must_use]
pub fn reading(first: Instant, prefill_ms: u64) -> (Instant, Instant) {
    let begun = first.checked_sub(Duration::from_millis(prefill_ms));
    (begun.unwrap_or(first), first)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_number_of_moments_in_which_anything_goes_on(
            intervals in prop::collection::vec((0_u64..100, 0_u64..30), 0..20),
        ) {
            let began = Instant::now();
            let at = |ms| began + Duration::from_millis(ms);
            let moments: BTreeSet<u64> = intervals.iter().flat_map(|(from, length)| *from..from + length).collect();
            let intervals = intervals.iter().map(|(from, length)| (at(*from), at(from + length))).collect();
            prop_assert_eq!(covered(intervals), Duration::from_millis(moments.len() as u64));
        }
    }

    #[test]
    fn a_prompt_was_read_before_its_first_token() {
        let first = Instant::now() + Duration::from_secs(9);
        let read = [reading(first, 2000), reading(first, 500)];
        assert_eq!(covered(read.to_vec()), Duration::from_secs(2));
    }
}
