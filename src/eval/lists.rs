//! Lists: how much of one list of lines is in another.

use super::words;

/// Two lines are the same item when this much of their words is.
const ALIKE: f64 = 0.8;

/// Exact and soft F1, 0 to 1; each item is matched with one item at most.
///
/// The exact measure wants the same words in the same order; the soft one a token-set ratio of 0.8, matched greedily
/// from the most alike pair down.
#[must_use]
pub(super) fn f1(got: &[String], gold: &[String]) -> (f64, f64) {
    (
        share(exact(got, gold), got, gold),
        share(soft(got, gold), got, gold),
    )
}

#[allow(clippy::cast_precision_loss, reason = "lists are far below 2^52 items")]
fn share(matched: usize, got: &[String], gold: &[String]) -> f64 {
    if got.is_empty() && gold.is_empty() {
        return 1.0;
    }
    2.0 * matched as f64 / (got.len() + gold.len()) as f64
}

fn exact(got: &[String], gold: &[String]) -> usize {
    let mut wanted = words::counts(gold);
    got.iter()
        .filter(|item| match wanted.get_mut(&words::plain(item)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        })
        .count()
}

fn soft(got: &[String], gold: &[String]) -> usize {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (i, one) in got.iter().enumerate() {
        for (j, other) in gold.iter().enumerate() {
            let alike = words::token_set(one, other);
            if alike >= ALIKE {
                pairs.push((alike, i, j));
            }
        }
    }
    pairs.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (mut left, mut right) = (vec![false; got.len()], vec![false; gold.len()]);
    pairs
        .into_iter()
        .filter(|(_, i, j)| {
            let free =
                !left.get(*i).copied().unwrap_or(true) && !right.get(*j).copied().unwrap_or(true);
            if let (true, Some(one), Some(other)) = (free, left.get_mut(*i), right.get_mut(*j)) {
                (*one, *other) = (true, true);
            }
            free
        })
        .count()
}
