//! Pages that state their posting as data: what is still asked, whose word counts, and where the text says the same.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/extract.rs"]
mod support;

use smelt::extract::reading::Source;
use smelt::extract::record::Status;
use smelt::extract::wire::Ask;
use smelt::extract::{Context, Readers, extract};
use smelt::page::{Structured, StructuredSource};
use smelt::posting::{ExperienceLevel, Field, JobPosting, JobType, Period, RemoteType, Salary};
use support::{Answers, evidence, flags, page, run};

fn stated(posting: JobPosting) -> Structured {
    Structured {
        source: StructuredSource::JsonLd,
        posting,
        flags: Vec::new(),
    }
}

fn full() -> JobPosting {
    JobPosting {
        title: Some("Baker".to_owned()),
        company: Some("Mercy".to_owned()),
        location: Some("Graz, AT".to_owned()),
        job_type: Some(JobType::FullTime),
        remote_type: Some(RemoteType::Onsite),
        experience_level: Some(ExperienceLevel::Mid),
        salary: Some(Salary {
            min: Some(2000.0),
            max: Some(2400.0),
            currency: Some("EUR".to_owned()),
            period: Some(Period::Monthly),
        }),
        skills: vec!["bread".to_owned()],
        experience_years_min: Some(2),
        experience_years_max: None,
        education: Some("Lehre".to_owned()),
        description: Some("You bake bread for all of Graz, every night.".to_owned()),
        requirements: vec!["Hands".to_owned()],
        responsibilities: vec!["Bake".to_owned()],
        benefits: vec!["Bread".to_owned()],
        url: Some("https://mercy.example/jobs/1".to_owned()),
        posted_date: Some(jiff::civil::Date::constant(2026, 2, 1)),
        deadline: Some(jiff::civil::Date::constant(2026, 4, 1)),
        job_id: Some("A-17".to_owned()),
    }
}

#[test]
fn a_page_that_states_everything_as_data_is_not_asked_about() {
    let mut page = page(&[
        "# Baker",
        "Mercy",
        "Posted 1 February 2026",
        "€ 2,000 - 2,400 per month",
    ]);
    page.structured = vec![stated(full())];
    let engine = Answers::of([]);
    let extraction = run(&page, &engine);
    assert_eq!((engine.count(), extraction.usage.chunks), (0, 0));
    assert_eq!(extraction.merged.posting, full());
    assert_eq!(
        extraction.status(),
        Status::Done,
        "{:?}",
        flags(&extraction)
    );
    assert_eq!(evidence(&page, &extraction, Field::Company), ["Mercy"]);
    assert_eq!(
        evidence(&page, &extraction, Field::PostedDate),
        ["Posted 1 February 2026"]
    );
    assert_eq!(
        evidence(&page, &extraction, Field::Salary),
        ["€ 2,000 - 2,400 per month"]
    );
}

#[test]
fn the_model_is_asked_only_for_what_the_data_lacks() {
    let mut page = page(&[
        "# Baker",
        "Mercy, Job A-99, https://evil.example",
        "two years as a baker",
    ]);
    page.structured = vec![stated(JobPosting {
        experience_level: None,
        experience_years_min: None,
        ..full()
    })];
    let engine = Answers::raw([
        r#"{"years": [3, "two years"], "level": "not_stated", "job_id": [2, "A-99"]}"#,
    ]);
    let extraction = run(&page, &engine);
    assert_eq!(engine.keys(0), ["years", "level"]);
    assert!(
        engine.asked.lock().unwrap()[0]
            .user
            .starts_with("Only these keys: years, level\n[1] Baker\n")
    );
    let posting = &extraction.merged.posting;
    assert_eq!(posting.experience_years_min, Some(2));
    assert_eq!(posting.job_id.as_deref(), Some("A-17"));
    assert_eq!(posting.url, full().url);
    assert_eq!(extraction.merged.provenance[&Field::JobId], Source::JsonLd);
}

