//! Pay on job pages: spellings that must be read, and text that must not be taken for pay.

#![allow(clippy::unwrap_used)]

use smelt::posting::Period::{self, Daily, Hourly, Monthly, Weekly, Yearly};
use smelt::posting::money::{
    BOUNDS_REVERSED, CURRENCY_AMBIGUOUS, MoneyContext, PERIOD_INFERRED, PERIOD_UNSUPPORTED, Parsed,
    looks_like_pay, parse,
};

const NOWHERE: MoneyContext = MoneyContext {
    country_currency: None,
};
const IN_THE_US: MoneyContext = MoneyContext {
    country_currency: Some("USD"),
};

type Bound = Option<f64>;
type Read = (Bound, Bound, Option<String>, Option<Period>);

fn read(raw: &str, context: &MoneyContext) -> Option<Read> {
    parse(raw, context)
        .map(|Parsed { salary, .. }| (salary.min, salary.max, salary.currency, salary.period))
}

fn flags(raw: &str) -> Vec<&'static str> {
    parse(raw, &NOWHERE)
        .map(|parsed| parsed.flags)
        .unwrap_or_default()
}

/// Asserts bounds, currency ("" for none) and period of every quote on a page of the United States.
fn assert_all<P: Into<Option<Period>> + Copy>(cases: &[(&str, f64, f64, &str, P)]) {
    for (raw, min, max, currency, period) in cases {
        let currency = Some(*currency)
            .filter(|code| !code.is_empty())
            .map(str::to_owned);
        let expected = Some((Some(*min), Some(*max), currency, (*period).into()));
        assert_eq!(read(raw, &IN_THE_US), expected, "{raw}");
    }
}

#[test]
fn ranges_are_read_in_the_usual_spellings() {
    assert_all(&[
        (
            "$35,731.90 - $41,073.14 per year",
            35_731.90,
            41_073.14,
            "USD",
            Yearly,
        ),
        (
            "$35,731.90 - $41,073.14 YEAR",
            35_731.90,
            41_073.14,
            "USD",
            Yearly,
        ),
        ("80–95k", 80_000.0, 95_000.0, "", Yearly),
        (
            "Salary: $136,908.00 - $183,500.00",
            136_908.0,
            183_500.0,
            "USD",
            Yearly,
        ),
        ("80.000 - 95.000 €", 80_000.0, 95_000.0, "EUR", Yearly),
        ("€60.000—€80.000 EUR", 60_000.0, 80_000.0, "EUR", Yearly),
        ("$120K-$150K + equity", 120_000.0, 150_000.0, "USD", Yearly),
        (
            "£28 to £40k depending on experience",
            28_000.0,
            40_000.0,
            "GBP",
            Yearly,
        ),
        ("$130,100—$187,000 USD", 130_100.0, 187_000.0, "USD", Yearly),
        (
            "CAD$136,000 per year - CAD$151,000 per year.",
            136_000.0,
            151_000.0,
            "CAD",
            Yearly,
        ),
        (
            "between $140,000 and $200,000 in the State of New York",
            140_000.0,
            200_000.0,
            "USD",
            Yearly,
        ),
        (
            "zwischen 50.000 und 60.000 EUR",
            50_000.0,
            60_000.0,
            "EUR",
            Yearly,
        ),
        (
            "$25.80 per hour - $30 per hour plus a yearly bonus",
            25.80,
            30.0,
            "USD",
            Hourly,
        ),
        (
            "min: 50,000 USD, max: 60,000 USD",
            50_000.0,
            60_000.0,
            "USD",
            Yearly,
        ),
        (
            "de 2.000 a 2.500 € al mes",
            2_000.0,
            2_500.0,
            "EUR",
            Monthly,
        ),
        (
            "entre 30 000 et 35 000 € brut annuel",
            30_000.0,
            35_000.0,
            "EUR",
            Yearly,
        ),
        ("2000 - 2500 € / Monat", 2_000.0, 2_500.0, "EUR", Monthly),
        (
            "₹12,00,000 - ₹15,00,000 per annum",
            1_200_000.0,
            1_500_000.0,
            "INR",
            Yearly,
        ),
        ("12-15 LPA", 1_200_000.0, 1_500_000.0, "INR", Yearly),
        (
            "Salary (CAD): $50,000 to $60,000",
            50_000.0,
            60_000.0,
            "CAD",
            Yearly,
        ),
    ]);
}

