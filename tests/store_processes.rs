//! Real processes on one store file: killed with SIGKILL at any moment, and two draining one queue.
#![allow(clippy::unwrap_used)]

use smelt::store::{NewJob, NewRecord, Store, StoreError, Which};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Lines, Write, stdin};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

const JOBS: usize = 100;
/// Set for a child process: its owner name, its time in milliseconds and the store, separated by commas.
const CHILD: &str = "SMELT_TEST_STORE_CHILD";
/// Long enough that no lease of a living process ends while its clock stands still.
const LEASE: i64 = 1_000;

fn keys() -> Vec<String> {
    (0..JOBS).map(|n| format!("posting {n:03}")).collect()
}

/// Queues the same hundred postings, as a user does who starts the same command again.
fn enqueue(store: &mut Store, now: i64) {
    let keys = keys();
    let jobs: Vec<_> = keys
        .iter()
        .map(|key| NewJob {
            posting_key: key,
            posting_id: key,
            source: "{}",
            format: "text",
            sha256: key,
            body: key.as_bytes(),
            idem_key: key,
            priority: 0,
        })
        .collect();
    let queued = store.enqueue(&jobs, now, false).unwrap();
    let ids: Vec<_> = queued.iter().map(|job| job.job_id).collect();
    store.select(&ids).unwrap();
}

/// Says a line to the parent, on a line of its own amid the test harness's.
fn say(line: &str) {
    println!("\nchild: {line}");
}

/// Waits for a line from the parent, or for its end.
fn wait_for_parent() {
    stdin().read_line(&mut String::new()).unwrap();
}

/// Not a test of its own: what a child process does. It queues and drains the postings, and waits for its parent
/// before it queues and again with its first job in hand.
#[test]
fn child() {
    let Ok(setting) = std::env::var(CHILD) else {
        return;
    };
    let mut parts = setting.splitn(3, ',');
    let owner = parts.next().unwrap();
    let now = parts.next().unwrap().parse().unwrap();
    let mut store = Store::open(Path::new(parts.next().unwrap())).unwrap();
    say("opened");
    wait_for_parent();
    enqueue(&mut store, now);
    say("queued");
    let mut completed = 0;
    while store.next_wake(now).unwrap().is_some() {
        let Some(claim) = store.claim(owner, LEASE, now).unwrap() else {
            std::thread::yield_now();
            continue;
        };
        say("claimed");
        if completed == 0 {
            wait_for_parent();
        }
        let body = store.content(&claim.sha256).unwrap().unwrap();
        let text = String::from_utf8(body).unwrap();
        let record = NewRecord {
            idem_key: &claim.sha256,
            status: "done",
            json: owner,
            text: Some(&text),
            ..NewRecord::default()
        };
        assert!(
            store
                .complete(&claim, &record, now, |_| unreachable!("nobody reviewed"))
                .unwrap()
        );
        completed += 1;
        say("completed");
    }
    say("drained");
}

struct Worker {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    /// Starts a child and returns once it has opened the store.
    fn start(owner: &str, now: i64, store: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(CHILD, format!("{owner},{now},{}", store.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut worker = Self { process, lines };
        assert_eq!(worker.next().as_deref(), Some("opened"));
        worker
    }

    /// Ends one of the child's waits.
    fn go(&mut self) {
        let input = self.process.stdin.as_mut().unwrap();
        input.write_all(b"go\n").unwrap();
    }

    /// Reads on to `line`, which must come.
    fn read_to(&mut self, line: &str) {
        while self.next().unwrap() != line {}
    }

    /// The child's next line; `None` once it has ended.
    fn next(&mut self) -> Option<String> {
        self.lines
            .by_ref()
            .map(Result::unwrap)
            .find_map(|line| line.strip_prefix("child: ").map(str::to_string))
    }

    /// Reads to the child's end and returns how many jobs it completed; it must have drained the queue.
    fn finish(mut self) -> usize {
        let lines: Vec<_> = std::iter::from_fn(|| self.next()).collect();
        assert!(self.process.wait().unwrap().success());
        assert_eq!(lines.last().map(String::as_str), Some("drained"));
        lines.iter().filter(|line| *line == "completed").count()
    }
}

/// All records of the store, old ones too: posting, owner and text.
fn records(path: &Path) -> Vec<(String, String, Option<String>)> {
    let mut records = Vec::new();
    let mut store = Store::open(path).unwrap();
    store
        .export(Which::All, true, |record| {
            records.push((record.posting_id, record.json, record.text));
            Ok::<_, StoreError>(())
        })
        .unwrap();
    assert_eq!(store.select_unfinished().unwrap(), 0);
    records
}

fn assert_every_posting_once(path: &Path) {
    let found = records(path);
    let ids: Vec<_> = found.iter().map(|(id, ..)| id.clone()).collect();
    assert_eq!(ids, keys());
    assert!(found.iter().all(|(id, _, text)| text.as_ref() == Some(id)));
}

#[test]
fn killed_at_any_moment_and_started_again_every_posting_has_one_record() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("smelt.db");
    let mut random = 0x2545_F491_u32;
    let mut kills = 0;
    for start in 0.. {
        let mut worker = Worker::start("owner", start * 10 * LEASE, &path);
        worker.go();
        worker.go();
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // The child runs on while its lines are read, so the kill lands anywhere: in the enqueueing, a claim, a commit.
        let lines_to_live = random >> 28;
        let alive = (0..lines_to_live).all(|_| worker.next().is_some_and(|line| line != "drained"));
        if !alive {
            worker.process.wait().unwrap();
            break;
        }
        worker.process.kill().unwrap();
        worker.process.wait().unwrap();
        kills += 1;
    }
    assert!(kills >= 3, "the child was killed {kills} times");
    assert_every_posting_once(&path);
}

#[test]
fn two_processes_drain_one_queue_without_a_duplicate() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("smelt.db");
    let mut workers = ["ada", "bob"].map(|owner| Worker::start(owner, 0, &path));
    workers.iter_mut().for_each(Worker::go);
    for worker in &mut workers {
        worker.read_to("claimed");
    }
    workers.iter_mut().for_each(Worker::go);
    let completed: Vec<_> = workers.into_iter().map(Worker::finish).collect();
    assert_eq!(completed.iter().sum::<usize>(), JOBS, "{completed:?}");
    assert_every_posting_once(&path);
    let owners: BTreeSet<_> = records(&path)
        .into_iter()
        .map(|(_, owner, _)| owner)
        .collect();
    assert_eq!(owners.len(), 2, "{completed:?}");
}
