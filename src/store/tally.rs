//! The nth job and the place of a job, found through the counters of the table `tally` instead of by walking.

use super::state::{State, States};
use rusqlite::{Connection, OptionalExtension, Row};

/// Ids a counter stands for, as a power of two; the migration that makes the table says the same.
const BUCKET_BITS: u32 = 11;

/// The lane of all jobs.
pub(super) const ALL_JOBS: i64 = -1;
/// The lane that sums up the lanes of certainties.
const CERTAINTIES: i64 = -2;

/// Which way ids run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
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

    /// Goes on with the jobs of a lane that are in `states`, by id.
    pub(super) fn pass_lane(
        &mut self,
        conn: &Connection,
        lane: i64,
        states: States,
        way: Way,
    ) -> rusqlite::Result<()> {
        let mut counters = conn.prepare_cached(match way {
            Way::Up => "SELECT bucket, shade, n FROM tally WHERE lane = ?1 ORDER BY bucket",
            Way::Down => "SELECT bucket, shade, n FROM tally WHERE lane = ?1 ORDER BY bucket DESC",
        })?;
        let mut rows = counters.query([lane])?;
        let mut bucket = Bucket::default();
        while !self.is_full() {
            let row = rows.next()?;
            let counter = row
                .map(|row| Ok::<_, rusqlite::Error>((row.get(0)?, row.get(1)?, count(row)?)))
                .transpose()?;
            if counter.is_none_or(|(number, _, _)| number != bucket.number) {
                self.pass_bucket(conn, lane, &bucket, way)?;
            }
            let Some((number, shade, n)) = counter else {
                break;
            };
            bucket.count(number, states, shade, n);
        }
        Ok(())
    }

    fn pass_bucket(
        &mut self,
        conn: &Connection,
        lane: i64,
        bucket: &Bucket,
        way: Way,
    ) -> rusqlite::Result<()> {
        if self.skip >= bucket.n {
            self.skip -= bucket.n;
            return Ok(());
        }
        let (first, last) = bucket.ids();
        let mut ids = Vec::new();
        for shade in bucket.states.iter() {
            each_id(conn, lane, shade, first, last, |id| ids.push(id))?;
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
        for (certainty, n) in certainties(conn, states)? {
            if self.is_full() {
                break;
            } else if self.skip >= n {
                self.skip -= n;
            } else {
                self.pass_lane(conn, certainty, states, Way::Up)?;
            }
        }
        Ok(())
    }
}

/// A range of ids that is being read from its counters.
#[derive(Debug)]
struct Bucket {
    number: i64,
    n: u64,
    states: States,
}

impl Default for Bucket {
    fn default() -> Self {
        Self {
            number: -1,
            n: 0,
            states: States::NONE,
        }
    }
}

impl Bucket {
    fn count(&mut self, number: i64, states: States, shade: State, n: u64) {
        if number != self.number {
            *self = Self {
                number,
                ..Self::default()
            };
        }
        if n > 0 && states.contains(shade) {
            self.n += n;
            self.states = self.states.with(shade);
        }
    }

    fn ids(&self) -> (i64, i64) {
        let first = self.number << BUCKET_BITS;
        (first, first + (1 << BUCKET_BITS) - 1)
    }
}

/// The counter of a row: its third column.
fn count(row: &Row) -> rusqlite::Result<u64> {
    row.get::<_, u32>(2).map(u64::from)
}

/// Hands out the ids of one shade of a lane in a range, from an index alone.
fn each_id(
    conn: &Connection,
    lane: i64,
    shade: State,
    first: i64,
    last: i64,
    mut each: impl FnMut(i64),
) -> rusqlite::Result<()> {
    let mut statement = conn.prepare_cached(if lane == ALL_JOBS {
        "SELECT id FROM jobs INDEXED BY jobs_by_shade WHERE shade = ?1 AND id BETWEEN ?2 AND ?3 AND ?4 < 0"
    } else {
        "SELECT id FROM jobs INDEXED BY jobs_by_lane
         WHERE lane = ?4 AND shade = ?1 AND guarded IN (0, 1) AND id BETWEEN ?2 AND ?3"
    })?;
    let mut rows = statement.query((shade as u8, first, last, lane))?;
    while let Some(row) = rows.next()? {
        each(row.get(0)?);
    }
    Ok(())
}

/// How many jobs in `states` have which certainty, least certain first.
fn certainties(conn: &Connection, states: States) -> rusqlite::Result<Vec<(i64, u64)>> {
    let mut statement =
        conn.prepare_cached("SELECT bucket, shade, n FROM tally WHERE lane = ?1 ORDER BY bucket")?;
    let mut rows = statement.query([CERTAINTIES])?;
    let mut found: Vec<(i64, u64)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (certainty, n): (i64, u64) = (row.get(0)?, count(row)?);
        if !states.contains(row.get(1)?) {
            continue;
        }
        match found.last_mut() {
            Some((last, sum)) if *last == certainty => *sum += n,
            _ => found.push((certainty, n)),
        }
    }
    Ok(found)
}

/// How many jobs of a lane are in `states` at all, and how many of them have a lower id.
pub(super) fn in_lane(
    conn: &Connection,
    lane: i64,
    states: States,
    id: i64,
) -> rusqlite::Result<(u64, u64)> {
    let mut statement =
        conn.prepare_cached("SELECT bucket, shade, n FROM tally WHERE lane = ?1")?;
    let mut rows = statement.query([lane])?;
    let own = id >> BUCKET_BITS;
    let (mut all, mut below) = (0, 0);
    while let Some(row) = rows.next()? {
        let (bucket, shade): (i64, State) = (row.get(0)?, row.get(1)?);
        let n = count(row)?;
        if !states.contains(shade) {
            continue;
        }
        all += n;
        if bucket < own {
            below += n;
        } else if bucket == own && n > 0 {
            each_id(conn, lane, shade, own << BUCKET_BITS, id - 1, |_| {
                below += 1;
            })?;
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
    let less_certain = certainties(conn, states)?
        .into_iter()
        .filter(|(certainty, _)| own.is_none_or(|own| *certainty < own))
        .map(|(_, n)| n)
        .sum::<u64>();
    let beside = own
        .map(|lane| in_lane(conn, lane, states, id))
        .transpose()?;
    Ok(less_certain + beside.map_or(0, |(_, below)| below))
}
