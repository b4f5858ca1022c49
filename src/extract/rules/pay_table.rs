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

static LEAST: Pattern = Pattern::new(r"(?i)\b(?:min|minimum|lowest|low end|from|starting)\b");
static GREATEST: Pattern = Pattern::new(r"(?i)\b(?:max|maximum|highest|high end|to|top)\b");

/// One grade: its row and the two amounts as written.
struct Grade<'a> {
    block: &'a Block,
    least: (f64, &'a str),
    greatest: (f64, &'a str),
}

/// Reads the range over all grades of the first such table.
pub(super) fn read(page: &Page, normaliser: &Normaliser, reading: &mut Reading) {
    if reading.values.contains_key(&Field::Salary) {
        return;
    }
    let grades = page.blocks.iter().enumerate().find_map(|(index, head)| {
        let columns = columns(page.text_of(head))?;
        let below = page.blocks.get(index + 1..)?.iter();
        let grades: Vec<Grade> = below
            .map_while(|block| grade(page, block, columns))
            .collect();
        (!grades.is_empty()).then_some(grades)
    });
    let Some(grades) = grades else { return };
    let ends = grades.iter().min_by(|a, b| a.least.0.total_cmp(&b.least.0));
    let tops = grades
        .iter()
        .max_by(|a, b| a.greatest.0.total_cmp(&b.greatest.0));
    let (Some(bottom), Some(top)) = (ends, tops) else {
        return;
    };
    let words = format!("{} - {}", bottom.least.1, top.greatest.1);
    let span = Span::of(bottom.block);
    if normaliser.put(reading, Ask::Salary, &words, span, Source::Rule, LABELLED)
        && bottom.block.id != top.block.id
        && let Some(candidate) = reading.values.get_mut(&Field::Salary)
    {
        candidate.spans.push(Span::of(top.block));
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
    let cells: Vec<&str> = page.text_of(block).split(CELL).collect();
    if cells.len() != columns {
        return None;
    }
    let amount = |column: usize| {
        let cell: &str = cells.get(column)?;
        let pay = money::parse(cell, &MoneyContext::default())?;
        Some((pay.salary.min?, cell))
    };
    let (least, greatest) = (amount(least)?, amount(greatest)?);
    (least.0 <= greatest.0).then_some(Grade {
        block,
        least,
        greatest,
    })
}
