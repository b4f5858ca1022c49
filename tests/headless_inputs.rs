//! Inputs as a user meets them: JSON lines, standard input, web addresses on loopback, and what cannot be read.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/smelt.rs"]
mod smelt;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Stdio;

use serde_json::{Value, json};
use smelt::Bench;

/// Answers so many requests with `head` and `body`, on a port of its own.
fn server(requests: usize, head: &'static str, body: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/job", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().take(requests) {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            )
            .unwrap();
            stream.write_all(body).unwrap();
        }
    });
    address
}

fn piped(bench: &Bench, bytes: &[u8]) -> Vec<Value> {
    let mut child = bench
        .command(&["-", "--ordered"])
        .args(bench.engine())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    smelt::records(&child.wait_with_output().unwrap().stdout)
}

#[test]
fn json_lines_keep_their_ids_addresses_and_line_numbers() {
    let bench = Bench::new();
    bench.page(
        "jobs.jsonl",
        // As editors on Windows begin a file.
        "\u{feff}{\"id\": \"a\", \"url\": \"https://jobs.example/a\", \"text\": \"Title: Cook\"}\n\n\
         {\"html\": \"<h1>Baker</h1>\"}\n{\"id\": \"a\", \"text\": \"Title: Smith\"}\n{\"id\": \"b\"}\n",
    );
    let (records, status) = bench.run(&["jobs.jsonl", "--ordered"]);
    assert_eq!(status, 3);
    let titles: Vec<_> = records.iter().map(|one| &one["posting"]["title"]).collect();
    assert_eq!(
        titles,
        [
            &json!("Cook"),
            &json!("Baker"),
            &json!("Smith"),
            &Value::Null
        ]
    );
    assert_eq!(records[0]["id"], "a");
    assert_eq!(records[0]["source"]["line"], 1);
    assert_eq!(records[0]["posting"]["url"], "https://jobs.example/a");
    assert_eq!(records[1]["source"]["line"], 3);
    assert!(
        records[3]["error"]["message"]
            .as_str()
            .unwrap()
            .contains("line 5: the object has neither html nor text")
    );
    assert_eq!(bench.export().len(), 4);
}

#[test]
fn a_relative_date_counts_from_the_day_the_page_was_fetched() {
    let bench = Bench::new();
    bench.page(
        "jobs.jsonl",
        "{\"text\": \"Title: Cook\\nPosted: 3 days ago\", \"fetched\": \"2026-03-02\"}\n{\"text\": \"Title: Cook\\nPosted: 3 days ago\"}\n",
    );
    let (records, _) = bench.run(&["jobs.jsonl", "--ordered"]);
    assert_eq!(records[0]["posting"]["posted_date"], "2026-02-27");
    assert_eq!(records[1]["posting"]["posted_date"], Value::Null);
}

#[test]
fn standard_input_is_a_page_an_object_lines_or_any_of_them_compressed() {
    let bench = Bench::new();
    assert_eq!(
        piped(&bench, b"<h1>Baker</h1>")[0]["posting"]["title"],
        "Baker"
    );
    assert_eq!(
        piped(&bench, b"{\n  \"text\": \"Title: Cook\"\n}")[0]["posting"]["title"],
        "Cook"
    );
    let lines = "{\"text\": \"Title: Smith 0123456789\"}\n";
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(lines.as_bytes()).unwrap();
    let records = piped(&bench, &packed.finish().unwrap());
    assert_eq!(records[0]["posting"]["title"], "Smith 0123456789");
}

#[test]
fn more_lines_than_one_page_may_hold_all_come_through_standard_input() {
    let bench = Bench::new();
    let filler = "x ".repeat(500_000);
    let lines: Vec<String> = (0..20)
        .map(|number| {
            format!("{{\"id\": \"{number}\", \"text\": \"Title: Job {number}\\n{filler}\"}}\n")
        })
        .collect();
    let records = piped(&bench, lines.concat().as_bytes());
    assert_eq!(records.len(), 20);
    assert_eq!(records[19]["posting"]["title"], "Job 19");
}

