//! Years of experience: spellings that must be read.

use proptest::prelude::*;
use smelt::posting::years::{LIMIT, Years, parse};

#[test]
fn years_are_read_in_the_usual_spellings() {
    for (raw, min, max) in [
        ("5+ years of experience", Some(5), None),
        ("3-5 years", Some(3), Some(5)),
        ("3 to 5 years", Some(3), Some(5)),
        ("3–5+ yrs", Some(3), None),
        ("at least two (2) years", Some(2), None),
        (
            "Two (2) years of full-time, or its equivalent",
            Some(2),
            None,
        ),
        ("minimum of three years", Some(3), None),
        ("up to 5 years", None, Some(5)),
        ("less than 3 years", None, Some(3)),
        ("1 year", Some(1), None),
        ("1 year to less than 2 years", Some(1), Some(2)),
        ("5 years or more", Some(5), None),
        ("10 or more years", Some(10), None),
        ("2 or 3 years", Some(2), Some(3)),
        ("mindestens 3 Jahre", Some(3), None),
        ("mindestens drei Jahre Berufserfahrung", Some(3), None),
        ("bis zu 5 Jahre", None, Some(5)),
        ("3 à 5 ans d'expérience", Some(3), Some(5)),
        ("al menos 2 años", Some(2), None),
        (
            "a four-year degree and twenty years of experience",
            Some(20),
            None,
        ),
        ("24 months", Some(2), None),
        ("no prior experience required", Some(0), None),
    ] {
        assert_eq!(parse(raw), Some(Years { min, max }), "{raw}");
    }
}

#[test]
fn text_without_whole_years_gives_none() {
    for raw in [
        "",
        "experienced",
        "18 months",
        "2.5 years",
        "for 120 years",
        "99 years",
        "a four-year degree",
        "2019",
        "40 hours",
    ] {
        assert_eq!(parse(raw), None, "{raw}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic_and_within_bounds(raw in "\\PC{0,40}", near in "([0-9]{1,3}|[-+ (]|to|one|fünf|years?|yrs| months){0,10}") {
        for years in [parse(&raw), parse(&near)].into_iter().flatten() {
            prop_assert!(years.min.iter().chain(&years.max).all(|bound| *bound <= LIMIT));
            prop_assert!(years.min.zip(years.max).is_none_or(|(min, max)| min <= max));
            prop_assert!(years.min.or(years.max).is_some());
        }
    }

    #[test]
    fn numbers_read_back(min in 0_u8..=49, more in 1_u8..=50) {
        let max = min.saturating_add(more).min(LIMIT);
        for (raw, expected) in [
            (format!("{min}+ years"), (Some(min), None)),
            (format!("{min} - {max} years' experience"), (Some(min), Some(max))),
            (format!("maximum of {max} years"), (None, Some(max))),
        ] {
            prop_assert_eq!(parse(&raw).map(|years| (years.min, years.max)), Some(expected), "{}", raw);
        }
    }
}
