//! Validation of postings and the published schema.

#![allow(clippy::unwrap_used)]

use jiff::civil::{Date, date};
use llguidance::toktrie::ApproximateTokEnv;
use llguidance::{Matcher, ParserFactory, api::TopLevelGrammar};
use proptest::prelude::*;
use smelt::posting::validate::{check, clamp};
use smelt::posting::{
    ExperienceLevel, Field, JobPosting, JobType, Period, RemoteType, Salary, schema,
};

const SCHEMA_FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/schema/job-posting.schema.json"
);

/// Accepts JSON text that satisfies the schema of a posting.
struct Validator(Matcher);

impl Validator {
    fn new() -> Self {
        let bytes = ApproximateTokEnv::single_byte_env();
        let mut factory = ParserFactory::new_simple(&bytes).unwrap();
        factory.quiet();
        let parser =
            factory.create_parser(TopLevelGrammar::from_json_schema(schema::job_posting()));
        Self(Matcher::new(parser))
    }

    fn accepts(&self, json: &str) -> bool {
        let mut matcher = self.0.deep_clone();
        let tokens: Vec<u32> = json.bytes().map(u32::from).collect();
        matcher.consume_tokens(&tokens).is_ok() && matcher.is_accepting().unwrap_or(false)
    }
}

fn json(posting: &JobPosting) -> String {
    serde_json::to_string(posting).unwrap()
}

fn full() -> JobPosting {
    JobPosting {
        title: Some("Elections Clerk II".into()),
        company: Some("King County".into()),
        location: Some("Renton, WA".into()),
        job_type: Some(JobType::FullTime),
        remote_type: Some(RemoteType::Hybrid),
        experience_level: Some(ExperienceLevel::Mid),
        salary: Some(Salary {
            min: Some(45_000.0),
            max: Some(57_024.5),
            currency: Some("USD".into()),
            period: Some(Period::Yearly),
        }),
        skills: vec!["Excel".into(), "\"quoted\"\n".into()],
        experience_years_min: Some(2),
        experience_years_max: Some(5),
        education: Some("High school".into()),
        description: Some("Counts ballots.".into()),
        requirements: vec!["Two years of clerical work".into()],
        responsibilities: vec!["Count".into()],
        benefits: vec!["Dental".into()],
        url: Some("https://example.org/1".into()),
        posted_date: Some(date(2022, 4, 8)),
        deadline: Some(date(2022, 5, 8)),
        job_id: Some("2022-17".into()),
    }
}

