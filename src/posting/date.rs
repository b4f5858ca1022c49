//! Dates: reads the first day named in a raw quote of a job page.

mod months;
mod relative;

use std::ops::{Range, RangeInclusive};

use jiff::civil::Date;
use regex::Captures;

use crate::pattern::Pattern;

/// What is known of the page besides the quote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DateContext {
    /// The day the page was fetched; relative dates count from it.
    pub fetched: Option<Date>,
    /// Whether this page writes the day before the month in 03/04/2022; `None` if it does not show.
    pub day_first: Option<bool>,
}

/// A date as read, and what is doubtful about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedDate {
    /// The day; `None` where a flag tells why it is not known.
    pub date: Option<Date>,
    /// Any of [`DATE_AMBIGUOUS`], [`RELATIVE_DATE`].
    pub flags: Vec<&'static str>,
}

/// Day and month may be either way round.
pub const DATE_AMBIGUOUS: &str = "date_ambiguous";
/// The quote counts from a day that is not known, or only roughly ("30+ days ago").
pub const RELATIVE_DATE: &str = "relative_date";

/// Years that a job page can mean; others are sentinels or numbers of something else.
pub const YEARS: RangeInclusive<i16> = 1990..=2100;

impl ParsedDate {
    fn day(date: Date) -> Self {
        Self {
            date: Some(date),
            flags: Vec::new(),
        }
    }

    fn unknown(flag: &'static str) -> Self {
        Self {
            date: None,
            flags: vec![flag],
        }
    }
}

/// The bytes of a quote that a date takes, and the date.
type Found = (Range<usize>, ParsedDate);

/// 2022-04-08, also before a time of day; 2022/4/8 and 2022.04.08.
static YEAR_FIRST: Pattern =
    Pattern::new(r"\b(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P<t>[-/.])(?P<d>\d{1,2})(?:\b|T)");

/// 4/8/2022, 01-27-17, 8. 4. 2022.
static NUMBERS: Pattern = Pattern::new(
    r"\b(?P<a>\d{1,2})(?P<s>[-/]|\.\s?)(?P<b>\d{1,2})(?P<t>[-/]|\.\s?)(?P<y>\d{4}|\d{2})(?:\b|T)",
);

