//! How many jobs there are, the nth of them and the place of one: found through the counters of the table `tally`, not by
//! walking.

use super::state::{Counts, State, States};
use super::{Store, StoreError};
use rusqlite::{Connection, OptionalExtension};

/// Ids that a counter stands for, and that a counter of the coarse lane does, as powers of two. The migration that
/// makes the table says the same.
const FINE: u32 = 10;
const COARSE: u32 = 16;

/// The lane of all jobs.
pub(super) const ALL_JOBS: i64 = -1;
/// The lane that sums up the lanes of certainties: its buckets are certainties.
const CERTAINTIES: i64 = -2;

/// The lane that sums up another one.
pub(super) const fn coarse(lane: i64) -> i64 {
    lane + 1000
}

/// Which way ids run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
}

/// A range of ids, or a certainty: how many jobs of the wanted states it holds, and in which states they are.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    number: i64,
    n: u64,
    states: States,
}

impl Bucket {
    /// The first and last number of the finer kind that a bucket of `bits` more holds.
    fn parts(number: i64, bits: u32) -> (i64, i64) {
        (number << bits, ((number + 1) << bits) - 1)
    }
}

/// A window over jobs: how many are still to be left out, and how many are wanted.
#[derive(Debug, Default)]
pub(super) struct Window {
    pub(super) skip: u64,
    pub(super) want: usize,
    pub(super) ids: Vec<i64>,
}

impl Window {
    fn is_full(&self) -> bool {
        self.ids.len() >= self.want
    }

    /// Whether all of `bucket` is to be left out, which it then is.
    fn passes_by(&mut self, bucket: &Bucket) -> bool {
        let all = self.skip >= bucket.n;
        if all {
            self.skip -= bucket.n;
        }
        all
    }

    /// Goes on with the jobs of a lane that are in `states`, by id.
    pub(super) fn pass_lane(
        &mut self,
        conn: &Connection,
        lane: i64,
        states: States,
        way: Way,
    ) -> rusqlite::Result<()> {
        for wide in buckets(conn, coarse(lane), (0, i64::MAX), states, way)? {
            if self.is_full() {
                break;
            } else if self.passes_by(&wide) {
                continue;
            }
            let range = Bucket::parts(wide.number, COARSE - FINE);
            for bucket in buckets(conn, lane, range, states, way)? {
                if self.is_full() {
                    break;
                } else if !self.passes_by(&bucket) {
                    self.take(conn, lane, &bucket, way)?;
                }
            }
        }
        Ok(())
    }

    /// Takes jobs of a bucket, from an index alone.
    fn take(
        &mut self,
        conn: &Connection,
        lane: i64,
        bucket: &Bucket,
        way: Way,
    ) -> rusqlite::Result<()> {
        let mut ids = Vec::new();
        for shade in bucket.states.iter() {
            let range = Bucket::parts(bucket.number, FINE);
            each_id(conn, lane, shade, range, |id| ids.push(id))?;
        }
        ids.sort_unstable();
        if way == Way::Down {
            ids.reverse();
        }
        let skip = usize::try_from(self.skip).unwrap_or(usize::MAX);
        let room = self.want - self.ids.len();
        self.ids.extend(ids.into_iter().skip(skip).take(room));
        self.skip = 0;
        Ok(())
    }

    /// Goes on with the jobs that have a record and are in `states`, least certain first.
    pub(super) fn pass_certainties(
        &mut self,
        conn: &Connection,
        states: States,
    ) -> rusqlite::Result<()> {
        for certainty in buckets(conn, CERTAINTIES, (0, i64::MAX), states, Way::Up)? {
            if self.is_full() {
                break;
            } else if !self.passes_by(&certainty) {
                self.pass_lane(conn, certainty.number, states, Way::Up)?;
            }
        }
        Ok(())
    }
}

