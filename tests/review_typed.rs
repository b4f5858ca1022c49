//! What people type: every field takes its own forms, says one reason for anything else, and never breaks.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/review.rs"]
mod support;

use proptest::prelude::*;
use serde_json::{Value, json};
use smelt::posting::{Field, JobPosting, validate};
use smelt::review;
use support::{TEXT, record};

fn typed(field: Field, words: &str) -> Result<Value, String> {
    review::check(&record("Night Nurse"), field, words).map_err(|why| why.to_string())
}

#[test]
fn every_field_takes_its_own_forms() {
    use Field::{
        Benefits, Deadline, Description, ExperienceLevel, ExperienceYearsMax, ExperienceYearsMin,
        JobType, PostedDate, RemoteType, Salary, Title, Url,
    };
    let salary = |min: Value, max: Value, currency: &str, period: &str| json!({"min": min, "max": max, "currency": currency, "period": period});
    let cases = [
        (Title, "  Night\tNurse ", json!("Night Nurse")),
        (Title, "", json!(null)),
        (JobType, "Full time", json!("full_time")),
        (JobType, "part-time", json!("part_time")),
        (JobType, "Teilzeit", json!("part_time")),
        (RemoteType, "work from home", json!("remote")),
        (ExperienceLevel, "SENIOR", json!("senior")),
        (
            Salary,
            "50,000 - 60,000 EUR per year",
            salary(50_000.into(), 60_000.into(), "EUR", "yearly"),
        ),
        (
            Salary,
            "up to £40 an hour",
            salary(json!(null), 40.into(), "GBP", "hourly"),
        ),
        (
            Salary,
            r#"{"min": 1.5, "max": null, "currency": "EUR", "period": "hourly"}"#,
            salary(json!(1.5), json!(null), "EUR", "hourly"),
        ),
        (ExperienceYearsMin, "3", json!(3)),
        (ExperienceYearsMin, "3-5 years", json!(3)),
        (ExperienceYearsMax, "3-5 years", json!(5)),
        (PostedDate, "2026-03-01", json!("2026-03-01")),
        (Deadline, "from 1 to 9 May 2026", json!("2026-05-09")),
        (
            Benefits,
            " Pension\r\n\n  Bicycle ",
            json!(["Pension", "Bicycle"]),
        ),
        (Benefits, "", json!([])),
        (Description, "One\nTwo", json!("One\nTwo")),
        (
            Url,
            "https://jobs.example/1",
            json!("https://jobs.example/1"),
        ),
    ];
    for (field, words, expected) in cases {
        assert_eq!(typed(field, words), Ok(expected), "{field}: {words}");
    }
}

#[test]
fn anything_else_gets_one_reason() {
    let long = "x".repeat(201);
    let many = "Pension\n".repeat(21);
    let cases = [
        (
            Field::Title,
            long.as_str(),
            "title: it takes at most 200 characters, and this has 201",
        ),
        (Field::Title, "Night\nNurse", "title: it takes one line"),
        (
            Field::Title,
            "Night\u{1b}[31mNurse",
            "title: it holds a control character",
        ),
        (
            Field::JobType,
            "whenever",
            "job_type: it is one of full_time, part_time, contract, internship, freelance",
        ),
        (
            Field::JobType,
            "full-time or part-time",
            "job_type: these words mean part_time, full_time: type one of them",
        ),
        (Field::Salary, "a lot", "salary: no amount of pay is named"),
        (
            Field::Salary,
            "$40 per hour",
            "salary: the sign is that of several currencies",
        ),
        (Field::Salary, "{}", "salary: pay needs an amount"),
        (
            Field::Salary,
            r#"{"min": 9, "max": 8, "currency": null, "period": null}"#,
            "salary: the lower bound is above the upper one",
        ),
        (
            Field::Salary,
            r#"{"min": 9, "max": 9, "currency": "ZZZ", "period": null}"#,
            "salary: this is no currency of ISO 4217",
        ),
        (
            Field::Salary,
            r#"{"min": 9, "wages": 9}"#,
            "salary: not the JSON of pay",
        ),
        (
            Field::ExperienceYearsMin,
            "51",
            "experience_years_min: it is a number from 0 to 50",
        ),
        (
            Field::ExperienceYearsMin,
            "up to 5 years",
            "experience_years_min: these words name no least number of years",
        ),
        (Field::PostedDate, "soon", "posted_date: no day is named"),
        (
            Field::PostedDate,
            "03/04/2026",
            "posted_date: day and month may be either way round",
        ),
        (
            Field::PostedDate,
            "3 days ago",
            "posted_date: it counts from a day that is not known",
        ),
        (
            Field::Benefits,
            many.as_str(),
            "benefits: it takes at most 20 items, one a line, and these are 21",
        ),
        (
            Field::Url,
            "jobs.example",
            "url: it starts with http:// or https://",
        ),
    ];
    for (field, words, reason) in cases {
        let why = typed(field, words).unwrap_err();
        assert!(why.starts_with(reason), "{words}: {why}");
    }
}