#[test]
fn a_web_address_is_read_only_when_allowed() {
    let bench = Bench::new();
    let body = "<p>Title: B\u{e4}cker</p><p>Posted: today</p>";
    let latin: &'static [u8] = body
        .chars()
        .map(|letter| letter as u8)
        .collect::<Vec<_>>()
        .leak();
    let address = server(
        1,
        "200 OK\r\ncontent-type: text/html; charset=iso-8859-1",
        latin,
    );
    let output = bench
        .command(&[&address])
        .args(bench.engine())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("only read with --allow-fetch"));
    let (records, status) = bench.run(&[&address, "--allow-fetch"]);
    assert_eq!(status, 0);
    assert_eq!(records[0]["posting"]["title"], "Bäcker");
    assert_eq!(records[0]["posting"]["url"], Value::String(address.clone()));
    assert_eq!(records[0]["source"]["path"], Value::Null);
    assert!(records[0]["posting"]["posted_date"].is_string());
    assert_eq!(bench.export().len(), 1);
}

#[test]
fn an_address_that_holds_no_page_fails_in_one_line() {
    let bench = Bench::new();
    let missing = server(1, "404 Not Found", b"no");
    let picture = server(1, "200 OK\r\ncontent-type: image/png", b"\x89PNG");
    let output = bench
        .command(&[&missing, &picture, "http://127.0.0.1:9/", "--allow-fetch"])
        .args(bench.engine())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3));
    for part in ["404", "image/png", "127.0.0.1:9"] {
        assert!(stderr.contains(part), "{part} is missing in {stderr}");
    }
    assert_eq!(stderr.lines().count(), 4, "{stderr}");
}

#[test]
fn files_that_may_not_be_read_are_named() {
    let bench = Bench::new();
    bench.page("good.txt", "Title: Baker");
    let loopy = bench.path("loop.html");
    std::os::unix::fs::symlink(&loopy, &loopy).unwrap();
    fs::write(
        bench.path("cut.html.gz"),
        &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b][..],
    )
    .unwrap();
    let output = bench
        .command(&["*.html", "*.gz", "*.nothing", "good.txt"])
        .args(bench.engine())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(
        stderr.contains("loop.html: the file cannot be read"),
        "{stderr}"
    );
    assert!(
        stderr.contains("cut.html.gz: the compressed file is truncated"),
        "{stderr}"
    );
    assert!(
        stderr.contains("*.nothing: no file matches this pattern"),
        "{stderr}"
    );
    assert_eq!(smelt::records(&output.stdout).len(), 4);
}

#[test]
fn a_posting_that_was_read_keeps_its_record_when_its_file_is_gone() {
    let bench = Bench::new();
    bench.page("good.txt", "Title: Baker");
    assert_eq!(bench.run(&["good.txt"]).1, 0);
    fs::remove_file(bench.path("good.txt")).unwrap();
    let (records, status) = bench.run(&["good.txt"]);
    assert_eq!(status, 3, "the file that was asked for was not read");
    assert_eq!(records[0]["posting"]["title"], "Baker");
    assert_eq!(bench.export()[0]["posting"]["title"], "Baker");
}

#[test]
fn output_that_cannot_be_written_is_an_error_and_the_store_has_all() {
    let bench = Bench::new();
    for page in 0..3 {
        bench.page(&format!("{page}.txt"), &format!("Title: Baker {page}"));
    }
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = bench
        .command(&["0.txt", "1.txt", "2.txt"])
        .args(bench.engine())
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("stdout cannot be written") && stderr.contains("smelt export"),
        "{stderr}"
    );
    let (records, status) = bench.run(&["0.txt", "1.txt", "2.txt"]);
    assert_eq!((records.len(), status), (3, 0));
}