fn flags(change: impl FnOnce(&mut JobPosting)) -> Vec<String> {
    let mut posting = full();
    change(&mut posting);
    check(&posting, Some(date(2022, 4, 9)))
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn pay(min: f64, max: f64, currency: &str, period: Period) -> Salary {
    Salary {
        min: Some(min),
        max: Some(max),
        currency: Some(currency.into()),
        period: Some(period),
    }
}

/// Renew the file with `SMELT_UPDATE_SCHEMA=1 cargo test --no-default-features --test posting_validate`.
#[test]
fn the_checked_in_schema_is_the_one_of_the_code() {
    let current = serde_json::to_string_pretty(&schema::job_posting()).unwrap() + "\n";
    if std::env::var_os("SMELT_UPDATE_SCHEMA").is_some() {
        std::fs::write(SCHEMA_FILE, &current).unwrap();
    }
    let file = std::fs::read_to_string(SCHEMA_FILE).unwrap_or_default();
    assert_eq!(file, current, "renew it with SMELT_UPDATE_SCHEMA=1");
}

#[test]
fn the_schema_requires_every_key_and_has_no_defaults() {
    let schema = schema::job_posting();
    assert_eq!(schema["required"], serde_json::json!(Field::KEYS));
    assert_eq!(schema["additionalProperties"], false);
    let keys: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(keys, Field::KEYS);
    assert!(!schema.to_string().contains("\"default\""));
    assert_eq!(
        schema["properties"]["title"]["type"],
        serde_json::json!(["string", "null"])
    );
    let salary = &schema["$defs"]["Salary"];
    assert_eq!(
        salary["required"],
        serde_json::json!(["min", "max", "currency", "period"])
    );
    assert_eq!(salary["additionalProperties"], false);
}

#[test]
fn full_and_empty_postings_satisfy_the_schema_and_others_do_not() {
    let validator = Validator::new();
    assert!(validator.accepts(&json(&full())));
    assert!(validator.accepts(&json(&JobPosting::default())));

    let without_url = json(&JobPosting::default()).replace("\"url\":null,", "");
    let with_more =
        json(&JobPosting::default()).replace("\"url\":null,", "\"url\":null,\"fax\":null,");
    let years = json(&full()).replace("\"experience_years_max\":5", "\"experience_years_max\":51");
    let currency = json(&full()).replace("USD", "usd");
    let day = json(&full()).replace("2022-04-08", "8.4.2022");
    for wrong in [without_url, with_more, years, currency, day] {
        assert!(!validator.accepts(&wrong), "{wrong}");
    }
}

#[test]
fn a_sound_posting_has_no_flags() {
    assert!(flags(|_| ()).is_empty());
    assert!(check(&JobPosting::default(), None).is_empty());
}

#[test]
fn bounds_and_order_are_checked() {
    assert_eq!(flags(|p| p.title = Some(String::new())), ["bounds:title"]);
    assert_eq!(
        flags(|p| p.company = Some("x".repeat(101))),
        ["bounds:company"]
    );
    assert_eq!(
        flags(|p| p.skills = vec!["x".into(); 21]),
        ["bounds:skills"]
    );
    assert_eq!(
        flags(|p| p.experience_years_max = Some(51)),
        ["bounds:experience_years_max"]
    );
    assert_eq!(
        flags(|p| p.experience_years_max = Some(1)),
        ["order:experience_years"]
    );
    assert_eq!(
        flags(|p| p.deadline = Some(date(2022, 4, 7))),
        ["order:dates"]
    );
    assert_eq!(
        flags(|p| p.salary = Some(pay(50_000.0, 40_000.0, "EUR", Period::Yearly))),
        ["order:salary"]
    );
}

#[test]
fn implausible_pay_and_dates_are_flagged() {
    for (min, max, period) in [
        (1_500.0, 2_000.0, Period::Hourly),
        (500.0, 900.0, Period::Yearly),
        (20.0, 40.0, Period::Monthly),
        (22.0, 80_000.0, Period::Yearly),
    ] {
        assert_eq!(
            flags(|p| p.salary = Some(pay(min, max, "USD", period))),
            ["implausible:salary"]
        );
    }
    assert!(flags(|p| p.salary = Some(pay(1_500.0, 2_000.0, "JPY", Period::Hourly))).is_empty());
    assert_eq!(
        flags(|p| p.salary = Some(pay(40.0, 50.0, "XXX", Period::Hourly))),
        ["currency:salary"]
    );
    let posted = |day: Date| flags(|p| (p.posted_date, p.deadline) = (Some(day), None));
    assert_eq!(posted(date(1970, 1, 1)), ["implausible:posted_date"]);
    assert_eq!(posted(date(2023, 6, 1)), ["implausible:posted_date"]);
    assert!(posted(date(2022, 12, 1)).is_empty());
    assert_eq!(
        flags(|p| p.deadline = Some(date(2099, 12, 31))),
        ["implausible:deadline"]
    );
}

#[test]
fn clamp_cuts_drops_and_says_so() {
    let mut posting = full();
    posting.title = Some("é".repeat(201));
    posting.company = Some(String::new());
    posting.skills = vec![String::new(), "x".repeat(101)];
    posting.benefits = vec!["x".into(); 21];
    posting.experience_years_min = Some(99);
    posting.salary = Some(Salary {
        min: Some(-1.0),
        max: Some(f64::NAN),
        currency: Some("usd".into()),
        period: None,
    });
    let flags: Vec<String> = clamp(&mut posting)
        .iter()
        .map(ToString::to_string)
        .collect();
    let expected = [
        "truncated:title",
        "empty:company",
        "empty:skills",
        "truncated:skills",
        "truncated:benefits",
        "dropped:experience_years_min",
        "dropped:salary",
    ];
    assert_eq!(flags, expected);
    assert_eq!(posting.title, Some("é".repeat(200)));
    assert_eq!(
        (posting.company.as_ref(), posting.experience_years_min),
        (None, None)
    );
    assert_eq!(posting.skills, ["x".repeat(100)]);
    assert_eq!(
        posting.salary,
        Some(Salary {
            min: None,
            max: None,
            currency: None,
            period: None
        })
    );
    assert!(clamp(&mut posting).is_empty());
    assert!(clamp(&mut full()).is_empty());
}

/// Any characters but DELETE, which JSON allows in a string and the validator does not.
fn any_text(most: usize) -> impl Strategy<Value = Option<String>> {
    prop::option::of(
        prop::collection::vec(any::<char>(), 0..most)
            .prop_map(|text| String::from_iter(text).replace('\u{7f}', " ")),
    )
}

fn any_list(most: usize) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("\\PC{0,8}|[a-c]{95,105}", 0..most)
}

