//! Real processes that review one store at once, killed with SIGKILL at any moment: what was said stays said.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/review.rs"]
mod support;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines, Write, stdin};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use smelt::posting::Field;
use smelt::review::{self, Case, Change, ReviewError};
use smelt::store::{Said, Store};
use support::{TEXT, read, record};

/// Set for a child process: its name and the store, separated by a comma.
const CHILD: &str = "SMELT_TEST_REVIEW_CHILD";
const JOBS: usize = 8;

/// Not a test of its own: what a child process does. It reviews whatever it comes by, over and over, and says each
/// entry once it is written.
#[test]
fn child() {
    let Ok(setting) = std::env::var(CHILD) else {
        return;
    };
    let (who, path) = setting.split_once(',').unwrap();
    let mut store = Store::open(Path::new(path)).unwrap();
    println!("\nchild: opened");
    stdin().read_line(&mut String::new()).unwrap();
    let mut random = u32::from_str_radix(who, 36).unwrap_or(7) | 1;
    for now in 0.. {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let job = i64::from(random >> 16) % i64::try_from(JOBS).unwrap() + 1;
        let case = Case::open(&store, job).unwrap();
        let written = match random >> 29 {
            0 | 1 => case.say(&mut store, &case.approval(), who, now),
            2 => case.say(&mut store, &case.rejection(Some(who)), who, now),
            3 | 4 => match case.log.last() {
                Some(last) => review::undo(&mut store, last.id, who, now),
                None => continue,
            },
            _ => {
                let title = format!("Nurse {now} of {who}");
                let edit = case.edit(Field::Title, &title, None).unwrap();
                case.say(&mut store, &Change::Edit(edit), who, now)
            }
        };
        match written {
            // Somebody else may have spoken since, but never before.
            Ok(case) => {
                let own = case
                    .log
                    .iter()
                    .rev()
                    .find(|entry| entry.who == who)
                    .unwrap();
                println!("\nchild: {} {job} {}", own.id, said(&own.said));
            }
            Err(ReviewError::Changed(_) | ReviewError::AlreadyUndone(_)) => {}
            Err(error) => unreachable!("{error}"),
        }
    }
}

fn said(said: &Said) -> String {
    match said {
        Said::Change(change) => change.clone(),
        Said::Undo(other) => format!("undo {other}"),
    }
}

struct Reviewer {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Reviewer {
    fn start(who: &str, store: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(CHILD, format!("{who},{}", store.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut reviewer = Self { process, lines };
        assert_eq!(reviewer.next().as_deref(), Some("opened"));
        reviewer
    }

    fn go(&mut self) {
        self.process
            .stdin
            .as_mut()
            .unwrap()
            .write_all(b"go\n")
            .unwrap();
    }

    fn next(&mut self) -> Option<String> {
        self.lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("child: ").map(str::to_string))
    }

    /// Kills it and returns what it had still said.
    fn kill(mut self) -> Vec<String> {
        self.process.kill().unwrap();
        let mut left = Vec::new();
        while let Some(line) = self.next() {
            left.push(line);
        }
        self.process.wait().unwrap();
        // The last line may be cut in the middle.
        left.pop();
        left
    }
}

#[test]
fn two_review_at_once_and_are_killed_and_nothing_said_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("smelt.db");
    let mut store = Store::open(&path).unwrap();
    for n in 0..JOBS {
        read(&mut store, &n.to_string(), &record("Night Nurse"), TEXT);
    }
    let mut said_lines = Vec::new();
    for round in 0..3 {
        let mut pair = ["ada", "bob"].map(|who| Reviewer::start(who, &path));
        pair.iter_mut().for_each(Reviewer::go);
        for turn in 0..20 + round {
            said_lines.push(pair[turn % 2].next().unwrap());
        }
        for reviewer in pair {
            said_lines.extend(reviewer.kill());
        }
    }
    let mut log = BTreeMap::new();
    for job in 1..=i64::try_from(JOBS).unwrap() {
        let case = Case::open(&store, job).unwrap();
        let row = store.rows_of(&[job]).unwrap().remove(0);
        let standing = review::standing(&case.shown);
        assert_eq!(
            (row.title, row.certainty),
            (standing.title, standing.certainty)
        );
        for entry in &case.log {
            log.insert(
                entry.id,
                format!("{} {job} {}", entry.id, said(&entry.said)),
            );
        }
    }
    for line in &said_lines {
        let id: i64 = line.split(' ').next().unwrap().parse().unwrap();
        assert_eq!(log.get(&id), Some(line));
    }
    assert!(log.len() >= said_lines.len() && said_lines.len() >= 60);
    let ids: Vec<i64> = log.keys().copied().collect();
    assert_eq!(
        ids,
        (1..=i64::try_from(ids.len()).unwrap()).collect::<Vec<_>>(),
        "no gap"
    );
}
