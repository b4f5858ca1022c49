//! Who has drawn the joules: what the card draws while pages are under way is shared equally between them.
//!
//! The engine answers a few questions at a time, so the pages beside them wait: they pay for each other's questions, and
//! over a run each pays about its own. No joule is counted twice, and those drawn while no page was under way are nobody's.

use std::collections::HashMap;

/// The pages under way, by their jobs. Joules are a running sum; `None` is "not measured now".
#[derive(Debug, Default)]
pub struct Accounts {
    pages: HashMap<i64, Option<f64>>,
    counted: Option<f64>,
}

impl Accounts {
    /// A page begins.
    pub fn begin(&mut self, job: i64, joules: Option<f64>) {
        self.settle(joules);
        self.pages.insert(job, joules.map(|_| 0.0));
    }

    /// A page ends: the joules it has to pay, if they were measured all the while.
    pub fn end(&mut self, job: i64, joules: Option<f64>) -> Option<f64> {
        self.settle(joules);
        self.pages.remove(&job).flatten()
    }

    /// Shares out what was drawn since the last time.
    fn settle(&mut self, joules: Option<f64>) {
        let drawn = self.counted.zip(joules).map(|(before, now)| now - before);
        // What was shared out once is not shared out again after a lower sum.
        self.counted = joules.map(|now| self.counted.map_or(now, |before| before.max(now)));
        let count = u32::try_from(self.pages.len()).unwrap_or(u32::MAX);
        for share in self.pages.values_mut() {
            *share = share.zip(drawn).map(|(share, drawn)| {
                // A sum that is worked out between two readings may come out a little lower than before.
                share + drawn.max(0.0) / f64::from(count)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pages_side_by_side_share_and_a_gap_is_nobodys() {
        let mut accounts = Accounts::default();
        accounts.begin(1, Some(100.0));
        accounts.begin(2, Some(110.0));
        assert_eq!(accounts.end(1, Some(130.0)), Some(20.0));
        assert_eq!(accounts.end(2, Some(135.0)), Some(15.0));
        accounts.begin(3, Some(500.0));
        assert_eq!(accounts.end(3, Some(501.0)), Some(1.0));
    }

    #[test]
    fn a_page_that_was_not_measured_all_the_while_has_no_joules() {
        let mut accounts = Accounts::default();
        accounts.begin(1, None);
        accounts.begin(2, Some(10.0));
        assert_eq!(accounts.end(1, Some(20.0)), None);
        accounts.begin(3, None);
        assert_eq!(accounts.end(2, Some(40.0)), None);
        assert_eq!(accounts.end(3, Some(50.0)), None);
        assert_eq!(accounts.end(9, Some(60.0)), None);
    }

    #[test]
    fn a_sum_from_before_the_last_one_shares_nothing_out_twice() {
        let mut accounts = Accounts::default();
        accounts.begin(1, Some(100.0));
        accounts.begin(2, Some(130.0));
        assert_eq!(accounts.end(1, Some(120.0)), Some(30.0));
        assert_eq!(accounts.end(2, Some(140.0)), Some(10.0));
    }

    proptest! {
        #[test]
        fn no_joule_is_counted_twice_and_none_is_lost(steps in prop::collection::vec((0_i64..4, 0.0_f64..50.0), 1..60)) {
            let mut accounts = Accounts::default();
            let (mut joules, mut paid, mut owed) = (0.0, 0.0, 0.0);
            let mut under_way = std::collections::BTreeSet::new();
            for (job, drawn) in steps {
                joules += drawn;
                owed += if under_way.is_empty() { 0.0 } else { drawn };
                if under_way.insert(job) {
                    accounts.begin(job, Some(joules));
                } else {
                    under_way.remove(&job);
                    paid += accounts.end(job, Some(joules)).unwrap_or(f64::NAN);
                }
            }
            for job in under_way {
                paid += accounts.end(job, Some(joules)).unwrap_or(f64::NAN);
            }
            prop_assert!((paid - owed).abs() < 1e-6, "{paid} of {owed}");
        }
    }
}