#[test]
fn of_several_ranges_the_first_is_read() {
    assert_all(&[
        (
            "$67,818 to $84,250; $71,326 to $88,593; and $74,896 to $93,041",
            67_818.0,
            84_250.0,
            "USD",
            Yearly,
        ),
        (
            "Expected salary is $20.13 to $26.88. Full range $20.13 to $33.63 hourly",
            20.13,
            26.88,
            "USD",
            Hourly,
        ),
    ]);
}

#[test]
fn single_amounts_give_both_bounds() {
    assert_all(&[
        ("£45k DOE", 45_000.0, 45_000.0, "GBP", Yearly),
        ("€ 3.200 brutto/Monat", 3_200.0, 3_200.0, "EUR", Monthly),
        (
            "3.200,- € brutto im Monat",
            3_200.0,
            3_200.0,
            "EUR",
            Monthly,
        ),
        ("3.200,50 EUR monatlich", 3_200.50, 3_200.50, "EUR", Monthly),
        ("$22/hr", 22.0, 22.0, "USD", Hourly),
        ("$25.50 an hour", 25.50, 25.50, "USD", Hourly),
        ("£40,000pa", 40_000.0, 40_000.0, "GBP", Yearly),
        ("CHF 120'000", 120_000.0, 120_000.0, "CHF", Yearly),
        ("45 000 € par an", 45_000.0, 45_000.0, "EUR", Yearly),
        ("USD 100k", 100_000.0, 100_000.0, "USD", Yearly),
        ("A$90,000", 90_000.0, 90_000.0, "AUD", Yearly),
        ("C$90,000", 90_000.0, 90_000.0, "CAD", Yearly),
        ("US$4,500 a month", 4_500.0, 4_500.0, "USD", Monthly),
        ("1.2M JPY a year", 1_200_000.0, 1_200_000.0, "JPY", Yearly),
        ("₹12 LPA", 1_200_000.0, 1_200_000.0, "INR", Yearly),
        ("SEK 45 000 per month", 45_000.0, 45_000.0, "SEK", Monthly),
        ("£550 per day", 550.0, 550.0, "GBP", Daily),
        ("3,850 USD per week", 3_850.0, 3_850.0, "USD", Weekly),
        ("Gehalt: 2000 pro Monat", 2_000.0, 2_000.0, "", Monthly),
        ("Tagessatz 800 EUR", 800.0, 800.0, "EUR", Daily),
        ("Hourly rate: $31.25", 31.25, 31.25, "USD", Hourly),
        ("$112,955 (flat-rated)", 112_955.0, 112_955.0, "USD", Yearly),
        ("R$ 8.500 mensual", 8_500.0, 8_500.0, "BRL", Monthly),
    ]);
}

#[test]
fn one_sided_bounds_stay_one_sided() {
    let usd = Some("USD".to_owned());
    for raw in [
        "up to $60,000",
        "Max Salary: $60,000",
        "salary is limited to $60,000",
    ] {
        assert_eq!(
            read(raw, &IN_THE_US),
            Some((None, Some(60_000.0), usd.clone(), Some(Yearly))),
            "{raw}"
        );
    }
    for raw in [
        "from $60,000",
        "starting at $60,000",
        "$60,000+",
        "at least $60,000 a year",
    ] {
        assert_eq!(
            read(raw, &IN_THE_US),
            Some((Some(60_000.0), None, usd.clone(), Some(Yearly))),
            "{raw}"
        );
    }
    let monthly = read("ab 3.500 € im Monat", &NOWHERE);
    assert_eq!(
        monthly,
        Some((Some(3_500.0), None, Some("EUR".to_owned()), Some(Monthly)))
    );
}