#[test]
fn values_that_contradict_another_field_are_refused_until_that_one_is_changed() {
    let mut record = record("Night Nurse");
    record.posting.experience_years_max = Some(5);
    record.posting.posted_date = Some("2026-03-01".parse().unwrap());
    let typed = |field, words| review::check(&record, field, words);
    assert!(
        typed(Field::ExperienceYearsMin, "6")
            .unwrap_err()
            .reason
            .contains("change the other one first")
    );
    assert!(typed(Field::ExperienceYearsMin, "5").is_ok());
    assert!(
        typed(Field::Deadline, "2026-02-01")
            .unwrap_err()
            .reason
            .contains("before the day of posting")
    );
    assert!(
        typed(Field::Deadline, "2030-02-01").is_ok(),
        "implausible, but the person has looked"
    );
}

fn word() -> impl Strategy<Value = String> {
    "[\\PC&&[^\\s]]{1,12}( [\\PC&&[^\\s]]{1,12}){0,3}"
}

fn posting() -> impl Strategy<Value = JobPosting> {
    let text = prop::option::of(word());
    let list = || prop::collection::vec(word(), 0..4);
    let amounts = prop::option::of((0..2_000_u32, 0..4_u32, 0..2_000_u32, any::<(bool, bool)>()));
    let currency = prop::sample::select(vec![
        None,
        Some("EUR"),
        Some("USD"),
        Some("SEK"),
        Some("JPY"),
    ]);
    let period = prop::sample::select(vec![
        None,
        Some("hourly"),
        Some("daily"),
        Some("weekly"),
        Some("monthly"),
        Some("yearly"),
    ]);
    let kind = prop::sample::select(vec![None, Some("full_time"), Some("internship")]);
    let years = prop::option::of(0..=50_u8);
    let day = prop::option::of((1990..=2100_i16, 1..=12_i8, 1..=28_i8));
    (
        text,
        list(),
        list(),
        amounts,
        currency,
        period,
        kind,
        years,
        day,
    )
        .prop_map(
            |(text, skills, lines, amounts, currency, period, kind, years, day)| {
                let mut posting = json!(JobPosting::default());
                posting["title"] = json!(text);
                posting["skills"] = json!(skills);
                posting["requirements"] = json!(lines);
                posting["job_type"] = json!(kind);
                posting["experience_years_min"] = json!(years);
                posting["deadline"] = json!(day.map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}")));
                posting["salary"] =
                    json!(amounts.map(|(least, cents, more, (has_min, has_max))| {
                        let min = f64::from(least) * 10.0 + f64::from(cents) / 4.0 + 1.0;
                        let max = min + f64::from(more);
                        json!({
                            "min": (has_min || !has_max).then_some(min),
                            "max": has_max.then_some(max),
                            "currency": currency, "period": period,
                        })
                    }));
                serde_json::from_value(posting).unwrap()
            },
        )
}

proptest! {
    #[test]
    fn any_text_is_a_value_of_the_record_or_one_reason(
        field in 0..19_usize,
        words in prop_oneof!["\\PC{0,60}", any::<String>(), "[0-9€$£kKEUR.,/ -]{0,30}", "\\{.{0,40}\\}"],
        start in 0..200_usize,
        length in 0..60_usize,
    ) {
        let record = record("Night Nurse");
        let field = Field::ALL[field];
        let selection = start..start + length;
        let edits = [
            review::edit(&record, TEXT, field, &words, None),
            review::edit(&record, TEXT, field, &words, Some(selection.clone())),
            review::missed(&record, TEXT, field, selection.clone()),
            review::missed(&record, &words, field, selection),
        ];
        for edit in edits {
            match edit {
                Ok(edit) => {
                    let mut posting = json!(record.posting);
                    posting[field.key()] = edit.new;
                    let mut posting: JobPosting = serde_json::from_value(posting).unwrap();
                    prop_assert!(validate::clamp(&mut posting).is_empty());
                }
                Err(why) => prop_assert!(!why.reason.is_empty() && !why.reason.contains('\n')),
            }
        }
    }

    #[test]
    fn what_is_shown_to_start_typing_from_means_the_value(posting in posting()) {
        let mut record = record("Night Nurse");
        record.posting = posting;
        for field in Field::ALL {
            let words = review::typed(&record.posting, field);
            let value = json!(record.posting)[field.key()].take();
            prop_assert_eq!(review::check(&record, field, &words), Ok(value), "{}: {}", field, words);
        }
    }
}
