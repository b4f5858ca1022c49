//! The record that is shown: its values as rows, and the text they were read from.

use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::page::Reading;
use crate::extract::reading::{Source, Span};
use crate::extract::record::{Record, Status};
use crate::posting::Field;
use crate::review::Case;
use crate::tui::msg;
use crate::tui::overlay::{Filter, Found, next_match, previous_match};

/// One value, or a field without one.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its place in the posting, as `salary.min`.
    pub path: String,
    /// As JSON writes it; empty where the page does not state it.
    pub value: String,
    /// The field it belongs to.
    pub field: Field,
    /// The page states it.
    pub is_stated: bool,
}

/// What is shown.
#[derive(Debug, Clone, Default)]
#[allow(clippy::struct_excessive_bools)] // each is a fact of its own, in any combination
pub struct Shown {
    /// The job.
    pub job: Option<i64>,
    /// Its record with all that was said of it, once there is one and it was read.
    pub case: Option<Arc<Case>>,
    /// The record's values, and below them the fields without one.
    pub rows: Vec<Row>,
    /// The record as lines of JSON.
    pub raw: Vec<String>,
    /// The selected value, or the first line of JSON that is shown.
    pub at: usize,
    /// JSON is shown.
    pub is_raw: bool,
    /// The page has the arrow keys.
    pub is_page: bool,
    /// Where in the page they lead.
    pub reading: Reading,
    /// The text that was looked for last.
    pub find: Filter,
    /// It was read whether there is a record.
    pub is_read: bool,
    /// The record was changed and is to be read again.
    pub is_stale: bool,
}

impl Shown {
    /// Shows another job; true when its record has to be read.
    pub fn choose(&mut self, job: i64) -> bool {
        if self.job == Some(job) {
            return false;
        }
        *self = Self {
            job: Some(job),
            is_raw: self.is_raw,
            find: std::mem::take(&mut self.find),
            ..Self::default()
        };
        true
    }

    /// Takes a record that was read; true when it is another than the one that is shown.
    pub fn take(&mut self, read: msg::Shown) -> bool {
        if self.job != Some(read.job) || (self.is_read && self.case == read.case) {
            return false;
        }
        let before = self.rows.get(self.at).cloned();
        self.case = read.case;
        self.is_read = true;
        self.rows = self.record().map(rows).unwrap_or_default();
        let json = self.record().map(serde_json::to_string_pretty);
        let json = json.and_then(Result::ok).unwrap_or_default();
        self.raw = json.lines().map(str::to_owned).collect();
        if let Some(before) = before.filter(|_| !self.is_raw) {
            // A value that was filled in or taken out stands elsewhere.
            let same = self.rows.iter().position(|row| row.path == before.path);
            let field = || self.rows.iter().position(|row| row.field == before.field);
            self.at = same.or_else(field).unwrap_or(self.at);
        }
        self.at = self.at.min(self.len().saturating_sub(1));
        true
    }

    /// The record as it is shown.
    #[must_use]
    pub fn record(&self) -> Option<&Record> {
        self.case.as_ref().map(|case| &case.shown)
    }

    /// The page.
    #[must_use]
    pub fn text(&self) -> &str {
        self.case.as_ref().map_or("", |case| &case.text)
    }

    /// Rows of what is shown.
    #[must_use]
    pub fn len(&self) -> usize {
        if self.is_raw {
            self.raw.len()
        } else {
            self.rows.len()
        }
    }

    /// Whether nothing is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Goes down by so many rows, or up.
    pub fn step(&mut self, by: i64) {
        let by = isize::try_from(by).unwrap_or(0);
        if self.is_page {
            let mut reading = self.reading;
            reading.down(by, self.text());
            self.reading = reading;
            return;
        }
        self.at = self
            .at
            .saturating_add_signed(by)
            .min(self.len().saturating_sub(1));
    }

    /// To the right: into the page, then from word to word.
    pub fn right(&mut self) {
        let mut reading = self.reading;
        if self.is_page {
            reading.right(self.text());
        } else if !self.text().is_empty() {
            self.is_page = true;
            reading = Reading::at(self.line_of_evidence().unwrap_or(reading.cursor.line));
        }
        self.reading = reading;
    }

    /// To the left: from word to word, then out of the page.
    pub fn left(&mut self) {
        if self.is_page && !self.reading.left() {
            self.leave_page();
        }
    }

    /// Back to the values.
    pub fn leave_page(&mut self) {
        self.is_page = false;
        self.reading.anchor = None;
    }