#[test]
fn grades_hours_and_percentages_beside_the_amount_are_no_amounts() {
    assert_all(&[(
        "GS-15 Step 1 - $136,908 to GS-15, Step 10 - $183,500",
        136_908.0,
        183_500.0,
        "USD",
        Some(Yearly),
    )]);
    assert_all(&[(
        "Base salary GS-GS 15 - $106,595 to $138,572",
        106_595.0,
        138_572.0,
        "USD",
        Some(Yearly),
    )]);
    assert_all(&[(
        "Base salary GS-15 - $134,778 to $164,200",
        134_778.0,
        164_200.0,
        "USD",
        Some(Yearly),
    )]);
    assert_all(&[
        (
            "Salary: Grade 12 $1,200 weekly",
            1_200.0,
            1_200.0,
            "USD",
            Some(Weekly),
        ),
        ("$17.00 / 40 hours per week", 17.0, 17.0, "USD", None),
        ("$23.00 / 30 to 40 hours per week", 23.0, 23.0, "USD", None),
        (
            "Pay increases by 3% to $22.50 in 2024",
            22.50,
            22.50,
            "USD",
            None,
        ),
        (
            "signing: $5,000 sign-on bonus; $50,000 salary",
            50_000.0,
            50_000.0,
            "USD",
            Some(Yearly),
        ),
    ]);
}

#[test]
fn text_without_pay_gives_none() {
    for raw in [
        "",
        "competitive",
        "401(k) with matching",
        "401k",
        "$0",
        "10% bonus",
        "since 1998",
        "2019 - 2020",
        "Call 555-123-4567",
        "(555) 123-4567",
        "+49 30 123456",
        "40 hours per week",
        "GS-15",
        "W-2",
        "raised $41M",
        "Closing 2/2/2017 8:00 AM",
        "3-5 years of experience",
        "24/7",
        "Salary: Level 5",
        "Pay grade: 21",
        "$1000 education budget",
        "12 months",
        "Able to lift up to 40 pounds",
    ] {
        assert_eq!(parse(raw, &IN_THE_US), None, "{raw}");
        assert!(!looks_like_pay(raw), "{raw}");
    }
}

#[test]
fn an_ambiguous_sign_has_no_currency_until_the_page_settles_it() {
    for raw in [
        "$22/hr",
        "45 000 kr per month",
        "¥5,000,000 per year",
        "Rs. 45,000 per month",
    ] {
        let parsed = parse(raw, &NOWHERE).unwrap();
        assert_eq!(parsed.salary.currency, None, "{raw}");
        assert_eq!(parsed.flags, [CURRENCY_AMBIGUOUS], "{raw}");
    }
    let in_sweden = MoneyContext {
        country_currency: Some("SEK"),
    };
    let parsed = parse("45 000 kr per month", &in_sweden).unwrap();
    assert_eq!(
        (parsed.salary.currency.as_deref(), parsed.flags.len()),
        (Some("SEK"), 0)
    );
    let euro = parse(
        "$22/hr",
        &MoneyContext {
            country_currency: Some("EUR"),
        },
    )
    .unwrap();
    assert_eq!(
        (euro.salary.currency, euro.flags),
        (None, vec![CURRENCY_AMBIGUOUS])
    );
    assert_eq!(
        parse("80-95k a year", &IN_THE_US).unwrap().salary.currency,
        None
    );
}

#[test]
fn doubts_are_flagged() {
    assert_eq!(flags("£45k"), [PERIOD_INFERRED]);
    assert!(flags("£45k a year").is_empty());
    assert_eq!(flags("£2,000 bi-weekly"), [PERIOD_UNSUPPORTED]);
    assert_eq!(flags("£95,000 - £80,000 a year"), [BOUNDS_REVERSED]);
    for raw in ["£22.50", "SEK 45,000", "¥300,000"] {
        assert_eq!(parse(raw, &NOWHERE).unwrap().salary.period, None, "{raw}");
    }
}

#[test]
fn lines_of_pay_are_told_from_other_money() {
    for line in [
        "Hiring Range: $64,209 - $84,146 (Estimated Annual Salary)",
        "$29.00",
        "£45k DOE",
        "Gehalt: 45.000 - 55.000",
        "The base hourly rate amount for this role is USD$34.50 per hour.",
    ] {
        assert!(looks_like_pay(line), "{line}");
    }
    for line in [
        "Our last round brought in $6m from well known investors",
        "The app already has 100K downloads",
        "We are a company of 10k+ employees",
        "Over 1,000 individuals work here",
        "The county has 650,000 registered voters and pays its staff a living wage every month",
    ] {
        assert!(!looks_like_pay(line), "{line}");
    }
}
