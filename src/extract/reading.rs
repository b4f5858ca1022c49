//! A reading: what one reader (structured data, rules, the model) found on a page, field by field.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::page::{Block, Page};
use crate::posting::Field;

/// Where a value stands in the clean text. Byte offsets, `end` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Number of the block.
    pub block: u32,
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

impl Span {
    /// The whole block.
    #[must_use]
    pub fn of(block: &Block) -> Self {
        Self::within(block, block.span.clone())
    }

    /// Part of a block.
    #[must_use]
    pub fn within(block: &Block, bytes: Range<usize>) -> Self {
        Self {
            block: block.id,
            start: bytes.start,
            end: bytes.end,
        }
    }

    /// The words that stand there.
    #[must_use]
    pub fn text(self, page: &Page) -> Option<&str> {
        page.text.get(self.start..self.end)
    }
}

/// Who read a value; in order of trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A person, in review.
    Human,
    /// schema.org `JobPosting` in a script.
    JsonLd,
    /// schema.org `JobPosting` in attributes.
    Microdata,
    /// A labelled line or a heading.
    Rule,
    /// The language model.
    Model,
    /// The caller: a known address.
    Input,
}

/// One value and where it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The value in the form of the record.
    pub value: Value,
    /// Where it stands; empty only for structured data the visible text does not repeat.
    pub spans: Vec<Span>,
    /// Who read it.
    pub source: Source,
    /// How well the text supports it, 0 to 1.
    pub support: f64,
}

/// What one reader found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// At most one value a field.
    pub values: BTreeMap<Field, Candidate>,
    /// Remarks on the values; they go with the values if another reader's are taken.
    pub remarks: Vec<(Field, &'static str)>,
    /// Remarks that stay whoever is believed, `RULE` or `RULE:FIELD`.
    pub flags: Vec<String>,
}

impl Reading {
    /// Keeps the first value of a field.
    pub fn put(&mut self, field: Field, candidate: Candidate) {
        self.values.entry(field).or_insert(candidate);
    }

    /// Takes over what another reading has and this one lacks.
    pub fn absorb(&mut self, other: Self) {
        for (field, candidate) in other.values {
            self.put(field, candidate);
        }
        self.remarks.extend(other.remarks);
        self.flags.extend(other.flags);
    }

    /// Adds the remarks of a normaliser.
    pub fn remark(&mut self, field: Field, remarks: &[&'static str]) {
        self.remarks
            .extend(remarks.iter().map(|remark| (field, *remark)));
    }
}

/// Looks a block up by its number.
#[must_use]
pub fn block(page: &Page, id: u32) -> Option<&Block> {
    page.blocks.get(usize::try_from(id).ok()?.checked_sub(1)?)
}