/// Amounts in and out of bounds. The validator knows no exponents in bounded numbers, hence no tiny fractions.
fn any_salary() -> impl Strategy<Value = Option<Salary>> {
    let amount = || {
        prop::option::of(prop_oneof![
            any::<f64>().prop_filter("tiny", |value| value.abs() >= 1e-4 || value.is_nan()),
            0.0..2e7,
            (0_u32..20_000_000).prop_map(f64::from)
        ])
    };
    prop::option::of(
        (amount(), amount(), prop::option::of("[A-Z]{3}|\\PC{0,4}")).prop_map(
            |(min, max, currency)| Salary {
                min,
                max,
                currency,
                period: Some(Period::Daily),
            },
        ),
    )
}

fn any_day() -> impl Strategy<Value = Option<Date>> {
    prop::option::of((-9999_i16..=9999, 1_i8..=12, 1_i8..=28).prop_map(|(y, m, d)| date(y, m, d)))
}

prop_compose! {
    fn any_posting()(
        texts in (any_text(240), any_text(120), any_text(240), any_text(120), any_text(120)),
        long in prop::bool::ANY,
        lists in (any_list(24), any_list(34), any_list(34), any_list(24)),
        salary in any_salary(),
        years in any::<(Option<u8>, Option<u8>)>(),
        days in (any_day(), any_day()),
    ) -> JobPosting {
        let (title, company, location, education, job_id) = texts;
        let (skills, requirements, responsibilities, benefits) = lists;
        JobPosting {
            title, company, location, education, job_id, skills, requirements, responsibilities, benefits, salary,
            description: long.then(|| "long ".repeat(1001)),
            experience_years_min: years.0, experience_years_max: years.1, posted_date: days.0, deadline: days.1,
            ..JobPosting::default()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_clamped_posting_satisfies_the_schema(mut posting in any_posting()) {
        thread_local!(static VALIDATOR: Validator = Validator::new());
        let before = check(&posting, None);
        let changes = clamp(&mut posting);
        let breached = before.iter().any(|flag| flag.as_str().starts_with("bounds:"));
        prop_assert_eq!(breached, !changes.is_empty());
        prop_assert!(!check(&posting, None).iter().any(|flag| flag.as_str().starts_with("bounds:")));
        prop_assert!(VALIDATOR.with(|validator| validator.accepts(&json(&posting))), "{}", json(&posting));
    }
}
