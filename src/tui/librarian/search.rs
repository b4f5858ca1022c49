//! A search through all jobs, slice by slice: what was found can be shown before the end is reached.

use std::time::{Duration, Instant};

use crate::store::{Store, StoreError};
use crate::tui::model::sieve::Sieve;

/// Jobs change, and so does what would be found; but no more than this part of the time goes into looking again.
const SHARE: u32 = 10;

/// What was found, and how far the search has come.
#[derive(Debug)]
pub(super) struct Search {
    found: Vec<i64>,
    scan: Option<Scan>,
    is_first: bool,
    /// How long the last one took, and when it ended.
    last: Option<(Duration, Instant)>,
}

#[derive(Debug)]
struct Scan {
    after: Option<i64>,
    found: Vec<i64>,
    began: Instant,
}

impl Scan {
    fn new() -> Self {
        Self {
            after: None,
            found: Vec::new(),
            began: Instant::now(),
        }
    }
}

impl Default for Search {
    fn default() -> Self {
        Self {
            found: Vec::new(),
            scan: Some(Scan::new()),
            is_first: true,
            last: None,
        }
    }
}

impl Search {
    /// Whether there is more to look at.
    pub(super) fn is_looking(&self) -> bool {
        self.scan.is_some()
    }

    /// Jobs that hold the text. A second search is not shown before it is over.
    pub(super) fn found(&self) -> &[i64] {
        match &self.scan {
            Some(scan) if self.is_first => &scan.found,
            _ => &self.found,
        }
    }

    /// Begins again, if the last search is old enough for what it cost.
    pub(super) fn renew(&mut self) {
        if let (None, Some((took, ended))) = (&self.scan, self.last)
            && ended.elapsed() >= took * SHARE
        {
            self.scan = Some(Scan::new());
        }
    }

    /// Looks at the next slice; says whether anything else is found now.
    pub(super) fn look_further(
        &mut self,
        store: &Store,
        sieve: &Sieve,
    ) -> Result<bool, StoreError> {
        let Some(mut scan) = self.scan.take() else {
            return Ok(false);
        };
        let slice = store.find(&sieve.text, sieve.states, sieve.order, scan.after)?;
        scan.found.extend(slice.jobs);
        scan.after = slice.next;
        if scan.after.is_some() {
            self.scan = Some(scan);
            return Ok(self.is_first);
        }
        self.last = Some((scan.began.elapsed(), Instant::now()));
        let is_new = self.is_first || self.found != scan.found;
        self.found = scan.found;
        self.is_first = false;
        Ok(is_new)
    }
}
