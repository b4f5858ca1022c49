//! Random histories of three owners on one store: fencing holds, nothing is lost, everything finishes.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use smelt::store::{Claim, NewJob, NewRecord, Store, StoreError, Which};
use std::collections::{BTreeMap, BTreeSet};

const LEASE: i64 = 100;
const POSTINGS: [&str; 4] = ["p0", "p1", "p2", "p3"];
const CONTENTS: [&str; 3] = ["c0", "c1", "c2"];
const OWNERS: [&str; 3] = ["ada", "bob", "eve"];

#[derive(Debug, Clone)]
enum Step {
    Enqueue {
        posting: usize,
        content: usize,
        fresh: bool,
    },
    Claim(usize),
    Heartbeat(usize),
    Complete {
        owner: usize,
        failed: bool,
    },
    Release {
        owner: usize,
        count: bool,
        wait: i64,
    },
    Pass(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let owner = 0..OWNERS.len();
    prop_oneof![
        3 => (0..POSTINGS.len(), 0..CONTENTS.len(), prop::bool::weighted(0.2))
            .prop_map(|(posting, content, fresh)| Step::Enqueue { posting, content, fresh }),
        4 => owner.clone().prop_map(Step::Claim),
        1 => owner.clone().prop_map(Step::Heartbeat),
        3 => (owner.clone(), prop::bool::weighted(0.2))
            .prop_map(|(owner, failed)| Step::Complete { owner, failed }),
        1 => (owner, any::<bool>(), 0..200_i64)
            .prop_map(|(owner, count, wait)| Step::Release { owner, count, wait }),
        2 => (0..150_i64).prop_map(Step::Pass),
    ]
}

#[derive(Debug, Clone, PartialEq)]
enum State {
    Queued { not_before: i64 },
    Running { epoch: i64, until: i64 },
    Done,
    Failed,
}

/// What a posting should be in.
#[derive(Debug, Clone)]
struct Expected {
    state: State,
    content: &'static str,
    /// Content (here also the idempotency key) to JSON.
    records: BTreeMap<&'static str, String>,
}

struct World {
    store: Store,
    expected: BTreeMap<&'static str, Expected>,
    /// The claim each owner believes in, however stale.
    held: [Option<Claim>; 3],
    now: i64,
    written: usize,
}

impl World {
    fn new() -> Self {
        Self {
            store: Store::in_memory().unwrap(),
            expected: BTreeMap::new(),
            held: [None, None, None],
            now: 0,
            written: 0,
        }
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Enqueue {
                posting,
                content,
                fresh,
            } => self.enqueue(POSTINGS[posting], CONTENTS[content], fresh),
            Step::Claim(owner) => self.claim(owner),
            Step::Heartbeat(owner) => self.heartbeat(owner),
            Step::Complete { owner, failed } => self.complete(owner, failed),
            Step::Release { owner, count, wait } => self.release(owner, count, wait),
            Step::Pass(ms) => self.now += ms,
        }
    }

    fn enqueue(&mut self, posting: &'static str, content: &'static str, fresh: bool) {
        let job = NewJob {
            posting_key: posting,
            posting_id: posting,
            source: "{}",
            format: "text",
            sha256: content,
            body: content.as_bytes(),
            idem_key: content,
            priority: 0,
        };
        let queued = self.store.enqueue(&[job], self.now, fresh).unwrap()[0];
        self.store.select(&[queued.job_id]).unwrap();
        let expected = self.expected.entry(posting).or_insert(Expected {
            state: State::Failed,
            content,
            records: BTreeMap::new(),
        });
        let same = expected.content == content && !fresh;
        assert_eq!(queued.already, same && expected.state == State::Done);
        if !same || expected.state == State::Failed {
            expected.state = State::Queued { not_before: 0 };
            expected.content = content;
        }
    }

    fn claim(&mut self, owner: usize) {
        let claim = self.store.claim(OWNERS[owner], LEASE, self.now).unwrap();
        let due = |e: &Expected| match e.state {
            State::Queued { not_before } => not_before <= self.now,
            State::Running { until, .. } => until < self.now,
            State::Done | State::Failed => false,
        };
        assert_eq!(claim.is_some(), self.expected.values().any(due));
        let wake = self.store.next_wake(self.now).unwrap();
        let unfinished = |e: &Expected| !matches!(e.state, State::Done | State::Failed);
        assert_eq!(wake.is_some(), self.expected.values().any(unfinished));
        if let Some(claim) = &claim {
            let expected = self.expected.get_mut(claim.posting_key.as_str()).unwrap();
            assert!(due(expected));
            assert_eq!(claim.sha256, expected.content);
            expected.state = State::Running {
                epoch: claim.epoch,
                until: self.now + LEASE,
            };
        }
        self.held[owner] = claim.or(self.held[owner].take());
    }

