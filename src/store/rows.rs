//! The queue as a list to look at: any window of it, the place of a job in it, and the jobs that a text is found in.

use super::state::{State, States};
use super::tally::{self, Way, Window};
use super::{Store, StoreError};
use rusqlite::{Connection, OptionalExtension, Row};

/// Rows that one call of [`Store::find`] looks at: about 20 ms of work.
const SCAN: usize = 5_000;

/// Which job comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// As they were first queued.
    #[default]
    Queued,
    /// The newest posting first.
    Newest,
    /// Jobs with a record, the least certain first; then those without one, as they were queued.
    Doubt,
}

/// What a list shows of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// The job.
    pub job_id: i64,
    /// The id shown to the user.
    pub posting_id: String,
    /// The file, with `:LINE` in a file of many, or the address; empty if the input said neither.
    pub label: String,
    /// Where it stands.
    pub state: State,
    /// How often it was claimed since it was queued.
    pub attempts: u32,
    /// Why the last attempt was given up, or why there is no record.
    pub error: Option<String>,
    /// When it was queued, in milliseconds since the Unix epoch.
    pub queued_at: i64,
    /// Not to be claimed before.
    pub not_before: i64,
    /// Lower goes first.
    pub priority: i64,
    /// The least confidence of its values, in percent; `None` without a record or a value.
    pub certainty: Option<u8>,
    /// The job's name, once it is known.
    pub title: Option<String>,
}

/// What [`Store::find`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Jobs, in the order asked for.
    pub jobs: Vec<i64>,
    /// Where to go on; `None` once all rows were looked at.
    pub next: Option<i64>,
}

/// The label of a job, from the columns of [`LABEL`] at `at`.
fn label(row: &Row, at: usize) -> rusqlite::Result<String> {
    let (path, url): (Option<String>, Option<String>) = (row.get(at)?, row.get(at + 1)?);
    let line: Option<i64> = row.get(at + 2)?;
    Ok(match (path, line) {
        (Some(path), Some(line)) => format!("{path}:{line}"),
        (Some(path), None) => path,
        (None, _) => url.unwrap_or_default(),
    })
}

/// What [`label`] reads.
macro_rules! label {
    () => {
        "source ->> '$.path', source ->> '$.url', source ->> '$.line'"
    };
}

impl JobRow {
    fn of(row: &Row) -> rusqlite::Result<Self> {
        Ok(Self {
            job_id: row.get(0)?,
            posting_id: row.get(1)?,
            label: label(row, 10)?,
            state: row.get(2)?,
            attempts: row.get(3)?,
            error: row.get(4)?,
            queued_at: row.get(5)?,
            not_before: row.get(6)?,
            priority: row.get(7)?,
            certainty: row.get(8)?,
            title: row.get(9)?,
        })
    }
}

impl Store {
    /// Up to `limit` jobs in any of `states`, from the one at place `offset` on. Costs about the same wherever the
    /// window is and however many jobs there are; [`Counts::of`](super::Counts::of) says how long the whole list is.
    pub fn rows(
        &self,
        states: States,
        order: Order,
        offset: u64,
        limit: usize,
    ) -> Result<Vec<JobRow>, StoreError> {
        self.snapshot(|conn| rows_of(conn, &window(conn, states, order, offset, limit)?))
    }

    /// These jobs, in this order; one that does not exist is left out.
    pub fn rows_of(&self, jobs: &[i64]) -> Result<Vec<JobRow>, StoreError> {
        self.snapshot(|conn| rows_of(conn, jobs))
    }

    /// The place of a job among those in `states`; `None` if it is not one of them.
    pub fn position(
        &self,
        job: i64,
        states: States,
        order: Order,
    ) -> Result<Option<u64>, StoreError> {
        self.snapshot(|conn| {
            let is_member = state_of(conn, job)?.is_some_and(|state| states.contains(state));
            let before = before(conn, job, states, order)?;
            Ok(is_member.then_some(before))
        })
    }

