//! Turns labelled pages into training samples for a small model: smelt's own prompt and wire format, nothing else.
//!
//! `training-set < pages.jsonl > samples.jsonl`; see `models/demo/train/generate.py` for the input.

mod facts;
mod sample;

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufWriter, Write};

use clap::Parser;
use serde::Deserialize;
use serde_json::{Value, json};
use smelt::extract::prompt;

/// Read labelled pages from stdin and write training samples.
#[derive(Parser)]
struct Arguments {
    /// Only print the numbered blocks of each page.
    #[arg(long)]
    pages: bool,
    /// Only print prompts, without answers; for records that have no labels.
    #[arg(long)]
    prompts: bool,
    /// One in so many samples asks about a part of the page, and one about some keys only; 0 for none.
    #[arg(long, default_value_t = 12)]
    variants: u64,
}

#[derive(Deserialize)]
struct Record {
    id: String,
    #[serde(default)]
    family: String,
    html: Option<String>,
    text: Option<String>,
    /// A key that is missing is not stated on the page.
    #[serde(default)]
    labels: BTreeMap<String, Value>,
    /// Keys of which nothing is known: answered, but not trained on.
    #[serde(default)]
    unknown: Vec<String>,
}

#[derive(Default)]
struct Counts {
    samples: u64,
    unreadable: u64,
    marks_moved: u64,
    not_found: BTreeMap<&'static str, u64>,
    refused: BTreeMap<&'static str, (u64, Vec<String>)>,
    stated: BTreeMap<&'static str, u64>,
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut counts = Counts::default();
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let record: Record = serde_json::from_str(&line)?;
        let Some((page, facts)) = facts::read(&record, &mut counts) else {
            continue;
        };
        let written = if arguments.pages {
            let blocks: String = page.blocks.iter().map(|b| prompt::line(&page, b)).collect();
            writeln!(out, "=== {} {}\n{blocks}", record.id, record.family)
        } else if arguments.prompts {
            let user = prompt::user(&page, &page.blocks, "");
            let value = json!({"id": record.id, "system": prompt::SYSTEM, "user": user});
            writeln!(out, "{value}")
        } else {
            let sample = sample::sample(&record, &page, &facts, arguments.variants, &mut counts);
            writeln!(out, "{sample}")
        };
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            other => other?,
        }
    }
    let _ = out.flush();
    report(&counts);
    Ok(())
}

fn report(counts: &Counts) {
    eprintln!(
        "samples {}, unreadable {}, marks moved {}",
        counts.samples, counts.unreadable, counts.marks_moved
    );
    eprintln!("stated {:?}", counts.stated);
    eprintln!("labels not found {:?}", counts.not_found);
    for (key, (count, examples)) in &counts.refused {
        eprintln!("refused {key} {count}: {examples:?}");
    }
}