    /// The chosen part of the page, in bytes, while the user is in it.
    #[must_use]
    pub fn chosen(&self) -> Option<Range<usize>> {
        self.is_page.then(|| self.reading.range(self.text()))
    }

    /// The selected value.
    #[must_use]
    pub fn selected(&self) -> Option<&Row> {
        self.rows.get(self.at).filter(|_| !self.is_raw)
    }

    /// Where the selected value stands in the page.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        let field = self.selected().map(|row| row.field);
        let record = self.record();
        let spans = field.and_then(|field| record?.evidence.get(&field));
        spans.map_or(&[], Vec::as_slice)
    }

    /// Who read a value, and how sure it is.
    #[must_use]
    pub fn grounds(&self, field: Field) -> (Option<Source>, Option<f64>) {
        let record = self.record();
        (
            record.and_then(|record| record.provenance.get(&field).copied()),
            record.and_then(|record| record.confidence.get(&field).copied()),
        )
    }

    /// The line of the page that the selected value stands in.
    fn line_of_evidence(&self) -> Option<usize> {
        let start = self.spans().iter().map(|span| span.start).min()?;
        let before = self.text().get(..start)?;
        Some(before.matches('\n').count())
    }

    /// The line of the page that is to be seen: that of the user, or of the selected value.
    #[must_use]
    pub fn line(&self) -> usize {
        if self.is_page {
            self.reading.cursor.line
        } else {
            self.line_of_evidence().unwrap_or(0)
        }
    }

    /// The rows or lines that hold what is looked for, in what the user is in.
    fn matches(&self) -> Vec<usize> {
        let hits = |lines: &mut dyn Iterator<Item = String>| {
            let lines = lines.enumerate().filter(|(_, line)| self.find.lets(line));
            lines.map(|(at, _)| at).collect()
        };
        if self.find.is_empty() {
            Vec::new()
        } else if self.is_page {
            hits(&mut self.text().split('\n').map(str::to_owned))
        } else if self.is_raw {
            hits(&mut self.raw.iter().cloned())
        } else {
            let rows = self.rows.iter();
            hits(&mut rows.map(|row| format!("{} {}", row.path, row.value)))
        }
    }

    fn place(&self) -> usize {
        if self.is_page {
            self.reading.cursor.line
        } else {
            self.at
        }
    }

    fn go(&mut self, place: usize) {
        if self.is_page {
            self.reading = Reading {
                anchor: self.reading.anchor,
                ..Reading::at(place)
            };
        } else {
            self.at = place;
        }
    }

    /// Looks for a text, from where the user is; stays there if it is nowhere.
    pub fn look_for(&mut self, find: Filter) {
        self.find = find;
        let here = self.place();
        let matches = self.matches();
        if !matches.contains(&here)
            && let Some(place) = next_match(&matches, here)
        {
            self.go(place);
        }
    }

    /// Goes to the next match, or to the one before.
    pub fn go_to_match(&mut self, is_forward: bool) {
        let matches = self.matches();
        let step = if is_forward {
            next_match
        } else {
            previous_match
        };
        if let Some(place) = step(&matches, self.place()) {
            self.go(place);
        }
    }

    /// Which match the user is at.
    #[must_use]
    pub fn found(&self) -> Option<Found> {
        let matches = self.matches();
        let here = self.place();
        let at = matches.iter().position(|place| *place == here);
        (!self.find.is_empty()).then_some(Found {
            at: at.map_or(0, |at| at + 1),
            of: matches.len(),
        })
    }
}

/// The posting's values, one row each, and then the fields that the page does not state. A page that nothing could be
/// read from has neither.
fn rows(record: &Record) -> Vec<Row> {
    let Ok(Value::Object(posting)) = serde_json::to_value(&record.posting) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for (key, value) in &posting {
        if let Ok(field) = serde_json::from_value::<Field>(Value::String(key.clone())) {
            add(&mut rows, field, key, value);
        }
    }
    if record.status == Status::Failed && rows.is_empty() {
        return rows;
    }
    for field in Field::ALL {
        if !rows.iter().any(|row| row.field == field) {
            rows.push(Row {
                path: field.key().to_owned(),
                value: String::new(),
                field,
                is_stated: false,
            });
        }
    }
    rows
}

fn add(rows: &mut Vec<Row>, field: Field, path: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                add(rows, field, &format!("{path}[{index}]"), item);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                add(rows, field, &format!("{path}.{key}"), member);
            }
        }
        other => rows.push(Row {
            path: path.to_owned(),
            value: other.to_string(),
            field,
            is_stated: true,
        }),
    }
}