/// 8 April 2022, 8th of April, 2022, 8. März 2022, 8 de abril de 2022, 08-Apr-22.
static DAY_MONTH: Pattern = Pattern::new(
    r"(?xi)\b(?P<d>\d{1,2})(?:st|nd|rd|th|er|[.ºª°])?(?:\s+(?:of|de|di)\b)?[\s./-]*
      (?P<month>\p{L}{3,12})\.?,?(?:\s+(?:de|del|di)\b)?(?:[\s/-]*(?P<y>\d{4})|[-/.'’]\s?(?P<short>\d{2}))\b",
);

/// April 8th, 2022; Apr. 8 2022; April-8-2022.
static MONTH_DAY: Pattern = Pattern::new(
    r"(?xi)\b(?P<month>\p{L}{3,12})\.?[\s-]*(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:,\s*|\s*-\s*|\s+(?:of\s+)?)(?P<y>\d{4})\b",
);

/// 2022 April 8, 2022-Apr-08.
static YEAR_MONTH: Pattern =
    Pattern::new(r"\b(?P<y>\d{4})[\s-]+(?P<month>\p{L}{3,12})\.?[\s-]+(?P<d>\d{1,2})\b");

/// Reads the first date of a quote; `None` if it names no full date.
///
/// Years of two digits are 20xx. A date with points is day first, and one with slashes or hyphens is settled by a
/// number above 12, by equal numbers or by the context. A date-time keeps the calendar day it is written with. Impossible
/// days and years outside [`YEARS`] are passed over.
#[must_use]
pub fn parse(raw: &str, context: &DateContext) -> Option<ParsedDate> {
    parse_all(raw, *context).into_iter().next()
}

/// Reads the last date of a quote, as [`parse`] does the first: the deadline in "open from 1 to 9 May 2022".
#[must_use]
pub fn parse_last(raw: &str, context: &DateContext) -> Option<ParsedDate> {
    parse_all(raw, *context).pop()
}

/// The dates of a quote in order.
fn parse_all(raw: &str, context: DateContext) -> Vec<ParsedDate> {
    type Reader = fn(&Captures, DateContext) -> Option<ParsedDate>;
    let readers: [(&Pattern, Reader); 5] = [
        (&YEAR_FIRST, read_year_first),
        (&NUMBERS, read_numbers),
        (&DAY_MONTH, read_named),
        (&MONTH_DAY, read_named),
        (&YEAR_MONTH, read_named),
    ];
    let mut found = relative::find_all(raw, context.fetched);
    for (pattern, read) in readers {
        found.extend(occurrences(raw, pattern, |parts| read(parts, context)));
    }
    found.sort_by_key(|(span, _)| span.start);
    let mut free_from = 0;
    found.retain(|(span, _)| {
        let free = span.start >= free_from;
        if free {
            free_from = span.end;
        }
        free
    });
    found.into_iter().map(|(_, date)| date).collect()
}

/// The occurrences of a pattern that are dates, with the bytes they take.
fn occurrences(
    raw: &str,
    pattern: &Pattern,
    read: impl Fn(&Captures) -> Option<ParsedDate>,
) -> Vec<Found> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(parts) = pattern.captures_at(raw, from)
        && let Some(whole) = parts.get(0)
    {
        let reading = read(&parts).filter(|_| !glued(raw, whole.start(), whole.end()));
        if let Some(date) = reading {
            found.push((whole.range(), date));
            from = whole.end();
        } else {
            // A date may start inside a match that was none.
            let first = whole.as_str().chars().next();
            from = whole.start() + first.map_or(1, char::len_utf8);
        }
    }
    found
}

/// Whether the match is part of a longer run of numbers, such as a version or a telephone number.
fn glued(raw: &str, start: usize, end: usize) -> bool {
    let mut back = raw.get(..start).unwrap_or_default().chars().rev();
    let mut ahead = raw.get(end..).unwrap_or_default().chars();
    let separator = |c: Option<char>| matches!(c, Some('-' | '/' | '.'));
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    (separator(back.next()) && digit(back.next()))
        || (separator(ahead.next()) && digit(ahead.next()))
}

fn number(parts: &Captures, name: &str) -> Option<i16> {
    parts.name(name)?.as_str().parse().ok()
}

fn day(year: i16, month: i16, day: i16) -> Option<Date> {
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    YEARS.contains(&date.year()).then_some(date)
}

fn same_separators(parts: &Captures) -> bool {
    let mark = |name| parts.name(name).map(|found| found.as_str().trim());
    mark("s") == mark("t")
}

fn read_year_first(parts: &Captures, _: DateContext) -> Option<ParsedDate> {
    if !same_separators(parts) {
        return None;
    }
    day(
        number(parts, "y")?,
        number(parts, "m")?,
        number(parts, "d")?,
    )
    .map(ParsedDate::day)
}

fn read_numbers(parts: &Captures, context: DateContext) -> Option<ParsedDate> {
    if !same_separators(parts) {
        return None;
    }
    let year = match number(parts, "y")? {
        short @ 0..100 => 2000 + short,
        full => full,
    };
    let (a, b) = (number(parts, "a")?, number(parts, "b")?);
    let dotted = parts.name("s")?.as_str().starts_with('.');
    match (day(year, b, a), day(year, a, b)) {
        (Some(day_first), Some(month_first)) if day_first != month_first => {
            Some(match context.day_first.or(dotted.then_some(true)) {
                Some(true) => ParsedDate::day(day_first),
                Some(false) => ParsedDate::day(month_first),
                None => ParsedDate::unknown(DATE_AMBIGUOUS),
            })
        }
        (day_first, month_first) => day_first.or(month_first).map(ParsedDate::day),
    }
}

fn read_named(parts: &Captures, _: DateContext) -> Option<ParsedDate> {
    let month = months::number(parts.name("month")?.as_str())?;
    let year = match number(parts, "y") {
        Some(year) => year,
        None => 2000 + number(parts, "short")?,
    };
    day(year, month, number(parts, "d")?).map(ParsedDate::day)
}
