//! The record that is shown: its values as rows, and the text they were read from.

use serde_json::Value;

use crate::extract::reading::{Source, Span};
use crate::extract::record::Record;
use crate::posting::Field;
use crate::tui::msg;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its place in the posting, as `salary.min`.
    pub path: String,
    /// As JSON writes it.
    pub value: String,
    /// The field it belongs to.
    pub field: Field,
}

/// What is shown.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// The job.
    pub job: Option<i64>,
    /// Its record, once there is one and it was read.
    pub record: Option<Box<Record>>,
    /// The record's values.
    pub rows: Vec<Row>,
    /// The record as lines of JSON.
    pub raw: Vec<String>,
    /// The page.
    pub text: String,
    /// The selected value, or the first line of JSON that is shown.
    pub at: usize,
    /// JSON is shown.
    pub is_raw: bool,
    /// The page has the arrow keys.
    pub is_page: bool,
    /// Lines of the page above the screen, while it is not where the selected value stands.
    pub page_top: Option<usize>,
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
            ..Self::default()
        };
        true
    }

    /// Takes a record that was read.
    pub fn take(&mut self, read: msg::Shown) {
        if self.job != Some(read.job) {
            return;
        }
        let record: Option<Record> = read
            .json
            .as_deref()
            .and_then(|json| serde_json::from_str(json).ok());
        self.rows = record.as_ref().map(rows).unwrap_or_default();
        let pretty = read.json.as_deref().and_then(pretty).unwrap_or_default();
        self.raw = pretty.lines().map(str::to_owned).collect();
        self.text = read.text.unwrap_or_default();
        self.record = record.map(Box::new);
        self.at = self.at.min(self.len().saturating_sub(1));
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
            let top = self.page_top.unwrap_or_else(|| self.first_line());
            let most = self.text.lines().count().saturating_sub(1);
            self.page_top = Some(top.saturating_add_signed(by).min(most));
            return;
        }
        self.at = self
            .at
            .saturating_add_signed(by)
            .min(self.len().saturating_sub(1));
        self.page_top = None;
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
        let record = self.record.as_ref();
        let spans = field.and_then(|field| record?.evidence.get(&field));
        spans.map_or(&[], Vec::as_slice)
    }

    /// Who read a value, and how sure it is.
    #[must_use]
    pub fn grounds(&self, field: Field) -> (Option<Source>, Option<f64>) {
        let record = self.record.as_ref();
        (
            record.and_then(|record| record.provenance.get(&field).copied()),
            record.and_then(|record| record.confidence.get(&field).copied()),
        )
    }

    /// The line of the page that is shown first: a little above the evidence.
    #[must_use]
    pub fn first_line(&self) -> usize {
        let start = self.spans().iter().map(|span| span.start).min();
        let before = start.and_then(|start| self.text.get(..start));
        let line = before.map_or(0, |before| before.matches('\n').count());
        self.page_top.unwrap_or(line.saturating_sub(3))
    }
}

fn pretty(json: &str) -> Option<String> {
    let value: Value = serde_json::from_str(json).ok()?;
    serde_json::to_string_pretty(&value).ok()
}

/// The posting's values, one row each; what the page does not state has none.
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
        }),
    }
}