/// The buckets of a lane with a number in `range` that hold jobs in `states`.
fn buckets(
    conn: &Connection,
    lane: i64,
    range: (i64, i64),
    states: States,
    way: Way,
) -> rusqlite::Result<Vec<Bucket>> {
    let mut statement = conn.prepare_cached(
        "SELECT bucket, shade, n FROM tally WHERE lane = ?1 AND bucket BETWEEN ?2 AND ?3 ORDER BY bucket",
    )?;
    let mut rows = statement.query((lane, range.0, range.1))?;
    let mut found: Vec<Bucket> = Vec::new();
    while let Some(row) = rows.next()? {
        let (number, shade, n): (i64, State, u32) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if n == 0 || !states.contains(shade) {
            continue;
        }
        match found.last_mut() {
            Some(last) if last.number == number => {
                last.n += u64::from(n);
                last.states = last.states.with(shade);
            }
            _ => found.push(Bucket {
                number,
                n: n.into(),
                states: States::of(&[shade]),
            }),
        }
    }
    if way == Way::Down {
        found.reverse();
    }
    Ok(found)
}

/// Hands out the ids of one shade of a lane in a range.
fn each_id(
    conn: &Connection,
    lane: i64,
    shade: State,
    range: (i64, i64),
    mut each: impl FnMut(i64),
) -> rusqlite::Result<()> {
    let mut statement = conn.prepare_cached(if lane == ALL_JOBS {
        "SELECT id FROM jobs INDEXED BY jobs_by_shade WHERE shade = ?1 AND id BETWEEN ?2 AND ?3 AND ?4 < 0"
    } else {
        "SELECT id FROM jobs INDEXED BY jobs_by_lane
         WHERE lane = ?4 AND shade = ?1 AND guarded IN (0, 1) AND id BETWEEN ?2 AND ?3"
    })?;
    let mut rows = statement.query((shade as u8, range.0, range.1, lane))?;
    while let Some(row) = rows.next()? {
        each(row.get(0)?);
    }
    Ok(())
}

/// How many jobs of a lane are in `states` at all, and how many of them have a lower id.
pub(super) fn in_lane(
    conn: &Connection,
    lane: i64,
    states: States,
    id: i64,
) -> rusqlite::Result<(u64, u64)> {
    let (own, wide) = (id >> FINE, id >> COARSE);
    let (mut all, mut below) = (0, 0);
    for bucket in buckets(conn, coarse(lane), (0, i64::MAX), states, Way::Up)? {
        all += bucket.n;
        below += if bucket.number < wide { bucket.n } else { 0 };
    }
    let (first, _) = Bucket::parts(wide, COARSE - FINE);
    for bucket in buckets(conn, lane, (first, own), states, Way::Up)? {
        if bucket.number < own {
            below += bucket.n;
            continue;
        }
        for shade in bucket.states.iter() {
            each_id(conn, lane, shade, (own << FINE, id - 1), |_| below += 1)?;
        }
    }
    Ok((all, below))
}

/// How many jobs with a record in `states` come before `id`, least certain first; all of them if it has none.
pub(super) fn in_certainties(conn: &Connection, states: States, id: i64) -> rusqlite::Result<u64> {
    let own: Option<i64> = conn
        .prepare_cached("SELECT lane FROM jobs WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?
        .flatten();
    let less_certain = buckets(conn, CERTAINTIES, (0, i64::MAX), states, Way::Up)?
        .iter()
        .filter(|bucket| own.is_none_or(|own| bucket.number < own))
        .map(|bucket| bucket.n)
        .sum::<u64>();
    let beside = own
        .map(|lane| in_lane(conn, lane, states, id))
        .transpose()?;
    Ok(less_certain + beside.map_or(0, |(_, below)| below))
}

impl Store {
    /// How many jobs are in which state; read from counters, so it costs the same for any number of jobs.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        self.read(|conn| {
            let mut counts = Counts::default();
            let mut statement =
                conn.prepare_cached("SELECT shade, n FROM tally WHERE lane = ?1")?;
            let mut rows = statement.query([coarse(ALL_JOBS)])?;
            while let Some(row) = rows.next()? {
                counts.add(row.get(0)?, row.get::<_, u32>(1)?.into());
            }
            Ok(counts)
        })
    }
}
