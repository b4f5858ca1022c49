//! Dates on job pages: spellings that must be read, and dates that must not be guessed.

#![allow(clippy::unwrap_used)]

use jiff::civil::{Date, date};
use proptest::prelude::*;
use smelt::posting::date::{
    DATE_AMBIGUOUS, DateContext, ParsedDate, RELATIVE_DATE, parse, parse_last,
};

const UNKNOWN: DateContext = DateContext {
    fetched: None,
    day_first: None,
};

fn read(raw: &str) -> Option<Date> {
    parse(raw, &UNKNOWN).and_then(|parsed| parsed.date)
}

#[test]
fn a_day_is_read_in_the_usual_spellings() {
    let april = date(2022, 4, 8);
    for raw in [
        "2022-04-08",
        "2022-04-08T23:27:44-05:00",
        "2022/04/08",
        "2022.04.08",
        "Friday, April 8, 2022",
        "8 April 2022",
        "April 8th, 2022",
        "APRIL 8, 2022",
        "Apr. 8, 2022",
        "08-Apr-22",
        "8/Apr/2022",
        "8th of April, 2022",
        "Fri, 08 Apr 2022 10:00:00 GMT",
        "08.04.2022",
        "8.4.2022",
        "8. 4. 2022",
        "8. April 2022",
        "8 avril 2022",
        "8 de abril de 2022",
        "8 aprile 2022",
        "8 april 2022",
        "2022 April 8",
        "Posted on April 08, 2022 by Ari",
        "Bewerbungsfrist: 08.04.22",
    ] {
        assert_eq!(read(raw), Some(april), "{raw}");
    }
    for (raw, month) in [
        ("8. März 2022", 3),
        ("1er mars 2022", 3),
        ("8 de março de 2022", 3),
        ("8 mrt 2022", 3),
        ("8 mei 2022", 5),
        ("8 Dez. 2022", 12),
        ("8 août 2022", 8),
        ("8 ago 2022", 8),
        ("8 dicembre 2022", 12),
        ("8 Sept 2022", 9),
        ("8 juil. 2022", 7),
        ("8 ene 2022", 1),
        ("8 settembre 2022", 9),
        ("8 Okt 2022", 10),
    ] {
        assert_eq!(read(raw).map(Date::month), Some(month), "{raw}");
    }
}

#[test]
fn numbers_settle_the_order_of_day_and_month_where_they_can() {
    assert_eq!(read("01-27-17"), Some(date(2017, 1, 27)));
    assert_eq!(read("27/01/2017"), Some(date(2017, 1, 27)));
    assert_eq!(read("Closing 2/2/2017 8:00 AM"), Some(date(2017, 2, 2)));
    let unclear = Some(ParsedDate {
        date: None,
        flags: vec![DATE_AMBIGUOUS],
    });
    assert_eq!(parse("Closing 03/04/2022", &UNKNOWN), unclear);
    let known = |day_first| {
        let context = DateContext {
            day_first: Some(day_first),
            fetched: None,
        };
        parse("Closing 03/04/2022", &context).and_then(|parsed| parsed.date)
    };
    assert_eq!(known(true), Some(date(2022, 4, 3)));
    assert_eq!(known(false), Some(date(2022, 3, 4)));
}

#[test]
fn the_first_of_several_dates_is_read() {
    assert_eq!(
        read("From FEBRUARY 26, 2018 to 9 MARCH 2018."),
        Some(date(2018, 2, 26))
    );
    assert_eq!(
        read("until 31/31/2020, then 2021-05-06"),
        Some(date(2021, 5, 6))
    );
    assert_eq!(read("open 1 to 9 May 2022"), Some(date(2022, 5, 9)));
}

#[test]
fn the_last_date_of_a_period_can_be_read() {
    for raw in [
        "Monday, August 15, 2022 EDT to 11:59pm on Monday, September 26, 2022",
        "15.08.2022 - 26.09.2022",
    ] {
        let last = parse_last(raw, &UNKNOWN).and_then(|parsed| parsed.date);
        assert_eq!(last, Some(date(2022, 9, 26)), "{raw}");
    }
    assert_eq!(parse_last("Open until filled", &UNKNOWN), None);
}

#[test]
fn relative_dates_count_from_the_day_of_fetching() {
    let context = DateContext {
        fetched: Some(date(2022, 3, 2)),
        day_first: None,
    };
    for (raw, expected) in [
        ("Posted today", date(2022, 3, 2)),
        ("yesterday", date(2022, 3, 1)),
        ("3 days ago", date(2022, 2, 27)),
        ("Posted 2 weeks ago", date(2022, 2, 16)),
        ("a day ago", date(2022, 3, 1)),
        ("5 hours ago", date(2022, 3, 2)),
        ("vor 3 Tagen", date(2022, 2, 27)),
        ("il y a 2 semaines", date(2022, 2, 16)),
        ("hace 3 días", date(2022, 2, 27)),
        ("3d ago", date(2022, 2, 27)),
        ("two days ago", date(2022, 2, 28)),
        ("gestern", date(2022, 3, 1)),
    ] {
        let read = parse(raw, &context);
        assert_eq!(
            read,
            Some(ParsedDate {
                date: Some(expected),
                flags: Vec::new()
            }),
            "{raw}"
        );
        let rough = Some(ParsedDate {
            date: None,
            flags: vec![RELATIVE_DATE],
        });
        assert_eq!(parse(raw, &UNKNOWN), rough, "{raw}");
    }
    for raw in ["30+ days ago", "2 months ago"] {
        assert_eq!(
            parse(raw, &context).map(|parsed| parsed.date),
            Some(None),
            "{raw}"
        );
    }
}

#[test]
fn text_without_a_full_date_gives_none() {
    for raw in [
        "",
        "Open until filled",
        "April 2022",
        "04/2022",
        "2022",
        "April 8",
        "2022-02-30",
        "31.02.2022",
        "30 February 2022",
        "1970-01-01",
        "9999-12-31",
        "13/13/2022",
        "NIST 800-53/800-171",
        "555-123-4567",
        "10.0.0.2022.1",
        "3 days a week",
    ] {
        assert_eq!(parse(raw, &UNKNOWN), None, "{raw}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(raw in "\\PC{0,60}", near in "([0-9]{1,4}|[-/. ,]|May|er|of|days|ago|T){0,14}") {
        let _ = (parse(&raw, &UNKNOWN), parse(&near, &UNKNOWN));
    }

    #[test]
    fn every_unambiguous_spelling_reads_back(days in 0_i32..36_524) {
        let day = date(2000, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        for spelling in ["%F", "%FT10:00:00Z", "%d.%m.%Y", "%-d %B %Y", "%B %-d, %Y", "%a, %d %b %Y", "%d-%b-%Y", "%b %d %Y", "%d.%m.%y"] {
            let raw = day.strftime(spelling).to_string();
            prop_assert_eq!(read(&raw), Some(day), "{}", raw);
        }
        for (day_first, spelling) in [(true, "%d/%m/%Y"), (false, "%m/%d/%Y"), (false, "%-m-%-d-%Y")] {
            let raw = day.strftime(spelling).to_string();
            let context = DateContext { fetched: None, day_first: Some(day_first) };
            let clear = day.day() > 12 || day.day() == day.month();
            prop_assert_eq!(parse(&raw, &context).and_then(|parsed| parsed.date), Some(day), "{}", raw);
            prop_assert_eq!(read(&raw), clear.then_some(day), "{}", raw);
        }
    }
}
