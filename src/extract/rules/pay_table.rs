//! Pay in a table: a row that heads a least and a greatest column, and below it a row for each grade.

use super::LABELLED;
use crate::extract::normalise::Normaliser;
use crate::extract::reading::{Reading, Source, Span};
use crate::extract::wire::Ask;
use crate::page::{Block, Page};
use crate::pattern::Pattern;
use crate::posting::Field;
use crate::posting::money::{self, MoneyContext};

/// How the page room joins the cells of a row.
const CELL: &str = " | ";

/// How many times as much a higher grade may have.
const APART: f64 = 5.0;

static LEAST: Pattern = Pattern::new(r"(?i)\b(?:min|minimum|lowest|low end|from|starting)\b");
static GREATEST: Pattern = Pattern::new(r"(?i)\b(?:max|maximum|highest|high end|to|top)\b");

/// An amount: what it is, how and where it is written.
#[derive(Clone, Copy)]
struct Amount<'a> {
    value: f64,
    words: &'a str,
    span: Span,
}

/// One grade: its least and its greatest pay.
struct Grade<'a> {
    least: Amount<'a>,
    greatest: Amount<'a>,
}

/// Reads the range over all grades of the first such table.
pub(super) fn read(page: &Page, normaliser: &Normaliser, reading: &mut Reading) {
    if reading.values.contains_key(&Field::Salary) {
        return;
    }
    let grades = page.blocks.iter().enumerate().find_map(|(index, head)| {
        let columns = columns(page.text_of(head))?;
        let below = page.blocks.get(index + 1..)?.iter();
        let mut grades: Vec<Grade> = below
            .map_while(|block| grade(page, block, columns))
            .collect();
        let first = grades.first()?.least.value;
        // Further apart are not grades but the same pay by the hour and by the year.
        let alike = grades
            .iter()
            .take_while(|grade| (first / APART..=first * APART).contains(&grade.least.value));
        grades.truncate(alike.count());
        Some(grades)
    });
    let Some(grades) = grades else { return };
    let least = grades.iter().map(|grade| grade.least);
    let greatest = grades.iter().map(|grade| grade.greatest);
    let order = |a: &Amount, b: &Amount| a.value.total_cmp(&b.value);
    let (Some(bottom), Some(top)) = (least.min_by(order), greatest.max_by(order)) else {
        return;
    };
    let words = format!("{} - {}", bottom.words, top.words);
    let source = Source::Rule;
    normaliser.put(reading, Ask::Salary, &words, bottom.span, source, LABELLED);
    if let Some(candidate) = reading.values.get_mut(&Field::Salary) {
        candidate.spans.push(top.span);
    }
}

/// The places of the two columns, and how many there are.
fn columns(head: &str) -> Option<(usize, usize, usize)> {
    let cells: Vec<&str> = head.split(CELL).collect();
    let least = cells.iter().position(|cell| LEAST.is_match(cell))?;
    let greatest = cells.iter().position(|cell| GREATEST.is_match(cell))?;
    (least < greatest).then_some((least, greatest, cells.len()))
}

/// A row with an amount in either column, the lesser first.
fn grade<'a>(
    page: &'a Page,
    block: &'a Block,
    (least, greatest, columns): (usize, usize, usize),
) -> Option<Grade<'a>> {
    let mut start = block.span.start;
    let cells: Vec<(usize, &str)> = page
        .text_of(block)
        .split(CELL)
        .map(|cell| {
            let at = start;
            start += cell.len() + CELL.len();
            (at, cell)
        })
        .collect();
    if cells.len() != columns {
        return None;
    }
    let amount = |column: usize| {
        let (at, words) = cells.get(column).copied()?;
        let pay = money::parse(words, &MoneyContext::default())?;
        Some(Amount {
            value: pay.salary.min?,
            words,
            span: Span::within(block, at..at + words.len()),
        })
    };
    let (least, greatest) = (amount(least)?, amount(greatest)?);
    (least.value <= greatest.value).then_some(Grade { least, greatest })
}