    /// The expected posting of the claim `owner` believes in, and whether that claim is still good.
    fn held(&mut self, owner: usize) -> Option<(Claim, &mut Expected, bool)> {
        let claim = self.held[owner].clone()?;
        let expected = self.expected.get_mut(claim.posting_key.as_str()).unwrap();
        let good = matches!(expected.state, State::Running { epoch, .. } if epoch == claim.epoch);
        Some((claim, expected, good))
    }

    fn heartbeat(&mut self, owner: usize) {
        let now = self.now;
        if let Some((claim, expected, good)) = self.held(owner) {
            if good {
                expected.state = State::Running {
                    epoch: claim.epoch,
                    until: now + LEASE,
                };
            }
            assert_eq!(self.store.heartbeat(&claim, now, LEASE).unwrap(), good);
        }
    }

    fn complete(&mut self, owner: usize, failed: bool) {
        self.written += 1;
        let json = format!("{} {}", OWNERS[owner], self.written);
        let status = if failed { "failed" } else { "done" };
        if let Some((claim, expected, good)) = self.held(owner) {
            if good {
                expected.state = if failed { State::Failed } else { State::Done };
                expected.records.insert(expected.content, json.clone());
            }
            let record = NewRecord {
                idem_key: &claim.sha256,
                status,
                json: &json,
                ..NewRecord::default()
            };
            assert_eq!(
                self.store
                    .complete(&claim, &record, self.now, |_| unreachable!(
                        "nobody reviewed"
                    ))
                    .unwrap(),
                good
            );
        }
    }

    fn release(&mut self, owner: usize, count: bool, wait: i64) {
        let not_before = self.now + wait;
        if let Some((claim, expected, good)) = self.held(owner) {
            if good {
                expected.state = State::Queued { not_before };
            }
            let released = self.store.release(&claim, not_before, count, None).unwrap();
            assert_eq!(released, good);
        }
    }

    /// No job is lost, and the records are exactly those that unfenced owners wrote, one per key.
    fn check(&self) {
        let counts = self.store.progress().unwrap();
        let is = |wanted: fn(&State) -> bool| {
            let n = self.expected.values().filter(|e| wanted(&e.state)).count();
            u32::try_from(n).unwrap()
        };
        assert_eq!(counts.queued, is(|s| matches!(s, State::Queued { .. })));
        assert_eq!(counts.running, is(|s| matches!(s, State::Running { .. })));
        assert_eq!(counts.done, is(|s| *s == State::Done));
        assert_eq!(counts.failed, is(|s| *s == State::Failed));
        let shown = self.store.counts().unwrap();
        let all = [
            shown.waiting + shown.retrying,
            shown.running,
            shown.done,
            shown.failed,
        ];
        let run = [counts.queued, counts.running, counts.done, counts.failed];
        assert_eq!(all, run.map(u64::from));
        let mut found = Vec::new();
        self.store
            .export(Which::All, false, |r| {
                found.push((r.posting_id, r.idem_key, r.json));
                Ok::<_, StoreError>(())
            })
            .unwrap();
        found.sort();
        let expected: Vec<_> = self
            .expected
            .iter()
            .flat_map(|(posting, e)| {
                let record = |(key, json): (&&str, &String)| {
                    ((*posting).to_string(), (*key).to_string(), json.clone())
                };
                e.records.iter().map(record)
            })
            .collect();
        assert_eq!(found, expected);
    }

    /// Everybody dies; one owner finishes what is left.
    fn drain(&mut self) {
        self.now += 1_000;
        self.held = [None, None, None];
        while self.store.next_wake(self.now).unwrap().is_some() {
            self.claim(0);
            self.complete(0, false);
        }
        self.check();
        let taken = self.store.take_finished(true, false, 100).unwrap();
        let ids: BTreeSet<_> = taken.iter().map(|r| r.posting_id.as_str()).collect();
        assert_eq!(taken.len(), self.expected.len());
        assert_eq!(ids.len(), taken.len());
        for record in taken {
            let expected = &self.expected[record.posting_id.as_str()];
            assert_eq!(record.idem_key, expected.content);
            assert_eq!(record.json, expected.records[expected.content]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_history_keeps_the_rules_and_drains(steps in prop::collection::vec(step(), 0..120)) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
            world.check();
        }
        world.drain();
    }
}