#[test]
fn a_model_that_reads_alone_is_asked_for_everything_and_only_its_answers_count() {
    let mut page = page(&["# Baker of bread", "Company: Mercy", "$ 2,000 per month"]);
    page.structured = vec![stated(full()), stated(JobPosting::default())];
    page.canonical_url = Some("https://a.example/1".to_owned());
    let engine = Answers::raw([r#"{"salary": [3, "$ 2,000 per month"]}"#]);
    let context = Context {
        readers: Readers::Model,
        engine: Some(&engine),
        max_output_tokens: 4096,
        ..Context::default()
    };
    let extraction = extract(&page, &context).unwrap();
    assert_eq!(engine.keys(0), Ask::ALL.map(Ask::key));
    let pay = Salary {
        min: Some(2000.0),
        max: Some(2000.0),
        currency: None,
        period: Some(Period::Monthly),
    };
    let answered = JobPosting {
        salary: Some(pay),
        url: page.canonical_url,
        ..JobPosting::default()
    };
    assert_eq!(extraction.merged.posting, answered);
}

#[test]
fn the_address_is_the_callers_then_the_pages_and_never_the_models() {
    let mut page = page(&["# Baker", "https://evil.example/job"]);
    page.canonical_url = Some("https://a.example/1".to_owned());
    let engine = Answers::raw([r#"{"url": [2, "https://evil.example/job"]}"#]);
    let mut context = Context {
        engine: Some(&engine),
        max_output_tokens: 4096,
        ..Context::default()
    };
    let extraction = extract(&page, &context).unwrap();
    assert_eq!(extraction.merged.posting.url, page.canonical_url);
    context.url = Some("https://b.example/2?from=feed");
    let extraction = extract(&page, &context).unwrap();
    assert_eq!(extraction.merged.posting.url.as_deref(), context.url);
    assert_eq!(extraction.merged.provenance[&Field::Url], Source::Input);
    assert_eq!(
        extraction.status(),
        Status::Done,
        "{:?}",
        flags(&extraction)
    );
}

#[test]
fn json_ld_and_microdata_of_one_posting_are_merged_and_two_postings_are_flagged() {
    let mut page = page(&["# Baker", "Mercy"]);
    let microdata = Structured {
        source: StructuredSource::Microdata,
        ..stated(JobPosting {
            title: Some("BAKER".to_owned()),
            company: Some("Mercy".to_owned()),
            ..JobPosting::default()
        })
    };
    let json_ld = |title: &str| {
        stated(JobPosting {
            title: Some(title.to_owned()),
            ..JobPosting::default()
        })
    };
    page.structured = vec![json_ld("Baker"), microdata.clone()];
    let extraction = run(&page, &Answers::of([]));
    assert_eq!(extraction.merged.posting.company.as_deref(), Some("Mercy"));
    assert_eq!(
        extraction.merged.provenance[&Field::Company],
        Source::Microdata
    );
    assert_eq!(
        extraction.status(),
        Status::Done,
        "{:?}",
        flags(&extraction)
    );
    page.structured = vec![json_ld("Baker"), json_ld("Baker's Apprentice"), microdata];
    let extraction = run(&page, &Answers::of([]));
    assert!(flags(&extraction).contains(&"several_postings:2"));
    assert_eq!(extraction.status(), Status::NeedsReview);
}

#[test]
fn a_value_outside_the_schema_leaves_no_trace_but_its_flag() {
    let mut page = page(&["# Baker", "Mercy"]);
    page.structured = vec![stated(JobPosting {
        company: Some(String::new()),
        ..full()
    })];
    let extraction = run(&page, &Answers::of([]));
    assert_eq!(extraction.merged.posting.company, None);
    assert!(!extraction.merged.provenance.contains_key(&Field::Company));
    assert!(!extraction.merged.confidence.contains_key(&Field::Company));
    assert_eq!(flags(&extraction), ["empty:company"]);
}
