//! Votes: names that turns of phrase point at, counted over a page, so that the one most pointed at wins.

use std::collections::HashMap;
use std::ops::Range;

/// How much points at a name, and where it stands first.
pub(super) struct Votes {
    /// Points of all turns of phrase around it.
    pub(super) points: usize,
    /// Index of the block.
    pub(super) index: usize,
    /// Bytes in the block.
    pub(super) range: Range<usize>,
}

/// All names of a page, by a key under which spellings of one name meet.
#[derive(Default)]
pub(super) struct Ballot(HashMap<String, Votes>);

impl Ballot {
    /// Counts for a name; its first place is kept.
    pub(super) fn add(&mut self, key: String, points: usize, index: usize, range: Range<usize>) {
        let votes = self.0.entry(key).or_insert(Votes {
            points: 0,
            index,
            range,
        });
        votes.points += points;
    }

    /// The name most pointed at, the earlier of two alike, and its lead over the next.
    pub(super) fn winner(self) -> Option<(Votes, usize)> {
        let mut ranked: Vec<Votes> = self.0.into_values().collect();
        ranked.sort_by_key(|votes| {
            (
                std::cmp::Reverse(votes.points),
                votes.index,
                votes.range.start,
            )
        });
        let next = ranked.get(1).map_or(0, |votes| votes.points);
        let best = ranked.into_iter().next()?;
        let lead = best.points - next;
        Some((best, lead))
    }
}