    /// Jobs in `states` whose posting id, file, address or title holds `text`, whatever its case.
    ///
    /// Looks at no more than 5,000 rows, which takes 50 ms at most, and says where to go on: pass [`Found::next`] as
    /// `after` until it is `None`. A job that changes its state meanwhile may be found twice or not at all.
    pub fn find(
        &self,
        text: &str,
        states: States,
        order: Order,
        after: Option<i64>,
    ) -> Result<Found, StoreError> {
        let wanted = text.to_lowercase();
        self.snapshot(|conn| {
            let offset = match after {
                None => 0,
                Some(job) => {
                    let is_member =
                        state_of(conn, job)?.is_some_and(|state| states.contains(state));
                    before(conn, job, states, order)? + u64::from(is_member)
                }
            };
            let looked_at = window(conn, states, order, offset, SCAN)?;
            let next = looked_at.last().copied();
            let mut found = Found {
                next: next.filter(|_| looked_at.len() == SCAN),
                ..Found::default()
            };
            for job in looked_at {
                if holds(conn, job, &wanted)? {
                    found.jobs.push(job);
                }
            }
            Ok(found)
        })
    }
}

fn window(
    conn: &Connection,
    states: States,
    order: Order,
    offset: u64,
    limit: usize,
) -> rusqlite::Result<Vec<i64>> {
    let mut window = Window {
        skip: offset,
        want: limit,
        ids: Vec::new(),
    };
    match order {
        Order::Queued => window.pass_lane(conn, tally::ALL_JOBS, states, Way::Up)?,
        Order::Newest => window.pass_lane(conn, tally::ALL_JOBS, states, Way::Down)?,
        Order::Doubt => {
            window.pass_certainties(conn, states)?;
            let others = states.without(States::RECORDED);
            window.pass_lane(conn, tally::ALL_JOBS, others, Way::Up)?;
        }
    }
    Ok(window.ids)
}

/// How many jobs in `states` come before `job`, which need not be one of them.
fn before(conn: &Connection, job: i64, states: States, order: Order) -> rusqlite::Result<u64> {
    match order {
        Order::Queued => Ok(tally::in_lane(conn, tally::ALL_JOBS, states, job)?.1),
        Order::Newest => {
            let (all, below) = tally::in_lane(conn, tally::ALL_JOBS, states, job)?;
            let is_member = state_of(conn, job)?.is_some_and(|state| states.contains(state));
            Ok(all - below - u64::from(is_member))
        }
        Order::Doubt => {
            let recorded = tally::in_certainties(conn, states, job)?;
            let has_record =
                state_of(conn, job)?.is_some_and(|state| States::RECORDED.contains(state));
            if has_record {
                return Ok(recorded);
            }
            let others = states.without(States::RECORDED);
            Ok(recorded + tally::in_lane(conn, tally::ALL_JOBS, others, job)?.1)
        }
    }
}

fn state_of(conn: &Connection, job: i64) -> rusqlite::Result<Option<State>> {
    conn.prepare_cached("SELECT shade FROM jobs WHERE id = ?1")?
        .query_row([job], |row| row.get(0))
        .optional()
}

fn rows_of(conn: &Connection, jobs: &[i64]) -> rusqlite::Result<Vec<JobRow>> {
    let mut statement = conn.prepare_cached(concat!(
        "SELECT id, posting_id, shade, attempts, error, queued_at, not_before, priority, certainty, title, ",
        label!(),
        " FROM jobs WHERE id = ?1"
    ))?;
    let rows = jobs
        .iter()
        .map(|job| statement.query_row([job], JobRow::of).optional());
    rows.filter_map(Result::transpose).collect()
}

fn holds(conn: &Connection, job: i64, wanted: &str) -> rusqlite::Result<bool> {
    let mut statement = conn.prepare_cached(concat!(
        "SELECT posting_id, ifnull(title, ''), ",
        label!(),
        ", ifnull(source ->> '$.url', '') FROM jobs WHERE id = ?1"
    ))?;
    let found = statement.query_row([job], |row| {
        let texts: [String; 4] = [row.get(0)?, row.get(1)?, label(row, 2)?, row.get(5)?];
        Ok(texts
            .iter()
            .any(|text| text.to_lowercase().contains(wanted)))
    });
    Ok(found.optional()? == Some(true))
}
